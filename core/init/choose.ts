import { type ChosenBase, chooseBase } from './choose-base.ts';
import { chooseEpochs, chooseTraining, upTo } from './choose-training.ts';
import { countQuestions, rowsTakenOut } from './exam.ts';
import type { Capacity, RowFacts } from './facts.ts';
import { namedBase } from './named-base.ts';
import { because, type Chosen, type Reason } from './reasons.ts';

/** Everything that a pipeline for these rows on this machine needs decided. */
export interface Choices {
  base: ChosenBase;
  exam: { questions: number; because: Reason };
  options: readonly Chosen[];
}

/** Chooses a base, an exam and options. `base`: the one that a person names, as the value of `base`. */
export function choose(rows: RowFacts, capacity: Capacity, named?: string): Choices {
  const questions = countQuestions(rows);
  const takenOut = rowsTakenOut(rows, questions);
  const learned = Math.max(1, rows.rows - takenOut);
  const tokens = Number(chooseEpochs(learned).value) * rows.row_tokens.total;
  const base = named === undefined ? chooseBase(rows, capacity, tokens) : namedBase(named, rows, capacity);
  return {
    base,
    exam: { questions, because: because('exam-share', { questions, takenOut, rows: rows.rows }) },
    options: [
      ...keysOf(rows),
      ...badRows(rows),
      ...chooseTraining(rows, learned, base, capacity),
      chooseType(base),
      ...chooseVerdict(rows),
    ],
  };
}

const keysOf = ({ map = {} }: RowFacts): Chosen[] =>
  Object.entries(map).map(([part, key]) => ({
    ...{ step: 'data', option: `map.${part}`, value: key },
    because: because('key-of-part', { part }),
  }));

const badRows = ({ bad_rows: bad }: RowFacts): Chosen[] =>
  bad === 0 ? [] : [{ step: 'data', option: 'on_bad_row', value: 'skip', because: because('bad-rows', { bad }) }];

/** Types of Ollama's library by their names here. */
const types: Readonly<Record<string, string>> = { Q8_0: 'q8_0', F16: 'f16', Q5_K_M: 'q5_K_M', Q6_K: 'q6_K' };

/** Few bits harm a small model more than they save; a larger one is stored as the model that it is compared with. */
function chooseType({ parameters = Number.POSITIVE_INFINITY, quantization = '' }: ChosenBase): Chosen {
  const chosen = { step: 'gguf', option: 'type' } as const;
  if (parameters < 1e9) return { ...chosen, value: 'q8_0', because: because('type-small-model', { parameters }) };
  const same = types[quantization.toUpperCase()];
  return same === undefined
    ? { ...chosen, value: 'q4_K_M', because: because('type-usual', {}) }
    : { ...chosen, value: same, because: because('type-of-base', { quantization }) };
}

/** Answers of so few tokens are labels rather than sentences. The estimate counts 5 for the turn itself. */
const maxTokensOfLabel = 12;

function chooseVerdict({ rows, distinct_answers, answer_tokens }: RowFacts): Chosen[] {
  const areLabels = distinct_answers <= Math.max(2, rows / 10) && answer_tokens.p95 <= maxTokensOfLabel;
  const longest = answer_tokens.p95;
  return [
    areLabels
      ? {
          step: 'verdict',
          option: 'metric',
          value: 'exact',
          because: because('metric-few-answers', { answers: distinct_answers }),
        }
      : { step: 'verdict', option: 'metric', value: 'chrf', because: because('metric-characters', {}) },
    {
      step: 'verdict',
      option: 'max_tokens',
      value: Math.max(128, Math.min(2048, upTo(64, 2 * longest))),
      because: because('answers-of-longest', { longest }),
    },
  ];
}
