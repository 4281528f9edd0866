import { RE2JS, RE2JSException } from 're2js';

/** A pattern of RE2: it has no look-around and no references back, and never takes more than linear time. */
export interface Pattern {
  isIn: (text: string) => boolean;
  /** Whether a match lies so far from the end of the text that no continuation of it can undo the match. */
  staysIn: (text: string) => boolean;
}

/** Longer ones are refused: RE2 counts out repetitions such as `(a{1000}){1000}`. */
const maxPattern = 2_000;

/** Returns why a pattern cannot be used in place of it. */
export function readPattern(pattern: string): Pattern | { why: string } {
  if (pattern.length > maxPattern) return { why: `has ${pattern.length} characters, more than ${maxPattern}` };
  try {
    const compiled = RE2JS.compile(pattern);
    return {
      isIn: (text) => compiled.matcher(text).find(),
      staysIn: (text) => {
        const matcher = compiled.matcher(text);
        // The last character may become another one, and the one before it may be followed by another.
        return matcher.find() && matcher.end() < text.length - 1;
      },
    };
  } catch (error) {
    if (error instanceof RE2JSException) return { why: `is no pattern of RE2: ${error.message}` };
    throw error;
  }
}
