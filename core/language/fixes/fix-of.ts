import { isRecord } from '../../json.ts';
import type { Diagnostic, Path } from '../diagnostic.ts';
import type { Got, KeyHint } from '../problems.ts';
import type { Fix } from './fix.ts';

/** The text and the value of the document that a mistake is in. */
export interface Written {
  text: string;
  value: unknown;
}

/** Finds the change that removes a mistake, where there is one that can only be meant so. */
export function fixOf(diagnostic: Diagnostic, written: Written): Fix | undefined {
  return fixOfFinding(diagnostic, written) ?? fixOfWord(diagnostic, written) ?? fixOfValue(diagnostic, written);
}

/** The findings that have a fix. */
export const fixedFindings: readonly string[] = [
  'unused-input',
  'idle-option',
  'constant-condition',
  'folder-without-dot',
  'beyond-positions',
  'other-base',
];

/** What a check before a run has found. */
function fixOfFinding(diagnostic: Diagnostic, { value }: Written): Fix | undefined {
  const { path = [] } = diagnostic;
  switch (diagnostic.reason) {
    case 'unused-input':
      return { change: 'removal', path };
    case 'idle-option':
      // Without the option that it belongs to, that one may have been forgotten.
      return diagnostic.facts.because.value === 'not given' ? undefined : { change: 'removal', path };
    case 'constant-condition':
      return diagnostic.facts.comes ? { change: 'removal', path } : undefined;
    case 'folder-without-dot':
      return { change: 'value', path, value: `./${diagnostic.facts.base}` };
    case 'beyond-positions':
      return { change: 'value', path, value: diagnostic.facts.positions };
    case 'other-base':
      return otherBase(diagnostic.facts, path, value);
    default:
      return undefined;
  }
}

/** The adapter fits the base that it was trained on alone, so that is the one to name: in the words of the training step. */
function otherBase({ step }: { step: string }, path: Path, document: unknown): Fix | undefined {
  const steps = isRecord(document) && isRecord(document.steps) ? document.steps : {};
  const training = steps[step.split('@')[0]!];
  const base = isRecord(training) && isRecord(training.with) ? training.with.base : undefined;
  return typeof base === 'string' && !base.includes('matrix.') ? { change: 'value', path, value: base } : undefined;
}

/** A name that is nearly one that the language knows, at its place. */
function fixOfWord(diagnostic: Diagnostic, { text }: Written): Fix | undefined {
  const { at, end } = diagnostic;
  const place = text.slice(at, end);
  /** Only where the place is that word: not inside a longer text, an alias or an escape. */
  const replaced = (word: string, meant: string | undefined): Fix | undefined => {
    const [quote] = /^["']/.exec(place) ?? [''];
    return meant !== undefined && place === `${quote}${word}${quote}`
      ? { change: 'text', at, end, text: `${quote}${meant}${quote}` }
      : undefined;
  };
  switch (diagnostic.reason) {
    case 'unknown-key':
      return replaced(diagnostic.facts.key, meantKey(diagnostic.facts.hint));
    case 'unknown-option':
      return replaced(diagnostic.facts.option, meantKey(diagnostic.facts.hint));
    case 'unknown-pipeline-input':
      return replaced(diagnostic.facts.input, diagnostic.facts.meant);
    case 'unknown-need':
      return replaced(diagnostic.facts.step, diagnostic.facts.meant);
    case 'unknown-kind': {
      const { got, meant } = diagnostic.facts;
      return 'value' in got ? replaced(String(got.value), meant) : undefined;
    }
    case 'lookalike':
      return { change: 'text', at, end, text: diagnostic.facts.meant };
    case 'single-equals':
      return place === '=' ? { change: 'text', at, end, text: '==' } : undefined;
    case 'condition-with-braces': {
      const [, inner] = /^\$\{\{\s*(.*?)\s*\}\}$/s.exec(place) ?? [];
      return inner?.includes('${{') === false ? { change: 'text', at, end, text: inner } : undefined;
    }
    case 'unknown-step':
    case 'unknown-input':
      return inName(place, diagnostic.facts.name, diagnostic.facts.meant, at, end);
    case 'unknown-output':
      return inName(place, diagnostic.facts.output, diagnostic.facts.meant, at, end);
    default:
      return undefined;
  }
}

/** A key of the same map. One that is nested elsewhere, or gets another value, is for a person. */
const meantKey = (hint: KeyHint): string | undefined =>
  'meant' in hint && hint.under === undefined && hint.value === undefined && !hint.meant.includes('.')
    ? hint.meant
    : undefined;

/** One part of a dotted name, if it has that part once. */
function inName(place: string, part: string, meant: string | undefined, at: number, end: number): Fix | undefined {
  const parts = place.split('.');
  if (meant === undefined || parts.filter((each) => each === part).length !== 1) return undefined;
  const text = parts.map((each) => (each === part ? meant : each)).join('.');
  return { change: 'text', at, end, text };
}

/** A value that means one of the language's, written otherwise. */
function fixOfValue(diagnostic: Diagnostic, { text }: Written): Fix | undefined {
  const { at, end, path = [] } = diagnostic;
  const writtenAs = (value: string): Fix => ({ change: 'text', at, end, text: value });
  switch (diagnostic.reason) {
    case 'cron-field-count':
    case 'cron-characters':
    case 'cron-field': {
      const { meant } = diagnostic.facts;
      return meant && meant.timezone === undefined ? { change: 'value', path, value: meant.cron } : undefined;
    }
    case 'unknown-time-zone':
      return diagnostic.facts.meant === undefined
        ? undefined
        : { change: 'value', path, value: diagnostic.facts.meant };
    case 'comma-in-number':
      return text.slice(at, end).includes(diagnostic.facts.text) ? writtenAs(diagnostic.facts.write) : undefined;
    case 'wrong-value': {
      const { meant, ...got } = diagnostic.facts;
      if (meant !== undefined) return { change: 'value', path, value: meant };
      return spelling(got, path);
    }
    case 'too-small':
    case 'too-large':
    case 'breaks-rule':
      return spelling(diagnostic.facts, path);
    default:
      return undefined;
  }
}

function spelling({ mistake }: Got, path: Path): Fix | undefined {
  if (mistake?.is !== 'spelling') return undefined;
  const { write } = mistake;
  // The text of a number, a boolean or a list stands for that value.
  if (write.startsWith('[')) return undefined;
  if (write === 'true' || write === 'false') return { change: 'value', path, value: write === 'true' };
  if (/^".*"$/s.test(write)) return { change: 'value', path, value: write.slice(1, -1) };
  return { change: 'value', path, value: Number.isFinite(Number(write)) ? Number(write) : write };
}
