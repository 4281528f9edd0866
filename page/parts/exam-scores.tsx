import { scoreNames } from '../../core/metrics/metrics.ts';
import type { Exam } from '../../core/report/exam.ts';
import { useWords } from '../words/words.ts';

/** The means by every metric, side by side; nothing where the score is the only one. */
export function ExamScores({ exam: { metric, models } }: { exam: Exam }) {
  const { exam: words, format } = useWords();
  const names = scoreNames(models.map(({ scores = {} }) => scores));
  if (names.length < 2) return null;
  return (
    <div class="wide">
      <table>
        <thead>
          <tr>
            <th>{words.metric}</th>
            {models.map(({ side }) => (
              <th class="number">{words.sides[side]}</th>
            ))}
          </tr>
        </thead>
        <tbody>
          {names.map((name) => (
            <tr>
              <th scope="row">
                {name}
                {name === metric && <small>{words.isScore}</small>}
              </th>
              {models.map(({ scores = {} }) => (
                <td class="number">{scores[name] === undefined ? '–' : format.score(scores[name])}</td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
