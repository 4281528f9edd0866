import { type Document, isAlias, isCollection, isMap, isPair, isScalar, type Node, type Scalar } from 'yaml';
import type { Diagnostic } from '../diagnostic.ts';
import { oddText } from '../invalid-text.ts';
import { aliasMessage, tagMessage } from './describe-error.ts';

/** Values of a document, with aliases counted as what they stand for. Far above any pipeline, far below what costs a second. */
const mostValues = 20_000;
const mostAliases = 200;
const forbiddenKeys = new Set(['__proto__', 'constructor', 'prototype']);
const plainTags = /^tag:yaml\.org,2002:(?:str|int|float|bool|null|map|seq)$/;

/** YAML that parses, but has no meaning as a pipeline. `fatal`: the values cannot be used at all. */
export function checkYaml(document: Document): { diagnostics: Diagnostic[]; fatal: boolean } {
  const diagnostics: Diagnostic[] = [];
  const sizes = new Map<Node, number>();
  const open = new Set<unknown>();
  let aliases = 0;
  let total = 0;
  let fatal = false;

  const say = (node: unknown, message: string, isFatal: boolean) => {
    const [at, end] = (node as Node | null)?.range ?? [0, 1];
    diagnostics.push({ code: 'YAML', message, at, end: Math.max(end, at + 1) });
    fatal ||= isFatal;
  };

  const sizeOf = (node: unknown): number => {
    if (fatal) return 0;
    if (isAlias(node)) return sizeOfAlias(node);
    const own = isCollection(node) ? sizeOfItems(node) : 1;
    const odd = isScalar(node) && typeof node.value === 'string' ? oddText(node.value) : undefined;
    if (odd) say(node, `this text ${odd}`, true);
    const tag = (node as Node | null)?.tag;
    if (tag && !plainTags.test(tag)) say(node, tagMessage.message, true);
    if (node) sizes.set(node as Node, own);
    return own;
  };

  const sizeOfAlias = (node: Extract<Node, { source: string }>): number => {
    if (++aliases > mostAliases) {
      say(node, `a pipeline may have ${mostAliases} aliases (\`*name\`)`, true);
      return 0;
    }
    const target = node.resolve(document);
    if (!target) say(node, aliasMessage(`*${node.source}`), true);
    else if (open.has(target)) say(node, `\`*${node.source}\` stands inside what it refers to`, true);
    const size = (target && sizes.get(target)) ?? 1;
    total += size;
    if (total > mostValues) say(node, `with its aliases the document has more than ${mostValues} values`, true);
    return size;
  };

  const sizeOfItems = (collection: Extract<Node, { items: unknown[] }>): number => {
    open.add(collection);
    const keys = new Set<string>();
    let size = 1;
    for (const item of collection.items as unknown[]) {
      if (++total > mostValues && !fatal) say(item, `the document has more than ${mostValues} values`, true);
      if (fatal) break;
      if (isPair(item)) {
        if (isMap(collection)) checkKey(item.key, keys);
        size += sizeOf(item.value);
      } else size += sizeOf(item);
    }
    open.delete(collection);
    return size;
  };

  const checkKey = (key: unknown, keys: Set<string>): void => {
    const wrong = wrongKey(key);
    if (wrong !== undefined) {
      say(key, wrong, true);
      return;
    }
    const name = String((key as Scalar).value);
    if (keys.has(name)) say(key, `the key "${name.slice(0, 60)}" stands twice in this map`, false);
    keys.add(name);
  };

  sizeOf(document.contents);
  return { diagnostics, fatal };
}

function wrongKey(key: unknown): string | undefined {
  if (isMap(key) && key.flow) return '`{{` begins a map inside a map; an expression is written "${{ … }}", with quotes';
  if (!isScalar(key) || !['string', 'number'].includes(typeof key.value)) return 'a key must be plain text';
  const name = String(key.value);
  if (forbiddenKeys.has(name)) return `"${name}" is not allowed as a key`;
  const odd = oddText(name);
  if (odd) return `this key ${odd}`;
  return name === '<<' ? 'merge keys (`<<`) are not supported; write the options out' : undefined;
}
