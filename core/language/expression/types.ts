import type { ArtifactKind } from '../../handles.ts';

/** Static types of the expression language; `ollama`, `dataset`, … are artifacts. `unknown`: a mistake reported elsewhere hides it. */
export type Item = 'string' | 'number' | 'boolean' | 'null' | 'unknown' | ArtifactKind;
/** `number[]` is a list of numbers: what `steps.train.*.outputs.eval_loss` gives. */
export type Type = Item | `${Item}[]`;

export const isList = (type: Type): type is `${Item}[]` => type.endsWith('[]');
export const itemOf = (type: `${Item}[]`): Item => type.slice(0, -2) as Item;
