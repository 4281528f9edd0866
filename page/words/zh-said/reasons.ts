import { shortDigest } from '../../../core/digest.ts';
import type { Json } from '../../../core/handles.ts';
import type { Change, Reason } from '../../../core/reasons.ts';

/** Why a step runs or was reused. */
export function reasonInChinese({ code, facts }: Reason): string {
  switch (code) {
    case 'first_run':
      return '这个步骤第一次运行';
    case 'changed':
      return [...facts.changes.map(change), ...(facts.more > 0 ? [`另有 ${facts.more} 处`] : [])].join('；');
    case 'record_gone':
      return `${facts.run}/${facts.step} 的记录已不存在`;
    case 'artifact_gone':
      return `${facts.run}/${facts.step} 的一个产物已不存在`;
    case 'model_gone':
      return `${facts.run}/${facts.step} 的模型 ${facts.model} 已不在 Ollama 中`;
    case 'never_reused':
      return facts.missing === undefined
        ? `从不复用：${facts.kind} 每次都要执行`
        : `从不复用：没有设置 \`${facts.missing}\``;
    case 'no_reuse':
      return { command: '命令带有 --no-reuse', document: '文档写明 reuse: false' }[facts.by];
    case 'rerun_from':
      return `以 rerun --from ${facts.step} 重跑`;
    case 'needed_again':
      return '后面的步骤需要它的产物，而产物无法读取';
    case 'cleared':
      return `它的中间产物于 ${facts.on} 被 ${facts.by} 清除，现在又需要了`;
    case 'unreadable':
      return `另一步骤无法读取它的产物：${facts.message}`;
    case 'equal':
      return `与 ${facts.run}/${facts.step} 相同`;
    case 'served':
      return `没有变化：${facts.model} 已由 ${facts.run} 用相同的数据行训练`;
  }
}

function change({ code, facts }: Change): string {
  switch (code) {
    case 'data':
      if (!facts.rows) return facts.option === 'source' ? '数据有变化' : `${facts.option} 有变化（来自前面的步骤）`;
      return facts.rows.before === facts.rows.after
        ? `数据有变化，仍为 ${facts.rows.after} 行`
        : `数据有变化：${facts.rows.before} → ${facts.rows.after} 行`;
    case 'option':
      return `${facts.option} ${short(facts.before)} → ${short(facts.after)}`;
    case 'content':
      return `${facts.option} 有变化`;
    case 'model':
      return `${facts.option} 现在是另一个模型`;
    case 'artifact':
      return `${facts.option} 有变化（来自前面的步骤）`;
    case 'libraries':
      return '训练所用的库有变化';
    case 'program':
      return `${{ ollama: 'Ollama', converters: '转换程序' }[facts.name] ?? facts.name} ${facts.before ?? '未设置'} → ${facts.after ?? '未设置'}`;
    case 'revision':
      return `此版本的 temper 以不同方式执行 ${facts.kind}`;
  }
}

function short(value: Json | undefined): string {
  if (value === undefined) return '未设置';
  if (typeof value === 'string') return value.startsWith('sha256:') ? shortDigest(value) : value;
  return JSON.stringify(value);
}
