import type { ExpressionFacts, ExpressionProblem } from '../../language/expression/problems.ts';
import { plural } from '../plural.ts';
import { cut, inOneLine, joined, type Said, suggestionHint, type WordsOf } from './said.ts';
import { typeWords } from './types.ts';

const found = (token: string | undefined) => (token === undefined ? 'the end of the expression' : `\`${token}\``);
const chooseOne = 'choose one with `min_by` or `max_by`';

export const expressionWords: WordsOf<ExpressionFacts> = {
  'double-quotes': () => ({ message: 'double quotes are not allowed in expressions', hint: "write 'text'" }),
  'unclosed-string': () => 'this string has no closing quote',
  'single-equals': () => ({ message: '`=` is not an operator', hint: 'did you mean `==`?' }),
  'unexpected-character': ({ character, operator }) => ({
    message: `unexpected character ${JSON.stringify(character)}`,
    hint: operator && `write \`${operator}\``,
  }),
  'expression-too-long': ({ max }) => `the expression has more than ${max} characters`,
  'expression-too-deep': ({ max }) => `the expression is nested deeper than ${max} levels`,
  'missing-token': ({ wanted, found: token }) => `expected \`${wanted}\`, found ${found(token)}`,
  'missing-value': ({ found: token }) => `expected a value, found ${found(token)}`,
  'unexpected-token': ({ found: token, operator }) => ({
    message: `unexpected ${found(token)}`,
    hint: operator && `write \`${operator}\``,
  }),
  'unclosed-expression': () => '`${{` has no closing `}}`',

  'wrong-type': ({ wanted, actual }) => `expected ${typeWords(wanted)}, got ${typeWords(actual)}`,
  'not-a-list': ({ ofNumbers, actual }) => ({
    message: `expected a list${ofNumbers ? ' of numbers' : ''}, got ${typeWords(actual)}`,
    hint: 'a step with a matrix gives a list: `steps.<step>.*.outputs.<name>`',
  }),
  'list-in-operation': () => ({ message: 'a list cannot be compared or calculated with', hint: chooseOne }),
  'list-in-text': () => ({ message: 'a list cannot be part of a text', hint: 'write `json(…)`' }),
  'never-equal': ({ left, right }) => `${typeWords(left)} never equals ${typeWords(right)}`,
  'unknown-outcome': ({ outcome, known }) => ({
    message: `an outcome is never '${cut(outcome)}'`,
    hint: `outcomes: ${known.join(', ')}`,
  }),
  'condition-with-braces': () => ({
    message: 'a condition is an expression already',
    hint: 'write it without `${{ }}`',
  }),

  'unknown-function': ({ name, ...suggestion }) => ({
    message: `unknown function \`${name}\``,
    hint: suggestionHint(suggestion, 'functions'),
  }),
  'function-success': () => ({
    message: 'unknown function `success`',
    hint: 'leave it out: a step runs only when every step that it needs has succeeded',
  }),
  'function-outside-if': ({ name }) => `\`${name}()\` is allowed only in the \`if\` of a step`,
  'wrong-argument-count': ({ name, wanted, actual }) =>
    `\`${name}\` takes ${plural(wanted, 'argument')}, got ${actual}`,
  'lists-of-two-steps': ({ name, steps }) =>
    `\`${name}\` needs two lists of the same step, got lists of ${joined(
      steps.map((step) => `"${step}"`),
      'and',
    )}`,
  'nothing-to-choose': ({ name, list, isEmpty }) =>
    `\`${name}\` has nothing to choose from: ${list === undefined ? 'its list' : `\`${list}\``} ${isEmpty ? 'is empty, because no variant has succeeded' : 'contains no number'}`,
  'division-by-zero': () => 'division by zero',

  'unknown-context': ({ name, ...suggestion }) => ({
    message: `unknown context "${name}"`,
    hint: suggestionHint(suggestion, 'contexts'),
  }),
  'unknown-input': ({ name, ...suggestion }) => ({
    message: `unknown input "${name}"`,
    hint: suggestionHint(suggestion, 'inputs'),
  }),
  'unknown-run-field': ({ name, ...suggestion }) => ({
    message: `unknown field "${name}" of \`run\``,
    hint: suggestionHint(suggestion, 'fields'),
  }),
  'unknown-step': ({ name, ...suggestion }) => ({
    message: `unknown step "${name}"`,
    hint: suggestionHint(suggestion, 'steps'),
  }),
  'step-as-context': ({ step }) => ({
    message: `"${step}" is a step, not a context`,
    hint: `write \`steps.${step}.outputs.<name>\``,
  }),
  'input-as-context': ({ input }) => ({
    message: `"${input}" is an input, not a context`,
    hint: `write \`inputs.${input}\``,
  }),
  'incomplete-name': ({ context }) => `\`${context}\` needs a name after it: \`${context}.<name>\``,
  'nothing-below': ({ name }) => `\`${name}\` is a value and has no fields`,
  'no-value': ({ name }) => `\`${name}\` has no value`,

  'not-an-output': ({ step, ...suggestion }) => ({
    message: `an output is written \`steps.${step}.outputs.<name>\``,
    hint: suggestionHint(suggestion, `outputs of "${step}"`),
  }),
  'unknown-output': ({ step, output, ...suggestion }) => ({
    message: `step "${step}" has no output "${output}"`,
    hint: suggestionHint(suggestion, `outputs of "${step}"`),
  }),
  'no-outputs': ({ step, file }) => ({
    message: `step "${step}" has no outputs`,
    hint: `declare them in ${file === undefined ? 'its `with.outputs`' : `the \`outputs\` of ${file}`}`,
  }),
  'no-production': ({ step }) => ({
    message: `step "${step}" has no output "production", because it compares with no model in production`,
    hint: 'name that model with the option `production`',
  }),
  'no-metric': ({ step, output }) => ({
    message: `step "${step}" has no output "${output}", because it has \`metric: none\``,
    hint: 'choose a metric and give references',
  }),
  'no-judge': ({ step, output }) => ({
    message: `step "${step}" has no output "${output}", because no model judges its answers`,
    hint: 'name one with the option `judge`',
  }),
  'not-measured': ({ step, output }) => ({
    message: `step "${step}" has no output "${output}", because it does not measure its drift`,
    hint: 'write `measure: true`, or a bound with `max_drift`',
  }),
  'step-without-output': ({ step, output, outcome }) =>
    `step "${step}" ${outcome === 'failed' ? outcome : `was ${outcome}`}, so it has no output "${output}"`,

  'no-matrix': () => 'this step has no `matrix`',
  'unknown-matrix-key': ({ step, key, ...suggestion }) => ({
    message: `the matrix${step === undefined ? '' : ` of "${step}"`} has no key "${key}"`,
    hint: suggestionHint(suggestion, 'keys of the matrix'),
  }),
  'key-missing-in-variant': ({ key, variant }) => ({
    message: `the variant ${variant} has no \`matrix.${key}\``,
    hint: 'give every row a value',
  }),
  'star-without-matrix': ({ step, ...suggestion }) => ({
    message: `step "${step}" has no \`matrix\`, so an output is written \`steps.${step}.outputs.<name>\``,
    hint: suggestionHint(suggestion, `outputs of "${step}"`),
  }),
  'matrix-without-star': ({ step, output = '<name>' }) => ({
    message: `step "${step}" has a matrix, so \`steps.${step}.*.outputs.${output}\` is a list with a value for each variant`,
    hint: chooseOne,
  }),
  'not-a-list-of-variants': ({ step }) =>
    `a list is written \`steps.${step}.*.outputs.<name>\` or \`steps.${step}.*.matrix.<key>\``,
  'outcome-of-variants': ({ step }) => ({
    message: '`*` stands for the variants that have succeeded',
    hint: `read how the whole step ended with \`steps.${step}.outcome\``,
  }),

  'secret-name': () => 'the name of a secret is upper-case: `secrets.HF_TOKEN`',
  'secret-in-condition': () => 'a condition cannot read a secret',
  'secret-outside-env': () => ({
    message: 'a secret is allowed only in the `env` of a `run` step and as an `api_key`',
    hint: 'the token of the Hub needs no secret here: temper reads HF_TOKEN itself',
  }),
  'secret-with-text': () => 'a secret must be the whole value, without other text',
  'secret-as-output': () => 'a secret cannot be an output, because outputs are written to disk',

  'list-as-output': () => ({ message: 'a list cannot be an output', hint: chooseOne }),
  'known-too-late': ({ context }) => ({
    message: `\`${context}\` is unknown when the run is planned`,
    hint: 'the inputs of a pipeline may read only `inputs`',
  }),
};

/** What is wrong with an expression. */
export const describeExpression = ({ reason, facts }: ExpressionProblem): string | Said =>
  (expressionWords[reason] as (facts: unknown) => string | Said)(facts);

/** The same in one line, for the message of an error. */
export const expressionMessage = (problem: ExpressionProblem): string => inOneLine(describeExpression(problem));
