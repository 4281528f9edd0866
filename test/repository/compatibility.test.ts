import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { readProved, types } from '../../lab/compatibility/proved.ts';
import earlier from '../../scripts/test/ollama-pins.json' with { type: 'json' };
import { pins } from '../../services/setup/versions.ts';

const { cells, families, refusals } = readProved();
const again = 'if not: npm run compatibility';

/** The names of a dictionary in test/trainer/families.py. */
function namesIn(dictionary: string): string[] {
  const text = readFileSync(new URL('../trainer/families.py', import.meta.url), 'utf8');
  const body = text.slice(text.indexOf(`\n${dictionary}: dict`)).split('\n}\n', 1)[0]!;
  return [...body.matchAll(/^ {4}"([^"]+)": /gm)].map((match) => match[1]!);
}

test(`the page has a row for each family, and each base that is refused (${again})`, () => {
  assert.deepEqual(Object.keys(families), namesIn('FAMILIES'));
  assert.deepEqual(refusals.map(({ base }) => base).sort(), namesIn('REFUSED').sort());
});

test(`each cell is of a family, a type and an Ollama that can be tried again, and stands there once (${again})`, () => {
  const ollamas = [pins.ollama.version, ...Object.keys(earlier)];
  const possible = ollamas.flatMap((ollama) =>
    namesIn('FAMILIES').flatMap((family) => types.map((type) => `${ollama} ${family} ${type}`)),
  );
  const there = cells.map(({ ollama, family, type }) => `${ollama} ${family} ${type}`);
  assert.deepEqual(
    there.filter((cell) => !possible.includes(cell)),
    [],
  );
  assert.equal(new Set(there).size, there.length);
});

test(`the Ollama that temper pins is on the page (${again})`, () => {
  assert.ok(cells.some(({ ollama }) => ollama === pins.ollama.version));
});

test('a failed cell says in which step, and why', () => {
  for (const { failed } of cells) assert.ok(failed === undefined || (failed.step !== '' && failed.why !== ''));
});
