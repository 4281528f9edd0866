import type { driftIn } from './drift-en.ts';
import type { Format } from './format.ts';

export const driftInChinese = ({ number }: Format): ReturnType<typeof driftIn> => ({
  type: '类型',
  size: '大小',
  drift: '偏移',
  sameToken: '相同词元',
  logprob: '对数概率',
  bits: '比特/字节',
  before: '基础模型',
  taken: '已选用',
  plain: '不用重要性矩阵',
  weighed: '重要性矩阵',
  what: '偏移是与 f16 模型的平均 KL 散度（每词元，单位 nat），附标准误。“相同词元”是两者认为最可能的词元相同的比例。',
  bitsWhat: (bytes) =>
    `比特/字节：对回答文本的词元求 −Σ log₂ p，再除以其 ${number(bytes)} 个 UTF-8 字节，不计结束词元。越低越好；在相同的数据行上，可以比较使用不同分词器的模型。`,
  measured: ({ side, rows, tokens }) =>
    `在 ${number(rows)} 行${side === 'held-out' ? '留出数据' : '训练数据'}的回答上测量，共 ${number(tokens)} 个词元${side === 'training' ? '；该数据集没有留出数据' : ''}。`,
  bound: (bound) => `要求：偏移不超过 ${bound} 的最小类型。`,
  matrix: ({ rows, tokens }) => `重要性矩阵来自 ${number(rows)} 行训练数据，共 ${number(tokens)} 个词元。`,
  base: (base) => `基础模型：${base}。如果它在训练前已经量化过，那部分损失不在这些数字之内。`,
});
