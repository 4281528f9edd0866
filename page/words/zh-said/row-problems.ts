import type { RowProblem } from '../../../core/documents/row-problem.ts';
import { maxNumbersNamed } from '../../../core/words/row-problems.ts';

/** Why a row that a model wrote is not used. */
export function rowProblemInChinese({ code, facts }: RowProblem): string {
  switch (code) {
    case 'empty':
      return '问题或答案为空';
    case 'points_at_text':
      return `问题指向了原文：“${facts.words}”`;
    case 'no_answer':
      return '答案说没有答案';
    case 'echo':
      return '答案重复了问题';
    case 'unsupported':
      return `答案只有 ${Math.round(100 * facts.support)}% 出自原文，少于 ${Math.round(100 * facts.least)}%`;
    case 'strange_number':
      return `原文中没有：${facts.numbers.slice(0, maxNumbersNamed).join('、')}`;
    case 'not_answerable':
      return '再次询问编写模型，它说原文没有回答这个问题';
    case 'too_many':
      return `同一段已有 ${facts.most} 行`;
    case 'duplicate':
      return `与行 ${facts.of} 问的相同`;
  }
}
