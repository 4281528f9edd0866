import { bitsNumber, driftNumber, sharePercent } from '../../core/quantization/drift-report.ts';
import type { RunView } from '../../core/report/run-view.ts';
import { useWords } from '../words/words.ts';

/** What quantization changed, per type that was made, and which was taken. */
export function DriftPart({ drift }: { drift: RunView['drifts'][number] }) {
  const { drift: words, format } = useWords();
  const { step, base, rows, parent, before, bound, imatrix, taken, types } = drift;
  return (
    <section class="drift">
      <h3>{step}</h3>
      <p>
        {words.measured(rows)} {bound !== null && words.bound(bound)} {imatrix && words.matrix(imatrix)}
      </p>
      <div class="wide">
        <table>
          <thead>
            <tr>
              <th>{words.type}</th>
              <th class="number">{words.size}</th>
              <th class="number">{words.drift}</th>
              <th class="number">{words.sameToken}</th>
              <th class="number">{words.logprob}</th>
              <th class="number">{words.bits}</th>
            </tr>
          </thead>
          <tbody>
            {types
              .filter(({ type }) => type !== 'f16')
              .map((each) => (
                <tr>
                  <td>
                    {each === types[taken ?? -1] ? <b>{each.type}</b> : each.type}
                    {imatrix && <span class="dim"> {each.imatrix ? words.weighed : words.plain}</span>}
                    {each === types[taken ?? -1] && <span class="dim">, {words.taken}</span>}
                  </td>
                  <td class="number">{format.bytes(each.bytes)}</td>
                  <td class="number">
                    {driftNumber(each.kl)} ± {driftNumber(each.kl_error)}
                  </td>
                  <td class="number">{sharePercent(each.same_top)}</td>
                  <td class="number">{each.logprob.toFixed(3)}</td>
                  <td class="number">{bitsNumber(each.bits_per_byte)}</td>
                </tr>
              ))}
            <tr>
              <td>
                {types[taken ?? -1]?.type === 'f16' ? <b>f16</b> : 'f16'}
                {types[taken ?? -1]?.type === 'f16' && <span class="dim">, {words.taken}</span>}
              </td>
              <td class="number">{format.bytes(parent.bytes)}</td>
              <td class="number">0</td>
              <td class="number">100 %</td>
              <td class="number">{parent.logprob.toFixed(3)}</td>
              <td class="number">{bitsNumber(parent.bits_per_byte)}</td>
            </tr>
            {before && (
              <tr>
                <td>{words.before}</td>
                <td class="number">–</td>
                <td class="number">–</td>
                <td class="number">–</td>
                <td class="number">{before.logprob.toFixed(3)}</td>
                <td class="number">{bitsNumber(before.bits_per_byte)}</td>
              </tr>
            )}
          </tbody>
        </table>
      </div>
      <p class="dim">
        {words.what} {rows.bytes !== undefined && words.bitsWhat(rows.bytes)} {base !== null && words.base(base)}
      </p>
    </section>
  );
}
