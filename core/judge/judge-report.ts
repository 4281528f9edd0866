import { type Decision, type Outcome, type PlaceBias, placeBias, questionOutcome } from './decide.ts';
import { type Agreement, agreementWith, type Decided, type Tally, tally } from './tally.ts';

/** By rival of the tuned model (`before`, `production`, or the name of an arm), question by question. */
export type Decisions = Readonly<Record<string, readonly Decided[]>>;

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
  /** Of several pairs of answers: how many the tuned model won, and so on. `because` and `why` are of one with this outcome. */
  pairs?: { wins: number; ties: number; losses: number };
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
  const all = Object.values(decisions).flatMap((each) => each.flatMap((decided) => decided ?? []));
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

/** The verdicts on one question, by rival. */
export const verdictsOn = (decisions: Decisions, question: number): Record<string, JudgedQuestion> =>
  Object.fromEntries(
    Object.entries(decisions).flatMap(([rival, all]) => {
      const decided = all[question];
      return decided ? [[rival, judgedQuestion(decided)]] : [];
    }),
  );

function judgedQuestion(decided: readonly Decision[]): JudgedQuestion {
  const outcome = questionOutcome(decided);
  // Wins and losses may even out to a tie that no pair has.
  const shown = decided.find((each) => each.outcome === outcome);
  const why = [shown?.straight, shown?.turned].flatMap((said) => (said && 'why' in said ? [said.why] : []));
  const count = (which: Outcome) => decided.filter((each) => each.outcome === which).length;
  return {
    outcome,
    because: shown?.because ?? 'agreed',
    ...(decided.length > 1 ? { pairs: { wins: count('win'), ties: count('tie'), losses: count('loss') } } : {}),
    ...(why.length > 0 ? { why } : {}),
  };
}
