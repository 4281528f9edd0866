import { ollamaTypes } from '../../kinds/ollama-converter.ts';
import type { ApprovalKey, Got, ProblemFacts, UseKey } from '../../language/problems.ts';
import type { Mistake } from '../../language/spelling/mistakes.ts';
import type { WebhookFacts } from '../../language/webhook.ts';
import { cut, didYouMean, inOneLine, joined, suggestionHint, type WordsOf } from './said.ts';
import { scheduleWords } from './schedules.ts';
import { typeWords } from './types.ts';
import { gotWords, shownWords, wantedWords } from './wanted.ts';

const keysOfApprovals = {
  retry: 'a person is asked once',
  resources: 'waiting takes none',
  reuse: 'every run asks again',
  matrix: 'one question is enough',
  timeout_minutes: 'its option `timeout` says how long it waits',
} as const satisfies Record<ApprovalKey, string>;

const keysOfUsedPipelines = {
  retry: 'its own steps have `retry`',
  resources: 'its own steps have `resources`',
  matrix: 'its own steps may have a matrix',
  timeout_minutes: 'its own steps have `timeout_minutes`',
} as const satisfies Record<UseKey, string>;

const onlyPlainValue = 'an expression is allowed only in `with` and `if`';

const mistakeWords: { readonly [M in Mistake['is']]: string } = {
  expression: onlyPlainValue,
  braces: 'an expression is written `${{ … }}`',
  variable: 'temper fills in no variables of a shell; make it an input and give it with `--input`',
  address: 'temper reads files of this machine; download it first',
  'list-dash': 'a `-` that begins an item needs a space after it',
  spelling: 'write',
  'windows-path': 'in WSL, write',
  comment: '`#` begins a comment; put the value in quotes',
  'ollama-name':
    'this is a name of Ollama; write `ollama:` before it, or name the 16-bit original on the Hub, such as `Qwen/Qwen2.5-7B-Instruct`',
};

function hintOf({ mistake }: Got): string | undefined {
  if (mistake === undefined) return undefined;
  const words = mistakeWords[mistake.is];
  return 'write' in mistake ? `${words} \`${mistake.write}\`` : words;
}

const exampleWords = (example: string | undefined) =>
  example === undefined ? undefined : `write for example \`${example}\``;

const webhookWords: WordsOf<WebhookFacts> = {
  'webhook-not-an-address': () => ({ message: 'is not an address', hint: 'write it like `https://example.com/hook`' }),
  'webhook-with-password': () => ({
    message: 'contains a user or a password, which would end up in logs',
    hint: 'use a token in its path',
  }),
  'webhook-plain-http': () => ({
    message: 'is plain http, which others on the network can read',
    hint: 'use https; plain http is allowed only for this machine (localhost)',
  }),
  'webhook-not-https': () => 'must begin with https://',
};

/** Why an address cannot be a webhook, in one line that follows its name. */
export const webhookMessage = (reason: keyof WebhookFacts): string => inOneLine(webhookWords[reason]({}));

