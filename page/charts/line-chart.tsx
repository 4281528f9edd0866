import { type Interruption, type Line, type Point, splitAtInterruptions, thinned } from '../../core/report/curves.ts';
import { useWords } from '../words/words.ts';
import { type Axis, axisOf, lossAxisOf, placeOn } from './scale.ts';

export interface Series {
  name: string;
  line: Line;
  /** `points`: a few measurements, each of which is seen. */
  as: 'line' | 'points';
}

interface Props {
  title: string;
  series: readonly Series[];
  maxSteps: number;
  checkpoints: readonly number[];
  interruptions: readonly Interruption[];
  format: (value: number) => string;
  /** `loss`: it may fall by orders of magnitude. `amount`: a small change must not look large. */
  kind: 'loss' | 'amount';
}

/** The picture is stretched to its place, so its text stands beside it as HTML, and lines keep their width. */
const side = 1000;

/** Curves over the steps of a training, as SVG without a script: it is the same on paper. */
export function LineChart({ title, series, maxSteps, checkpoints, interruptions, format, kind }: Props) {
  const words = useWords();
  const shown = series.filter(({ line }) => line.some((piece) => piece.length > 0));
  const values = shown.flatMap(({ line }) => line.flat().map(([, value]) => value));
  const x: Axis = axisOf([0, maxSteps], 7);
  const y = kind === 'loss' ? lossAxisOf(values) : axisOf([0, ...values]);
  const across = { ...x, to: Math.max(maxSteps, 1) };
  const place = ([step, value]: Point) => ({ x: placeOn(across, step) * side, y: (1 - placeOn(y, value)) * side });
  const label = shown.map(({ name, line }) => {
    const all = line.flat();
    return words.training.chart(name, format(all[0]![1]), format(all.at(-1)![1]));
  });
  if (shown.length === 0) return null;
  return (
    <figure class="chart">
      <figcaption>
        <strong>{title}</strong>
        {y.isLogarithmic && <span class="key">{words.training.logarithmic}</span>}
        {shown.length > 1 && shown.map(({ name }, index) => <Key name={name} look={`line-${index}`} />)}
      </figcaption>
      <div class="plot">
        {y.ticks.map((tick) => (
          <span class="tick-y" style={`top:${percent(1 - placeOn(y, tick))}`}>
            {format(tick)}
          </span>
        ))}
        <svg
          viewBox={`0 0 ${side} ${side}`}
          preserveAspectRatio="none"
          role="img"
          aria-label={`${title}. ${label.join('; ')}`}
        >
          {y.ticks.map((tick) => (
            <path class="grid" d={`M0 ${round((1 - placeOn(y, tick)) * side)}H${side}`} />
          ))}
          {interruptions.map((each) => (
            <Interrupted {...each} at={(step) => placeOn(across, step) * side} />
          ))}
          {checkpoints.map((step) => (
            <path class="checkpoint" d={`M${round(placeOn(across, step) * side)} ${side}v-40`}>
              <title>{`${words.training.checkpoint} ${step}`}</title>
            </path>
          ))}
          {shown.map(({ line, as }, index) => (
            <Curve line={line} as={as} look={`line-${index}`} interruptions={interruptions} place={place} />
          ))}
          <Readings series={shown} across={across} format={format} />
        </svg>
        {x.ticks
          .filter((tick) => tick <= maxSteps && Number.isInteger(tick))
          .map((tick, index) => (
            <span class={index % 2 ? 'tick-x minor' : 'tick-x'} style={`left:${percent(placeOn(across, tick))}`}>
              {tick}
            </span>
          ))}
      </div>
    </figure>
  );
}

const Key = ({ name, look }: { name: string; look: string }) => (
  <span class="key">
    <svg viewBox="0 0 20 8" aria-hidden="true">
      <path class={look} d="M0 4H20" />
    </svg>
    {name}
  </span>
);

interface CurveProps {
  line: Line;
  as: Series['as'];
  look: string;
  interruptions: readonly Interruption[];
  place: (point: Point) => { x: number; y: number };
}

/** What counts is one line; what was trained again after an interruption is drawn faintly beside it. */
function Curve({ line, as, look, interruptions, place }: CurveProps) {
  const draw = (points: readonly Point[], style: string) => {
    const drawn = thinned(points).map(place);
    const path = drawn.map(({ x, y }, index) => `${index ? 'L' : 'M'}${round(x)} ${round(y)}`).join('');
    const dots = drawn.map(({ x, y }) => `M${round(x)} ${round(y)}h0`).join('');
    return (
      <>
        {drawn.length > 1 && <path class={`${look} ${style}`} d={path} />}
        {(as === 'points' || drawn.length === 1) && <path class={`${look} dots ${style}`} d={dots} />}
      </>
    );
  };
  const { kept, givenUp } = splitAtInterruptions(line, interruptions);
  return (
    <>
      {givenUp.map((points) => draw(points, 'given-up'))}
      {draw(kept, 'kept')}
    </>
  );
}

function Interrupted({ reached, resumedFrom, at }: Interruption & { at: (step: number) => number }) {
  const words = useWords();
  return (
    <>
      {reached > resumedFrom && (
        <rect
          class="again"
          x={round(at(resumedFrom))}
          y={0}
          width={round(at(reached) - at(resumedFrom))}
          height={side}
        />
      )}
      <path class="interruption" d={`M${round(at(reached))} 0V${side}`}>
        <title>{words.training.interrupted(reached, resumedFrom)}</title>
      </path>
    </>
  );
}

const maxReadings = 120;

/** Under the pointer, the values of a step. */
function Readings({ series, across, format }: { series: readonly Series[]; across: Axis; format: Props['format'] }) {
  const words = useWords();
  const rows = valuesByStep(series);
  const every = Math.ceil(rows.length / maxReadings);
  const some = rows.filter((_, index) => index % every === 0);
  const width = side / Math.max(1, some.length);
  return (
    <>
      {some.map(([step, values]) => (
        <rect
          class="reading"
          x={round(placeOn(across, step) * side - width / 2)}
          y={0}
          width={round(width)}
          height={side}
        >
          <title>
            {`${words.training.step} ${step}: ${values
              .map((value, index) => (value === undefined ? '' : `${series[index]!.name} ${format(value)}`))
              .filter(Boolean)
              .join(', ')}`}
          </title>
        </rect>
      ))}
    </>
  );
}

/** The values of all series by step; of a step that was trained twice, those of the second time. */
export function valuesByStep(series: readonly Series[]): [step: number, values: (number | undefined)[]][] {
  const rows = new Map<number, (number | undefined)[]>();
  series.forEach(({ line }, index) => {
    for (const [step, value] of line.flat()) {
      const row = rows.get(step) ?? series.map(() => undefined);
      row[index] = value;
      rows.set(step, row);
    }
  });
  return [...rows].sort(([a], [b]) => a - b);
}

const round = (value: number) => Math.round(value * 10) / 10;
const percent = (share: number) => `${round(share * 100)}%`;
