import { type Document, isAlias, isCollection, isMap, isPair, isScalar, type Node, type Scalar } from 'yaml';
import type { Diagnostic } from '../diagnostic.ts';
import { findInvalidText } from '../invalid-text.ts';
import type { YamlProblem } from './problems.ts';

/** Values of a document, each alias counted as the value it refers to. Far above any pipeline, far below what takes a second. */
const maxValues = 20_000;
const maxAliases = 200;
const forbiddenKeys = new Set(['__proto__', 'constructor', 'prototype']);
const plainTags = /^tag:yaml\.org,2002:(?:str|int|float|bool|null|map|seq)$/;

/** Finds YAML that parses, but has no meaning as a pipeline. `fatal`: the values cannot be used at all. */
export function checkYaml(document: Document): { diagnostics: Diagnostic[]; fatal: boolean } {
  const diagnostics: Diagnostic[] = [];
  const sizes = new Map<Node, number>();
  const open = new Set<unknown>();
  let aliases = 0;
  let total = 0;
  let fatal = false;

  const add = (node: unknown, problem: YamlProblem, isFatal = true) => {
    const [at, end] = (node as Node | null)?.range ?? [0, 1];
    diagnostics.push({ code: 'YAML', ...problem, at, end: Math.max(end, at + 1) });
    fatal ||= isFatal;
  };

  const sizeOf = (node: unknown): number => {
    if (fatal) return 0;
    if (isAlias(node)) return sizeOfAlias(node);
    const own = isCollection(node) ? sizeOfItems(node) : 1;
    const contains = isScalar(node) && typeof node.value === 'string' ? findInvalidText(node.value) : undefined;
    if (contains) add(node, { reason: 'invalid-text', facts: { in: 'text', contains } });
    const tag = (node as Node | null)?.tag;
    if (tag && !plainTags.test(tag)) add(node, { reason: 'tag', facts: {} });
    if (node) sizes.set(node as Node, own);
    return own;
  };

  const sizeOfAlias = (node: Extract<Node, { source: string }>): number => {
    if (++aliases > maxAliases) {
      add(node, { reason: 'too-many-aliases', facts: { max: maxAliases } });
      return 0;
    }
    const target = node.resolve(document);
    const alias = `*${node.source}`;
    if (!target) add(node, { reason: 'missing-anchor', facts: { alias } });
    else if (open.has(target)) add(node, { reason: 'alias-circle', facts: { alias } });
    const size = (target && sizes.get(target)) ?? 1;
    total += size;
    if (total > maxValues) add(node, { reason: 'too-many-values', facts: { max: maxValues, expanded: true } });
    return size;
  };

  const sizeOfItems = (collection: Extract<Node, { items: unknown[] }>): number => {
    open.add(collection);
    const keys = new Set<string>();
    let size = 1;
    for (const item of collection.items as unknown[]) {
      if (++total > maxValues && !fatal)
        add(item, { reason: 'too-many-values', facts: { max: maxValues, expanded: false } });
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
      add(key, wrong);
      return;
    }
    const name = String((key as Scalar).value);
    if (keys.has(name)) add(key, { reason: 'duplicate-key', facts: { key: name } }, false);
    keys.add(name);
  };

  sizeOf(document.contents);
  return { diagnostics, fatal };
}

function wrongKey(key: unknown): YamlProblem | undefined {
  if (isMap(key) && key.flow) return { reason: 'braces-as-key', facts: {} };
  if (!isScalar(key) || !['string', 'number'].includes(typeof key.value)) return { reason: 'key-not-text', facts: {} };
  const name = String(key.value);
  if (forbiddenKeys.has(name)) return { reason: 'forbidden-key', facts: { key: name } };
  const contains = findInvalidText(name);
  if (contains) return { reason: 'invalid-text', facts: { in: 'key', contains } };
  return name === '<<' ? { reason: 'merge-key', facts: {} } : undefined;
}
