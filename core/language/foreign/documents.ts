import { isRecord } from '../../json.ts';
import { type Program, programs } from './programs.ts';
import type { ForeignText } from './texts.ts';
import { foreignWords, snakeCase } from './words.ts';

/** What a document is that is no pipeline. */
export type ForeignDocument =
  | { text: ForeignText }
  /** `equivalents`: its keys, and the options of a pipeline that mean the same. */
  | { program: string; is: Program['is']; equivalents: readonly (readonly [theirs: string, ours: string])[] };

/** Options of a pipeline, as `kind.option`: of steps that read rows, and of those that train. */
interface Options {
  rows: readonly string[];
  training: readonly string[];
}

/** Equivalents that a message shows. */
const maxEquivalents = 8;

/** Finds the program whose document this is, and the key by which it is known. `options` lists those of a pipeline, and is called only for a match. */
export function foreignDocument(
  value: Readonly<Record<string, unknown>>,
  options: () => Options,
): { document: ForeignDocument; key: string } | undefined {
  if ('steps' in value || Object.values(value).some(holdsSteps)) return undefined;
  const keys = Object.keys(value);
  const scored = programs.map((program) => ({ program, ...score(program, keys, value) }));
  const best = scored.reduce((a, b) => (b.points > a.points ? b : a));
  if (best.points < 3) return undefined;
  const { name, is } = best.program;
  const equivalents = is === 'trainer' ? equivalentsOf(keys, options()).slice(0, maxEquivalents) : [];
  return { document: { program: name, is, equivalents }, key: best.key };
}

/** Steps under a key of another name are a misspelt pipeline. The actions that a job of GitHub uses have a slash. */
const holdsSteps = (value: unknown) =>
  isRecord(value) &&
  Object.values(value).some((step) => isRecord(step) && typeof step.uses === 'string' && !step.uses.includes('/'));

/** Three points for a key of its own, one for a shared one; all for a key that each value has. */
function score(
  { own, shared = [], inside }: Program,
  keys: readonly string[],
  value: Readonly<Record<string, unknown>>,
) {
  const ownKeys = keys.filter((key) => own.includes(key));
  const sharedKeys = keys.filter((key) => shared.includes(key));
  const holders =
    inside === undefined ? [] : keys.filter((key) => isRecord(value[key]) && inside in (value[key] as object));
  const points = 3 * ownKeys.length + sharedKeys.length + 5 * holders.length;
  return { points, key: ownKeys[0] ?? holders[0] ?? sharedKeys[0] ?? '' };
}

/** Words that name the rows: a step of their own reads them. */
const ofRows = /data|train_file|^val_|_split/;

function equivalentsOf(keys: readonly string[], { rows, training }: Options): [string, string][] {
  return keys.flatMap((key): [string, string][] => {
    const spelt = snakeCase(key);
    const known = Object.hasOwn(foreignWords, spelt) ? foreignWords[spelt]! : [];
    const wanted = [spelt, ...known].map((word) => word.split(': ')[0]!);
    const among = ofRows.test(spelt) ? rows : training;
    const ours = wanted.flatMap((word) => among.filter((path) => path.slice(path.indexOf('.') + 1) === word));
    return ours[0] === undefined ? [] : [[key, ours[0]]];
  });
}
