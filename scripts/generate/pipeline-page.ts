import { type StepKind, stepKinds, stepOutputs, stepSummaries } from '../../core/kinds/registry.ts';
import { type JsonSchema, jsonSchemaOf, wantedOf } from '../../core/language/check/json-schema.ts';
import { functions } from '../../core/language/expression/functions.ts';
import { wantedWords } from '../../core/words/diagnostics/wanted.ts';
import { expressionsChapter, introduction, peopleChapter, pipelinesChapter } from './pipeline-prose.ts';

/** Makes docs/pipeline.md, the reference of the document language. */
export function pipelinePage(): string {
  const document = jsonSchemaOf('document').properties ?? {};
  const step = document.steps?.additionalProperties as JsonSchema;
  const schedule = document.on?.properties?.schedule?.items as JsonSchema;
  const input = document.inputs?.additionalProperties as JsonSchema;
  return [
    introduction,
    '## The document',
    table(jsonSchemaOf('document')),
    '### Inputs',
    'An input is given with `--input name=value` and read with `${{ inputs.name }}`. An input without a default must be given.',
    table(input),
    '### Schedules',
    '`temper schedule apply FILE` makes each entry of `on.schedule` a schedule, which fires while the local services run. Run `apply` again after a change of the document; data files are read at the start of each run. More: [schedules.md](schedules.md).',
    'A time that the change to summer time skips does not fire on that day. In the hour that the change back repeats, the server may fire at the first pass, the second, or both, so choose another hour.',
    table(schedule),
    '## Steps',
    'Names of steps and inputs are lower-case letters, digits, `-` and `_`.',
    table(step),
    pipelinesChapter,
    peopleChapter,
    expressionsChapter(functionTable()),
    '## Step kinds',
    stepKinds.map((kind) => `[\`${kind}\`](#${kind})`).join(' · '),
    ...stepKinds.map(kindChapter),
  ]
    .join('\n\n')
    .concat('\n');
}

function kindChapter(kind: StepKind): string {
  const outputs = Object.entries(stepOutputs[kind]).map(([name, type]) => `| \`${name}\` | ${typeName(type)} |`);
  const given =
    kind === 'run'
      ? 'Outputs: those that it declares under `outputs`, each an artifact.'
      : `| output | type |\n|---|---|\n${outputs.join('\n')}`;
  return `### ${kind}\n\n${stepSummaries[kind]}\n\n${table(jsonSchemaOf(kind))}\n\n${given}`;
}

const typeName = (type: string) =>
  ({
    string: 'text',
    number: 'number',
    boolean: 'true or false',
    numbers: 'list of numbers',
    list: 'list',
    any: 'any value',
    item: 'an element of the list',
  })[type] ?? `artifact (${type})`;

function table(schema: JsonSchema): string {
  return `| key | type | default | |\n|---|---|---|---|\n${rows(schema, '').join('\n')}`;
}

/** Rows of a map's keys follow its own row; for a map with free names they are named \`<name>\`. */
function rows(schema: JsonSchema, prefix: string): string[] {
  return Object.entries(schema.properties ?? {}).flatMap(([key, option]) => {
    const needed = schema.required?.includes(key);
    const own = `| \`${prefix}${key}\` | ${typeCell(option)} | ${needed ? '**required**' : defaultCell(option)} | ${cell(option.description ?? '')} |`;
    const nested = option.artifact === undefined && !isChapter(prefix + key) ? option : {};
    const named = nested.additionalProperties || undefined;
    return [
      own,
      ...rows(nested, `${prefix}${key}.`),
      ...(named?.artifact === undefined ? rows(named ?? {}, `${prefix}${key}.<name>.`) : []),
    ];
  });
}

/** Keys that have a chapter of their own. */
const isChapter = (key: string) => key === 'inputs' || key === 'steps';

function typeCell(schema: JsonSchema): string {
  if (schema.enum) return schema.enum.map((value) => `\`${value}\``).join(', ');
  if (schema.anyOf) return schema.anyOf.map(typeCell).join(', or ');
  if (schema.const !== undefined) return `\`${schema.const}\``;
  if (schema.path) return 'path';
  return cell(`${wantedWords(wantedOf(schema), { articles: false })}${bounds(schema)}`);
}

function bounds(schema: JsonSchema): string {
  const { minimum, maximum, exclusiveMinimum } = schema as Record<string, number | undefined>;
  const upper = maximum !== undefined && maximum < Number.MAX_SAFE_INTEGER ? maximum : undefined;
  if (minimum !== undefined && upper !== undefined) return `, ${minimum} to ${upper}`;
  if (minimum !== undefined && minimum > Number.MIN_SAFE_INTEGER) return `, ${minimum} or more`;
  return exclusiveMinimum === undefined ? '' : `, above ${exclusiveMinimum}`;
}

function defaultCell(schema: JsonSchema): string {
  const { default: standard } = schema;
  if (standard === undefined || (typeof standard === 'object' && Object.keys(standard as object).length === 0))
    return '';
  return `\`${typeof standard === 'string' ? standard : JSON.stringify(standard)}\``;
}

const cell = (text: string) => text.replaceAll('|', '\\|').replaceAll('\n', ' ');

function functionTable(): string {
  const lines = Object.entries(functions).map(
    ([name, { args, result, description }]) =>
      `| \`${name}(${args.map(typeName).join(', ')})\` | ${typeName(result)} | ${description} |`,
  );
  return `| function | gives | |\n|---|---|---|\n${lines.join('\n')}`;
}
