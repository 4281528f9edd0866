import { plural } from './plural.ts';
/** A model that answers: before the tuning, after it, or in production if that is a third model. */
export type Side = 'before' | 'after' | 'production';

/** Why an answer is no answer to judge: cut, still thinking, given to a prompt that the model did not get whole, or no turn that Ollama can read. */
export const incompleteEnds = ['length', 'context', 'thinking', 'prompt', 'too_long', 'unread'] as const;
export type IncompleteEnd = (typeof incompleteEnds)[number];
export type IncompleteCounts = Readonly<Record<IncompleteEnd, number>>;

/** Cautions for a reader of an evaluation: what its scores do not know, and where it asks in another form than it seems. */
export type EvaluationNote =
  | { code: 'same_model'; facts: Record<never, never> }
  | { code: 'few_questions'; facts: { questions: number } }
  | { code: 'repeated_questions'; facts: { questions: number; at: readonly string[] } }
  | { code: 'decomposed_questions'; facts: { questions: number; at: readonly string[] } }
  | {
      code: 'too_long_questions';
      facts: { questions: number; at: readonly string[]; tokens?: number; context?: number };
    }
  | { code: 'trained_questions'; facts: { model: string; questions: number } }
  | { code: 'other_system'; facts: { sides: readonly { side: Side; system?: string }[] } }
  | { code: 'other_examples'; facts: { sides: readonly { side: Side; messages: number }[] } }
  | { code: 'other_context'; facts: { sides: readonly { side: Side; num_ctx?: number }[] } }
  | { code: 'asked_to_think'; facts: { sides: readonly { side: Side; answers: number }[] } }
  | { code: 'thinks'; facts: { side: Side; answers: number } }
  | { code: 'thoughts_in_answers'; facts: { side: Side; answers: number } }
  /** How many questions are asked in another form than every row of the training has. */
  | { code: 'asked_without_system' | 'asked_with_system' | 'asked_with_other_system'; facts: FormFacts }
  | { code: 'asked_with_history' | 'asked_without_history' | 'asked_without_thinking'; facts: FormFacts }
  | { code: 'marks_only'; facts: { side: Side; answers: number } }
  | { code: 'inside_words'; facts: { side: Side; answers: number } }
  | { code: 'fenced_json'; facts: { side: Side; answers: number } }
  /** What an arm did not find, could not take, or could not read. */
  | { code: 'arm_found_nothing'; facts: { arm: string; questions: number; of: number } }
  | { code: 'arm_had_room_for_fewer'; facts: { arm: string; questions: number; of: number; least: number } }
  | { code: 'arm_incomplete'; facts: { arm: string; counts: IncompleteCounts; of: number; maxTokens: number } }
  | { code: 'arm_scanned'; facts: { arm: string; pages: number } }
  | { code: 'judge_follows_place'; facts: { first: number; second: number; of: number } }
  | { code: 'judge_unread'; facts: { judge: string; questions: number; of: number } }
  | { code: 'judge_judges_itself'; facts: { judge: string; sides: readonly Side[] } };

interface FormFacts {
  questions: number;
  rows: number;
  /** The system message that every training row has. */
  system?: string;
}

