import type { NoFacts, ReasonOf } from '../coded-reason.ts';
import type { InvalidText } from '../invalid-text.ts';

/** Why a text is not YAML, or has no meaning in a pipeline. */
export interface YamlFacts {
  'document-too-long': { max: number };
  'not-utf8': NoFacts;
  'control-character': NoFacts;
  'too-many-tokens': { max: number };
  'nested-too-deeply': { max: number };
  /** The parser's own message, where none of ours fits. */
  'parser-error': { parser: string };
  'expression-without-quotes': NoFacts;
  'missing-anchor': { alias: string };
  'tab-indentation': NoFacts;
  'wrong-indentation': NoFacts;
  'unclosed-bracket': { bracket: string };
  /** A bracket that would close is part of a comment. */
  'comment-in-brackets': NoFacts;
  'unclosed-quote': { quote: string };
  'missing-comma': { orBracket: boolean };
  'not-a-key-value': NoFacts;
  'conflict-marker': NoFacts;
  'code-fence': NoFacts;
  'windows-path': { write: string };
  'colon-in-value': NoFacts;
  'bad-first-character': { character: string };
  'bad-escape': { escape: string };
  'second-document': NoFacts;
  tag: NoFacts;
  directive: NoFacts;
  'key-too-long': { max: number };
  'block-text': NoFacts;
  'text-after-quote': { quote: string };
  'closes-nothing': { bracket: string };
  'unexpected-text': { text: string };
  'invalid-text': { in: 'text' | 'key'; contains: InvalidText };
  'too-many-aliases': { max: number };
  'alias-circle': { alias: string };
  /** `expanded`: each alias counted as the value it refers to. */
  'too-many-values': { max: number; expanded: boolean };
  'duplicate-key': { key: string };
  'braces-as-key': NoFacts;
  'key-not-text': NoFacts;
  'forbidden-key': { key: string };
  'merge-key': NoFacts;
  /** YAML 1.1 reads the key `on` as true, and writes it back so. */
  'on-as-true': NoFacts;
  /** `1,000` inside `{ }`. */
  'comma-in-number': { text: string; write: string };
  'python-none': NoFacts;
  'json-comment': NoFacts;
  /** `{uses:run}`. */
  'colon-without-space': { text: string };
}

export type YamlProblem = ReasonOf<YamlFacts>;
