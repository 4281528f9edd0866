import type { Timeline, TimelineStep, Work } from '../../core/report/timeline.ts';
import { isNews, reasonWords } from '../../core/words/reasons.ts';
import { useWords } from '../words/words.ts';

/** Every step on one axis of time, with its state, its reason, and each of its attempts. */
export const TimelinePart = ({ timeline }: { timeline: Timeline }) => (
  <ol class="timeline">
    {timeline.steps.map((each) => (
      <Step {...each} timeline={timeline} />
    ))}
  </ol>
);

function Step({ id, uses, state, from, to, work, step, timeline }: TimelineStep & { timeline: Timeline }) {
  const { steps: words, states, format } = useWords();
  const isTold = work.length > 1 || work.some(({ how }) => how !== 'succeeded' && how !== 'reused');
  const shown = step.waitsFor ? 'asks' : state;
  return (
    <li class={`step ${shown}`} id={`step-${id}`}>
      <div class="name">
        <i class="mark" aria-hidden="true" /> <b>{id}</b> <span class="dim">{uses}</span>
      </div>
      <div class="track" aria-hidden="true">
        {from !== undefined && to !== undefined && <Bar timeline={timeline} from={from} to={to} look="span" />}
        {work.map((each) => (
          <Bar timeline={timeline} from={each.from} to={each.to} look={`work ${each.how}`} />
        ))}
      </div>
      <div class="took">{from !== undefined && to !== undefined ? format.duration(to - from) : ''}</div>
      <div class="told">
        <span class="state">{step.waitsFor ? words.asks : states[state]}</span>{' '}
        {step.failure?.message ?? step.waitsFor?.about ?? step.summary ?? defaultText(state, words)}
        {step.reusedFrom !== undefined && <span class="dim"> ({words.reusedFrom(step.reusedFrom)})</span>}
        {step.because !== undefined && isNews(step.because) && (
          <p class="dim">
            {words.why}: {reasonWords(step.because)}
          </p>
        )}
        {isTold && (
          <ul class="attempts">
            {work.map((each) => (
              <Attempt {...each} />
            ))}
          </ul>
        )}
      </div>
    </li>
  );
}

const defaultText = (state: TimelineStep['state'], words: ReturnType<typeof useWords>['steps']): string =>
  state === 'blocked' ? words.blocked : state === 'skipped' ? words.skipped : '';

function Bar({ timeline, from, to, look }: { timeline: Timeline; from: number; to: number; look: string }) {
  const all = Math.max(1, timeline.to - timeline.from);
  const share = (time: number) => Math.round((time / all) * 10_000) / 100;
  return <span class={look} style={`left:${share(from - timeline.from)}%;width:${share(Math.max(0, to - from))}%`} />;
}

function Attempt({ attempt, from, to, host, how, code, message, resumedFrom, saved, lost }: Work) {
  const { steps: words, format } = useWords();
  const facts = [
    ...(resumedFrom === undefined ? [] : [words.from(resumedFrom)]),
    ...(saved === undefined ? [] : [words.saved(saved)]),
    ...(lost > 0 ? [words.lost(lost)] : []),
    format.duration(to - from),
  ];
  return (
    <li class={how}>
      <b>{words.attempt(attempt)}</b> <span class="state">{words.how[how]}</span> · {facts.join(', ')} ·{' '}
      <span class="dim">
        {format.moment(from)}, {host}
      </span>
      {message !== undefined && (
        <p class="message">
          {message.split('\n')[0]} <code>{code}</code>
        </p>
      )}
    </li>
  );
}
