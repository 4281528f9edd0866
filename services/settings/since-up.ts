import { createHash } from 'node:crypto';
import type { SettingChange } from '../../core/setting-problems.ts';
import { withoutCredentials } from '../machine/mask.ts';
import { allSettings, namesOf } from './lookup.ts';
import { readDevices } from './plain-values.ts';
import { eitherCase } from './proxies.ts';
import type { Environment } from './reading.ts';
import type { Setting } from './setting.ts';
import { usualOllama } from './settings.ts';

/** By variable: a digest of its meaning, and the meaning itself where people may see it. */
export type KeptSettings = Readonly<Record<string, { digest: string; shown?: string }>>;

/** The settings that the services keep for as long as they run. `salt` keeps digests of equal secrets apart. */
export function keptSettings(env: Environment, salt: string): KeptSettings {
  const kept = allSettings.filter((setting) => setting.kept);
  return Object.fromEntries(
    kept.flatMap((setting) => {
      const names = setting.eitherCase ? [setting.name] : namesOf(setting, env);
      return names.flatMap((name) => {
        const text = setting.eitherCase ? eitherCase(name, env) : env[name];
        const meaning = meaningOf(setting, text ?? '');
        // Without a value all devices are meant, with an empty one none.
        if (text === undefined || (text === '' && setting.read !== readDevices) || meaning === usualOllama) return [];
        const digest = createHash('sha256').update(`${salt} ${name} ${meaning}`).digest('hex').slice(0, 16);
        return [[name, { digest, ...(setting.secret ? {} : { shown: shown(meaning) }) }]];
      });
    }),
  );
}

function meaningOf(setting: Setting, text: string): string {
  const reading = setting.read?.(text);
  return reading && 'value' in reading ? String(reading.value) : text;
}

const shown = (meaning: string) => (meaning === '' ? '(empty)' : withoutCredentials(meaning));

/** What differs between the services and this shell. */
export function settingChanges(then: KeptSettings, now: KeptSettings): SettingChange[] {
  return [...new Set([...Object.keys(then), ...Object.keys(now)])].sort().flatMap((variable) => {
    const [before, after] = [then[variable], now[variable]];
    if (before?.digest === after?.digest) return [];
    const isHidden = [before, after].some((each) => each && each.shown === undefined) || before?.shown === after?.shown;
    return [
      {
        variable,
        ...(isHidden ? { hidden: true as const } : {}),
        ...(before ? { there: before.shown ?? '' } : {}),
        ...(after ? { here: after.shown ?? '' } : {}),
      },
    ];
  });
}
