import { parse, stringify } from 'yaml';
import { shortDigest } from '../digest.ts';
import { isRecord } from '../json.ts';
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
  hasAdapter: boolean;
  /** Of temper. */
  version: string;
}

/** The `README.md` of a model as the Hugging Face Hub reads it: its metadata, and what a colleague needs to use it. */
export function modelCard(facts: CardFacts): string {
  const { name, digest, run, base, data, training, hasAdapter, version } = facts;
  return [
    `---\n${stringify(metadataOf(facts), { lineWidth: 0 }).trimEnd()}\n---`,
    `# ${name}`,
    `${base ? `\`${base.name}\`` : 'A base model'}, trained with temper ${version}${facts.quantization ? `, quantized to ${facts.quantization}` : ''}.`,
    '## Use it',
    `\`\`\`sh\nollama create ${name} -f Modelfile\nollama run ${name}\n\`\`\``,
    ...(hasAdapter ? ['The folder `adapter` holds the LoRA adapter alone, for PEFT:', peftExample(base)] : []),
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
    ...examSection(facts.exam),
    '## Origin',
    `Run \`${run}\`, model ${shortDigest(digest)} in Ollama. \`npx temper lineage ${name}\` shows it in the home where it was made.`,
    '',
  ].join('\n\n');
}

function peftExample(base: CardFacts['base']): string {
  const name = base?.hub ? `"${base.hub.id}", revision="${base.hub.revision}"` : '"the base model"';
  return [
    '```python',
    'from peft import PeftModel',
    'from transformers import AutoModelForCausalLM',
    '',
    `base = AutoModelForCausalLM.from_pretrained(${name})`,
    'model = PeftModel.from_pretrained(base, "adapter")',
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
