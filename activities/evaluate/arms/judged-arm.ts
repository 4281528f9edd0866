import type { Gain } from '../../../core/statistics/gain.ts';
import type { Side } from '../../../core/words/evaluation-notes.ts';
import type { Answer } from '../../../services/ollama/greedy-question.ts';
import type { Cost } from '../questions/ask-questions.ts';
import type { DocumentsRead } from './look-up.ts';

/** What a way to answer reaches, and at what price. */
export interface JudgedArm {
  name: string;
  model: Side;
  system?: string;
  /** Rows or parts before each question, at most. */
  nearest?: number;
  /** Where the parts come from; absent of rows. */
  documents?: DocumentsRead;
  /** By question, the places of the parts that stood before it. */
  places?: readonly (readonly string[])[];
  /** Over the questions whose score is known; absent without a metric or without such a question. */
  score?: number;
  interval?: readonly [low: number, high: number];
  /** By how much the tuned model scores higher, over the questions whose scores are known for both. */
  gain?: Gain;
  /** Means over those questions. */
  compared?: { questions: number; score: number; after: number };
  cost: Cost;
  answers: readonly Answer[];
}
