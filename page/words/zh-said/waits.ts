import type { Wait } from '../../../core/reasons.ts';
import { inOneLine } from '../../../core/words/in-one-line.ts';

type Took = (ms: number) => string;
type Holder = Extract<Wait, { code: 'device' }>['facts']['holders'][number];

/** What a step waits for. `took` words a time in milliseconds. */
export function waitInChinese({ code, facts }: Wait, now: number, took: Took): string {
  const held = ({ run, step, since }: Holder) =>
    `${run === undefined ? '' : `${run}/`}${step}（已 ${took(now - since)}）`;
  switch (code) {
    case 'equal_step':
      return equalInChinese(facts);
    case 'worker':
      return `等待空闲的工作进程，已 ${took(now - facts.since)}${facts.holders ? `：正忙于 ${facts.holders.map(held).join('、')}` : ''}`;
    case 'device':
      return `等待设备，已 ${took(now - facts.since)}：正由 ${facts.holders.map(held).join('、')} 使用`;
    case 'no_worker':
      return `没有${roles[facts.role]}接手，已 ${took(now - facts.since)}${facts.earlier ? '：工作进程运行的是较早的 temper 代码' : ''}`;
    case 'trying': {
      const next = facts.next === undefined || facts.next <= now ? '' : `，${took(facts.next - now)}后再试`;
      return `${inOneLine(facts.message)} [${facts.error}]${next}`;
    }
    case 'run_stuck':
      return `工作进程无法继续此运行：${took(now - facts.since)}内尝试了 ${facts.attempts} 次`;
    case 'device_lock':
      return `等待设备，已 ${took(now - facts.since)}：${facts.holder ?? '另一个进程'}正在使用`;
  }
}

const roles = { orchestrator: '编排工作进程', gpu: 'GPU 工作进程' } as const;

/** Of a step that waits for an equal one of another run. */
export const equalInChinese = ({ run, step }: { run: string; step: string }): string =>
  `等待 ${run}/${step}，它会得到同样的结果`;
