import type { Doing, Timeline, TimelineStep, Work } from '../../core/report/timeline.ts';
import { phaseWords } from '../../core/words/phases.ts';
import { isNews, reasonWords } from '../../core/words/reasons.ts';
import { waitWords } from '../../core/words/waits.ts';
import { useLinks, useWords } from '../words/words.ts';

/** Every step on one axis of time, with its state, its reason, and each of its attempts. */
export const TimelinePart = ({ timeline }: { timeline: Timeline }) => (
  <ol class="timeline">
    {timeline.steps.map((each) => (
      <Step {...each} timeline={timeline} />
    ))}
  </ol>
);

function Step({
  id,
  uses,
  state,
  from,
  to,
  work,
  step,
  needs,
  doing,
  timeline,
}: TimelineStep & { timeline: Timeline }) {
  const { steps: words, states, format } = useWords();
  const { log, run } = useLinks();
  const isTold = work.length > 1 || work.some(({ how }) => how !== 'succeeded' && how !== 'reused');
  const shown = step.waitsFor ? 'asks' : state;
  const isToCome = state === 'waiting' && !step.waitsFor && !doing && work.length === 0;
  if (isToCome)
    return (
      <li class="step waiting" id={`step-${id}`}>
        <div class="name">
          <i class="mark" aria-hidden="true" /> <b>{id}</b> <span class="dim">{uses}</span>
        </div>
        <div class="dim">{needs.length > 0 && words.after(needs)}</div>
        <div class="took">{states.waiting}</div>
      </li>
    );
  return (
    <li class={`step ${shown}`} id={`step-${id}`}>
      <div class="name">
        <i class="mark" aria-hidden="true" /> <b>{id}</b> <span class="dim">{uses}</span>
        {log && work.length > 0 && (
          <a class="log" href={log(id)}>
            {words.log}
          </a>
        )}
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
        {step.failure?.message ??
          step.waitsFor?.about ??
          step.summary ??
          (doing && doingText(doing, format.duration)) ??
          defaultText(state, words)}
        {step.run !== undefined &&
          (run ? <a href={run(step.run)}>{step.run}</a> : <span class="code">{step.run}</span>)}
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

/** What it waits for says more than what it would do. */
function doingText({ waitsFor, progress }: Doing, duration: (milliseconds: number) => string): string | undefined {
  if (waitsFor) return waitWords(waitsFor, Date.now(), duration);
  if (!progress) return undefined;
  const share = progress.fraction === undefined ? '' : `${Math.round(progress.fraction * 100)} % `;
  return `${share}${phaseWords(progress.phase)}`;
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
