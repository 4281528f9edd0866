import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { isChinese } from '../../../core/documents/ask-for-rows.ts';
import {
  chooseDocumentBase,
  chooseWriter,
  documentPipeline,
  isDocumentName,
} from '../../../core/init/document-pipeline.ts';
import { meantBase } from '../../../core/init/named-base.ts';
import { modelName, nameProblem } from '../../../core/init/names.ts';
import { capacityWords } from '../../../core/words/init.ts';
import { inspectCapacity } from '../../../services/inspection/inspect-capacity.ts';
import { packageFile } from '../../../services/machine/package-root.ts';
import { printJson } from '../../json/print-json.ts';
import { localBase } from '../../runs/local-base.ts';
import { UserError } from '../../user-error.ts';
import type { BeginOptions } from './begin-options.ts';
import { filesOf, fromHere, refuseExisting } from './write-pipeline.ts';

/** Whether a path names documents in place of rows: by its name, and of text by its first character. */
export function namesDocuments(path: string): boolean {
  if (!existsSync(path)) return false;
  if (statSync(path).isDirectory()) return readdirSync(path).some(isDocumentName);
  if (isDocumentName(path)) return true;
  return /\.(?:txt|text)$/i.test(path) && !/^\s*[[{]/.test(beginningOf(path));
}

const sampleBytes = 65_536;
const beginningOf = (path: string): string =>
  readFileSync(path)
    .toString('utf8', 0, sampleBytes)
    .replace(/^\uFEFF/, '');

/** Writes a pipeline that makes rows of documents. */
export async function initDocuments(documents: string, options: BeginOptions): Promise<number> {
  if (options.from !== undefined)
    throw new UserError('`--from` takes over settings for rows, and there are none yet', {
      hint: `leave it out: \`npx temper init ${documents}\``,
    });
  const name = options.name ?? modelName(documents.replace(/\/+$/, ''));
  const problem = nameProblem(name);
  if (problem !== undefined) throw new UserError(`--name ${name}: ${problem}`);
  if (options.base !== undefined) await localBase(options.base);
  const { pipeline } = filesOf(name);
  const review = `${name}.review.jsonl`;
  refuseExisting([pipeline], options.force);
  const capacity = await inspectCapacity();
  const named = options.base === undefined ? undefined : meantBase(options.base, capacity);
  const base = chooseDocumentBase(capacity, languageOf(documents), named);
  const writer = chooseWriter(capacity);
  const text = documentPipeline(base, writer, {
    ...{
      name,
      schema: fromHere(packageFile('pipeline.schema.json')),
      source: fromHere(documents),
      review: `./${review}`,
    },
    head: [
      `Written by \`temper init\` for ${basename(documents)}. Every value may be changed; the comments say why it was chosen.`,
      capacityWords(capacity),
    ],
  });
  await writeFile(pipeline, text);
  const pull = !writer.present || (base.rival !== undefined && !base.present);
  if (options.json) {
    const none = { exam: null, questions: 0, rows: null, options: [], left: [] };
    printJson('init', { pipeline, base: base.base, pull, ...none });
    return 0;
  }
  process.stdout.write(
    [
      `${pipeline}: has ${writer.model} write rows of ${documents}, and trains ${base.base} on those that you keep`,
      `hint: start it with \`npx temper run ${pipeline}${pull ? ' --pull' : ''}\`; it ends when the rows wait for your review`,
      '',
    ].join('\n'),
  );
  return 0;
}

/** Of text that can be read as it is; the language of a PDF is known to its reader alone. */
function languageOf(documents: string): string | undefined {
  const files = statSync(documents).isDirectory()
    ? readdirSync(documents).map((file) => join(documents, file))
    : [documents];
  const text = files.find((file) => /\.(?:md|markdown|txt|text|html?)$/i.test(file));
  const sample = `${files.map((file) => basename(file)).join(' ')} ${text === undefined ? '' : beginningOf(text)}`;
  return isChinese(sample) ? 'zh' : undefined;
}
