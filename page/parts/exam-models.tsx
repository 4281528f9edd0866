import { shortDigest } from '../../core/digest.ts';
import type { Exam } from '../../core/report/exam.ts';
import { useWords } from '../words/words.ts';

type Model = Exam['models'][number];

type Way = { label: string; by?: string } & { [K in keyof Omit<Model, 'side'>]?: Model[K] | undefined };

/** The models of an evaluation and the other ways to answer, each with its score and, where these were tried, its price. */
export function ExamModels({ exam }: { exam: Exam }) {
  const { exam: words, format } = useWords();
  const { metric, models, arms } = exam;
  const ways: Way[] = [
    ...models.map((model) => ({ ...model, label: words.sides[model.side] })),
    ...arms.map((arm) => {
      const asked = models.find(({ side }) => side === arm.model);
      const { name: label, system, nearest, documents, score, interval, cost } = arm;
      const by = words.by(system, nearest, documents?.parts);
      return { label, by, name: asked?.name, digest: asked?.digest, score, interval, cost };
    }),
  ];
  const isPriced = arms.length > 0;
  return (
    <div class="wide">
      <table>
        <thead>
          <tr>
            <td />
            <th>{words.model}</th>
            <th>{words.digest}</th>
            {metric !== undefined && (
              <th class="number">
                {words.score} ({metric})
              </th>
            )}
            {isPriced && <th class="number">{words.seconds}</th>}
            {isPriced && <th class="number">{words.tokens}</th>}
          </tr>
        </thead>
        <tbody>
          {ways.map(({ label, by, name, digest, score, range, interval, within, cost }) => (
            <tr>
              <th scope="row">
                {label}
                {by && <small>{by}</small>}
              </th>
              <td class="code">{name}</td>
              <td class="code nowrap">{digest && shortDigest(digest)}</td>
              {metric !== undefined && (
                <td class="number">
                  {score === undefined ? '–' : format.score(score)}
                  {range && <small>{words.open(...range)}</small>}
                  {interval && <small>{words.interval(...interval)}</small>}
                  {within !== undefined && <small>{words.within(within)}</small>}
                </td>
              )}
              {isPriced && <td class="number">{cost ? format.number(cost.seconds) : '–'}</td>}
              {isPriced && (
                <td class="number">
                  {cost ? words.tokenCounts(Math.round(cost.promptTokens), Math.round(cost.answerTokens)) : '–'}
                </td>
              )}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
