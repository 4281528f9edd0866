import type { Exam } from '../../core/report/exam.ts';
import { useWords } from '../words/words.ts';

const features = ['characters', 'tokens', 'distinct', 'format', 'script', 'loops'] as const;
const counts: readonly string[] = ['characters', 'tokens'];

/** How the answers are written, side by side with the references; folded, since it decides nothing. */
export function ExamStyle({ exam: { styles } }: { exam: Exam }) {
  const { exam: words, format } = useWords();
  const columns = Object.entries(styles);
  if (columns.length === 0) return null;
  const shown = features.filter((feature) => columns.some(([, style]) => style[feature] !== undefined));
  return (
    <details>
      <summary>{words.style.title}</summary>
      <div class="wide">
        <table>
          <thead>
            <tr>
              <td />
              {columns.map(([side]) => (
                <th class="number">{words.sides[side as keyof typeof words.sides] ?? words.reference}</th>
              ))}
            </tr>
          </thead>
          <tbody>
            {shown.map((feature) => (
              <tr>
                <th scope="row">{words.style[feature]}</th>
                {columns.map(([, { [feature]: value }]) => (
                  <td class="number">
                    {value === undefined ? '–' : counts.includes(feature) ? format.number(value) : format.score(value)}
                  </td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      <p class="dim">{words.style.means}</p>
    </details>
  );
}
