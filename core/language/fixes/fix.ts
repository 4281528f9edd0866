import type { Path } from '../diagnostic.ts';

/** A change of a document that removes one of its mistakes. Offsets are UTF-16 units; `value` is written as YAML has it. */
export type Fix =
  /** Another text in this place. */
  | { change: 'text'; at: number; end: number; text: string }
  /** Another value of a key that has a plain one. */
  | { change: 'value'; path: Path; value: string | number | boolean }
  /** Without a key and its value. */
  | { change: 'removal'; path: Path };
