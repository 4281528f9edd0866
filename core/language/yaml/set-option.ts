import { type Document, isAlias, isCollection, isMap, isNode, isScalar, type Node, parseDocument } from 'yaml';

/**
 * Sets an option of a step in the text of a document, and leaves all else as it is written; `value` is read as YAML, so
 * that `1e-4` is a number and `[q_proj, v_proj]` a list. Whether the option exists, and may have this value, is for the
 * check of the new text to say. Throws SetError where the text offers no place for it.
 */
export function setOption(text: string, path: readonly string[], value: string): string {
  const document = parseDocument(text, { prettyErrors: false });
  const wanted = readValue(value);
  const old = nodeAt(document, path);
  if (isScalar(old) && old.range && !old.anchor && (isFlowing(wanted) || isScalar(wanted))) {
    const [start, end] = old.range;
    return `${text.slice(0, start)}${flowText(wanted)}${text.slice(end)}`;
  }
  unshare(document, path);
  try {
    document.setIn(path, wanted);
  } catch {
    throw new SetError(`${path.slice(0, -1).join('.')} is no map, so nothing can be set in it`);
  }
  try {
    return document.toString({ lineWidth: 0 });
  } catch {
    throw new SetError(`what stands at ${path.join('.')} is used elsewhere by its anchor; change the document itself`);
  }
}

/** What was given with `--set` cannot be set. */
export class SetError extends Error {}

function readValue(text: string): Node | null {
  const document = parseDocument(text, { prettyErrors: false });
  const error = document.errors[0];
  if (error) throw new SetError(`the value ${text} is no YAML: ${error.message}`);
  return document.contents;
}

const isFlowing = (node: unknown) => isCollection(node) && node.flow === true;

/** In one line: what it replaces may stand in a flow map, where commas and braces would end it. */
function flowText(node: Node | null): string {
  const plain = node === null ? null : (node.toJSON() as unknown);
  return typeof plain === 'string'
    ? JSON.stringify(plain)
    : isScalar(node)
      ? String(node.source ?? plain)
      : JSON.stringify(plain);
}

function nodeAt(document: Document, path: readonly string[]): unknown {
  let node: unknown = document.contents;
  for (const key of path) {
    if (!isMap(node)) return undefined;
    node = node.get(key, true);
  }
  return node;
}

/** An anchor's value stands in several places: what is set for one step must not change another's. */
function unshare(document: Document, path: readonly string[]): void {
  for (let length = 1; length < path.length; length++) {
    const part = path.slice(0, length);
    const node = nodeAt(document, part);
    if (!isAlias(node)) continue;
    const copy = node.resolve(document)?.clone();
    if (!isNode(copy)) return;
    if ('anchor' in copy) delete copy.anchor;
    document.setIn(part, copy);
  }
}
