import type { FindingProblem } from '../../checks/finding.ts';
import type { ReasonOf } from '../../language/coded-reason.ts';
import type { Path } from '../../language/diagnostic.ts';
import type { DiagnosticCode } from '../../language/diagnostic-codes.ts';
import type { InputFacts, KeyHint, Problem, ProblemFacts } from '../../language/problems.ts';
import type { SetFacts } from '../../language/yaml/set-option.ts';
import { plural } from '../plural.ts';
import { expressionWords } from './expressions.ts';
import { fileWords } from './files.ts';
import { findingWords } from './findings.ts';
import { absenceWords, foreignWords } from './foreign.ts';
import { lookalikeWords } from './lookalikes.ts';
import { asSaid, cut, didYouMean, quotedList, type Said, suggestionHint, type WordsOf } from './said.ts';
import { valueWords } from './values.ts';
import { shownWords } from './wanted.ts';
import { yamlWords } from './yaml.ts';

/** More files of a cycle, or steps, than a line holds. */
const maxInLine = 12;
const arrows = (names: readonly string[]) =>
  `${names.slice(0, maxInLine).join(' → ')}${names.length > maxInLine ? ' → …' : ''}`;

/** `lora.r` as a document has it: `lora: { r: … }`. */
function nested(path: string, value?: string): string {
  const [first = '', ...rest] = path.split('.');
  if (rest.length > 0) return `${first}: { ${nested(rest.join('.'), value ?? '…')} }`;
  return value === undefined ? first : `${first}: ${value}`;
}

function keyHint(hint: KeyHint, intro: string): string | undefined {
  if ('optionUnderWith' in hint) return 'this is an option: write it under `with`';
  if ('optionOf' in hint) return `this is an option of ${hint.optionOf}`;
  if ('absence' in hint) return absenceWords[hint.absence];
  if (!('meant' in hint)) return suggestionHint(hint, intro);
  const written = nested(hint.meant, hint.value);
  return hint.under === undefined ? didYouMean(written) : `write "${written}" directly under \`with\``;
}

const words: { readonly [C in DiagnosticCode]: WordsOf<ProblemFacts[C]> } = {
  YAML: yamlWords,
  BAD_EXPRESSION: expressionWords,
  BAD_VALUE: valueWords,
  LOOKALIKE: { lookalike: lookalikeWords },
  NOT_A_PIPELINE: {
    'empty-document': () => ({ message: 'the document is empty', hint: 'a pipeline has `name` and `steps`' }),
    'foreign-document': foreignWords,
    'not-a-map': () => ({ message: 'the document is not a map', hint: 'a pipeline has `name` and `steps`' }),
  },
  NO_STEPS: { 'no-steps': () => 'the pipeline has no steps' },
  TOO_MANY_STEPS: {
    'too-many-steps': ({ count, steps, max }) =>
      `the pipeline has ${count} steps${count > steps ? `, counting the variants of ${plural(steps, 'step')}` : ''}; the limit is ${max}`,
    'plan-too-large': () => 'with the pipelines that its steps run, this pipeline is larger than a run can hold',
  },
  MISSING: {
    'missing-key': ({ key, description }) => ({
      message: `the pipeline has no \`${key}\``,
      hint: description && `\`${key}\`: ${description}`,
    }),
    'missing-uses': ({ meant, ...suggestion }) => ({
      message: 'has no `uses`, the kind of the step',
      hint: meant === undefined ? suggestionHint(suggestion, 'kinds') : `write \`uses: ${meant}\``,
    }),
    'missing-options': ({ kind, options }) =>
      `${kind ?? 'this'} needs the ${options.length === 1 ? 'option' : 'options'} ${quotedList(options)}`,
    'missing-inputs': ({ file, inputs }) =>
      `${file} needs the ${inputs.length === 1 ? 'input' : 'inputs'} ${quotedList(inputs)}`,
  },
  UNKNOWN_KEY: {
    'unknown-key': ({ key, hint }) => ({ message: `unknown key "${cut(key)}"`, hint: keyHint(hint, 'known keys') }),
  },
  UNKNOWN_OPTION: {
    'unknown-option': ({ option, kind, hint }) => ({
      message: `unknown option "${cut(option)}"${kind === undefined ? '' : ` of ${kind}`}`,
      hint: keyHint(hint, 'known options'),
    }),
    'unknown-pipeline-input': ({ file, input, ...suggestion }) => ({
      message: `${file} has no input "${cut(input)}"`,
      hint: suggestionHint(suggestion, 'its inputs') ?? 'it has no inputs',
    }),
  },
  UNKNOWN_KIND: {
    'unknown-kind': ({ got, ...suggestion }) => ({
      message: `unknown step kind ${shownWords(got)}`,
      hint: suggestionHint(suggestion, 'kinds'),
    }),
    'pipeline-without-path': ({ got, file }) => ({
      message: `${shownWords(got)} is not the path of a pipeline`,
      hint: `write \`uses: ${file}\``,
    }),
  },
  UNKNOWN_STEP: {
    'unknown-need': ({ step, ...suggestion }) => ({
      message: `unknown step "${cut(step)}"`,
      hint: suggestionHint(suggestion, 'steps'),
    }),
    'expression-in-needs': () => 'takes names of steps, not expressions',
  },
  BAD_NAME: {
    'bad-name': ({ name, rule = 'has the wrong form' }) => `the name "${cut(name)}" ${rule}`,
    'bad-matrix-key': ({ key }) =>
      `the key "${cut(key)}" must be a lower-case name: letters, digits and \`_\`, at most 31`,
  },
  CYCLE: {
    'step-cycle': ({ steps }) =>
      steps.length === 2 ? `step "${steps[0]}" waits for itself` : `these steps wait for each other: ${arrows(steps)}`,
    'pipeline-cycle': ({ files }) => `these pipelines run each other: ${arrows(files)}`,
  },
  BAD_PIPELINE: {
    'unreadable-pipeline': ({ file, problem }) =>
      `${file} cannot be read${problem === undefined ? ' here' : `: ${fileWords(problem)}`}`,
    'pipelines-too-deep': ({ max, files }) => `pipelines are nested more than ${max} deep: ${arrows(files)}`,
    'too-many-pipelines': ({ max }) => `more than ${max} steps run pipelines, counting those of nested pipelines`,
  },
};

