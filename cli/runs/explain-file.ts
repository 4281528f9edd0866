import { readdirSync, statSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { foreignPath } from '../../core/language/spelling/foreign-path.ts';
import { findLookalikes } from '../../core/language/spelling/lookalikes.ts';
import { nearest } from '../../core/language/spelling/suggest.ts';
import { lookalikeWords } from '../../core/words/diagnostics/lookalikes.ts';

/** Names that a message shows. */
const maxNames = 5;

/** What to write in place of a name that is no readable file: what people type there, and what lies near it. */
export function hintForFile(file: string): string | undefined {
  const [odd] = findLookalikes(file);
  if (odd) {
    const { message, hint } = lookalikeWords(odd);
    return `${message} in the name: ${hint}`;
  }
  const foreign = foreignPath(file);
  if (foreign?.is === 'address') return 'temper reads files of this machine; download it first';
  if (foreign && 'write' in foreign) return `write \`${foreign.write}\``;
  if (isRunId(file))
    return `this is the id of a run: \`npx temper show ${file}\` shows it, \`npx temper rerun ${file}\` runs it again`;
  if (file.startsWith('~/')) return 'inside quotes a shell leaves `~` as it is; write the name without quotes';
  const folder = isFolder(file) ? file : dirname(file);
  const pipelines = pipelinesIn(folder);
  const shown = (name: string) => `\`${folder === '.' ? name : join(folder, name)}\``;
  if (isFolder(file))
    return pipelines.length === 0 ? undefined : `it holds ${pipelines.slice(0, maxNames).map(shown).join(', ')}`;
  const stem = (name: string) =>
    basename(name)
      .replace(/(?:\.(?:ya?ml|txt))+$/i, '')
      .toLowerCase();
  const meant = pipelines.find((name) => stem(name) === stem(file)) ?? nearest(basename(file), pipelines);
  if (meant !== undefined) return `did you mean ${shown(meant)}?`;
  if (pipelines.length > 0) return `this folder holds ${pipelines.slice(0, maxNames).map(shown).join(', ')}`;
  return folder === '.' ? '`npx temper init rows.jsonl` writes a pipeline for rows of yours' : undefined;
}

/** Names of the pipelines in a folder. */
export const pipelinesIn = (folder: string): string[] =>
  namesIn(folder).filter((name) => /\.ya?ml(?:\.txt)?$/i.test(name));

const isRunId = (text: string) => /^(?:@latest|[a-z][\w-]*-\d{8}-\d{6}-\w+)$/.test(text);

function isFolder(path: string): boolean {
  try {
    return statSync(path).isDirectory();
  } catch {
    return false;
  }
}

function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder).sort();
  } catch {
    return [];
  }
}
