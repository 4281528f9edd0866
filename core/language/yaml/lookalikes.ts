import type { Diagnostic } from '../diagnostic.ts';
import { findLookalikes, isBesideLetter, type Lookalike, withoutLookalikes } from '../spelling/lookalikes.ts';

type Found = Lookalike & { at: number };

/** Lines that are tried: a text with more of them is not typed by a person. */
const maxLines = 40;

/** The mistake of a character that looks like another one. */
export function lookalikeAt({ at, ...facts }: Found, from = 0): Diagnostic {
  return { code: 'LOOKALIKE', reason: 'lookalike', facts, at: from + at, end: from + at + 1 };
}

/** Where a parser stopped: the line, and the offset within it. */
interface Stop {
  line: number;
  at: number;
}

/**
 * Finds the lookalikes that keep a text from being YAML: those of the lines that, written in ASCII, let the parser come
 * further. `errorIn` returns the offset of a text's first error.
 */
export function lookalikesThatBreak(text: string, errorIn: (text: string) => number | undefined): Diagnostic[] {
  const lines = text.split('\n');
  const current = [...lines];
  const stopIn = (tried: readonly string[]): Stop | undefined => {
    const at = errorIn(tried.join('\n'));
    return at === undefined ? undefined : stopAt(tried, at);
  };
  const found = new Set<number>();
  const first = stopIn(current);
  let stop = first;
  while (stop && found.size < maxLines) {
    const next = corrected(current, stop, stopIn);
    if (!next) break;
    found.add(next.line);
    current[next.line] = next.text;
    stop = next.stop;
  }
  // In ASCII it would be a mistake too, but not one that a reader sees.
  if (found.size === 0 && first && findLookalikes(lines[first.line]!).some(({ at }) => at === first.at))
    found.add(first.line);
  return [...found]
    .sort((a, b) => a - b)
    .flatMap((line) => structural(lines, line).map((each) => lookalikeAt(each, offsetOf(lines, line))));
}

/** One more line in ASCII that lets the parser come further: the line of the error, one closely above, or the next, whose indentation it is. */
function corrected(lines: readonly string[], stop: Stop, stopIn: (lines: readonly string[]) => Stop | undefined) {
  const candidates = lines.flatMap((line, at) => (at <= stop.line + 1 && findLookalikes(line).length > 0 ? [at] : []));
  for (const line of candidates.slice(-4).reverse()) {
    const text = inAscii(lines[line]!);
    const next = stopIn(lines.with(line, text));
    const grown = next?.line === line ? text.length - lines[line]!.length : 0;
    if (!next || next.line > stop.line || (next.line === stop.line && next.at > stop.at + grown))
      return { line, text, stop: next };
  }
  return undefined;
}

/** As the line was meant: a full-width colon needs no space after it, YAML's does. */
const inAscii = (line: string) => withoutLookalikes(line.replaceAll(/：(?=\S)/g, ': '));

function stopAt(lines: readonly string[], offset: number): Stop {
  let at = offset;
  let line = 0;
  while (line < lines.length - 1 && at > lines[line]!.length) at -= lines[line++]!.length + 1;
  return { line, at };
}

const offsetOf = (lines: readonly string[], line: number) =>
  lines.slice(0, line).reduce((sum, each) => sum + each.length + 1, 0);

/** The lookalikes of a line that are no part of a sentence. */
function structural(lines: readonly string[], line: number): Found[] {
  const text = lines[line]!;
  const found = findLookalikes(text).map((each) => spaced(each, text));
  const alone = found.filter(({ at, character }) => !isBesideLetter(text, at) && text[at - 1] !== character);
  return alone.length > 0 ? alone : found;
}

const spaced = (found: Found, text: string): Found =>
  found.meant === ':' && /\S/.test(text[found.at + 1] ?? '') ? { ...found, meant: ': ' } : found;

/** The lookalikes of the lines on which a key has one; the key's own first. */
export function lookalikesOfKeys(text: string, keys: readonly number[]): Diagnostic[] {
  const lines = text.split('\n');
  const numbers = new Set(keys.map((at) => stopAt(lines, at).line));
  return [...numbers].flatMap((line) => {
    const own = keys.map((at) => at - offsetOf(lines, line));
    return findLookalikes(lines[line]!)
      .filter(({ at }) => own.includes(at) || !isBesideLetter(lines[line]!, at))
      .filter(({ at, character }) => lines[line]![at - 1] !== character)
      .map((each) => lookalikeAt(spaced(each, lines[line]!), offsetOf(lines, line)));
  });
}

const quotes = /^(?:[“”„‟«»].*[“”„‟«»"]|[‘’‚‛].*[‘’‚‛']|＂.*＂|＇.*＇)$/s;
const edges = /^[\s\u00ad\u200b-\u200f\u2060\ufeff]|[\s\u00ad\u200b-\u200f\u2060\ufeff]$/;
const braces = /[＄$]｛|＄\{|｛[｛{]|\{｛|｝[｝}]|\}｝/;

/** The first lookalike of a value that cannot have been meant: quotes of no YAML, blank space at an edge, braces of an expression. */
export function lookalikeInValue(source: string, isPlain: boolean): Found | undefined {
  if (isPlain && (quotes.test(source) || edges.test(source))) return firstOrLast(source);
  const at = braces.exec(source)?.index;
  return at === undefined ? undefined : findLookalikes(source).find((each) => each.at >= at);
}

function firstOrLast(source: string) {
  const found = findLookalikes(source);
  return found[0]?.at === 0 ? found[0] : found.at(-1);
}

/** Codes whose place is a name or a value that the language reads. */
const ofText: ReadonlySet<string> = new Set([
  'UNKNOWN_KEY',
  'UNKNOWN_OPTION',
  'UNKNOWN_KIND',
  'UNKNOWN_STEP',
  'BAD_NAME',
  'BAD_VALUE',
  'BAD_EXPRESSION',
  'NOT_A_PIPELINE',
]);

/** Puts the lookalike in the place of a mistake that it causes: no reader sees the difference. */
export const nameLookalikes = (diagnostics: readonly Diagnostic[], text: string): Diagnostic[] =>
  diagnostics.map((diagnostic) => {
    const { code, at, end, path } = diagnostic;
    if (!ofText.has(code) || isCollection(diagnostic)) return diagnostic;
    // An expression's mistake may be told at the character before it.
    const [line = ''] = text.slice(at, code === 'BAD_EXPRESSION' ? end + 1 : end).split('\n', 1);
    const found = findLookalikes(code === 'BAD_EXPRESSION' ? withoutTexts(line) : line).find(
      (each) => code !== 'BAD_EXPRESSION' || !isBesideLetter(line, each.at),
    );
    return found ? { ...lookalikeAt(found, at), ...(path ? { path } : {}) } : diagnostic;
  });

const isCollection = ({ facts }: Diagnostic) =>
  'got' in facts && typeof facts.got === 'object' && facts.got !== null && 'is' in facts.got;

/** An expression with its texts blanked: they may hold any character. */
const withoutTexts = (expression: string) =>
  expression.replaceAll(/'[^']*'|"[^"]*"/g, (text) => ' '.repeat(text.length));
