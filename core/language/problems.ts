import type { CronFacts } from '../schedule/cron-problem.ts';
import type { ZoneFacts } from '../schedule/zone-problem.ts';
import type { NoFacts } from './coded-reason.ts';
import type { DiagnosticCode } from './diagnostic-codes.ts';
import type { InputType } from './document.ts';
import type { ExpressionFacts } from './expression/problems.ts';
import type { Type } from './expression/types.ts';
import type { ForeignDocument } from './foreign/documents.ts';
import type { Absence } from './foreign/words.ts';
import type { Lookalike } from './spelling/lookalikes.ts';
import type { Mistake } from './spelling/mistakes.ts';
import type { Suggestion } from './spelling/suggest.ts';
import type { Wanted } from './wanted.ts';
import type { WebhookFacts } from './webhook.ts';
import type { YamlFacts } from './yaml/problems.ts';

/** A value as a message shows it: scalars as they are, long texts cut. */
export type Shown = { value: string | number | boolean | null } | { is: 'list' | 'map' };

/** A value with the place it came from: `evaluated` where an expression gave it. */
export interface Got {
  got: Shown;
  evaluated?: true;
  mistake?: Mistake;
}

/** Why a file cannot be read: a code of the system or `NOT_A_FILE`, with the system's own message. */
export interface FileProblem {
  code: string;
  message?: string;
}

/** Keys of a step that an approval, or a pipeline that runs as a step, does not have. */
export type ApprovalKey = 'retry' | 'resources' | 'reuse' | 'matrix' | 'timeout_minutes';
export type UseKey = 'retry' | 'resources' | 'matrix' | 'timeout_minutes';

/** Where a misplaced or misspelled key probably belongs. */
export type KeyHint =
  | { meant: string; value?: string; under?: 'with' }
  | { optionUnderWith: true }
  | { optionOf: string }
  /** Other trainers have it, and temper does it otherwise. */
  | { absence: Absence }
  | Pick<Suggestion, 'known' | 'more'>;

interface ValueFacts extends CronFacts, ZoneFacts, WebhookFacts {
  empty: NoFacts;
  'too-small': { min: number; inclusive: boolean } & Got;
  'too-large': { max: number; inclusive: boolean } & Got;
  /** `rule` is the option's own, as its definition words it. */
  'breaks-rule': { rule?: string } & Got;
  /** `example`: what to write in place of it. */
  'wrong-value': { wanted: readonly Wanted[]; meant?: string; example?: string } & Got;
  'artifact-expected': { wanted: readonly Wanted[] };
  'artifact-written-out': NoFacts;
  'wrong-expression-type': { wanted: readonly Wanted[]; actual: Type; asText?: true };
  'steps-not-a-map': NoFacts;
  'expression-in-plain-value': NoFacts;
  'wrong-default': { wanted: Type; got: Shown };
  'command-and-script': NoFacts;
  'no-command': NoFacts;
  'type-not-of-engine': NoFacts;
  'engine-makes-one-type': NoFacts;
  'types-without-bound': NoFacts;
  'nothing-to-measure': NoFacts;
  'gguf-or-adapter': NoFacts;
  'onto-without-adapter': NoFacts;
  'samples-without-temperature': NoFacts;
  'documents-without-writer': NoFacts;
  'documents-of-rows': NoFacts;
  'documents-of-hub': NoFacts;
  'judge-without-model': NoFacts;
  'wrong-input': { wanted: Type; got: Shown };
  'wrong-input-expression': { wanted: Type; actual: Type };
  'key-of-approval': { key: ApprovalKey };
  'key-of-used-pipeline': { key: UseKey };
  // Schedules and notifications
  'no-such-day': { got: Shown };
  'two-notifications': NoFacts;
  'no-notification': NoFacts;
  'expression-in-program': NoFacts;
  'no-program': NoFacts;
  'webhook-with-expression': NoFacts;
  // Matrices
  'key-without-matrix': NoFacts;
  'no-variants': NoFacts;
  'duplicate-variant': { variant: string };
  'mixed-types': { key: string; type: Type; other: Type };
  'duplicate-value': { value: string };
  'duplicate-row': NoFacts;
  'excluded-key': { key: string } & Suggestion;
  'excludes-nothing': { key: string; value: string };
  'unread-key': { key: string; meant?: string };
}

/** Every reason for a mistake with its facts, under the public code that it belongs to. */
export interface ProblemFacts extends Record<DiagnosticCode, object> {
  YAML: YamlFacts;
  LOOKALIKE: { lookalike: Lookalike };
  NOT_A_PIPELINE: { 'empty-document': NoFacts; 'not-a-map': NoFacts; 'foreign-document': ForeignDocument };
  NO_STEPS: { 'no-steps': NoFacts };
  TOO_MANY_STEPS: { 'too-many-steps': { count: number; steps: number; max: number }; 'plan-too-large': NoFacts };
  MISSING: {
    'missing-key': { key: string; description?: string };
    'missing-uses': { step: string } & Suggestion;
    'missing-options': { kind?: string; options: readonly string[] };
    'missing-inputs': { file: string; inputs: readonly string[] };
  };
  UNKNOWN_KEY: { 'unknown-key': { key: string; hint: KeyHint } };
  UNKNOWN_OPTION: {
    'unknown-option': { option: string; kind?: string; hint: KeyHint };
    'unknown-pipeline-input': { file: string; input: string } & Suggestion;
  };
  UNKNOWN_KIND: { 'unknown-kind': { got: Shown } & Suggestion; 'pipeline-without-path': { got: Shown; file: string } };
  UNKNOWN_STEP: { 'unknown-need': { step: string } & Suggestion; 'expression-in-needs': NoFacts };
  BAD_NAME: { 'bad-name': { name: string; rule?: string }; 'bad-matrix-key': { key: string } };
  BAD_VALUE: ValueFacts;
  BAD_EXPRESSION: ExpressionFacts;
  CYCLE: { 'step-cycle': { steps: readonly string[] }; 'pipeline-cycle': { files: readonly string[] } };
  BAD_PIPELINE: {
    'unreadable-pipeline': { file: string; problem?: FileProblem };
    'pipelines-too-deep': { max: number; files: readonly string[] };
    'too-many-pipelines': { max: number };
  };
}

type ProblemsOf<C extends DiagnosticCode> = {
  [R in keyof ProblemFacts[C]]: { code: C; reason: R; facts: ProblemFacts[C][R] };
}[keyof ProblemFacts[C]];

/** What is wrong in a document: its public code, the finer reason and the facts, without words. */
export type Problem = { [C in DiagnosticCode]: ProblemsOf<C> }[DiagnosticCode];

/** Why a value given for an input of a run cannot be used. */
export interface InputFacts {
  'unknown-input': { input: string } & Suggestion;
  'wrong-type': { input: string; type: InputType; got: string };
  'missing-input': { input: string };
}