export function noteWords({ code, facts }: EvaluationNote): string {
  switch (code) {
    case 'same_model':
      return '`before` and `after` are the same model, so the evaluation compares it with itself';
    case 'few_questions':
      return `${plural(facts.questions, 'question')} cannot tell two models apart: one answer changes the score by up to ${(1 / facts.questions).toFixed(2)}`;
    case 'repeated_questions':
      return `${plural(facts.questions, 'question')} occur more than once and count each time: ${facts.at.join(', ')}`;
    case 'decomposed_questions':
      return `${plural(facts.questions, 'question')} (${facts.at.join(', ')}) are not in Unicode’s composed form (NFC), and Ollama reads them as they are. A model whose tokenizer composes, such as Qwen’s, was trained on other tokens for the same text`;
    case 'too_long_questions': {
      const { questions, at, tokens, context } = facts;
      const sizes = tokens === undefined ? '' : ` (${tokens} tokens, and a context of ${context})`;
      return `${plural(questions, 'question')} longer than the context of every model${sizes} are not scored: ${at.join(', ')}. Raise \`num_ctx\` in the models, or shorten them`;
    }
    case 'trained_questions':
      return `${facts.model} was trained on ${plural(facts.questions, 'question')} of these, so its score is too high`;
    case 'other_system':
      return `the models have different system messages of their own: ${listed(facts.sides, ({ system }) => (system === undefined ? 'none' : quoted(system)))}`;
    case 'other_examples':
      return `the models have messages of their own before each question: ${listed(facts.sides, ({ messages }) => `${messages}`)}`;
    case 'other_context':
      return `the models have different context lengths (\`num_ctx\`): ${listed(facts.sides, ({ num_ctx }) => `${num_ctx ?? "Ollama's default"}`)}`;
    case 'asked_to_think':
      return `the models were asked to think, and thoughts are not scored. Thought before answers: ${listed(facts.sides, ({ answers }) => `${answers}`)}`;
    case 'thinks':
      return `${facts.side} thought before ${plural(facts.answers, 'answer')}, although it was asked not to think`;
    case 'thoughts_in_answers':
      return `${plural(facts.answers, 'answer')} of ${facts.side} hold a \`<think>\` part, which is scored as a part of the answer`;
    case 'asked_without_system':
      return `the ${plural(facts.rows, 'training row')} have a system message${facts.system === undefined ? '' : ` (${quoted(facts.system)})`}, and ${plural(facts.questions, 'question')} are asked without one`;
    case 'asked_with_system':
      return `no training row has a system message, and ${plural(facts.questions, 'question')} are asked with one`;
    case 'asked_with_other_system':
      return `the training rows have the system message ${quoted(facts.system ?? '')}, and ${plural(facts.questions, 'question')} are asked with another`;
    case 'asked_with_history':
      return `no training row has earlier turns, and ${plural(facts.questions, 'question')} are asked with some`;
    case 'asked_without_history':
      return `all ${plural(facts.rows, 'training row')} have earlier turns, and ${plural(facts.questions, 'question')} are asked without`;
    case 'asked_without_thinking':
      return `the answers of the training rows think first (\`<think>\`), and ${plural(facts.questions, 'question')} are asked without thinking`;
    case 'marks_only':
      return `${plural(facts.answers, 'answer')} of ${facts.side} differ from the reference only by marks at their ends, and count as wrong in \`exact\``;
    case 'inside_words':
      return `in ${plural(facts.answers, 'answer')} of ${facts.side} the reference is only a part of a longer word or number, and counts as right in \`contains\``;
    case 'fenced_json':
      return `${plural(facts.answers, 'answer')} of ${facts.side} are right JSON in a code fence, and count as wrong in \`json\`: a program would not read them`;
    case 'arm_found_nothing':
      return `${facts.arm} found nothing for ${facts.questions} of ${plural(facts.of, 'question')}, which share no word with it, and was asked these as they are`;
    case 'arm_had_room_for_fewer':
      return `the context of the model was too short for all that ${facts.arm} found for ${facts.questions} of ${plural(facts.of, 'question')}, which were asked with fewer, the nearest (${facts.least} at least). Raise \`num_ctx\` in the model, or lower \`nearest\` or \`part_tokens\``;
    case 'arm_incomplete':
      return `${facts.arm} has incomplete answers: ${incompleteWords(facts.counts, facts.maxTokens)}, of ${facts.of}. Its score leaves out the questions that these leave open`;
    case 'arm_scanned':
      return `${plural(facts.pages, 'page')} of the documents of ${facts.arm} are scanned pictures, in which it finds nothing`;
    case 'judge_follows_place':
      return `the judge named the same place in both orders on ${facts.first + facts.second} of ${plural(facts.of, 'pair')} of answers (the first ${facts.first} times, the second ${facts.second} times), so its verdicts tell little: choose a larger model`;
    case 'judge_unread':
      return `${facts.judge} gave no readable verdict on ${facts.questions} of ${plural(facts.of, 'pair')} of answers, which count as ties`;
    case 'judge_judges_itself':
      return `the judge ${facts.judge} is also the model of ${facts.sides.join(' and ')}, and a model prefers its own answers`;
  }
}

const ends: Readonly<Record<IncompleteEnd, (maxTokens: number) => string>> = {
  length: (maxTokens) => `cut at ${maxTokens} tokens`,
  context: () => 'cut where the context ended',
  thinking: () => 'empty, still thinking',
  prompt: () => 'to a prompt that it did not get whole',
  too_long: () => 'to a prompt longer than its context',
  unread: () => 'that Ollama could not read',
};

/** `2 cut at 256 tokens, 1 empty, still thinking` */
export const incompleteWords = (counts: IncompleteCounts, maxTokens: number): string =>
  incompleteEnds
    .filter((end) => counts[end] > 0)
    .map((end) => `${counts[end]} ${ends[end](maxTokens)}`)
    .join(', ');

/** Of one answer, for a table. */
export const incompleteMark = (end: IncompleteEnd, maxTokens: number): string => ends[end](maxTokens);

const listed = <T extends { side: Side }>(sides: readonly T[], text: (each: T) => string): string =>
  sides.map((each) => `${each.side} ${text(each)}`).join(', ');

const maxQuoted = 80;
const quoted = (text: string): string =>
  `"${(text.length > maxQuoted ? `${text.slice(0, maxQuoted)}…` : text).replaceAll('\n', '⏎')}"`;
