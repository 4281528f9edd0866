import {
  Composer,
  type Document,
  isAlias,
  isMap,
  isScalar,
  type Node,
  type Pair,
  Parser,
  type YAMLMap,
  YAMLParseError,
} from 'yaml';
import type { Diagnostic } from '../diagnostic.ts';
import { checkYaml } from './check.ts';
import { explainYamlError } from './explain-error.ts';
import { lookalikesThatBreak } from './lookalikes.ts';
import type { YamlProblem } from './problems.ts';
import { TooHeavy, weighed } from './weight.ts';

export interface Place {
  at: number;
  end: number;
}

/** A YAML text with the places of its values. */
export interface Source {
  text: string;
  value: unknown;
  /** Offsets of the value at a path, or of its key; falls back to the nearest parent that exists. */
  locate: (path: readonly PropertyKey[], part: 'key' | 'value') => Place;
}

/** A larger document is not a pipeline, and would not fit into a run's history. UTF-16 units. */
const maxDocumentLength = 200_000;
/** Nearly all pipelines are smaller. UTF-16 units. */
const usualDocumentLength = 10_000;

/** Reads YAML. Every mistake that the parser finds is returned, none is thrown; `value` is undefined where the text has no usable value. */
export function readYaml(text: string): { source: Source; diagnostics: Diagnostic[] } {
  const none = { at: 0, end: 1 };
  const refuse = (problem: YamlProblem, place: Place = none): { source: Source; diagnostics: Diagnostic[] } => ({
    source: { text, value: undefined, locate: () => none },
    diagnostics: [{ code: 'YAML', ...problem, ...place }],
  });
  if (text.length > maxDocumentLength)
    return refuse(
      { reason: 'document-too-long', facts: { max: maxDocumentLength } },
      { at: maxDocumentLength, end: maxDocumentLength + 1 },
    );
  const binary = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffd]/.exec(text);
  if (binary) {
    const reason = binary[0] === '\0' || binary[0] === '\ufffd' ? 'not-utf8' : 'control-character';
    return refuse({ reason, facts: {} }, { at: binary.index, end: binary.index + 1 });
  }

  let document: Document;
  try {
    document = parse(text);
  } catch (error) {
    if (error instanceof TooHeavy) return refuse(error.problem, { at: error.at, end: error.at + 1 });
    return refuse({ reason: 'parser-error', facts: { parser: (error as Error).message } });
  }
  const first = firstError(document);
  const source: Source = { text, value: undefined, locate: locator(document) };
  if (first) {
    const typed = text.length > usualDocumentLength ? [] : lookalikesThatBreak(text, (tried) => errorIn(tried));
    return { source, diagnostics: typed.length > 0 ? typed : [explainYamlError(first, text)] };
  }
  const { diagnostics, fatal } = checkYaml(document, text);
  if (!fatal) source.value = document.toJS({ maxAliasCount: -1 });
  return { source, diagnostics };
}

const firstError = (document: Document) =>
  [...document.errors, ...document.warnings].sort((a, b) => a.pos[0] - b.pos[0])[0];

/** Where the first mistake of a text begins. */
function errorIn(text: string): number | undefined {
  try {
    return firstError(parse(text))?.pos[0];
  } catch {
    return 0;
  }
}

/** Parses like the library's `parseDocument`, but weighs every token on its way. */
function parse(text: string): Document {
  // A large one is weighed before anything of it is parsed: lexing is cheap, an error for each of fifty thousand tokens is not.
  if (text.length > usualDocumentLength) for (const _ of weighed(text));
  const parser = new Parser();
  function* tokens() {
    for (const token of weighed(text)) yield* parser.next(token);
    yield* parser.end();
  }
  // The parser's own search for equal keys compares each with each: 20 s for a hostile file. `checkYaml` does it with a set.
  const composer = new Composer({ prettyErrors: false, uniqueKeys: false, merge: false, logLevel: 'error' });
  const [first, second] = composer.compose(tokens(), true, text.length);
  if (second) {
    const [from, to] = second.range;
    first!.errors.push(new YAMLParseError([from, to], 'MULTIPLE_DOCS', 'Source contains multiple documents'));
  }
  return first!;
}

function locator(document: Document): Source['locate'] {
  const pairs = new WeakMap<YAMLMap, Map<string, Pair>>();
  const pairOf = (map: YAMLMap, key: string): Pair | undefined => {
    let known = pairs.get(map);
    if (!known) {
      known = new Map(map.items.map((item) => [isScalar(item.key) ? String(item.key.value) : '', item]));
      pairs.set(map, known);
    }
    return known.get(key);
  };
  return (path, part) => {
    let node: unknown = document.contents;
    let key: unknown;
    for (const step of path) {
      if (isAlias(node)) node = node.resolve(document);
      if (isMap(node)) {
        const pair = pairOf(node, String(step));
        if (!pair) break;
        key = pair.key;
        node = (pair.value as Node | null)?.range ? pair.value : pair.key;
      } else if (node && typeof node === 'object' && 'items' in node) {
        const item = (node.items as unknown[])[Number(step)];
        if (item === undefined) break;
        key = undefined;
        node = item;
      } else break;
    }
    const range = ((part === 'key' && key ? key : node) as Node | null)?.range;
    return range ? { at: range[0], end: Math.max(range[1], range[0] + 1) } : { at: 0, end: 1 };
  };
}
