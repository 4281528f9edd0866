import type { Format } from './format.ts';
import type { harnessIn } from './harness-en.ts';

export const harnessInChinese = ({ number }: Format): ReturnType<typeof harnessIn> => ({
  title: (version) => `lm-evaluation-harness${version === undefined ? '' : ` ${version}`}`,
  how: ({ limit, fewshot }) =>
    [
      limit === undefined ? '每个任务的全部问题' : `每个任务的前 ${number(limit)} 个问题`,
      ...(fewshot === undefined ? [] : [`每题前有 ${number(fewshot)} 个示例`]),
      '通过 Ollama 的 chat completions 接口以温度 0 提问；± 为一个标准误。',
    ].join('，'),
  task: '任务',
  questions: '问题数',
  lowerIsBetter: '越低越好',
});
