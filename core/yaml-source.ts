import { type Document, isAlias, isMap, isPair, isScalar, type Node, parseDocument } from 'yaml';
import type { Diagnostic } from './diagnostic.ts';

/** A YAML text and where its values stand in it. */
export interface Source {
  text: string;
  value: unknown;
  /** Offsets of the value at a path, or of its key; falls back to the nearest parent that exists. */
  locate: (path: readonly PropertyKey[], part: 'key' | 'value') => { at: number; end: number };
}

/** Documents beyond this are no pipelines; parsing them would only cost time. Bytes of UTF-16. */
const largest = 1_000_000;
const deepest = 40;
const forbiddenKeys = new Set(['__proto__', 'constructor', 'prototype']);

/** Reads YAML. Every mistake the parser sees comes back, none is thrown. */
export function readYaml(text: string): { source: Source; diagnostics: Diagnostic[] } {
  const none = { at: 0, end: 1 };
  const refuse = (message: string, place = none) => ({
    source: { text, value: undefined, locate: () => none },
    diagnostics: [{ code: 'YAML', message, ...place }],
  });
  if (text.length > largest)
    return refuse(`the document has ${text.length} characters; a pipeline may have ${largest}`);
  const control = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffd]/.exec(text);
  if (control) {
    return refuse('the document holds a character that is not text; save it as UTF-8', {
      at: control.index,
      end: control.index + 1,
    });
  }
  const nesting = tooDeep(text);
  if (nesting !== undefined)
    return refuse(`the document is nested deeper than ${deepest} levels`, { at: nesting, end: nesting + 1 });

  const document = parseDocument(text, { prettyErrors: false, uniqueKeys: true, merge: false, logLevel: 'silent' });
  const diagnostics: Diagnostic[] = document.errors.map((error) => ({
    code: 'YAML',
    message: error.message.split('\n')[0]!.replace(/^./, (first) => first.toLowerCase()),
    at: error.pos[0],
    end: Math.max(error.pos[1], error.pos[0] + 1),
  }));
  const source: Source = { text, value: undefined, locate: (path, part) => locate(document, path, part) };
  if (diagnostics.length > 0) return { source, diagnostics };
  try {
    source.value = document.toJS({ maxAliasCount: 100 });
  } catch (error) {
    return refuse(`aliases cannot be resolved: ${(error as Error).message}`);
  }
  return { source, diagnostics: checkKeys(document) };
}

/** Flow brackets and indentation bound the depth, so a cheap scan protects the recursive parser. */
function tooDeep(text: string): number | undefined {
  let depth = 0;
  for (let at = 0; at < text.length; at++) {
    const char = text[at];
    if (char === '[' || char === '{') {
      if (++depth > deepest) return at;
    } else if (char === ']' || char === '}') depth = Math.max(0, depth - 1);
    else if (char === '\n' && /^ {400}/.test(text.slice(at + 1, at + 401))) return at + 1;
  }
  const dashes = /(?:- ){40}/.exec(text);
  return dashes?.index;
}

function checkKeys(document: Document): Diagnostic[] {
  const found: Diagnostic[] = [];
  const seen = new Set<unknown>();
  const visit = (node: unknown): void => {
    if (isAlias(node) || seen.has(node)) return;
    seen.add(node);
    if (!node || typeof node !== 'object' || !('items' in node)) return;
    for (const item of node.items as unknown[]) {
      if (!isPair(item)) {
        visit(item);
        continue;
      }
      const [at, end] = (item.key as Node | null)?.range ?? [0, 1];
      if (!isScalar(item.key) || !['string', 'number'].includes(typeof item.key.value)) {
        found.push({ code: 'YAML', message: 'a key must be plain text', at, end });
      } else if (forbiddenKeys.has(String(item.key.value))) {
        found.push({ code: 'YAML', message: `"${item.key.value}" is not allowed as a key`, at, end });
      }
      visit(item.value);
    }
  };
  visit(document.contents);
  return found;
}

function locate(document: Document, path: readonly PropertyKey[], part: 'key' | 'value'): { at: number; end: number } {
  let node: unknown = document.contents;
  let key: unknown;
  for (const step of path) {
    if (isAlias(node)) node = node.resolve(document);
    if (isMap(node)) {
      const pair = node.items.find((item) => isScalar(item.key) && String(item.key.value) === String(step));
      if (!pair) break;
      key = pair.key;
      node = pair.value ?? pair.key;
    } else if (node && typeof node === 'object' && 'items' in node) {
      const item = (node.items as unknown[])[Number(step)];
      if (item === undefined) break;
      key = undefined;
      node = item;
    } else break;
  }
  const chosen = (part === 'key' && key ? key : node) as Node | null;
  const range = chosen?.range;
  return range ? { at: range[0], end: Math.max(range[1], range[0] + 1) } : { at: 0, end: 1 };
}
