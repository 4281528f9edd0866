import type { Decision } from '../estimates/decisions.ts';
import type { ForeseenStep, PlanForecast } from '../estimates/plan-forecast.ts';
import { joined } from './diagnostics/said.ts';
import { gigabytes } from './gigabytes.ts';
import { reasonWords } from './reasons.ts';

/** What happens to a step: one word, and why. */
export function decisionWords(decision: Decision): { what: string; why: string } {
  switch (decision.action) {
    case 'reuse':
      return { what: 'reuse', why: decision.because ? reasonWords(decision.because) : 'an equal step has run' };
    case 'run':
      return { what: 'run', why: decision.because ? reasonWords(decision.because) : '' };
    case 'after':
      return {
        what: 'run',
        why: `${joined(decision.steps, 'and')} ${decision.steps.length > 1 ? 'run' : 'runs'} first; reused if its input comes out equal`,
      };
    case 'condition':
      return { what: 'perhaps', why: 'its condition is known in the run' };
    case 'ask':
      return { what: 'ask', why: 'a person answers' };
    case 'unknown':
      return { what: 'unknown', why: decision.message };
  }
}

/** Seconds as people say them: `20 s`, `3 min`, `2 h 10 min`. */
export function aboutSeconds(seconds: number): string {
  if (seconds < 90) return `${Math.max(1, Math.round(seconds))} s`;
  const minutes = Math.round(seconds / 60);
  if (minutes < 120) return `${minutes} min`;
  const [hours, rest] = [Math.floor(minutes / 60), minutes % 60];
  return rest === 0 ? `${hours} h` : `${hours} h ${rest} min`;
}

/** Bytes as people say them. */
export const aboutBytes = (bytes: number): string =>
  bytes >= 1e9 ? `${gigabytes(bytes)} GB` : `${Math.max(1, Math.round(bytes / 1e6))} MB`;

/** The time, disk and memory of a step, each empty where it is not known. */
export function needsWords({ seconds, disk, memory, device }: ForeseenStep): {
  time: string;
  disk: string;
  memory: string;
} {
  return {
    time: seconds === undefined ? '' : aboutSeconds(seconds),
    disk: disk === undefined ? '' : aboutBytes(disk),
    memory: device !== undefined ? `${aboutBytes(device)} GPU` : memory === undefined ? '' : aboutBytes(memory),
  };
}

/** The whole run in one line. */
export function totalWords({ steps, total }: PlanForecast): string {
  const reused = steps.filter(({ decision }) => decision.action === 'reuse').length;
  if (reused === steps.length) return 'nothing to do: every step is reused';
  const parts = [
    total.seconds > 0 ? `about ${aboutSeconds(total.seconds)}` : '',
    total.disk > 0 ? `${aboutBytes(total.disk)} of disk` : '',
    total.device === undefined ? '' : `${aboutBytes(total.device)} of GPU memory`,
    total.device === undefined && total.memory > 0 ? `${aboutBytes(total.memory)} of memory` : '',
  ].filter(Boolean);
  const unknown = total.unknown.length === 0 ? '' : `; not known: ${total.unknown.join(', ')}`;
  return `${parts.join(', ')}${unknown}`;
}
