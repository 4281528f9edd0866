import { readFileSync } from 'node:fs';
import type { ErrorCode } from '../../core/errors/catalogue.ts';

/** One night: what somebody did to the rows the day before, what happens meanwhile, and how it must end. */
export interface Night {
  title: string;
  rows: string;
  /** The GPU worker is killed once the training has saved a checkpoint. */
  killed?: boolean;
  /** What a person does the day after. */
  dayAfter?: 'rollback' | 'roll_forward';
  expect: Expected;
}

export interface Expected {
  status: 'succeeded' | 'failed';
  /** A night that need not train must not. */
  trains: boolean;
  /** Whether the serving name moves; `if_better`: exactly if the candidate scored higher than what was served. */
  moves: 'yes' | 'no' | 'if_better';
  /** Code of the failure. */
  code?: ErrorCode;
}

const all = readFileSync(new URL('../../data/quickstart/train.jsonl', import.meta.url), 'utf8')
  .trimEnd()
  .split('\n');
const good = (count: number) => all.slice(0, count);
/** As if rows of another project had got into the file: same questions, answers of another manner. */
const foreign = all.map((line) => {
  const { instruction } = JSON.parse(line) as { instruction: string };
  return JSON.stringify({ instruction, output: 'Moo. That is not for a cow to say.' });
});
const text = (lines: readonly string[]) => lines.map((line) => `${line}\n`).join('');

const nothingNew: Expected = { status: 'succeeded', trains: false, moves: 'no' };
const newRows: Expected = { status: 'succeeded', trains: true, moves: 'if_better' };

const badRow = '{"instruction": "What is the color of ice?"}';
const badData: Expected = { status: 'failed', trains: false, moves: 'no', code: 'BAD_DATA' };

/** The shortest story with all three ends of a night: something new, nothing new, a failure. */
export const fewNights: readonly Night[] = [
  { title: 'the first one', rows: text(good(40)), expect: { status: 'succeeded', trains: true, moves: 'yes' } },
  { title: 'nothing new', rows: text(good(40)), expect: nothingNew },
  { title: 'a row without an answer', rows: text([...good(40), badRow]), expect: badData },
  { title: 'that row mended, 40 more', rows: text(good(80)), killed: true, expect: newRows },
  { title: 'nothing new', rows: text(good(80)), expect: nothingNew },
];

export const fortnight: readonly Night[] = [
  { title: 'the first one', rows: text(good(40)), expect: { status: 'succeeded', trains: true, moves: 'yes' } },
  { title: 'nothing new', rows: text(good(40)), expect: nothingNew },
  { title: '40 rows more', rows: text(good(80)), expect: newRows },
  { title: 'nothing new', rows: text(good(80)), expect: nothingNew },
  {
    title: 'a row without an answer',
    rows: text([...good(80), badRow]),
    expect: badData,
  },
  { title: 'that row mended, 40 more', rows: text(good(120)), expect: newRows },
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
  { title: 'those rows taken out', rows: text(good(150)), expect: nothingNew },
  { title: 'all rows', rows: text(all), expect: newRows },
];
