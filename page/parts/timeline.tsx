import type { Timeline, TimelineStep, Work } from '../../core/report/timeline.ts';
import { isNews } from '../../core/words/reasons.ts';
import { useLinks, useWords } from '../words/words.ts';
import { Mark, shownState, stateWords } from './mark.tsx';
import { Stored } from './stored.tsx';
import { toldOf } from './told.ts';

/** Every step on one axis of time, with its state, its reason, and each of its attempts. */
export const TimelinePart = ({ timeline }: { timeline: Timeline }) => (
  <ol class="timeline">
    {timeline.steps.map((each) => (
      <Step {...each} timeline={timeline} />
    ))}
  </ol>
);

function Step({ timeline, ...own }: TimelineStep & { timeline: Timeline }) {
  const { id, uses, state, from, to, work, step, needs, doing } = own;
  const words = useWords();
  const { steps, states, format, said } = words;
  const { log, run } = useLinks();
  const name = (
    <div class="name">
      <Mark state={shownState(own)} /> <b>{id}</b> <span class="dim">{uses}</span>
      {log && work.length > 0 && (
        <a class="log" href={log(id)}>
          {steps.log}
        </a>
      )}
    </div>
  );
  const isToCome = state === 'waiting' && !step.waitsFor && !doing && work.length === 0;
  if (isToCome)
    return (
      <li class="step waiting" id={`step-${id}`}>
        {name}
        <div class="dim">{needs.length > 0 && steps.after(needs)}</div>
        <div class="took">{states.waiting}</div>
      </li>
    );
  const isTold = work.length > 1 || work.some(({ how }) => how !== 'succeeded' && how !== 'reused');
  const told = toldOf(own, words);
  return (
    <li class={`step ${shownState(own)}`} id={`step-${id}`}>
      {name}
      <div class="track" aria-hidden="true">
        {from !== undefined && to !== undefined && <Bar timeline={timeline} from={from} to={to} look="span" />}
        {work.map((each) => (
          <Bar timeline={timeline} from={each.from} to={each.to} look={`work ${each.how}`} />
        ))}
      </div>
      <div class="took">{from !== undefined && to !== undefined ? format.duration(to - from) : ''}</div>
      <div class="told">
        <span class="state">{stateWords(shownState(own), words)}</span>
        {needs.length > 0 && <span class="after dim"> {steps.after(needs)}</span>}{' '}
        {told.isStored ? <Stored>{told.text}</Stored> : told.text}
        {step.run !== undefined &&
          (run ? <a href={run(step.run)}>{step.run}</a> : <span class="code">{step.run}</span>)}
        {step.reusedFrom !== undefined && <span class="dim"> ({steps.reusedFrom(step.reusedFrom)})</span>}
        {step.because !== undefined && isNews(step.because) && (
          <p class="dim">
            {steps.why}:{' '}
            {typeof step.because === 'string' ? <Stored>{step.because}</Stored> : said.reason(step.because)}
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

function Bar({ timeline, from, to, look }: { timeline: Timeline; from: number; to: number; look: string }) {
  const all = Math.max(1, timeline.to - timeline.from);
  const share = (time: number) => Math.round((time / all) * 10_000) / 100;
  return <span class={look} style={`left:${share(from - timeline.from)}%;width:${share(Math.max(0, to - from))}%`} />;
}

/** Lines of a program that a message shows behind its first line, which mostly announces them. */
const maxLines = 3;

function shortened(message: string): string {
  const [first = '', ...more] = message.split('\n');
  return [first, ...more.slice(-maxLines)].join('\n');
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
          <Stored>{shortened(message)}</Stored> <code>{code}</code>
        </p>
      )}
    </li>
  );
}
