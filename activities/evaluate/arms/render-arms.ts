import type { Gain } from '../../../core/statistics/gain.ts';
import type { Cost } from '../questions/ask-questions.ts';
import { cell, gainCell, row } from '../report/markdown-table.ts';
import type { JudgedArm } from './judged-arm.ts';

/** One way to the answers: a model as it is, or an arm. */
export interface Way {
  way: string;
  score?: number | undefined;
  interval?: readonly number[] | undefined;
  /** By how much the tuned model scores higher. */
  gain?: Gain | undefined;
  cost: Cost;
}

/** What each way to answer reaches and costs. */
export function wayTable(metric: string, ways: readonly Way[]): string[] {
  const isScored = metric !== 'none';
  const head = [
    'way to answer',
    ...(isScored ? [metric, '95 % interval', 'gain of after over it'] : []),
    ...['seconds per answer', 'tokens read', 'tokens written'],
  ];
  const rows = ways.map(({ way, score, interval, gain, cost }) => [
    cell(way),
    ...(isScored ? [score?.toFixed(3) ?? '–', interval?.map(digits).join(' to ') ?? '–', gainCell(gain)] : []),
    ...[cost.seconds.toFixed(2), cost.promptTokens.toFixed(0), cost.answerTokens.toFixed(0)],
  ]);
  return [row(head), row(head.map(() => '---')), ...rows.map(row), ''];
}

export function wayOf(arm: JudgedArm): Way {
  const { name, model, system, nearest, documents } = arm;
  const thing = documents ? 'part of the documents' : 'row';
  const things = documents ? 'parts of the documents' : 'rows';
  const by = [
    ...(system === undefined ? [] : ['a system message']),
    ...(nearest === undefined ? [] : [nearest === 1 ? `the nearest ${thing}` : `the ${nearest} nearest ${things}`]),
  ];
  return { ...arm, way: `${name}: ${model}${by.length > 0 ? ` with ${by.join(' and ')}` : ''}` };
}

const digits = (bound: number) => bound.toFixed(3);
