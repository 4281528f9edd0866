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
        {(['before', 'production'] as const).map((rival) => {
          const tally = against[rival];
          return tally && <li>{words.judge.against(words.sides[rival], tally)}</li>;
        })}
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
      {(['before', 'production'] as const).map((rival) => {
        const verdict = verdicts[rival];
        const [why] = verdict?.because === 'agreed' ? (verdict.why ?? []) : [];
        return (
          verdict && (
            <p class="verdicts">
              {words.judge.verdict(words.sides[rival], verdict)}
              {why && <span class="text"> {words.judge.why(why)}</span>}
            </p>
          )
        );
      })}
    </>
  );
}
