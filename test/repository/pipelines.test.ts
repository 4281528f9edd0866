import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { renderDiagnostics } from '../../cli/view/diagnostics/render-diagnostics.ts';
import { renderProblems } from '../../cli/view/diagnostics/render-problems.ts';
import { markedValues } from '../../core/kinds/options/option-marks.ts';
import { checkDocument, makePlan } from '../../core/language/plan/make-plan.ts';

const root = resolve(dirname(fileURLToPath(import.meta.url)), '../..');
const read = (path: string) => readFileSync(resolve(root, path), 'utf8');
const yamlIn = (folder: string) =>
  readdirSync(resolve(root, folder))
    .filter((name) => name.endsWith('.yaml'))
    .map((name) => `${folder}/${name}`);
const rules = (path: string) => ({
  fromDocument: (file: string) => resolve(root, dirname(path), file),
  fromShell: (file: string) => resolve(file),
});

for (const path of yamlIn('pipelines')) {
  test(`${path} is valid and can be planned`, () => {
    const planned = makePlan(read(path), path, {}, rules(path));
    assert.ok(planned.plan, renderProblems(planned, path));
  });

  test(`${path} names its schema in the first line`, () => {
    assert.equal(read(path).split('\n')[0], '# yaml-language-server: $schema=../pipeline.schema.json');
  });

  test(`${path} names only files that are shipped with it`, () => {
    const { plan } = makePlan(read(path), path, {}, rules(path));
    const files = plan!.steps.flatMap((step) =>
      markedValues(step.uses, step.with).filter(({ mark }) => mark === 'path'),
    );
    assert.deepEqual(
      files.filter(({ value }) => !existsSync(value)).map(({ value }) => value),
      [],
    );
  });
}

const broken = yamlIn('pipelines/invalid');
for (const path of broken) {
  test(`${path} gets exactly the text beside it`, () => {
    const text = read(path);
    assert.equal(renderDiagnostics(checkDocument(text).diagnostics, text, path), read(path.replace(/\.yaml$/, '.txt')));
  });
}

test('there are at least twelve broken documents, and no text without one', () => {
  assert.ok(broken.length >= 12);
  const texts = readdirSync(resolve(root, 'pipelines/invalid')).filter((name) => name.endsWith('.txt'));
  assert.deepEqual(
    texts.map((name) => name.replace('.txt', '.yaml')).sort(),
    broken.map((path) => path.split('/').at(-1)).sort(),
  );
});
