import { type Document, isAlias, isCollection, isMap, isPair, isScalar, type Node, type Pair, type Scalar } from 'yaml';
import type { Diagnostic } from '../diagnostic.ts';
import { findInvalidText } from '../invalid-text.ts';
import { findLookalikes } from '../spelling/lookalikes.ts';
import { lookalikeAt, lookalikeInValue, lookalikesOfKeys } from './lookalikes.ts';
import type { YamlProblem } from './problems.ts';

/** Values of a document, each alias counted as the value it refers to. Far above any pipeline, far below what takes a second. */
const maxValues = 20_000;
const maxAliases = 200;
const forbiddenKeys = new Set(['__proto__', 'constructor', 'prototype']);
const plainTags = /^tag:yaml\.org,2002:(?:str|int|float|bool|null|map|seq)$/;

/** Finds YAML that parses, but has no meaning as a pipeline. `fatal`: the values cannot be used at all. */
export function checkYaml(document: Document, text: string): { diagnostics: Diagnostic[]; fatal: boolean } {
  const diagnostics: Diagnostic[] = [];
  const lookalikes: Diagnostic[] = [];
  const wrongKeys: number[] = [];
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

  const addLookalike = (node: Scalar) => {
    const found = lookalikeInValue(node.source ?? '', node.type === 'PLAIN');
    // Before the text of a quoted value stands its quote.
    if (found) lookalikes.push(lookalikeAt(found, node.range![0] + (node.type === 'PLAIN' ? 0 : 1)));
  };

  const sizeOf = (node: unknown): number => {
    if (fatal) return 0;
    if (isAlias(node)) return sizeOfAlias(node);
    const own = isCollection(node) ? sizeOfItems(node) : 1;
    if (isScalar(node)) addLookalike(node);
    const contains = isScalar(node) && typeof node.value === 'string' ? findInvalidText(node.value) : undefined;
    if (contains) add(node, { reason: 'invalid-text', facts: { in: 'text', contains } });
    if (isScalar(node) && node.type === 'PLAIN' && node.source === 'None')
      add(node, { reason: 'python-none', facts: {} }, false);
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
        const number = numberWithComma(collection, item);
        if (number) add(item.key, { reason: 'comma-in-number', facts: number });
        if (isMap(collection)) checkKey(item, keys);
        size += sizeOf(item.value);
      } else size += sizeOf(item);
    }
    open.delete(collection);
    return size;
  };

  const checkKey = ({ key, value }: Pair, keys: Set<string>): void => {
    if (isScalar(key) && key.type === 'PLAIN')
      wrongKeys.push(...findLookalikes(key.source ?? '').map(({ at }) => key.range![0] + at));
    const wrong = wrongKey(key, value) ?? wrongFlowKey(key, value);
    if (wrong !== undefined) {
      add(key, wrong);
      return;
    }
    const name = String((key as Scalar).value);
    if (keys.has(name)) add(key, { reason: 'duplicate-key', facts: { key: name } }, false);
    keys.add(name);
  };

  sizeOf(document.contents);
  // What follows from a wrong character only hides it.
  const typed = [...lookalikes, ...lookalikesOfKeys(text, wrongKeys)];
  return typed.length > 0 ? { diagnostics: typed, fatal: true } : { diagnostics, fatal };
}

/** A key in braces that holds more than a key: a comment of JSON, or a colon without its space. */
function wrongFlowKey(key: unknown, value: unknown): YamlProblem | undefined {
  if (!isScalar(key) || key.type !== 'PLAIN' || key.source === undefined) return undefined;
  if (key.source.startsWith('//')) return { reason: 'json-comment', facts: {} };
  const isAlone = value === null || (isScalar(value) && value.value === null);
  return isAlone && /^[A-Za-z_][\w-]*:[^:/]/.test(key.source)
    ? { reason: 'colon-without-space', facts: { text: key.source } }
    : undefined;
}

/** `1,000` or `0,1` inside braces: the part after the comma is a key without a value. */
function numberWithComma(
  collection: Extract<Node, { items: unknown[] }>,
  { key, value }: Pair,
): { text: string; write: string } | undefined {
  const before =
    collection.flow &&
    (collection.items as Pair[])[(collection.items as Pair[]).findIndex((each) => each.key === key) - 1]?.value;
  if (
    !isScalar(before) ||
    !isScalar(key) ||
    ((value as Node | null)?.range !== undefined && isScalar(value) && value.value !== null)
  )
    return undefined;
  const [whole = '', part = ''] = [before.source, key.source];
  if (!/^-?\d+$/.test(whole) || !/^\d+$/.test(part) || before.range![1] + 1 !== key.range![0]) return undefined;
  const isThousands = part.length === 3 && whole !== '0';
  return { text: `${whole},${part}`, write: `${whole}${isThousands ? '' : '.'}${part}` };
}

function wrongKey(key: unknown, value: unknown): YamlProblem | undefined {
  if (isMap(key) && key.flow) return { reason: 'braces-as-key', facts: {} };
  if (isScalar(key) && key.value === true && isMap(value)) return { reason: 'on-as-true', facts: {} };
  if (!isScalar(key) || !['string', 'number'].includes(typeof key.value)) return { reason: 'key-not-text', facts: {} };
  const name = String(key.value);
  if (forbiddenKeys.has(name)) return { reason: 'forbidden-key', facts: { key: name } };
  const contains = findInvalidText(name);
  if (contains) return { reason: 'invalid-text', facts: { in: 'key', contains } };
  return name === '<<' ? { reason: 'merge-key', facts: {} } : undefined;
}
