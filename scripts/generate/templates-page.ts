import { readFileSync } from 'node:fs';
import type { LeftOutCode } from '../../core/words/left-out-chats.ts';

interface Outcome {
  outcome: 'translated' | 'own renderer' | 'refused';
  code?: string;
  needs_tools?: boolean;
  problem?: string;
  left_out?: Readonly<Record<string, LeftOutCode>>;
  beyond?: Readonly<Record<string, LeftOutCode>>;
  thoughts?: Readonly<Record<'keep' | 'drop' | 'none', 'learned' | 'learned by a variant' | 'refused'>>;
  dated?: boolean;
}

const words = {
  edges: {
    trimmed: 'cuts white space off messages',
    rewritten: 'changes white space of messages',
  },
  thoughts: {
    thoughts: 'cuts the thoughts out of earlier answers',
    rewritten: 'rewrites earlier answers with thoughts',
  },
  empty_system: { rewritten: 'writes a turn for an empty system message' },
  switches: { rewritten: 'obeys `/think` and `/no_think` in messages' },
  marks_in_question: { rewritten: 'obeys `<think>` in a question' },
} as const satisfies Record<string, Partial<Record<LeftOutCode, string>>>;

/** What the training's template does and its translation does not. Refused messages are refused in the training too. */
function differences({ left_out, beyond }: Outcome): string[] {
  const found = Object.entries({ ...beyond, ...left_out }).map(([chat, code]) => {
    if (code === 'refused') return 'refuses system messages';
    const by: Partial<Record<string, string>> =
      chat === 'system_edges' ? words.edges : (words[chat as keyof typeof words] ?? {});
    return by[code] ?? `${chat}: ${code}`;
  });
  return [...new Set(found)].sort();
}

const learned = ({ thoughts }: Outcome): string[] =>
  (['keep', 'drop', 'none'] as const).map(
    (row) => ({ learned: '✓', 'learned by a variant': '✓ set', refused: 'refused' })[thoughts?.[row] ?? 'refused'],
  );

const outcomes = {
  translated: () => 'translated',
  'own renderer': ({ problem }: Outcome) => `only by an Ollama that renders it itself: ${problem}`,
  refused: ({ code, needs_tools }: Outcome) =>
    `refused before the training (\`${code}\`)${needs_tools ? ': it needs a list of tools' : ''}`,
};

/** Makes docs/templates.md: what temper does with the chat templates of real models. */
export function templatesPage(): string {
  const table = JSON.parse(
    readFileSync(new URL('../../test/trainer/proof/templates.json', import.meta.url), 'utf8'),
  ) as Record<string, Outcome>;
  const all = Object.values(table);
  const count = (outcome: Outcome['outcome']) => all.filter((each) => each.outcome === outcome).length;
  const rows = Object.entries(table).map(
    ([name, each]) =>
      `| ${name} | ${outcomes[each.outcome](each)}${each.dated ? ', with the date of the training' : ''} | ${differences(each).join('; ')} | ${learned(each).join(' | ')} |`,
  );
  return `<!-- Made by \`npm run generate\` from test/trainer/proof/templates.json; do not edit by hand. -->

# Chat templates

A model is trained with a Jinja chat template, and Ollama must make the same text of a chat. temper renders chats of known words with the training's template,
writes what stands around them as a template of Ollama's own language, and compares what Ollama makes of each chat with the training, character by
character. It does this before the training on the base model, and again when the trained model is imported.

Ollama renders with that translation or, in newer versions, with the Jinja template of the GGUF. Which one is used makes no difference where both were compared.
**Translated** means: right in every Ollama. What a translation cannot do is named in the third column, by the training's notes about rows that it concerns, and by the
proof of the import (\`prompt (11 of 12 chats)\`). It concerns a chat only if somebody writes such messages; the rest of the chat is the same.

- **White space off messages**: the served model sees the blanks that a person types at the ends of a message, and in training it never did.
- **Thoughts out of earlier answers**: a program that sends earlier answers back to Ollama should send them without their thoughts, as Ollama's own clients do.
- **An empty system message** counts as none.
- **A date** is the same in the training and in every chat.

## Thoughts

The option \`thoughts\` of \`train\` says what happens to the part of an answer up to \`</think>\`. Each answer is learned whole, behind the very prompt that the model will be asked
with. Where the template asks for thoughts and there are none, or the other way round, temper writes the template's own switch (\`enable_thinking\`, \`thinking\`) in front of it,
or ends the empty thoughts where an answer is asked for; the trained model carries that template (**✓ set**). Where the answer would still follow another prompt, the
training is **refused** with \`TEMPLATE_DROPS_CONTENT\`.

## What stands in front of a template

Some templates ask for the date, a BOS, or a wish to think, and the server that renders them answers otherwise than the training did: llama.cpp's server, which present versions of
Ollama start, knows today's date, takes a token of any kind for the BOS of a vocabulary that has none, and wishes to think. The answers of the training are written in front of the
template that the trained model carries, if they do not change what the training renders. With them, that server (b10488) rendered every template of this page that does without a BOS as the
training did, in all chats of the proof; the exceptions are the messages that it trims for StepFun3.5-Flash, and RWKV's template. To compare again with another build:

    TEMPER_LLAMA_SERVER=path/to/llama-server npm test -- test/trainer/proof/test_llama_server.py

## Templates

Of ${all.length} templates of real models (those that llama.cpp's source holds), ${count('translated')} are translated, ${count('own renderer')} need an Ollama that renders Jinja, and ${count('refused')} are refused before the training; a test
holds each to this table, and Go's template engine to every translation.

| template | how it is served | what it does in the training that its translation does not | \`thoughts: keep\` | \`thoughts: drop\` | rows without |
|---|---|---|---|---|---|
${rows.join('\n')}
`;
}
