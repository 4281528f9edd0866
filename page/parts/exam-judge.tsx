import type { ExamQuestion, ExamJudge as Judge } from '../../core/report/exam.ts';
import { useWords } from '../words/words.ts';

/** What a model that judges says of all answers, and how far it can be trusted. */
export function ExamJudge({ judge }: { judge: Judge }) {
  const { exam: words } = useWords();
  const { name, rubric, against, bias, agreement, cost } = judge;
  return (
    <div class="judge">
      <p>
        <strong>{words.judge.title}</strong> <span class="code">{name}</span>{' '}
        <span class="dim">{words.judge.how(cost)}</span>
      </p>
      <ul>
        {Object.entries(against).map(([rival, tally]) => (
          <li>{words.judge.against(nameOf(rival, words.sides), tally)}</li>
        ))}
        {bias.of > 0 && <li>{words.judge.place(bias)}</li>}
        {agreement && agreement.questions > 0 && <li>{words.judge.agreement(agreement)}</li>}
        <li>
          {words.judge.rubric} <span class="text">{rubric}</span>
        </li>
      </ul>
    </div>
  );
}

/** The verdicts on one question, with the reason for the first of the two orders. */
export function Verdicts({ verdicts }: { verdicts: NonNullable<ExamQuestion['verdicts']> }) {
  const { exam: words } = useWords();
  return (
    <>
      {Object.entries(verdicts).map(([rival, verdict]) => {
        const [why] = verdict.because === 'agreed' ? (verdict.why ?? []) : [];
        return (
          <p class="verdicts">
            {words.judge.verdict(nameOf(rival, words.sides), verdict)}
            {why && <span class="text"> {words.judge.why(why)}</span>}
          </p>
        );
      })}
    </>
  );
}

/** A model by its side, and another way to answer by its own name. */
const nameOf = (rival: string, sides: Readonly<Record<string, string>>) => sides[rival] ?? rival;
