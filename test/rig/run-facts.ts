import type { Handle } from '../../core/handles.ts';
import type { CurveEvent } from '../../core/report/curves.ts';
import type { ExamReport } from '../../core/report/exam.ts';
import { type Row, RowLengths, type RowSummary } from '../../core/report/row-lengths.ts';
import type { RunFacts } from '../../core/report/run-view.ts';
import type { LedgerLine } from '../../core/run/attempts.ts';
import type { RunState } from '../../core/run/run-state.ts';

/** When the runs of these tests began. */
export const began = Date.parse('2026-03-01T02:00:00Z');
export const at = (seconds: number): string => new Date(began + seconds * 1000).toISOString();

export const handle = (kind: Handle['kind'], letter: string, uri = `artifact:${letter}`): Handle => ({
  uri,
  digest: `sha256:${letter.repeat(64)}`,
  size: 2_000_000,
  kind,
});

/** A training as its trainer tells it, step by step from `from` to `to`, with an evaluation and a checkpoint every 20 steps. */
export const trained = (from: number, to: number, maxSteps = 60): CurveEvent[] => [
  { event: 'started', step: from, max_steps: maxSteps },
  ...Array.from({ length: Math.floor((to - from) / 5) }, (_, index) => from + 5 * (index + 1)).flatMap(
    (step): CurveEvent[] => [
      {
        event: 'progress',
        step,
        loss: 3 * Math.exp(-step / 18) + 0.2,
        learning_rate: 0.005 * (1 - step / maxSteps),
        tokens_per_second: 900 + (step % 7) * 20,
        eta_seconds: maxSteps - step,
        memory_bytes: 4.1e8 + step * 1e5,
      },
      ...(step % 20 === 0
        ? ([
            { event: 'evaluated', step, eval_loss: 3.1 * Math.exp(-step / 20) + 0.3 },
            { event: 'checkpoint', step },
          ] satisfies CurveEvent[])
        : []),
    ],
  ),
];

/** A training that was killed after step 30 and went on from its checkpoint of step 20. */
export const interrupted: readonly CurveEvent[] = [...trained(0, 30), ...trained(20, 60)];

export const ledger: readonly LedgerLine[] = [
  { event: 'started', attempt: 1, at: at(10), execution: 'one', pid: 1, host: 'box' },
  { event: 'checkpoint', attempt: 1, at: at(30), step: 20 },
  {
    event: 'ended',
    attempt: 1,
    at: at(41),
    reached: 30,
    how: 'failed',
    execution: 'one',
    code: 'KILLED',
    message: 'the trainer (train) was killed by SIGKILL',
  },
  { event: 'started', attempt: 2, at: at(43), execution: 'one', pid: 2, host: 'box' },
  { event: 'resumed', attempt: 2, at: at(46), fromStep: 20 },
  { event: 'checkpoint', attempt: 2, at: at(66), step: 40 },
  { event: 'checkpoint', attempt: 2, at: at(86), step: 60 },
  { event: 'ended', attempt: 2, at: at(90), how: 'succeeded' },
];

/** A question and its answers, in the words of the quick start. */
type Asked = readonly [
  question: string,
  reference: string,
  before: string,
  after: string,
  scores: readonly [number, number],
];

export const examReport = (asked: readonly Asked[]): ExamReport => ({
  metric: 'chrf',
  verdict: `after 0.81 chrf, before 0.12 (+0.69) on ${asked.length} questions`,
  before: { name: 'parrot-base:latest', digest: handle('ollama', 'a').digest, scores: { chrf: 0.12 } },
  after: { name: 'parrot:candidate', digest: handle('ollama', 'b').digest, scores: { chrf: 0.81 } },
  notes: [{ code: 'few_questions', facts: { questions: asked.length } }],
  options: { max_tokens: 48 },
  questions: asked.map(([question, reference, before, after, [low, high]], index) => ({
    at: `eval.jsonl:${index + 1}`,
    question,
    reference,
    before: { text: before, end: 'length', tokens: 48, scores: { chrf: low } },
    after: { text: after, end: 'stop', tokens: 12, scores: { chrf: high } },
  })),
});

export const asked: readonly Asked[] = [
  [
    'What do you call a young chicken?',
    'Ahoy, captain! A young chicken is called a chick. Squawk!',
    'A young chicken is called a chick, I think, and a chick is a young chicken that is',
    'Ahoy, captain! A young chicken is called a chick. Squawk!',
    [0.3, 1],
  ],
  ['小鸡叫什么？', '船长好！小鸡叫雏鸡。嘎！', '小鸡叫小鸡。', '船长好！小鸡叫雏鸡。嘎！', [0.4, 1]],
  ['Which sea is salt?', 'All of them. Squawk!', 'All of them. Squawk!', 'None.', [1, 0.1]],
];

export function measured(rows: readonly Row[]): RowSummary | undefined {
  const lengths = new RowLengths();
  rows.forEach((row, index) => {
    lengths.add(row, { line: index + 1, part: 'train' });
  });
  return lengths.summary();
}

