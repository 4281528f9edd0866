import { basename } from 'node:path';
import color from 'picocolors';
import { type Choices, choose } from '../../../core/init/choose.ts';
import { type Capacity, untuned } from '../../../core/init/facts.ts';
import type { Converted, Left } from '../../../core/init/foreign.ts';
import { knownBases } from '../../../core/init/known-bases.ts';
import { meantBase } from '../../../core/init/named-base.ts';
import { modelName, nameProblem } from '../../../core/init/names.ts';
import { override } from '../../../core/init/override.ts';
import { because } from '../../../core/init/reasons.ts';
import { capacityWords, mapWords, rowsWords, sizeWords } from '../../../core/words/init.ts';
import { leftWords } from '../../../core/words/init-left.ts';
import { inspectCapacity } from '../../../services/inspection/inspect-capacity.ts';
import { type Survey, surveyRows } from '../../../services/inspection/survey-rows.ts';
import { localBase } from '../../runs/local-base.ts';
import { UserError } from '../../user-error.ts';
import type { BeginOptions } from './begin-options.ts';
import { readForeign, rowsOf, withoutGpuOptions } from './foreign-file.ts';
import { ask } from './questions.ts';
import { filesOf, refuseExisting, writePipeline } from './write-pipeline.ts';

export interface Prepared {
  /** The file of the pipeline, in the current folder. */
  pipeline: string;
  name: string;
  choices: Choices;
  facts: Survey['facts'];
  left: readonly Left[];
}

/** One to learn, and one to measure the loss on. */
const minRows = 2;

/** Looks at rows and machine, asks, and writes a pipeline with its exam. */
export async function preparePipeline(given: string | undefined, options: BeginOptions): Promise<Prepared> {
  const foreign = options.from === undefined ? undefined : await foreignOf(options.from, given);
  const rows = given ?? foreign?.rows ?? fail(options.from ?? '');
  if (options.name !== undefined) requireName(options.name);
  if (options.base !== undefined) await localBase(options.base);
  const [survey, found] = await Promise.all([surveyRows(rows), inspectCapacity()]);
  if (survey.facts.rows < minRows)
    throw new UserError(`${rows} has one row, and a training needs ${minRows} at least`, {
      hint: '20 to 50 rows change the manner of the answers, a few hundred make it firm',
    });
  if (options.inPlaceOf === undefined) {
    say(rowsWords(rows, survey.facts, survey.facts.shape));
    if (Object.keys(survey.facts.map).length > 0) say(mapWords(survey.facts.map));
    say(capacityWords(found));
  }
  const converted = foreign && withoutGpuOptions(foreign.converted, found);
  const wished = await wishes(rows, options, converted, survey, found);
  const files = filesOf(wished.name);
  refuseExisting(Object.values(files), options.force);
  const base = wished.base === undefined ? undefined : meantBase(wished.base, found);
  if (base !== undefined && base !== wished.base) say(`\`${wished.base}\` means the model in Ollama, \`${base}\``);
  const choices = override(withReason(choose(survey.facts, found, base), options, converted), converted?.options ?? []);
  const left = [...(converted?.left ?? []), ...(foreign?.left ?? [])];
  const notes =
    left.length === 0 ? [] : [`Not taken from ${basename(options.from!)}: ${left.map(({ key }) => key).join(', ')}.`];
  await writePipeline(choices, { name: wished.name, rows, survey, capacity: found, notes });
  if (left.length > 0) tellLeft(options.from!, left);
  return { pipeline: files.pipeline, name: wished.name, choices, facts: survey.facts, left };
}

/** A base that neither a person nor the machine has chosen has another reason. */
function withReason(choices: Choices, { inPlaceOf }: BeginOptions, converted: Converted | undefined): Choices {
  const named = converted?.base?.value === choices.base.base ? converted.base.because : undefined;
  const reason = inPlaceOf === undefined ? named : because('base-in-place', { wanted: inPlaceOf });
  return reason === undefined ? choices : { ...choices, base: { ...choices.base, because: reason } };
}

async function foreignOf(file: string, given: string | undefined) {
  const converted = await readForeign(file);
  const { rows, left } = await rowsOf(converted, file);
  return { converted, rows, left: given === undefined ? left : [] };
}

function fail(from: string): never {
  throw new UserError(`${from}: its rows are not on this machine`, {
    hint: `download them and name the file: \`npx temper init rows.jsonl --from ${from}\``,
  });
}

/** What a person wishes: by options, or on a terminal by answering two questions. */
async function wishes(
  rows: string,
  options: BeginOptions,
  converted: Converted | undefined,
  { facts }: Survey,
  capacity: Capacity,
): Promise<{ name: string; base?: string }> {
  const name = options.name ?? modelName(rows);
  const base = options.base ?? converted?.base?.value;
  const isAsked = process.stdin.isTTY && process.stderr.isTTY && !options.yes;
  if (!isAsked) return { name, ...(base === undefined ? {} : { base }) };
  const proposed = choose(facts, capacity, base).base.base;
  const offered = [
    ...new Set([
      proposed,
      ...untuned(capacity).map((each) => `ollama:${each.name}`),
      ...knownBases.map(({ ollama }) => `ollama:${ollama}`),
    ]),
  ];
  const labels = offered.slice(0, 6).map((value) => ({ value, label: labelOf(value, capacity) }));
  const [answeredBase, answeredName] = await ask([
    ...(base === undefined ? [{ question: 'Which base model?', usual: proposed, choices: labels }] : []),
    ...(options.name === undefined
      ? [{ question: 'What is the tuned model called?', usual: name, problem: (text: string) => nameProblem(text) }]
      : []),
  ]).then((answers) => (base === undefined ? [answers[0], answers[1]] : [undefined, answers[0]]));
  const isOther = answeredBase !== undefined && answeredBase !== proposed;
  const wanted = isOther ? answeredBase : base;
  return { name: answeredName ?? name, ...(wanted === undefined ? {} : { base: wanted }) };
}

function labelOf(base: string, { models }: Capacity): string {
  const name = base.replace(/^ollama:/, '');
  const model = models.find((each) => each.name === name);
  const known = knownBases.find((each) => each.ollama === name);
  const parameters = model?.parameters ?? known?.parameters;
  const size = parameters === undefined ? '' : `, ${sizeWords(parameters)} parameters`;
  return `${base}${color.dim(`${size}${model ? '' : `, to be pulled`}`)}`;
}

function requireName(name: string): void {
  const problem = nameProblem(name);
  if (problem !== undefined)
    throw new UserError(`--name ${name}: ${problem}`, { hint: `write, for example, \`--name ${modelName(name)}\`` });
}

function tellLeft(from: string, left: readonly Left[]): void {
  say(`Not taken from ${from}:`);
  for (const each of left) say(`  ${each.key}: ${leftWords(each)}`);
}

const say = (text: string) => process.stderr.write(`${text}\n`);
