import { settingChangeWords, settingProblemWords } from '../../core/words/settings.ts';
import type { Home } from '../machine/home.ts';
import { settingProblems } from '../settings/settings.ts';
import { stackState } from '../stack/state.ts';
import { changesSinceUp } from '../stack/up-and-down.ts';
import type { MachineCheck } from './check.ts';

/** Environment variables: malformed ones, and those that the running services have with another value. */
export async function settings(home: Home): Promise<MachineCheck[]> {
  const name = 'settings';
  const problems = settingProblems(process.env);
  const state = await stackState(home);
  const changes = state ? changesSinceUp(home, state) : [];
  return [
    ...problems.map((problem) => ({
      name,
      ok: false,
      detail: settingProblemWords(problem),
      remedy: 'Correct it or unset it; docs/settings.md lists all.',
    })),
    ...(changes.length > 0 ? [{ name, ok: true, detail: settingChangeWords(changes) }] : []),
    ...(problems.length + changes.length === 0
      ? [{ name, ok: true, detail: 'no environment variable is malformed' }]
      : []),
  ];
}
