import { parse, stringify } from 'yaml';
import { shortDigest } from '../digest.ts';
import { isRecord } from '../json.ts';
import { type DriftReport, driftNumber, sharePercent, takenOf } from '../quantization/drift-report.ts';
import { isQuantized } from '../quantization/types.ts';
import type { Exam } from '../report/exam.ts';
import { plural } from '../words/plural.ts';

/** What is known of the base model: only what somebody has written down about it. */
export interface BaseCard {
  license?: string;
  languages?: readonly string[];
}

export interface CardFacts {
  name: string;
  digest: string;
  run: string;
  base?: { name: string; hub?: { id: string; revision: string } };
  baseCard: BaseCard;
  data: readonly { name: string; rows?: number; digest: string }[];
  /** Options of the training: `learning_rate`, `2e-4`. */
  training: readonly (readonly [name: string, value: string])[];
  exam?: { exam: Exam; prompts: string };
  quantization?: string;
  /** What was measured of it. */
  drift?: DriftReport;
  hasAdapter: boolean;
  /** Where the card lies: in an exported folder, or beside the adapter in the store, with the model's name in Ollama. */
  place: { export: true } | { ollama: string };
  /** Of temper. */
  version: string;
}

/** Without the tag that says no more than that it was a candidate. */
export const bareName = (name: string): string => name.replace(/:(?:candidate|latest)$/, '');

/** The `README.md` of a model as the Hugging Face Hub reads it: its metadata, and what a colleague needs to use it. */
export function modelCard(facts: CardFacts): string {
  const { name, digest, run, base, data, training, version } = facts;
  return [
    `---\n${stringify(metadataOf(facts), { lineWidth: 0 }).trimEnd()}\n---`,
    `# ${name}`,
    `${base ? `\`${base.name}\`` : 'A base model'}, trained with temper ${version}${facts.quantization ? `, quantized to ${facts.quantization}` : ''}.`,
    '## Use it',
    ...useSection(facts),
    '## Data',
    data.length === 0
      ? 'Not known.'
      : data
          .map(
            ({ name: file, rows, digest: of }) =>
              `- ${file}${rows === undefined ? '' : `, ${plural(rows, 'row')}`} (${shortDigest(of)})`,
          )
          .join('\n'),
    ...(training.length > 0
      ? [
          '## Training',
          ['| option | value |', '|---|---|', ...training.map(([key, value]) => `| ${key} | ${value} |`)].join('\n'),
        ]
      : []),
    ...driftSection(facts.drift),
    ...examSection(facts.exam),
    '## Origin',
    `Run \`${run}\`, model ${shortDigest(digest)} in Ollama. \`npx temper lineage ${name}\` shows it in the home where it was made.`,
    '',
  ].join('\n\n');
}

function useSection({ name, run, base, hasAdapter, place }: CardFacts): string[] {
  const shell = (...lines: string[]) => ['```sh', ...lines, '```'].join('\n');
  if ('ollama' in place)
    return [
      shell(
        `ollama run ${place.ollama}`,
        `npx temper export ${run} FOLDER   # weights, Modelfile and adapter, to hand on`,
      ),
      'The folder `files` holds the LoRA adapter, for PEFT:',
      peftExample(base, 'files'),
    ];
  const adapter = ['The folder `adapter` holds the LoRA adapter alone, for PEFT:', peftExample(base, 'adapter')];
  return [shell(`ollama create ${name} -f Modelfile`, `ollama run ${name}`), ...(hasAdapter ? adapter : [])];
}

function peftExample(base: CardFacts['base'], folder: string): string {
  const name = base?.hub ? `"${base.hub.id}", revision="${base.hub.revision}"` : '"the base model"';
  return [
    '```python',
    'from peft import PeftModel',
    'from transformers import AutoModelForCausalLM',
    '',
    `base = AutoModelForCausalLM.from_pretrained(${name})`,
    `model = PeftModel.from_pretrained(base, "${folder}")`,
    '```',
  ].join('\n');
}

function metadataOf({ name, base, baseCard, exam, hasAdapter, quantization }: CardFacts): Record<string, unknown> {
  const { license, languages = [] } = baseCard;
  return {
    ...(base?.hub
      ? { base_model: base.hub.id, base_model_relation: quantization && !hasAdapter ? 'quantized' : 'adapter' }
      : {}),
    ...(license === undefined ? {} : { license }),
    ...(languages.length > 0 ? { language: languages } : {}),
    library_name: hasAdapter ? 'peft' : 'gguf',
    pipeline_tag: 'text-generation',
    tags: ['temper', 'ollama', 'gguf', ...(hasAdapter ? ['lora', 'peft'] : [])],
    ...(exam?.exam.metric === undefined ? {} : { metrics: [metricIds[exam.exam.metric] ?? exam.exam.metric] }),
    ...(exam ? resultsOf(name, exam) : {}),
  };
}

/** Names of the Hub for metrics of an evaluation. */
const metricIds: Readonly<Record<string, string>> = { rouge_l: 'rouge', exact: 'exact_match' };

function resultsOf(name: string, { exam, prompts }: NonNullable<CardFacts['exam']>): Record<string, unknown> {
  const { metric, models, questions } = exam;
  const score = models.find(({ side }) => side === 'after')?.score;
  if (metric === undefined || score === undefined) return {};
  const result = {
    task: { type: 'text-generation' },
    dataset: { name: `${prompts} (${plural(questions.length, 'question')})`, type: 'private' },
    metrics: [{ type: metricIds[metric] ?? metric, value: Number(score.toFixed(4)), name: `${metric} (0 to 1)` }],
  };
  return { 'model-index': [{ name, results: [result] }] };
}

function driftSection(drift: DriftReport | undefined): string[] {
  const taken = drift && takenOf(drift);
  if (!taken || !isQuantized(taken.type)) return [];
  const { side, rows, tokens } = drift.rows;
  return [
    '## Quantization',
    `Against the f16 model, \`${taken.type}\`${taken.imatrix ? ' with an importance matrix of the training rows' : ''} changes the predictions by ${driftNumber(taken.kl)} ± ${driftNumber(taken.kl_error)} nats a token (mean KL divergence), and ${sharePercent(taken.same_top)} of the most likely tokens are the same. Measured on ${plural(tokens, 'token')} of answers in ${plural(rows, `${side} row`)}.`,
  ];
}

function examSection(held: CardFacts['exam']): string[] {
  if (!held) return [];
  const { exam } = held;
  const rows = exam.models.map(
    ({ side, name, score }) => `| ${side} | ${name} | ${score === undefined ? '–' : score.toFixed(3)} |`,
  );
  return [
    '## Evaluation',
    exam.verdict,
    ...(exam.metric === undefined ? [] : [[`| | model | ${exam.metric} |`, '|---|---|---|', ...rows].join('\n')]),
  ];
}

/** Reads the metadata of another card; of what cannot be read nothing is known. */
export function readBaseCard(text: string): BaseCard {
  const head = /^---\r?\n([\s\S]*?)\r?\n---/.exec(text)?.[1];
  if (head === undefined) return {};
  try {
    const value: unknown = parse(head);
    if (!isRecord(value)) return {};
    const { license, language } = value;
    const languages = [language].flat().filter((each): each is string => typeof each === 'string');
    return { ...(typeof license === 'string' ? { license } : {}), ...(languages.length > 0 ? { languages } : {}) };
  } catch {
    return {};
  }
}
