import {
  type EvaluationNote,
  type IncompleteCounts,
  type IncompleteEnd,
  incompleteEnds,
  type Side,
} from '../../../core/words/evaluation-notes.ts';

const sides: Readonly<Record<Side, string>> = { before: '微调前', after: '微调后', production: '线上模型' };

/** A caution for a reader of an evaluation. */
export function noteInChinese({ code, facts }: EvaluationNote): string {
  switch (code) {
    case 'same_model':
      return '`before` 与 `after` 是同一个模型，评测是在拿它与自己比较';
    case 'few_questions':
      return `${facts.questions} 个问题不足以区分两个模型：一个回答就能让得分变化至多 ${(1 / facts.questions).toFixed(2)}`;
    case 'repeated_questions':
      return `有 ${facts.questions} 个问题重复出现，每次都计分：${facts.at.join('、')}`;
    case 'decomposed_questions':
      return `有 ${facts.questions} 个问题（${facts.at.join('、')}）不是 Unicode 组合形式（NFC），Ollama 会原样读取。分词器会做组合的模型（如 Qwen）在训练时看到的是另外的 token`;
    case 'too_long_questions': {
      const { questions, at, tokens, context } = facts;
      const sizes = tokens === undefined ? '' : `（${tokens} 个 token，而上下文为 ${context} 个）`;
      return `有 ${questions} 个问题超出了所有模型的上下文${sizes}，不计分：${at.join('、')}。请调大模型的 \`num_ctx\`，或缩短问题`;
    }
    case 'trained_questions':
      return `${facts.model} 的训练数据中有其中 ${facts.questions} 个问题，所以它的得分偏高`;
    case 'other_system':
      return `各模型自带的系统消息不同：${listed(facts.sides, ({ system }) => (system === undefined ? '无' : quoted(system)))}`;
    case 'other_examples':
      return `各模型在每个问题之前自带的消息数不同：${listed(facts.sides, ({ messages }) => `${messages} 条`)}`;
    case 'other_context':
      return `各模型的上下文长度（\`num_ctx\`）不同：${listed(facts.sides, ({ num_ctx }) => `${num_ctx ?? 'Ollama 默认值'}`)}`;
    case 'asked_to_think':
      return `提问时要求模型思考，思考内容不计分。回答前有思考的次数：${listed(facts.sides, ({ answers }) => `${answers}`)}`;
    case 'thinks':
      return `${sides[facts.side]}在 ${facts.answers} 个回答之前进行了思考，尽管要求它不思考`;
    case 'thoughts_in_answers':
      return `${sides[facts.side]}有 ${facts.answers} 个回答含有 \`<think>\` 部分，它被当作回答的一部分计分`;
    case 'asked_without_system':
      return `${facts.rows} 行训练数据带有系统消息${facts.system === undefined ? '' : `（${quoted(facts.system)}）`}，而 ${facts.questions} 个问题提问时没有`;
    case 'asked_with_system':
      return `训练数据都没有系统消息，而 ${facts.questions} 个问题提问时带有`;
    case 'asked_with_other_system':
      return `训练数据的系统消息是${quoted(facts.system ?? '')}，而 ${facts.questions} 个问题提问时用了另一条`;
    case 'asked_with_history':
      return `训练数据都没有之前的对话，而 ${facts.questions} 个问题提问时带有`;
    case 'asked_without_history':
      return `全部 ${facts.rows} 行训练数据都有之前的对话，而 ${facts.questions} 个问题提问时没有`;
    case 'asked_without_thinking':
      return `训练数据的回答会先思考（\`<think>\`），而 ${facts.questions} 个问题提问时不思考`;
    case 'marks_only':
      return `${sides[facts.side]}有 ${facts.answers} 个回答与参考答案只差结尾的标点，在 \`exact\` 中算错`;
    case 'inside_words':
      return `${sides[facts.side]}有 ${facts.answers} 个回答中，参考答案只是更长的词或数字的一部分，在 \`contains\` 中算对`;
    case 'fenced_json':
      return `${sides[facts.side]}有 ${facts.answers} 个回答是代码块里的正确 JSON，在 \`json\` 中算错：程序无法直接读取`;
    case 'arm_found_nothing':
      return `${facts.of} 个问题中有 ${facts.questions} 个与 ${facts.arm} 的资料没有共同的词，什么也没找到，按原样提问`;
    case 'arm_had_room_for_fewer':
      return `${facts.of} 个问题中有 ${facts.questions} 个，模型的上下文放不下 ${facts.arm} 找到的全部内容，只附上了最相近的几段（最少 ${facts.least} 段）。请调大模型的 \`num_ctx\`，或减小 \`nearest\` 或 \`part_tokens\``;
    case 'arm_incomplete':
      return `${facts.arm} 有不完整的回答：${ends(facts.counts, facts.maxTokens)}，共 ${facts.of} 个回答。由此无法判定的问题不计入它的得分`;
    case 'arm_scanned':
      return `${facts.arm} 的文档中有 ${facts.pages} 页是扫描图片，其中的内容找不到`;
    case 'judge_follows_place':
      return `在 ${facts.of} 对回答中，评判模型有 ${facts.first + facts.second} 次在两种顺序下都选了同一个位置（第一个 ${facts.first} 次，第二个 ${facts.second} 次），它的判定说明不了什么：请换一个更大的模型`;
    case 'judge_unread':
      return `${facts.judge} 对 ${facts.of} 对回答中的 ${facts.questions} 对没有给出可读的判定，这些算平局`;
    case 'judge_judges_itself':
      return `评判模型 ${facts.judge} 就是${facts.sides.map((side) => sides[side]).join('和')}的模型，而模型偏爱自己的回答`;
  }
}

const incomplete: Readonly<Record<IncompleteEnd, (maxTokens: number) => string>> = {
  length: (maxTokens) => `在 ${maxTokens} 个 token 处被截断`,
  context: () => '因上下文用完被截断',
  thinking: () => '仍在思考而没有回答',
  prompt: () => '没有得到完整的提示',
  too_long: () => '的提示超出了上下文',
  unread: () => 'Ollama 无法读取',
};

const ends = (counts: IncompleteCounts, maxTokens: number): string =>
  incompleteEnds
    .filter((end) => counts[end] > 0)
    .map((end) => `${counts[end]} 个${incomplete[end](maxTokens)}`)
    .join('，');

const listed = <T extends { side: Side }>(all: readonly T[], text: (each: T) => string): string =>
  all.map((each) => `${sides[each.side]} ${text(each)}`).join('，');

const maxQuoted = 80;
const quoted = (text: string): string =>
  `“${(text.length > maxQuoted ? `${text.slice(0, maxQuoted)}…` : text).replaceAll('\n', '⏎')}”`;
