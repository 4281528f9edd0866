import { type Decision, type Outcome, type PlaceBias, placeBias } from './decide.ts';
import { type Agreement, agreementWith, type Tally, tally } from './tally.ts';

/**
 * By rival of the tuned model (`before`, `production`, or the name of an arm), question by question; undefined where one of the
 * two answers is incomplete.
 */
export type Decisions = Readonly<Record<string, readonly (Decision | undefined)[]>>;

/** Tokens of all verdicts: what an endpoint is paid for. */
export interface JudgeCost {
  verdicts: number;
  promptTokens: number;
  answerTokens: number;
}

/** What a judge has done, as the report of an evaluation keeps it. */
export interface JudgeReport {
  name: string;
  /** Of a judge in Ollama. */
  digest?: string;
  rubric: string;
  against: Readonly<Record<string, Tally>>;
  /** Over all rivals. */
  bias: PlaceBias;
  /** With the metric, on the answers before and after. Absent where no metric compares them. */
  agreement?: Agreement;
  cost: JudgeCost;
}

/** The verdict on one question, as the report keeps it. */
export interface JudgedQuestion {
  outcome: Outcome;
  because: Decision['because'];
  /** The judge's reasons: with the tuned model's answer first, then second. */
  why?: readonly string[];
}

interface Judged {
  name: string;
  digest?: string | undefined;
  rubric: string;
  decisions: Decisions;
  cost: JudgeCost;
  /** By how much the metric prefers the tuned model's answer to the one before, where both scores are known. */
  metric?: { name: string; differences: readonly (number | undefined)[] } | undefined;
}

export function judgeReport({ name, digest, rubric, decisions, cost, metric }: Judged): JudgeReport {
  const all = Object.values(decisions).flatMap((each) => each.filter((decision) => decision !== undefined));
  return {
    name,
    ...(digest === undefined ? {} : { digest }),
    rubric,
    against: Object.fromEntries(Object.entries(decisions).map(([rival, each]) => [rival, tally(each)])),
    bias: placeBias(all),
    ...(metric ? { agreement: agreementWith(metric.name, decisions.before ?? [], metric.differences) } : {}),
    cost,
  };
}
