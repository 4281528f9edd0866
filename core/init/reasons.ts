import type { NoFacts, ReasonOf } from '../language/coded-reason.ts';

/** Why an option has its value, with the facts that decided; `core/words/init.ts` has the words. */
export interface ReasonFacts {
  'base-named': { present: boolean; original?: string };
  /** `seconds`: of the training, on processors. */
  'base-in-ollama': { parameters: number; seconds?: number; original?: string };
  'base-to-pull': { parameters: number; seconds?: number; original?: string; language?: string };
  /** Of the one that was chosen, `wanted`, Ollama has nothing and can get nothing. */
  'base-in-place': { wanted: string };
  'base-smallest': { parameters: number; lacks: 'memory' | 'disk' | 'time'; seconds?: number };
  'exam-share': { questions: number; takenOut: number; rows: number };
  /** The rows call this part by a name of their own. */
  'key-of-part': { part: string };
  'bad-rows': { bad: number };
  'epochs-few-rows': { rows: number };
  'epochs-usual': { rows: number };
  'epochs-many-rows': { rows: number };
  'rows-per-step': { rowsPerStep: number; rows: number };
  'batch-by-memory': { tokens: number };
  'rate-of-size': { parameters?: number };
  'length-of-longest': { longest: number };
  'length-by-memory': { longest: number; p95: number };
  'length-by-context': { longest: number; context: number };
  'rank-of-tokens': { tokens: number; parameters: number };
  'scale-of-rank': NoFacts;
  'all-layers': NoFacts;
  'dropout-few-rows': { rows: number };
  'weights-4-bit': { memory: number };
  'weights-16-bit': { memory: number };
  'saves-of-steps': { steps: number };
  'few-steps': { steps: number };
  'type-small-model': { parameters: number };
  'type-of-base': { quantization: string };
  'type-usual': NoFacts;
  'answers-of-longest': { longest: number };
  'metric-few-answers': { answers: number };
  'metric-characters': NoFacts;
  'as-in-file': { file: string; key: string };
}
export type Reason = ReasonOf<ReasonFacts>;

export const because = <R extends keyof ReasonFacts>(reason: R, facts: ReasonFacts[R]): Reason =>
  ({ reason, facts }) as Reason;

/** Steps of the pipeline that is written. */
export type StepName = 'data' | 'train' | 'gguf' | 'verdict';

/** An option of a step, as a dotted path, with the value that suits this data and this machine. */
export interface Chosen {
  step: StepName;
  option: string;
  value: string | number | boolean | readonly string[];
  because: Reason;
}
