import { join } from 'node:path';
import { z } from 'zod';
import type { Json } from '../../../core/handles.ts';
import { canonicalJson } from '../../../core/json.ts';
import { type Decision, decide, same } from '../../../core/judge/decide.ts';
import type { Decisions, JudgeCost } from '../../../core/judge/judge-report.ts';
import {
  contextFor,
  judgePrompt,
  readVerdict,
  type Said,
  usualRubric,
  verdictSchema,
} from '../../../core/judge/prompt.ts';
import { KeptAnswers } from '../../../services/chat/kept-answers.ts';
import { requestsAtOnce, workThrough } from '../../../services/chat/work-through.ts';
import type { Answer } from '../../../services/ollama/greedy-question.ts';
import { hashText } from '../../../services/store/durable-files.ts';
import type { StepContext } from '../../engine/step-context.ts';
import type { Question } from '../questions/questions.ts';
import { isIncomplete } from '../scores/incomplete-answers.ts';
import { samplesOf } from '../scores/samples.ts';
import type { OpenJudge } from './open-judge.ts';

interface Exam {
  judge: OpenJudge;
  questions: readonly Question[];
  /** Of the tuned model. */
  own: readonly Answer[];
  /** Of each model or way to answer that it is compared with. */
  rivals: Readonly<Record<string, readonly Answer[]>>;
  /** The share of the evaluation that is done after so much of the judge's work. */
  share: (done: number) => number;
}

/** What the judge said of all answers. */
export interface Verdicts {
  name: string;
  digest?: string;
  rubric: string;
  decisions: Decisions;
  cost: JudgeCost;
}

type Context = Pick<StepContext<'evaluate'>, 'options' | 'signal' | 'progress' | 'folder'>;

/** What is kept of a reply. */
const keptSchema = z.object({
  said: z.union([
    z.object({ says: z.enum(['first', 'second', 'tie']), why: z.string() }),
    z.object({ says: z.literal('unread') }),
  ]),
  promptTokens: z.number(),
  answerTokens: z.number(),
});

/** Shows the judge the answers of the tuned model and of each rival, in both orders. Verdicts of an earlier attempt count. */
export async function askJudge(context: Context, { judge, questions, own, rivals, share }: Exam): Promise<Verdicts> {
  const { options, signal } = context;
  const { chat, option, identity } = judge;
  const kept = await KeptAnswers.open(join(context.folder, 'verdicts.jsonl'));
  const pairs = Object.entries(rivals).map(([rival, others]) => {
    const asked = questions.map((question, at) => pairsOf(judge, options.system, question, own[at]!, others[at]!));
    return { rival, asked };
  });
  const chats = pairs
    .flatMap(({ asked }) => asked)
    .flatMap((each) => each ?? [])
    .flatMap((pair) => ('straight' in pair ? [pair.straight, pair.turned] : []));
  const form = { schema: verdictSchema, maxTokens: option.max_tokens, seed: options.seed, think: option.think };
  const room = contextFor(chats, option.max_tokens);
  const cost = { verdicts: chats.length, promptTokens: 0, answerTokens: 0 };
  let done = 0;
  const ask = async (messages: Messages): Promise<Said> => {
    const key = hashText(canonicalJson({ identity, messages: messages as unknown as Json, ...form }));
    let known = keptSchema.safeParse(kept.get(key)).data;
    if (!known) {
      const { value, promptTokens, answerTokens } = await chat.ask({ ...form, messages, context: room }, signal);
      known = { said: readVerdict(value), promptTokens, answerTokens };
      await kept.keep(key, known);
    }
    cost.promptTokens += known.promptTokens;
    cost.answerTokens += known.answerTokens;
    done += 1;
    const phase = { code: 'judging' as const, facts: { done, total: chats.length } };
    context.progress({ phase, fraction: share(done / chats.length) });
    return known.said;
  };
  const said = await workThrough(chats, requestsAtOnce(option), ask).finally(() => chat.close());
  // Two for each pair, in the order of the chats.
  let heard = 0;
  const decided = (pair: Pair) => ('straight' in pair ? decide(said[heard++]!, said[heard++]!) : pair.decision);
  const decisions: Decisions = Object.fromEntries(
    pairs.map(({ rival, asked }) => [rival, asked.map((each) => each?.map(decided))]),
  );
  const { name, digest } = judge;
  return { name, ...(digest === undefined ? {} : { digest }), rubric: rubricOf(judge), decisions, cost };
}

type Messages = ReturnType<typeof judgePrompt>;

const rubricOf = ({ option }: OpenJudge) => option.rubric ?? usualRubric;

/** Both chats about two answers, or what is known without the judge. */
type Pair = { straight: Messages; turned: Messages } | { decision: Decision };

/**
 * The first answers of both models, the second ones, and so on: drawn by the same seeds, and as many verdicts as answers.
 * Undefined where one of them is incomplete: what is left would be another sample for each question.
 */
function pairsOf(
  judge: OpenJudge,
  system: string | undefined,
  { messages, references }: Question,
  own: Answer,
  other: Answer,
): Pair[] | undefined {
  const most = judge.option.samples ?? Number.POSITIVE_INFINITY;
  const [ours, theirs] = [own, other].map((each) => samplesOf(each).slice(0, most)) as [Answer[], Answer[]];
  if ([...ours, ...theirs].some(isIncomplete)) return undefined;
  const show = (first: string, second: string) =>
    judgePrompt({ system, messages, references, first, second }, rubricOf(judge));
  return ours.map(({ text }, at): Pair => {
    const { text: otherText } = theirs[at]!;
    if (text.trim() === otherText.trim()) return { decision: same };
    return { straight: show(text, otherText), turned: show(otherText, text) };
  });
}
