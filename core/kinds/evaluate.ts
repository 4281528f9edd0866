import { z } from 'zod';
import { evaluateNeeds } from '../estimates/kinds/serving.ts';
import { judgeMetric } from '../judge/column.ts';
import { metrics, type Part, partsFor } from '../metrics/metrics.ts';
import { weighedMetrics, weightsOf } from '../metrics/weights.ts';
import { minUnequal } from '../statistics/gain.ts';
import type { StepDefinition } from './definition.ts';
import { arms, documentsOfArms, idleArms } from './options/arms.ts';
import { artifact, described, ollamaTag, path, positive } from './options/fields.ts';
import { harness } from './options/harness.ts';
import { judge } from './options/judge.ts';

const options = z.strictObject({
  before: z.union([ollamaTag, artifact('ollama')]).meta({
    ollama: true,
    role: 'rival',
    description: 'The model before the tuning: a name in Ollama, or the `model` output of an import step.',
  }),
  after: z.union([ollamaTag, artifact('ollama')]).meta({
    ollama: true,
    role: 'judged',
    description: 'The model to judge, by a name in Ollama or the `model` output of an import step.',
  }),
  production: ollamaTag.optional().meta({
    ollama: true,
    role: 'serving',
    mayBeAbsent: true,
    description:
      'The serving name that `after` would take over, for example `my-model:latest`. Its present model answers the same questions. If there is no such model yet, as on the first night, it is left out.',
  }),
  better: z
    .enum(['interval', 'mean'])
    .default('interval')
    .describe(
      'What makes `after` better than `before` and `production`. `interval`: the 95 % interval of its gain, by a paired bootstrap over the questions, lies above zero; six questions must differ at least. `mean`: its mean is higher, however few the questions are.',
    ),
  min_improvement: z
    .number()
    .min(0)
    .max(1)
    .default(0)
    .describe(
      'By how much the score must exceed those of `before` and `production` for `better`, on the scale of the metric (0 to 1). A tie is never better.',
    ),
  prompts: described(
    path(),
    'The questions, in every form that `prepare` reads: JSONL, JSON or CSV with `prompt` (or `instruction`, `messages`, `conversations`) and, for a score, an answer or a `reference`.',
  ),
  metric: z
    .enum([...metrics, judgeMetric, 'none'])
    .optional()
    .describe(
      'What the score is (0 to 1); `chrf` without it. The report has every metric for which the questions have what it needs. `chrf`, `rouge_l`, `exact` and `contains` compare the answer with a reference; of several the best counts. `regex`: the `pattern` of the question, in the syntax of RE2, is found in the answer. `json`: the answer is JSON and fits the `schema`. `number`: the last number of the answer is that of the reference; `1,234`, `１２３４`, `1.2万` and `3/4` are read, and units are not compared. `judge`: the share of the questions that `after` wins by the model that `judge` names, where a tie counts half. `none`: no score.',
    ),
  score: z
    .partialRecord(z.enum(metrics), z.number().positive())
    .refine((weights) => Object.keys(weights).length > 0, 'must weigh one metric or more')
    .optional()
    .describe(
      'A score of several metrics in place of `metric`: the mean of these, by weight, such as `{ chrf: 0.5, json: 0.5 }`. The weights are divided by their sum.',
    ),
  schema: z
    .record(z.string(), z.unknown())
    .optional()
    .describe(
      'For `json`: the JSON Schema, such as `{ type: object }`, of an answer to a question that has no `schema` of its own.',
    ),
  tolerance: z
    .number()
    .min(0)
    .max(1)
    .optional()
    .describe(
      'For `number`: by which share of the reference an answer may differ. `0.01`: one percent. Without it the numbers must be equal.',
    ),
  judge,
  arms,
  max_forgetting: z
    .number()
    .min(0)
    .max(1)
    .optional()
    .describe(
      'Asks `before` and `after` a hundred general questions as well, in English and Chinese, and gives no `better` if `after` answers fewer of them rightly by more than this share, and not by chance. Without it they are not asked.',
    ),
  general: described(
    path().optional(),
    'Your own general questions for `max_forgetting`, in place of the hundred: rows as in `prompts`, each with a reference. An answer is right if it holds the reference as a word or words of its own.',
  ),
  harness,
  max_tokens: positive
    .default(256)
    .describe(
      'The most tokens that an answer may have. An answer that is cut, and does not repeat itself in a loop, is not judged, and `better` is not given on it: the scores are means over the questions that all models answered whole, and `after` must be better even if each of its incomplete answers counts 0 and each of the others 1.',
    ),
  system: z.string().optional().describe('A system message for each question.'),
  think: z
    .union([z.boolean(), z.literal('auto')])
    .default('auto')
    .describe(
      'Whether models think before they answer. Thoughts are not scored, and count towards `max_tokens`. `auto`: they think if all rows have thoughts that `after` was trained on, and the training kept them.',
    ),
  samples: positive
    .max(64)
    .optional()
    .describe(
      'How many answers each question gets, at the `temperature`; its score is their mean. Without it one. The intervals still come from the questions, and the report says how far the answers to one question lie apart.',
    ),
  temperature: z
    .number()
    .min(0)
    .max(2)
    .optional()
    .describe(
      'Without it decoding is greedy. Above 0 the answers are drawn, with the `top_p` and `top_k` of each model.',
    ),
  seed: z
    .number()
    .int()
    .nonnegative()
    .default(42)
    .describe('The seed for Ollama: of the first answer to each question. The second has the next one, and so on.'),
});

