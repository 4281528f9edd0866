// needs: nothing
import assert from 'node:assert/strict';
import { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { after, before, test } from 'node:test';
import { rerun as rerunHere } from '../../cli/commands/rerun.ts';
import { UserError } from '../../cli/user-error.ts';
import { makePlan } from '../../core/language/plan/make-plan.ts';
import { temper } from '../rig/temper.ts';

const runId = 'nightly-20260101-000000-aaaa';
let folder: string;
let env: Record<string, string>;

const document = `name: nightly
inputs:
  data: { type: path, default: ./rows.jsonl }
  rank: { type: number, default: 8 }
steps:
  data: { uses: prepare, with: { source: "\${{ inputs.data }}" } } # the rows
  train: { uses: train, with: { base: ./base, dataset: "\${{ steps.data.outputs.dataset }}", lora: { r: "\${{ inputs.rank }}" } } }
  best: { uses: checkpoint, with: { from: "\${{ steps.train.outputs.checkpoints }}" } }
  own: { uses: run, with: { command: [echo, hello] } }
`;

/** A home that remembers one run; nothing is started in it. */
before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'temper-rerun-'));
  env = { TEMPER_HOME: join(folder, 'home'), XDG_CONFIG_HOME: folder };
  const rules = { fromDocument: (path: string) => resolve(folder, path), fromShell: resolve };
  const { plan } = makePlan(document, join(folder, 'nightly.yaml'), {}, rules);
  const run = join(folder, 'home', 'runs', runId);
  await mkdir(run, { recursive: true });
  await writeFile(join(run, 'plan.json'), JSON.stringify(plan));
});
after(() => rm(folder, { recursive: true, force: true }));

const rerun = async (...args: string[]) => await temper(['rerun', ...args, '--dry-run'], env, { cwd: folder });

test('it shows what it changes and which steps that may reach, and with --dry-run starts nothing', async () => {
  const { code, stdout, stderr } = await rerun(
    '@latest',
    '--set',
    'train.learning_rate=1e-4',
    '--set',
    'train.lora.r=16',
    '-s',
    'data=./other.jsonl',
  );
  assert.equal(code, 0, stderr);
  assert.deepEqual(stdout.split('\n'), [
    `rerun of ${runId}`,
    `  input data ${folder}/rows.jsonl → ${folder}/other.jsonl`,
    `  data.source ${folder}/rows.jsonl → ${folder}/other.jsonl`,
    '  train.lora.r 8 → 16',
    '  train.learning_rate 0.0002 → 0.0001',
    '  will run: data, train',
    '  will run if their inputs change: best',
    '  will be reused unless a file, model or version has changed: own',
    'Nothing was started (`--dry-run`).',
    '',
  ]);
  assert.deepEqual(await readdir(join(folder, 'home', 'runs')), [runId]);
});

test('--from runs a step and all that needs it, changed or not', async () => {
  const { stdout } = await rerun(runId, '--from', 'train');
  assert.match(
    stdout,
    /^rerun of \S+, from train\n {2}document and inputs unchanged\n {2}will run: train, best\n {2}will be reused .*: data, own\n/,
  );
});

const mistakes: [string[], RegExp][] = [
  [['--from', 'trian'], /--from trian: unknown step\nhint: did you mean "train"\?/],
  [['--set', 'dat=./x'], /--set dat: unknown input\nhint: did you mean "data"\?/],
  [['--set', 'best=last'], /--set best: "best" is a step\nhint: .*`--set best\.OPTION=VALUE`/],
  [['--set', 'trian.epochs=3'], /unknown step "trian"\nhint: did you mean "train"\?/],
  [
    ['--set', 'train.learning_rat=1'],
    /nightly\.yaml:\d+:\d+ .*unknown option "learning_rat" of train .*\n.*\n.*\nhint: did you mean "learning_rate"/,
  ],
  [
    ['--set', 'train.epochs=many'],
    /nightly\.yaml:\d+:\d+ steps\.train\.with\.epochs: must be a number, got "many" \[BAD_VALUE\]\n.*\n.*~~/,
  ],
  [['--set', 'rank=high'], /^input "rank" must be a number, got "high"/],
  [['--set', 'train.lora'], /--set train\.lora: expected input=value or step\.option=value\nhint: /],
  [['--set', 'train.lora={ r'], /--set train\.lora=\{ r: the value is not valid YAML/],
];
for (const [args, message] of mistakes) {
  test(`${args.join(' ')} is refused before anything starts`, async () => {
    process.env.TEMPER_HOME = env.TEMPER_HOME;
    const [name, value] = args as [string, string];
    const options = name === '--from' ? { set: [], from: value } : { set: [value] };
    await assert.rejects(rerunHere(runId, options), (error) => error instanceof UserError && message.test(error.text));
  });
}