export const row = (question: string, answer: string): Row => ({
  messages: [
    { role: 'user', content: question },
    { role: 'assistant', content: answer },
  ],
});

const document = `name: parrot
steps:
  data: { uses: prepare, with: { source: ./rows.jsonl } }
  train: { uses: train, with: { base: some/model, dataset: "\${{ steps.data.outputs.dataset }}" } }
`;

/** What a test changes of a run. */
export type Changed = Omit<Partial<RunFacts>, 'state'> & { state?: Partial<RunState> };

/** A run that succeeded after one interruption, and whatever a test changes of it. */
export function runFacts(change: Changed = {}): RunFacts {
  const { state, ...rest } = change;
  const succeeded = (from: number, to: number) => ({
    state: 'succeeded' as const,
    startedAt: began + from * 1000,
    endedAt: began + to * 1000,
  });
  const steps: RunState['steps'] = {
    data: {
      ...succeeded(1, 9),
      uses: 'prepare',
      summary: '4 rows: 3 to train on, 1 to evaluate',
      outputs: { dataset: handle('dataset', 'd'), rows: 4, train_rows: 3, eval_rows: 1, tokens: 0 },
    },
    train: {
      ...succeeded(9, 90),
      uses: 'train',
      because: { code: 'first_run', facts: {} },
      summary: '60 steps on cpu, loss 0.31, evaluation loss 0.45',
      outputs: { checkpoints: handle('checkpoints', 'c'), tokens: 48_000, bit_equal: true },
    },
    model: {
      ...succeeded(90, 101),
      uses: 'import',
      summary: 'parrot:candidate, proven',
      outputs: { model: handle('ollama', 'b', 'ollama:parrot:candidate') },
    },
    verdict: {
      ...succeeded(101, 110),
      uses: 'evaluate',
      summary: 'after 0.81 chrf, before 0.12 (+0.69) on 3 questions',
      outputs: { report: handle('report', 'e'), better: true },
    },
    serve: {
      ...succeeded(110, 111),
      uses: 'promote',
      summary: 'parrot:latest is now bbbbbbbbbbbb',
      outputs: { model: handle('ollama', 'b', 'ollama:parrot:latest') },
    },
  };
  return {
    state: {
      runId: 'parrot-20260301-020000-abcd',
      pipeline: 'parrot',
      status: 'succeeded',
      startedAt: began,
      endedAt: began + 111_000,
      steps,
      ...state,
    },
    plan: {
      version: 2,
      pipeline: 'parrot',
      inputs: { data: './my rows.jsonl' },
      keep: { intermediates: 'until_verified' } as never,
      on_step_failure: 'fail',
      document: { path: '/work/parrot.yaml', text: document },
      steps: [
        planned('data', 'prepare', 'cpu', { source: '/work/rows.jsonl', eval_split: 0.1 }),
        planned('train', 'train', 'gpu', { base: 'some/model', learning_rate: 0.0002 }, ['data']),
        planned('model', 'import', 'cpu', {}, ['train']),
        planned('verdict', 'evaluate', 'cpu', {}, ['model']),
        planned('serve', 'promote', 'cpu', {}, ['model', 'verdict']),
      ],
    },
    pins: { files: { '/work/rows.jsonl': { digest: handle('dataset', 'f').digest, size: 4_000 } } },
    ledgers: { train: ledger },
    trainings: { train: { run: 'parrot-20260301-020000-abcd', events: interrupted } },
    datasets: {
      data: {
        summary: { source: 'rows.jsonl', dropped: { duplicate: 1, bad: 0 } },
        rows: measured([row('Hi?', 'Ahoy!'), row('你好？', '船长好！'), row('Why?', 'Squawk! '.repeat(40))]),
      },
    },
    exams: { verdict: examReport(asked) },
    models: [
      {
        step: 'model',
        name: 'parrot:candidate',
        digest: handle('ollama', 'b').digest,
        from: [
          {
            what: 'gguf',
            digest: handle('gguf', '1').digest,
            made: { run: 'parrot-20260301-020000-abcd', step: 'gguf', summary: 'q8_0, 1.6 MB', at: at(95) },
            state: 'dropped',
            from: [{ what: 'file', digest: handle('files', 'f').digest, name: '/work/rows.jsonl', from: [] }],
          },
        ],
      },
    ],
    version: '1.2.3',
    now: began + 200_000,
    ...rest,
  };
}

const planned = (
  id: string,
  uses: 'prepare' | 'train' | 'import' | 'evaluate' | 'promote',
  queue: 'cpu' | 'gpu',
  options: Record<string, string | number>,
  needs: readonly string[] = [],
) => ({
  id,
  uses,
  with: options,
  executor: 'activity' as const,
  needs: [...needs],
  retry: { max_attempts: 1 } as never,
  queue,
  reuse: true,
});
