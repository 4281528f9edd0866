import type { ExamHarness as Harness } from '../../core/report/exam.ts';
import { harnessMetricName } from '../../core/words/harness.ts';
import { useWords } from '../words/words.ts';

type Value = Harness['metrics'][number]['before'];

/** Benchmarks of lm-evaluation-harness, before and after. */
export function ExamHarness({ harness }: { harness: Harness }) {
  const { exam: words, format } = useWords();
  const shown = ({ value, error }: Value) =>
    `${format.score(value)}${error === undefined ? '' : ` ± ${format.score(error)}`}`;
  return (
    <div class="wide">
      <p>
        <strong>{words.harness.title(harness.version)}</strong> <span class="dim">{words.harness.how(harness)}</span>
      </p>
      <table>
        <thead>
          <tr>
            <th>{words.harness.task}</th>
            <th>{words.metric}</th>
            <th class="number">{words.harness.questions}</th>
            <th class="number">{words.sides.before}</th>
            <th class="number">{words.sides.after}</th>
          </tr>
        </thead>
        <tbody>
          {harness.metrics.map((each) => (
            <tr>
              <th scope="row">{each.task}</th>
              <td>
                {harnessMetricName(each)}
                {each.higherIsBetter === false && <small> {words.harness.lowerIsBetter}</small>}
              </td>
              <td class="number">{each.questions === undefined ? '–' : format.number(each.questions)}</td>
              <td class="number">{shown(each.before)}</td>
              <td class="number">{shown(each.after)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
