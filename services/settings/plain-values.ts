import { milliseconds } from '../../core/run/duration.ts';
import type { Reading } from './reading.ts';

export const readChoice =
  (...choices: readonly string[]) =>
  (text: string): Reading<string> =>
    choices.includes(text) ? { value: text } : { problem: { code: 'not-choice', facts: { choices } } };

export const readNumber =
  (min: number, max?: number) =>
  (text: string): Reading<string> => {
    const number = /^\s*\d{1,9}\s*$/.test(text) ? Number(text) : Number.NaN;
    return number >= min && number <= (max ?? number)
      ? { value: `${number}` }
      : { problem: { code: 'not-number', facts: { min, ...(max === undefined ? {} : { max }) } } };
  };

export const readDuration =
  (minSeconds: number) =>
  (text: string): Reading<string> => {
    try {
      if (milliseconds(text) >= minSeconds * 1_000) return { value: text };
    } catch {
      // Not a duration at all.
    }
    return { problem: { code: 'not-duration', facts: { minSeconds } } };
  };

/** `CUDA_VISIBLE_DEVICES`, with no device as the empty text. CUDA takes a word that it does not know for no device. */
export function readDevices(text: string): Reading<string> {
  const devices = text
    .replace(/,\s*$/, '')
    .split(',')
    .map((device) => device.trim());
  if (/^(?:|-\d+|none|void|NoDevFiles)$/i.test(devices[0]!)) return { value: '' };
  return devices.every((device) => /^(?:\d+|-1|(?:GPU|MIG)-[\w/-]+)$/i.test(device))
    ? { value: devices.join(',') }
    : { problem: { code: 'not-devices', facts: {} } };
}

/** `OMP_NUM_THREADS`: a number for each level of nesting. */
export function readThreads(text: string): Reading<string> {
  const isCount = text.split(',').every((part) => /^\s*\d{1,6}\s*$/.test(part) && Number(part) > 0);
  return isCount ? { value: text } : { problem: { code: 'not-number', facts: { min: 1 } } };
}
