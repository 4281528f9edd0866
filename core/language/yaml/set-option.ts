import { type Document, isAlias, isCollection, isMap, isNode, isScalar, type Node, parseDocument } from 'yaml';
import type { ReasonOf } from '../coded-reason.ts';

/**
 * Sets an option of a step in the text of a document, and leaves the rest as it is written. `value` is read as YAML, so
 * that `1e-4` is a number and `[q_proj, v_proj]` a list. The check of the new text finds out whether the option exists and
 * may have this value. Throws SetError where the text has no place for it.
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
    throw new SetError({ reason: 'parent-not-a-map', facts: { path: path.slice(0, -1) } });
  }
  try {
    return document.toString({ lineWidth: 0 });
  } catch {
    throw new SetError({ reason: 'value-with-alias', facts: { path } });
  }
}

/** Why an option cannot be set. */
export interface SetFacts {
  'value-not-yaml': { parser: string };
  'parent-not-a-map': { path: readonly string[] };
  /** The old value is used elsewhere through its anchor. */
  'value-with-alias': { path: readonly string[] };
}

export class SetError extends Error {
  readonly problem: ReasonOf<SetFacts>;
  constructor(problem: ReasonOf<SetFacts>) {
    super(problem.reason);
    this.problem = problem;
  }
}

function readValue(text: string): Node | null {
  const document = parseDocument(text, { prettyErrors: false });
  const error = document.errors[0];
  if (error) throw new SetError({ reason: 'value-not-yaml', facts: { parser: error.message } });
  return document.contents;
}

const isFlowing = (node: unknown) => isCollection(node) && node.flow === true;

/** Writes a value in one line, because the old value may be inside a flow map, where commas and braces would end it. */
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

/** Replaces aliases on the path by copies: a value set for one step must not change another's. */
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