export const valueWords: WordsOf<ProblemFacts['BAD_VALUE']> = {
  ...scheduleWords,
  ...webhookWords,
  empty: () => 'must not be empty',
  'too-small': ({ min, inclusive, ...got }) => ({
    message: `must be ${inclusive ? 'at least' : 'greater than'} ${min}${gotWords(got)}`,
    hint: hintOf(got),
  }),
  'too-large': ({ max, inclusive, ...got }) => ({
    message: `must be ${inclusive ? 'at most' : 'less than'} ${max}${gotWords(got)}`,
    hint: hintOf(got),
  }),
  'breaks-rule': ({ rule = 'has the wrong form', ...got }) => ({
    // "a list" would add nothing to a rule of lists.
    message: 'is' in got.got ? rule : `${rule}${gotWords(got)}`,
    hint: hintOf(got),
  }),
  'wrong-value': ({ wanted, meant, example, ...got }) => {
    const count = wanted.reduce((sum, each) => sum + ('values' in each ? each.values.length : 1), 0);
    return {
      message: `must be ${meant !== undefined && count > 8 ? 'one of the known values' : wantedWords(wanted)}${gotWords(got)}`,
      hint: meant === undefined ? (hintOf(got) ?? exampleWords(example)) : didYouMean(meant),
    };
  },
  'artifact-expected': ({ wanted }) => ({
    message: `must be ${wantedWords(wanted)}`,
    hint: 'read it from a step: `${{ steps.<step>.outputs.<name> }}`',
  }),
  'artifact-written-out': () => ({
    message: 'an artifact cannot be written out',
    hint: 'read it from a step: `${{ steps.<step>.outputs.<name> }}`',
  }),
  'wrong-expression-type': ({ wanted, actual, asText }) => ({
    message: `must be ${wantedWords(wanted)}, but the expression is ${typeWords(actual)}`,
    hint: asText && 'write `text(…)`',
  }),
  'steps-not-a-map': () => ({
    message: 'must be a map, not a list',
    hint: 'write each step under its name: `data: { uses: prepare, … }`',
  }),
  'expression-in-plain-value': () => ({ message: 'must be a plain value', hint: onlyPlainValue }),
  'wrong-default': ({ wanted, got }) => `must be ${typeWords(wanted)}, the type of the input, got ${shownWords(got)}`,
  'command-and-script': () => 'has both `command` and `shell` with `script`; give one of them',
  'type-not-of-engine': () => ({
    message: `has a \`type\` that Ollama's converter does not make; it makes ${joined(ollamaTypes, 'and')}`,
    hint: 'write `engine: auto`, or another `type`',
  }),
  'engine-makes-one-type': () => ({
    message: 'has `engine: ollama`, whose converter makes one `type` only, and without `imatrix`',
    hint: 'write `engine: auto`',
  }),
  'types-without-bound': () => ({
    message: 'has several types in `type` but no `max_drift`, the bound that one of them must keep',
    hint: 'add for example `max_drift: 0.05`; the smallest type within it is taken',
  }),
  'nothing-to-measure': () => ({
    message: 'has `measure` or `max_drift`, but its `type` is not quantized, so there is no drift',
    hint: 'choose a smaller `type`, such as `q8_0`',
  }),
  'gguf-or-adapter': () => ({
    message: 'must have one of `gguf` and `adapter`',
    hint: '`gguf` is a model of its own; `adapter` is put on the base model that Ollama has',
  }),
  'samples-without-temperature': () => ({
    message: 'has `samples` but no `temperature` above 0, so all answers to a question would be the same',
    hint: 'add for example `temperature: 0.7`, or delete `samples`',
  }),
  'onto-without-adapter': () => ({
    message: 'has `onto`, which names the model that an `adapter` is put on, but no `adapter`',
    hint: 'read `adapter` from a checkpoint step, or delete `onto`',
  }),
  'documents-without-writer': () => ({
    message: 'has `from: documents` but no `documents.writer`, the model that writes the rows',
    hint: 'add for example `documents: { writer: { model: "qwen2.5:7b" } }`',
  }),
  'documents-of-hub': () => ({
    message: 'documents are read from this disk, not from the Hub',
    hint: 'name a file or a folder in `source`; `hub:…` names rows',
  }),
  'documents-of-rows': () => ({
    message: 'has `documents` but not `from: documents`, so `source` would be read as rows',
    hint: 'add `from: documents`, or delete `documents`',
  }),
  'judge-without-model': () => ({
    message: 'has `metric: judge` but no `judge`, the model that judges',
    hint: 'add for example `judge: { model: "qwen3:14b" }`',
  }),
  'no-command': () => 'needs `command: [program, argument, …]`, or `shell` with `script`',
  'wrong-input': ({ wanted, got }) => `must be ${typeWords(wanted)}, the type of the input, got ${shownWords(got)}`,
  'wrong-input-expression': ({ wanted, actual }) =>
    `must be ${typeWords(wanted)}, the type of the input, but the expression is ${typeWords(actual)}`,
  'key-of-approval': ({ key }) => `has no meaning for an approval: ${keysOfApprovals[key]}`,
  'key-of-used-pipeline': ({ key }) => `has no meaning for a pipeline that runs as a step: ${keysOfUsedPipelines[key]}`,

  'no-such-day': ({ got }) => `must be a day of the calendar, got ${shownWords(got)}`,
  'two-notifications': () => 'has both `run` and `webhook`; give one of them',
  'no-notification': () => 'needs `run` or `webhook`',
  'expression-in-program': () => ({
    message: 'must be a plain value',
    hint: 'the program reads what happened from stdin',
  }),
  'no-program': () => 'names no program',
  'webhook-with-expression': () => 'must be a plain address or one secret, `${{ secrets.NAME }}`',

  'key-without-matrix': () => 'has no meaning without a `matrix`',
  'no-variants': () => ({
    message: 'has no variant',
    hint: 'give it a list of values, or rows under `include`',
  }),
  'duplicate-variant': ({ variant }) => `duplicate variant ${variant}`,
  'mixed-types': ({ key, type, other }) =>
    `is ${typeWords(type)}, but another value of "${key}" is ${typeWords(other)}; all must have one type`,
  'duplicate-value': ({ value }) => `duplicate value ${cut(value)}`,
  'duplicate-row': () => 'duplicate row',
  'excluded-key': ({ key, ...suggestion }) => ({
    message: `the matrix has no key "${cut(key)}"`,
    hint: suggestionHint(suggestion, 'keys of the matrix'),
  }),
  'excludes-nothing': ({ key, value }) => `excludes nothing: no combination has ${key} ${cut(value)}`,
  'unread-key': ({ key, meant }) => ({
    message: `no expression reads \`matrix.${key}\``,
    hint: meant === undefined ? `write \`\${{ matrix.${key} }}\` in an option` : didYouMean(meant),
  }),
};
