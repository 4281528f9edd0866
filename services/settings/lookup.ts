import { settings } from './catalogue.ts';
import type { Environment } from './reading.ts';
import type { Setting } from './setting.ts';

export const allSettings: readonly Setting[] = Object.values(settings).flat();

/** The names in an environment that a setting stands for. */
export const namesOf = (setting: Setting, env: Environment): string[] =>
  setting.name.endsWith('*')
    ? Object.keys(env).filter((name) => settingOf(name) === setting)
    : [setting.name, ...(setting.eitherCase ? [setting.name.toLowerCase()] : [])].filter(
        (name) => env[name] !== undefined,
      );

/** The setting of a variable. A whole name counts before a group, and the longer group before the shorter. */
export function settingOf(name: string): Setting | undefined {
  return exact.get(name) ?? groups.find((group) => name.startsWith(group.name.slice(0, -1)));
}

const exact = new Map(
  allSettings.flatMap((setting) => [
    [setting.name, setting] as const,
    ...(setting.eitherCase ? [[setting.name.toLowerCase(), setting] as const] : []),
  ]),
);
const groups = allSettings.filter(({ name }) => name.endsWith('*')).sort((a, b) => b.name.length - a.name.length);
