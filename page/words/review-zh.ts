import type { reviewEn } from './review-en.ts';
import { rowProblemInChinese } from './zh-said/row-problems.ts';

export const reviewZh: typeof reviewEn = {
  title: '审阅数据行',
  link: (step, undecided) => `审阅步骤 ${step} 的数据行：${undecided} 行尚未决定`,
  counts: (kept, edited, dropped, added, undecided, refused) =>
    `保留 ${kept}，修改 ${edited}，丢弃 ${dropped}，添加 ${added}，未决定 ${undecided}，被检查拒绝 ${refused}`,
  shows: { open: '未决定', refused: '被拒绝', all: '全部' },
  pages: (first, last) => (first === last ? `第 ${first} 页` : `第 ${first}–${last} 页`),
  problem: rowProblemInChinese,
  question: '问题',
  answer: '答案',
  text: '出自的原文',
  decisions: { keep: '保留', drop: '丢弃', none: '未决定' },
  edited: '修改过的文字视为保留。',
  save: '保存这些决定',
  next: '后面的行',
  nothing: '没有这样的行。',
  noFile: (step) =>
    `流水线没有指定保存决定的文件。在步骤 ${step} 的 \`documents\` 下写 \`review: ./review.jsonl\`，再运行一次：不会重新询问模型。`,
  afterwards: '所有行都决定之后：',
};
