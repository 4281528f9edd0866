import { readFileSync } from 'node:fs';
import type { ErrorCode } from '../../core/errors/catalogue.ts';

/** One night: the rows, what happens during the run, and how it must end. */
export interface Night {
  title: string;
  rows: string;
  /** The GPU worker is killed once the training has saved a checkpoint. */
  killed?: boolean;
  /** What a person does on the next day. */
  dayAfter?: 'rollback' | 'roll_forward';
  expect: Expected;
}

interface Expected {
  status: 'succeeded' | 'failed';
  /** False: the night must not train. */
  trains: boolean;
  /** Whether the serving name moves; `if_better`: only if the candidate scored higher than the served model. */
  moves: 'yes' | 'no' | 'if_better';
  /** Code of the failure. */
  code?: ErrorCode;
}

const all = readFileSync(new URL('../../data/quickstart/train.jsonl', import.meta.url), 'utf8')
  .trimEnd()
  .split('\n');
const good = (count: number) => all.slice(0, count);
/** Rows of another project, added by mistake: same questions, answers in another style. */
const foreign = all.map((line) => {
  const { instruction } = JSON.parse(line) as { instruction: string };
  return JSON.stringify({ instruction, output: 'Moo. That is not for a cow to say.' });
});
const text = (lines: readonly string[]) => lines.map((line) => `${line}\n`).join('');

const nothingNew: Expected = { status: 'succeeded', trains: false, moves: 'no' };
const newRows: Expected = { status: 'succeeded', trains: true, moves: 'if_better' };

const badRow = '{"instruction": "What is the color of ice?"}';
const badData: Expected = { status: 'failed', trains: false, moves: 'no', code: 'BAD_DATA' };

/** The shortest sequence with new rows, no new rows and a failure. */
export const fewNights: readonly Night[] = [
  { title: 'first night', rows: text(good(40)), expect: { status: 'succeeded', trains: true, moves: 'yes' } },
  { title: 'nothing new', rows: text(good(40)), expect: nothingNew },
  { title: 'a row without an answer', rows: text([...good(40), badRow]), expect: badData },
  { title: 'that row fixed, 40 more', rows: text(good(80)), killed: true, expect: newRows },
  { title: 'nothing new', rows: text(good(80)), expect: nothingNew },
];

export const fortnight: readonly Night[] = [
  { title: 'first night', rows: text(good(40)), expect: { status: 'succeeded', trains: true, moves: 'yes' } },
  { title: 'nothing new', rows: text(good(40)), expect: nothingNew },
  { title: '40 rows more', rows: text(good(80)), expect: newRows },
  { title: 'nothing new', rows: text(good(80)), expect: nothingNew },
  {
    title: 'a row without an answer',
    rows: text([...good(80), badRow]),
    expect: badData,
  },
  { title: 'that row fixed, 40 more', rows: text(good(120)), expect: newRows },
  { title: 'nothing new', rows: text(good(120)), expect: nothingNew },
  { title: '30 rows more, worker killed', rows: text(good(150)), killed: true, expect: newRows },
  { title: 'nothing new', rows: text(good(150)), dayAfter: 'rollback', expect: nothingNew },
  { title: 'nothing new, after a rollback', rows: text(good(150)), dayAfter: 'roll_forward', expect: nothingNew },
  {
    title: 'rows of another project',
    rows: text([...good(150), ...foreign]),
    expect: { status: 'succeeded', trains: true, moves: 'no' },
  },
  { title: 'nothing new', rows: text([...good(150), ...foreign]), expect: nothingNew },
  { title: 'those rows removed', rows: text(good(150)), expect: nothingNew },
  { title: 'all rows', rows: text(all), expect: newRows },
];
