import { copyFile, readFile, writeFile } from 'node:fs/promises';
import { packageFile } from '../../../services/machine/package-root.ts';
import { smallModel } from '../../../services/setup/models/add-to-ollama.ts';
import { printJson } from '../../json/print-json.ts';
import type { BeginOptions } from './begin-options.ts';
import { fromHere, refuseExisting } from './write-pipeline.ts';

const files = { pipeline: 'first-model.yaml', rows: 'first-model.rows.jsonl', exam: 'first-model.exam.jsonl' };

/** Writes the pipeline that `npm start` runs, with its rows and its exam, into the current folder. */
export async function writeExample({ force, json }: BeginOptions): Promise<number> {
  refuseExisting(Object.values(files), force);
  const text = await readFile(packageFile('pipelines/first-model.yaml'), 'utf8');
  const places: readonly (readonly [shipped: string, here: string])[] = [
    ['../pipeline.schema.json', fromHere(packageFile('pipeline.schema.json'))],
    ['../data/quickstart/train.jsonl', `./${files.rows}`],
    ['../data/quickstart/eval.jsonl', `./${files.exam}`],
    ['npx temper run pipelines/first-model.yaml', `npx temper run ${files.pipeline}`],
  ];
  await copyFile(packageFile('data/quickstart/train.jsonl'), files.rows);
  await copyFile(packageFile('data/quickstart/eval.jsonl'), files.exam);
  await writeFile(
    files.pipeline,
    places.reduce((written, [shipped, here]) => written.replaceAll(shipped, here), text),
  );
  if (json) {
    const { pipeline, exam } = files;
    printJson('init', {
      pipeline,
      exam,
      questions: 11,
      base: `ollama:${smallModel}`,
      pull: true,
      rows: null,
      options: [],
      left: [],
    });
    return 0;
  }
  process.stdout.write(
    [
      `${files.pipeline}: the example that \`npm start\` runs`,
      `${files.rows}: its rows, 174 questions with answers; replace them with your own`,
      `${files.exam}: its exam`,
      `hint: start it with \`npx temper run ${files.pipeline} --pull\`; with rows of yours, \`npx temper init rows.jsonl\` chooses every option for them`,
      '',
    ].join('\n'),
  );
  return 0;
}