/** Lists the reasons of a public code. */
export const reasonsOf = (code: DiagnosticCode): string[] => Object.keys(words[code]);

/** A path as a reader would write it: `steps.a.with.command[2]`. */
export const pathWords = (path: Path): string =>
  path.map((key, index) => (typeof key === 'number' ? `[${key}]` : `${index > 0 ? '.' : ''}${key}`)).join('');

const wordsFor = (code: string) =>
  ({ ...(words as Record<string, object>)[code], ...(findingWords as Record<string, object>)[code] }) as Record<
    string,
    (facts: unknown) => string | Said
  >;

/** What is wrong in a document, behind the path of the value that it is about. */
export function describeProblem(problem: (Problem | FindingProblem) & { path?: Path }): Said {
  const { code, reason, facts, path = [] } = problem;
  const { message, hint } = asSaid(wordsFor(code)[reason]!(facts));
  return { message: path.length === 0 ? message : `${pathWords(path)}: ${message}`, ...(hint ? { hint } : {}) };
}

const inputWords: WordsOf<{ [R in keyof InputFacts]: InputFacts[R] & { flag: string } }> = {
  'unknown-input': ({ input, flag: _, ...suggestion }) => ({
    message: `unknown input "${cut(input)}"`,
    hint: suggestionHint(suggestion, 'inputs of this pipeline') ?? 'this pipeline has no inputs',
  }),
  'wrong-type': ({ input, type, got }) =>
    `input "${input}" must be ${type === 'boolean' ? 'true or false' : `a ${type}`}, got "${cut(got)}"`,
  'missing-input': ({ input, flag }) => ({
    message: `input "${input}" has no default`,
    hint: `write \`${flag} ${input}=…\``,
  }),
};

/** What is wrong with a value given on the command line by `flag`. */
export const describeInputProblem = ({ reason, facts }: ReasonOf<InputFacts>, flag: string): Said =>
  asSaid((inputWords[reason] as (facts: unknown) => string | Said)({ ...facts, flag }));

const setWords: WordsOf<SetFacts> = {
  'value-not-yaml': ({ parser }) => `the value is not valid YAML: ${parser}`,
  'parent-not-a-map': ({ path }) => `${pathWords(path)} is not a map, so it has no options`,
  'value-with-alias': ({ path }) => ({
    message: `${pathWords(path)} is used elsewhere through its anchor`,
    hint: 'change the document itself',
  }),
};

/** Why an option cannot be set. */
export const describeSetProblem = ({ reason, facts }: ReasonOf<SetFacts>): Said =>
  asSaid((setWords[reason] as (facts: unknown) => string | Said)(facts));
