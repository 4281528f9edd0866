import type { ExamHarness } from '../../core/report/exam.ts';
import type { Format } from './format.ts';

export const harnessIn = ({ number }: Format) => ({
  title: (version: string | undefined) => `lm-evaluation-harness${version === undefined ? '' : ` ${version}`}`,
  how: ({ limit, fewshot }: ExamHarness) =>
    [
      limit === undefined ? 'Every question of each task' : `The first ${number(limit)} questions of each task`,
      ...(fewshot === undefined ? [] : [`${number(fewshot)} examples before each`]),
      'asked by chat completions of Ollama at temperature 0; ± is one standard error.',
    ].join(', '),
  task: 'task',
  questions: 'questions',
  lowerIsBetter: 'lower is better',
});