const outputs = {
  score: 'number',
  baseline: 'number',
  gain: 'number',
  gain_low: 'number',
  gain_high: 'number',
  content_low: 'number',
  production: 'number',
  better: 'boolean',
  incomplete: 'number',
  judge_wins: 'number',
  judge_wins_low: 'number',
  judge_wins_high: 'number',
  questions: 'number',
  report: 'report',
  verdict: 'string',
} as const;

/** Outputs that an evaluation has only with a metric. */
const judgedOutputs: readonly string[] = [
  'score',
  'baseline',
  'gain',
  'gain_low',
  'gain_high',
  'content_low',
  'production',
  'better',
  'incomplete',
];

/** Outputs that an evaluation has only with a judge. */
const judgeOutputs: readonly string[] = ['judge_wins', 'judge_wins_low', 'judge_wins_high'];

export const evaluate = {
  summary:
    'Asks models the same questions with greedy decoding and scores the answers: before, after, and in production.',
  options,
  outputs,
  ranges: {
    ...{ score: [0, 1], baseline: [0, 1], production: [0, 1] },
    ...{ gain: [-1, 1], gain_low: [-1, 1], gain_high: [-1, 1], content_low: [-1, 1] },
    ...{ judge_wins: [0, 1], judge_wins_low: [0, 1], judge_wins_high: [0, 1] },
  },
  outputsOf: ({ metric, production, judge }) => {
    const has = (name: string) => {
      if (judgeOutputs.includes(name)) return judge !== undefined;
      return metric === 'none' ? !judgedOutputs.includes(name) : name !== 'production' || production !== undefined;
    };
    return Object.fromEntries(Object.entries(outputs).filter(([name]) => has(name)));
  },
  whyAbsent: (output, { metric }) => {
    if (output === 'production' && metric !== 'none') return 'no-production';
    if (judgeOutputs.includes(output)) return 'no-judge';
    return judgedOutputs.includes(output) ? 'no-metric' : undefined;
  },
  checkTogether: ({ metric, judge, samples, temperature }) => {
    if (metric === judgeMetric && judge === undefined) return 'judge-without-model';
    const isDrawn = temperature !== undefined && temperature !== 0;
    return typeof samples === 'number' && samples > 1 && !isDrawn ? 'samples-without-temperature' : undefined;
  },
  secretOptions: ['judge.api_key'],
  exam: {
    option: 'prompts',
    needs: (options): readonly Part[] => partsFor(weighedMetrics(weightsOf(options))),
    leastUnequal: ({ metric, better }) => (metric !== 'none' && better === 'interval' ? minUnequal : undefined),
    judges: ['after', 'before'],
  },
  excludes: ({ metric, score }) => (metric !== undefined && score !== undefined ? [['metric', 'score']] : []),
  furtherQuestions: 'general',
  harnessOption: 'harness',
  documentsAt: ({ arms }) => documentsOfArms(arms),
  idle: ({ metric, max_forgetting, arms, production, samples }) => [
    ...idleArms(arms, production),
    ...(samples === undefined
      ? [{ option: ['judge', 'samples'], because: { option: 'samples', value: 'not given' } }]
      : []),
    ...(metric === 'none'
      ? ['better', 'min_improvement', 'schema', 'tolerance'].map((name) => ({
          option: [name],
          because: { option: 'metric', value: 'none' },
        }))
      : []),
    ...(max_forgetting === undefined
      ? [{ option: ['general'], because: { option: 'max_forgetting', value: 'not given' } }]
      : []),
  ],
  needs: evaluateNeeds,
  executor: 'activity',
  usesDevice: true,
  revision: 7,
  reuse: 'by-key',
  heartbeatTimeout: '30s',
  shapedBy: 'serving',
  verdictOutput: 'report',
} as const satisfies StepDefinition;
