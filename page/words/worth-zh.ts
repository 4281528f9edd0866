import type { ArmFacts, Worth } from '../../core/report/worth.ts';
import type { Format } from './format.ts';

/** The sentences of `worth-en.ts`. */
export const worthIn = ({ score, signed, number, duration, bytes }: Format) => ({
  title: '这次微调值得吗？',
  between: '',
  says: ({ code, facts }: Worth): string => {
    switch (code) {
      case 'gained':
        return `微调把得分从 ${score(facts.other)} 提高到 ${score(facts.score)}，真实的提升在 ${signed(facts.low)} 至 ${signed(facts.high)} 之间（95% 区间）。`;
      case 'lost':
        return `微调把得分从 ${score(facts.other)} 降到 ${score(facts.score)}，真实的变化在 ${signed(facts.low)} 至 ${signed(facts.high)} 之间（95% 区间）。`;
      case 'open':
        return `${number(facts.questions)} 个问题还不足以判断微调是否有作用：得分从 ${score(facts.other)} 变为 ${score(facts.score)}，真实的变化在 ${signed(facts.low)} 至 ${signed(facts.high)} 之间（95% 区间）。${facts.enough === undefined ? '' : `大约 ${number(facts.enough)} 个问题才能下结论。`}`;
      case 'untold':
        return `微调是否有作用还无法判断：${number(facts.questions)} 个问题中，两个模型都有得分的太少；微调前有 ${number(facts.before)} 个回答不完整，微调后有 ${number(facts.after)} 个。${facts.score === undefined ? '' : `微调后的得分是 ${score(facts.score)}。`}${facts.other === undefined ? '' : `微调前的得分是 ${score(facts.other)}。`}${facts.cut === 0 ? '' : `请用更大的 max_tokens 再问一次：有 ${number(facts.cut)} 个回答在 ${number(facts.maxTokens)} 个 token 处被截断。`}`;
      case 'content':
        return `把微调后的回答换到别的问题上，得分是 ${score(facts.dealt)}：这部分来自语言、长度、格式等表达方式；针对各自问题的内容再贡献 ${signed(facts.low)} 至 ${signed(facts.high)}（95% 区间）。`;
      case 'manner':
        return `但把微调后的回答换到别的问题上，得分也有 ${score(facts.dealt)}，与 ${score(facts.score)} 分不出高下（${signed(facts.low)} 至 ${signed(facts.high)}，95% 区间）：就这些问题而言，模型学到的是语言、长度、格式等表达方式，而不是该回答什么。`;
      case 'beats_arm':
        return `不微调时，${armIn(facts)} 可达到 ${score(facts.other)}${sharedIn(facts, score)}；微调后的模型比它高 ${signed(facts.low)} 至 ${signed(facts.high)}（95% 区间）。${pricedIn(facts, score)}`;
      case 'behind_arm':
        return `不微调时，${armIn(facts)} 可达到 ${score(facts.other)}${sharedIn(facts, score)}，优于微调后的模型（相差 ${signed(facts.low)} 至 ${signed(facts.high)}，95% 区间）：建议用它。${pricedIn(facts, score)}`;
      case 'like_arm':
        return `不微调时，${armIn(facts)} 可达到 ${score(facts.other)}${sharedIn(facts, score)}，这些问题分不出它与微调后的模型（${signed(facts.low)} 至 ${signed(facts.high)}，95% 区间）。${pricedIn(facts, score)}`;
      case 'judged':
        return `评判模型在 ${number(facts.wins)} 对回答中偏爱微调后的，在 ${number(facts.losses)} 对中偏爱微调前的，${number(facts.ties)} 对平局：胜率 ${score(facts.share)}${facts.low === undefined || facts.high === undefined ? '' : `，真实值在 ${score(facts.low)} 至 ${score(facts.high)} 之间（95% 区间）`}。`;
      case 'judge_placed':
        return `但在 ${number(facts.questions)} 对回答中，它有 ${number(facts.followed)} 次在两种顺序下都选了同一个位置，判定说明不了什么：请换更大的评判模型。`;
      case 'no_arms':
        return '没有测试只用提示词，或附上相近的数据行、文档片段能达到多少：评测的选项 arms 可以做到。';
      case 'forgot':
        return `${number(facts.questions)} 个通用问题，微调后答对 ${number(facts.after)} 个，微调前 ${number(facts.before)} 个：模型遗忘了原有能力（正确率变化 ${signed(facts.low)} 至 ${signed(facts.high)}，95% 区间）。`;
      case 'kept':
        return `${number(facts.questions)} 个通用问题，微调后答对 ${number(facts.after)} 个，微调前 ${number(facts.before)} 个：差别不超出偶然（正确率变化 ${signed(facts.low)} 至 ${signed(facts.high)}，95% 区间）。`;
      case 'learned':
        return `${number(facts.questions)} 个通用问题，微调后答对 ${number(facts.after)} 个，微调前 ${number(facts.before)} 个：这方面也变好了（正确率变化 ${signed(facts.low)} 至 ${signed(facts.high)}，95% 区间）。`;
      case 'predicts':
        return `微调后的模型预测 ${number(facts.rows)} 行留出数据的回答，每字节需要 ${score(facts.tuned)} 比特，基座模型为 ${score(facts.base)} 比特，越少越好。`;
      case 'worse_on':
        return `${number(facts.questions)} 个问题中有 ${number(facts.worse)} 个的回答比以前差。`;
      case 'price':
        return `代价是设备 ${duration(facts.deviceMs)}、磁盘 ${bytes(facts.artifactBytes)}${facts.rows === undefined ? '' : `，训练数据 ${number(facts.rows)} 行`}${facts.reused === undefined ? '' : `；另有 ${number(facts.reused)} 个步骤沿用以前运行的结果，未计入`}。`;
      case 'overfitted':
        return `留出数据上的损失在第 ${number(facts.step)} 步最低（${score(facts.lowest)}），到第 ${number(facts.last)} 步为 ${score(facts.ended)}：可以减少训练轮数，或增加数据。`;
      case 'still_learning':
        return `留出数据上的损失到最后仍在下降，从 ${score(facts.before)} 降到 ${score(facts.ended)}：增加训练轮数可能有帮助。`;
    }
  },
});

function armIn({ arm, found }: ArmFacts): string {
  if (!found) return arm;
  const things = found.of === 'rows' ? `最相近的 ${found.nearest} 行` : `文档中最相近的 ${found.nearest} 段`;
  return `${arm}（每个问题前附上${things}）`;
}

const pricedIn = ({ price }: ArmFacts, score: Format['score']): string =>
  price
    ? `它的每个回答读入 ${price.read.toFixed(0)} 个 token，用时 ${score(price.seconds)} 秒；微调后的模型为 ${price.ownRead.toFixed(0)} 个 token，${score(price.ownSeconds)} 秒。`
    : '';

const sharedIn = ({ shared, score: tuned }: ArmFacts & { score: number }, score: Format['score']): string =>
  shared === undefined ? '' : `（只看双方都答完整的 ${shared} 个问题，微调后的模型为 ${score(tuned)}）`;
