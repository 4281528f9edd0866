import type { Training } from '../../core/report/learned.ts';
import type { Tracking } from '../../core/run/attempts.ts';
import { trackerTitle } from '../../core/words/tracking.ts';
import { LineChart, type Series, valuesByStep } from '../charts/line-chart.tsx';
import { useWords } from '../words/words.ts';

/** One training: its curves with checkpoints and interruptions, and what an interruption has cost. */
export function TrainingPart({ training }: { training: Training }) {
  const { step, reusedFrom, curves, bitEqual, tracked = [] } = training;
  const { training: words, format } = useWords();
  const { interruptions, checkpoints, maxSteps, unmeasured, etaSeconds, reached } = curves;
  const marks = { maxSteps, interruptions };
  const loss: Series[] = [
    { name: words.trainLoss, line: curves.loss, as: 'line' },
    { name: words.evalLoss, line: curves.evalLoss, as: 'points' },
  ];
  const amount = (title: string, line: Series['line'], show: (value: number) => string) => (
    <LineChart
      title={title}
      series={[{ name: title, line, as: 'line' }]}
      {...marks}
      checkpoints={[]}
      format={show}
      kind="amount"
    />
  );
  const isUnderWay = reached < maxSteps && etaSeconds !== undefined && bitEqual === undefined;
  return (
    <section class="training">
      <h3>{step}</h3>
      <p>
        {words.progress(reached, maxSteps, checkpoints.length, isUnderWay ? etaSeconds * 1000 : undefined)}
        {reusedFrom !== undefined && ` ${words.reused(reusedFrom)}`}
      </p>
      {interruptions.map(({ reached: at, resumedFrom }) => (
        <p class="interrupted">{words.interrupted(at, resumedFrom)}</p>
      ))}
      {bitEqual !== undefined && interruptions.length > 0 && <p>{bitEqual ? words.bitEqual : words.notBitEqual}</p>}
      {unmeasured.length > 0 && <p class="warn">{words.unmeasured(unmeasured.length)}</p>}
      {tracked.map((each) => (
        <TrackedPart {...each} />
      ))}
      <LineChart
        title={words.loss}
        kind="loss"
        series={loss}
        {...marks}
        checkpoints={checkpoints}
        format={format.short}
      />
      <Legend hasCheckpoints={checkpoints.length > 0} hasInterruptions={interruptions.length > 0} />
      <div class="small-charts">
        {amount(words.learningRate, curves.learningRate, format.short)}
        {amount(words.tokensPerSecond, curves.tokensPerSecond, format.short)}
        {amount(words.memory, curves.memoryBytes, format.bytes)}
      </div>
      <Values series={loss} />
    </section>
  );
}

function TrackedPart({ to, where, why }: Tracking) {
  const { training: words } = useWords();
  const title = trackerTitle(to);
  if (why !== undefined) return <p class="warn">{words.untracked(title, why)}</p>;
  return (
    <p>
      {words.tracked(title)} {where?.startsWith('http') ? <a href={where}>{where}</a> : <code>{where}</code>}
    </p>
  );
}

function Legend({ hasCheckpoints, hasInterruptions }: { hasCheckpoints: boolean; hasInterruptions: boolean }) {
  const { training: words } = useWords();
  return (
    <p class="legend dim">
      {hasCheckpoints && (
        <span class="key">
          <i class="mark-checkpoint" /> {words.checkpoint}
        </span>
      )}
      {hasInterruptions && (
        <>
          <span class="key">
            <i class="mark-interruption" /> {words.interruption}
          </span>
          <span class="key">
            <i class="mark-again" /> {words.again}
          </span>
        </>
      )}
    </p>
  );
}

/** More rows would be longer to read than the curve. */
const maxValues = 200;

/** The curve as a table, for those who cannot see it. */
function Values({ series }: { series: readonly Series[] }) {
  const { training: words, format } = useWords();
  const all = valuesByStep(series);
  const every = Math.ceil(all.length / maxValues);
  return (
    <details class="table-of-curve">
      <summary>{words.values}</summary>
      <table class="values">
        <thead>
          <tr>
            <th class="number">{words.step}</th>
            {series.map(({ name }) => (
              <th class="number">{name}</th>
            ))}
          </tr>
        </thead>
        <tbody>
          {all
            .filter((_, index) => index % every === 0 || index === all.length - 1)
            .map(([step, values]) => (
              <tr>
                <td class="number">{step}</td>
                {values.map((value) => (
                  <td class="number">{value === undefined ? '' : format.short(value)}</td>
                ))}
              </tr>
            ))}
        </tbody>
      </table>
    </details>
  );
}
