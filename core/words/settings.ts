import type { SettingChange, SettingProblem } from '../setting-problems.ts';
import { joined } from './diagnostics/said.ts';

/** One sentence: the variable, what it must be, what it is, and what to write. */
export function settingProblemWords({ code, facts }: SettingProblem): string {
  const { variable, value } = facts;
  const got = `got ${JSON.stringify(value)}`;
  switch (code) {
    case 'relative-path':
      return `${variable} must be an absolute path, ${got}: it means another folder in each folder; write ${variable}=${facts.absolute}`;
    case 'home-of-other':
      return `${variable} must be an absolute path or begin with \`~/\`, ${got}: the home of another user is not looked up`;
    case 'not-url':
      return `${variable} must be an address that begins with ${schemes(facts.schemes)}, ${got}${write(variable, facts.write)}`;
    case 'unknown-scheme':
      return `${variable} must begin with ${schemes(facts.schemes)}, ${got}${write(variable, facts.write)}`;
    case 'not-address':
      return `${variable} must be HOST:PORT without a scheme or a path, ${got}${write(variable, facts.write)}`;
    case 'not-choice':
      return `${variable} must be ${joined(facts.choices, 'or')} or unset, ${got}`;
    case 'not-number':
      return `${variable} must be a whole number ${facts.max === undefined ? `of at least ${facts.min}` : `from ${facts.min} to ${facts.max}`}, ${got}`;
    case 'not-duration':
      return `${variable} must be a duration of at least ${facts.minSeconds} s, ${got}; write for example ${variable}=30s`;
    case 'missing-file':
      return `${variable} must name a file or folder that exists, ${got}`;
    case 'not-devices':
      return `${variable} must list numbers or ids of devices, such as 0 or 0,1 (empty: no device), ${got}`;
    case 'not-ollama-host':
      return `${variable} must be the address of an Ollama, such as http://gpu-box:11434, ${got}${write(variable, facts.write)}`;
  }
}

const schemes = (all: readonly string[]) =>
  joined(
    all.map((scheme) => `${scheme}://`),
    'or',
  );

const write = (variable: string, value: string | undefined) =>
  value === undefined ? '' : `; write ${variable}=${value}`;

/** Of a training on the CPU beside GPUs that the driver lists. */
export const unusedGpuWords = (gpus: readonly string[]): string =>
  `on the CPU, though nvidia-smi lists ${joined(gpus, 'and')}`;

export const unusedGpuRemedy =
  'Check the driver, LD_LIBRARY_PATH and CUDA_VISIBLE_DEVICES in the shell, then run `npx temper down` and `npx temper up`: the workers keep what they began with.';

/** What differs between the running services and this shell, in one line. */
export const settingChangeWords = (changes: readonly SettingChange[]): string =>
  `the running services have other settings than this shell: ${changes.map(changeWords).join('; ')}. \`npx temper down\` and \`npx temper up\` take these over`;

function changeWords({ variable, hidden, there, here }: SettingChange): string {
  if (there === undefined) return `${variable} is ${hidden ? 'set' : here} only here`;
  if (here === undefined) return `${variable} is ${hidden ? 'set' : there} only there`;
  return hidden ? `${variable} has another value` : `${variable} is ${there} there and ${here} here`;
}
