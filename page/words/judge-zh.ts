import type { Format } from './format.ts';
import { boundsOf, type judgeIn } from './judge-en.ts';

export const judgeInChinese = ({ number, score }: Format): ReturnType<typeof judgeIn> => ({
  title: '评判模型',
  how: ({ verdicts, promptTokens, answerTokens }) =>
    `每对回答都以两种顺序给它看，平局算一半。共 ${number(verdicts)} 次判定，读入 ${number(promptTokens)} 个 token，生成 ${number(answerTokens)} 个。`,
  against: (rival, tally) => {
    const { wins, ties, losses, contradicted, unread, same, questions, share } = tally;
    const bounds = boundsOf(tally);
    const of = [
      ...(contradicted > 0 ? [`${number(contradicted)} 个自相矛盾`] : []),
      ...(unread > 0 ? [`${number(unread)} 个没有可读的判定`] : []),
      ...(same > 0 ? [`${number(same)} 个回答相同`] : []),
    ];
    return `与${rival}相比：胜 ${number(wins)}，平 ${number(ties)}${of.length > 0 ? `（其中 ${of.join('，')}）` : ''}，负 ${number(losses)}${wins + ties + losses > questions ? `（${number(questions)} 个问题的 ${number(wins + ties + losses)} 对回答）` : ''}。${
      share === undefined
        ? ''
        : `胜率 ${score(share)}${bounds ? `（95% 区间：${score(bounds[0])} 至 ${score(bounds[1])}）` : ''}。`
    }`;
  },
  place: ({ first, second, of }) =>
    `在 ${number(of)} 对回答中，它有 ${number(first + second)} 次在两种顺序下都选了同一个位置（第一个 ${number(first)} 次，第二个 ${number(second)} 次）。`,
  agreement: ({ metric, agreed, questions, kappa }) =>
    `在它与 ${metric} 都有偏好的 ${number(questions)} 个问题中，二者有 ${number(agreed)} 个一致${kappa === undefined ? '' : `（Cohen’s kappa ${score(kappa)}）`}。`,
  rubric: '评判标准：',
  verdict: (rival, { outcome, because, pairs }) => {
    if (pairs) {
      const counts = `胜 ${number(pairs.wins)}，平 ${number(pairs.ties)}，负 ${number(pairs.losses)}`;
      return `评判，与${rival}相比：${{ win: '微调后更好', tie: '平局', loss: `${rival}更好` }[outcome]}（${counts}）。`;
    }
    if (because === 'same') return `评判，与${rival}相比：平局，回答相同。`;
    if (because === 'unread') return `评判，与${rival}相比：没有可读的判定，算平局。`;
    if (because === 'contradicted') return `评判，与${rival}相比：平局，换个顺序后它自相矛盾。`;
    return `评判，与${rival}相比：${{ win: '微调后更好', tie: '平局', loss: `${rival}更好` }[outcome]}。`;
  },
  why: (reason) => `“${reason}”（第一个回答是微调后的）`,
});
