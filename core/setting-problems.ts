/** Why temper cannot use the value of an environment variable. `core/words/settings.ts` has the words. */
interface ProblemFacts {
  /** A path that means another place in each folder. `absolute`: what it means in this one. */
  'relative-path': { absolute: string };
  /** `~name/…`: only the person's own `~/…` is expanded. */
  'home-of-other': object;
  /** `write`: the value that was probably meant. */
  'not-url': { schemes: readonly string[]; write?: string };
  'unknown-scheme': { scheme: string; schemes: readonly string[]; write?: string };
  'not-address': { write?: string };
  'not-choice': { choices: readonly string[] };
  'not-number': { min: number; max?: number };
  'not-duration': { minSeconds: number };
  'missing-file': object;
  'not-devices': object;
  'not-ollama-host': { write?: string };
}

/** `value` is shown to people, so passwords in it are hidden. */
export type SettingProblem = {
  [Code in keyof ProblemFacts]: { code: Code; facts: { variable: string; value: string } & ProblemFacts[Code] };
}[keyof ProblemFacts];

/** A problem before it is known of which variable. */
export type ValueProblem = {
  [Code in keyof ProblemFacts]: { code: Code; facts: ProblemFacts[Code] };
}[keyof ProblemFacts];

/** A setting that the running services read when they began, and the one of this shell. Absent: not set. */
export interface SettingChange {
  variable: string;
  /** Values are not shown of secrets, and where only the hidden part of a URL differs. */
  hidden?: true;
  there?: string;
  here?: string;
}
