import type { Stretch } from '../../core/comparison/mark-differences.ts';
import type { Exam, ExamAnswer, ExamQuestion } from '../../core/report/exam.ts';
import { useWords } from '../words/words.ts';
import { ExamHarness } from './exam-harness.tsx';
import { ExamJudge, Verdicts } from './exam-judge.tsx';
import { ExamModels } from './exam-models.tsx';
import { ExamScores } from './exam-scores.tsx';
import { ExamStyle } from './exam-style.tsx';
import { Marked, marksOf } from './marked.tsx';

/** More questions than this stand folded below the others. */
const maxOpen = 20;

/** An evaluation: its models with their scores, then each question with all answers side by side. */
export function ExamPart({ exam }: { exam: Exam }) {
  const { exam: words, said } = useWords();
  const { better, equal, worse } = exam.changes;
  const rest = exam.questions.slice(maxOpen);
  return (
    <section class="exam">
      <h3>{exam.step}</h3>
      <ExamModels exam={exam} />
      <ExamScores exam={exam} />
      <ExamStyle exam={exam} />
      {exam.harness && <ExamHarness harness={exam.harness} />}
      {exam.judge && <ExamJudge judge={exam.judge} />}
      {exam.judged !== undefined && exam.judged < exam.questions.length && (
        <p class="dim">{words.judged(exam.judged, exam.questions.length)}</p>
      )}
      {exam.notes.length > 0 && (
        <div class="notes">
          <strong>{words.notes}</strong>
          <ul>
            {exam.notes.map((note) => (
              <li>{said.note(note)}</li>
            ))}
          </ul>
        </div>
      )}
      <p class="dim">
        {better + equal + worse > 0 && `${words.counts(better, equal, worse)} `}
        {words.marks}
      </p>
      <Questions questions={exam.questions.slice(0, maxOpen)} maxTokens={exam.maxTokens} />
      {rest.length > 0 && (
        <details>
          <summary>{words.more(rest.length)}</summary>
          <Questions questions={rest} maxTokens={exam.maxTokens} />
        </details>
      )}
    </section>
  );
}

const Questions = ({ questions, maxTokens }: { questions: readonly ExamQuestion[]; maxTokens: number }) => (
  <>
    {questions.map((each) => (
      <Question {...each} maxTokens={maxTokens} />
    ))}
  </>
);

function Question(each: ExamQuestion & { maxTokens: number }) {
  const {
    question,
    history = [],
    reference,
    otherReferences = [],
    pattern,
    answers,
    change,
    verdicts,
    maxTokens,
  } = each;
  const { exam: words } = useWords();
  const textOf = (side: ExamAnswer['side']) => answers.find((each) => each.side === side)?.text ?? '';
  const marks = marksOf(textOf('before'), textOf('after'));
  return (
    <article class="question">
      {history.map(({ role, content }) => (
        <p class="reference">
          <span>{words.roles[role as keyof typeof words.roles] ?? role}</span> {content}
        </p>
      ))}
      <h4>
        {question}
        {change && <span class={`tag ${change}`}>{words.changes[change]}</span>}
      </h4>
      {[reference, ...otherReferences].map(
        (expected) =>
          expected !== undefined && (
            <p class="reference">
              <span>{words.reference}</span> {expected}
            </p>
          ),
      )}
      {pattern !== undefined && (
        <p class="reference">
          <span>{words.pattern}</span> <code>{pattern}</code>
        </p>
      )}
      <div class="answers">
        {answers.map((answer) => (
          <Answer
            answer={answer}
            stretches={answer.side === 'production' ? undefined : marks[answer.side]}
            maxTokens={maxTokens}
          />
        ))}
      </div>
      {verdicts && <Verdicts verdicts={verdicts} />}
    </article>
  );
}

interface AnswerProps {
  answer: ExamAnswer;
  stretches: readonly Stretch[] | undefined;
  maxTokens: number;
}

function Answer({ answer: { side, text, end, thoughts, samples = [], score }, stretches, maxTokens }: AnswerProps) {
  const { exam: words, format } = useWords();
  const why = words.ends[end as keyof typeof words.ends]?.(maxTokens);
  return (
    <div class={`answer ${side}`}>
      <h5>
        {words.sides[side]}
        {score !== undefined && <span class="number">{format.score(score)}</span>}
      </h5>
      {thoughts !== undefined && (
        <details>
          <summary>{words.thoughts}</summary>
          <p class="text dim">{thoughts}</p>
        </details>
      )}
      <p class="text">
        {text.trim() === '' ? <em>{words.empty}</em> : stretches ? <Marked stretches={stretches} /> : text}
        {why && <em class="why"> ({why})</em>}
      </p>
      {samples.length > 0 && (
        <details>
          <summary>{words.samples(samples.length)}</summary>
          {samples.map(({ text: other }) => (
            <p class="text">{other.trim() === '' ? <em>{words.empty}</em> : other}</p>
          ))}
        </details>
      )}
    </div>
  );
}
