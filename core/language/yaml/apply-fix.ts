import {
  type Document,
  isAlias,
  isMap,
  isScalar,
  isSeq,
  type Pair,
  parseDocument,
  stringify,
  type YAMLMap,
} from 'yaml';
import type { Path } from '../diagnostic.ts';
import type { Fix } from '../fixes/fix.ts';

/**
 * Applies a change to the text of a document. The parsed document says where a value stands, and only that place is
 * written: comments, quotes, blank lines and flow maps stay as they are, which the library's own writer does not keep.
 * Undefined where the place has no text of its own, as a value that comes from an alias.
 */
export function applyFix(text: string, fix: Fix): string | undefined {
  if (fix.change === 'text') return `${text.slice(0, fix.at)}${fix.text}${text.slice(fix.end)}`;
  const document = parseDocument(text, { prettyErrors: false, uniqueKeys: false });
  return fix.change === 'value' ? withValue(text, document, fix) : withoutPair(text, document, fix.path);
}

function withValue(text: string, document: Document, { path, value }: Fix & { change: 'value' }): string | undefined {
  const node = nodeAt(document, path);
  if (!isScalar(node) || !node.range || node.anchor) return undefined;
  const [at, end] = node.range;
  // Inside a flow map commas and braces would end a plain text.
  const written = stringify(value, {
    defaultStringType: typeof value === 'string' && /[,[\]{}#:*&!|>%@`]/.test(value) ? 'QUOTE_DOUBLE' : 'PLAIN',
    lineWidth: 0,
  }).trimEnd();
  return `${text.slice(0, at)}${written}${text.slice(end)}`;
}

function withoutPair(text: string, document: Document, path: Path): string | undefined {
  const parentPath = path.slice(0, -1);
  const parent = nodeAt(document, parentPath);
  if (!isMap(parent)) return undefined;
  const pair = pairOf(parent, path.at(-1)!);
  if (!pair || !isScalar(pair.key) || !pair.key.range) return undefined;
  // An empty block map would be no map at all, so its own key goes too.
  if (parent.items.length === 1 && parentPath.length > 0) return withoutPair(text, document, parentPath);
  const [at, end] = [pair.key.range[0], endOf(pair)];
  return parent.flow ? withoutItem(text, at, end) : withoutLines(text, at, end);
}

/** Of the value, or of a key without one. The third offset of a range lies behind a comment. */
const endOf = ({ key, value }: Pair): number =>
  ((value as { range?: readonly number[] } | null)?.range ?? (key as { range: readonly number[] }).range)[1]!;

/** With the comma behind it, or before the last one. */
function withoutItem(text: string, at: number, end: number): string {
  const [behind] = /^\s*,[ \t]*/.exec(text.slice(end)) ?? [];
  if (behind !== undefined) {
    const rest = end + behind.length;
    const isAlone = /(?:^|\n)[ \t]*$/.test(text.slice(0, at)) && /^(?:#[^\n]*)?\r?\n/.test(text.slice(rest));
    return isAlone ? withoutLines(text, at, rest) : text.slice(0, at) + text.slice(rest);
  }
  return text.slice(0, at).replace(/,\s*$/, '') + text.slice(end);
}

/** The whole lines, with a comment at their end. A comment above stays: it may be about what follows. */
function withoutLines(text: string, at: number, end: number): string {
  const from = text.lastIndexOf('\n', at - 1) + 1;
  // The first key of an item of a list stands behind its dash.
  if (text.slice(from, at).trim() !== '') return text.slice(0, at) + text.slice(end).replace(/^[^\n]*\n\s*/, '');
  const line = text.indexOf('\n', Math.max(at, end - 1));
  return text.slice(0, from) + (line < 0 ? '' : text.slice(line + 1));
}

function nodeAt(document: Document, path: Path): unknown {
  let node: unknown = document.contents;
  for (const key of path) {
    if (isAlias(node)) return undefined;
    if (isMap(node)) node = pairOf(node, key)?.value;
    else if (isSeq(node)) node = node.items[Number(key)];
    else return undefined;
  }
  return node;
}

const pairOf = (map: YAMLMap, name: string | number): Pair | undefined =>
  map.items.find(({ key }) => isScalar(key) && String(key.value) === String(name));
