import assert from 'node:assert/strict';
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import type { Handle } from '../../core/handles.ts';
import type { RunState } from '../../core/run/run-state.ts';
import { minUnequal } from '../../core/statistics/gain.ts';
import { isAlive } from '../../services/machine/process-mark.ts';
import { OllamaServer } from '../../services/ollama/server.ts';
import { readLedger } from '../../services/runs/attempt-ledger.ts';
import type { StackState } from '../../services/stack/state.ts';
import { ArtifactStore } from '../../services/store/artifacts.ts';
import { noChromium } from '../rig/chromium.ts';
import { eventually } from '../rig/eventually.ts';
import { flipBit } from '../rig/flip-bit.ts';
import { root, temper } from '../rig/temper.ts';
import { writeDoubtfulTrainings } from './doubtful-trainings.ts';
import { watchOnPage } from './watch-on-page.ts';

// One stack for all: each test goes on where the one before ended, as a newcomer's first hour does.
let home: string;
let env: Record<string, string>;
before(async () => {
  home = await mkdtemp(join(tmpdir(), 'temper-e2e-'));
  // Threads that outnumber the cores wait for each other; on a busy machine one is the fastest.
  env = { TEMPER_HOME: home, TEMPER_OLLAMA: 'own', OMP_NUM_THREADS: '1' };
});
after(async () => {
  await temper(['down'], env);
  await rm(home, { recursive: true, force: true });
});

const state = async (): Promise<StackState> =>
  JSON.parse(await readFile(join(home, 'services', 'state.json'), 'utf8')) as StackState;
const lastRun = async (): Promise<RunState> => JSON.parse((await temper(['show', '--json'], env)).stdout) as RunState;

test('the quickstart goes from nothing to a promoted model, with the same questions before and after', async () => {
  const { code, stdout, stderr } = await temper(['run', 'pipelines/quickstart.yaml'], env);
  assert.equal(code, 0, stdout + stderr);
  assert.match(stdout, /http:\/\/127\.0\.0\.1:\d+\/namespaces\/temper\/workflows\/quickstart-\d{8}-\d{6}-\w+/);
  assert.match(
    stdout,
    /before {2}The color of coal is black\.\n {4}after {3}Ahoy, captain! The color of coal is black\. Squawk!/,
  );
  assert.match(stdout, /Talk to it: .*ollama run temper-quickstart:latest/);
  const run = await lastRun();
  assert.ok(Object.values(run.steps).every((step) => step.state === 'succeeded'));
  const { score, baseline } = run.steps.verdict!.outputs!;
  assert.ok((score as number) > (baseline as number));
  const worth = await worthOfLastRun();
  assert.deepEqual(worth.slice(0, 2), ['gained', 'content'], 'a parrot that knows what it is asked');
});

test('plan says what an equal run reuses, as the run itself does, and how long each step took', async () => {
  const { code, stdout, stderr } = await temper(['plan', 'pipelines/quickstart.yaml', '--json'], env);
  assert.equal(code, 0, stderr);
  const { forecast } = JSON.parse(stdout) as {
    forecast: {
      steps: { step: string; action: string; because?: { code: string }; seconds: number; memory: number }[];
    };
  };
  const actions = forecast.steps.map(({ step, action, because }) => `${step} ${action} ${because?.code}`);
  assert.ok(actions.includes('serve run never_reused'), stdout);
  const others = forecast.steps.filter(({ step }) => step !== 'serve');
  assert.deepEqual(
    [...new Set(others.map(({ action, because }) => `${action} ${because?.code}`))],
    ['reuse equal'],
    stdout,
  );
  const training = forecast.steps.find(({ step }) => step === 'train')!;
  assert.ok(training.seconds > 1 && training.memory > 100_000_000, 'of the run before');
});

test('the promoted model answers over Ollama’s API, and no staging model is left', async () => {
  const { addresses } = await state();
  const ask = await fetch(`${addresses.ollama}/api/chat`, {
    method: 'POST',
    body: JSON.stringify({
      model: 'temper-quickstart:latest',
      stream: false,
      messages: [{ role: 'user', content: 'What is the color of coal?' }],
      options: { temperature: 0 },
    }),
  });
  const answer = (await ask.json()) as { message: { content: string }; done_reason: string };
  assert.match(answer.message.content, /^Ahoy, captain!.*Squawk!$/);
  assert.equal(answer.done_reason, 'stop');
  const tags = (await (await fetch(`${addresses.ollama}/api/tags`)).json()) as { models: { name: string }[] };
  assert.deepEqual(tags.models.map((model) => model.name).sort(), [
    'temper-quickstart-base:latest',
    'temper-quickstart:candidate',
    'temper-quickstart:latest',
  ]);
});

test('models tells what is served, and lineage where it came from, down to data and base', async () => {
  const { runId, steps } = await lastRun();
  const short = String(steps.model!.outputs!.digest).slice(7, 19);
  const { stdout } = await temper(['models'], env);
  assert.match(
    stdout,
    new RegExp(`^temper-quickstart:latest {2}${short} {2}since .*\n.* chrf, before .*\n {2}promoted by ${runId}/serve`),
  );
  const lineage = (await temper(['lineage', 'temper-quickstart'], env)).stdout
    .split('\n')
    .filter((line) => /[├└]/.test(line));
  const madeBy = lineage.map((line) => new RegExp(`${runId}/([a-z]+)`).exec(line)?.[1] ?? /[a-z]+/.exec(line)?.[0]);
  assert.deepEqual(
    madeBy,
    ['model', 'gguf', 'gguf', 'merged', 'best', 'train', 'base', 'file', 'data', 'file'],
    lineage.join('\n'),
  );
});

test('beside the adapter lies the card of the model that came of it', async () => {
  const { steps } = await lastRun();
  const folder = new ArtifactStore(join(home, 'store')).folder(steps.best!.outputs!.adapter as Handle);
  const card = await readFile(join(folder, 'README.md'), 'utf8');
  assert.match(card, /^---\n[\s\S]*library_name: peft[\s\S]*---\n/);
  assert.match(card, /ollama run temper-quickstart:candidate/);
  assert.ok(card.includes(String(steps.verdict!.outputs!.verdict)));
});

test('Temporal’s pages are served at the printed address', async () => {
  const { addresses } = await state();
  assert.equal((await fetch(addresses.temporalUi!)).status, 200);
});

test('a second run reuses every step that may be reused, moves no tag, and says the same verdict', async () => {
  const before = await lastRun();
  const { code, stdout } = await temper(['run', 'pipelines/quickstart.yaml'], env);
  assert.equal(code, 0, stdout);
  const run = await lastRun();
  const { serve, ...rest } = run.steps;
  assert.ok(Object.values(rest).every((step) => step.state === 'reused'));
  assert.equal(serve?.outputs?.changed, false);
  assert.equal(run.steps.verdict?.summary, before.steps.verdict?.summary);
  assert.match(stdout, new RegExp(`unchanged since ${before.runId}`));
});

test('a proof asked again has the intermediates made again, by their steps alone, and the same model comes out', async () => {
  const before = await lastRun();
  const store = new ArtifactStore(join(home, 'store'));
  const merged = before.steps.merged!.outputs!.model as Handle;
  assert.equal(await store.condition(merged), 'dropped');
  assert.equal(await store.condition(before.steps.base!.outputs!.model as Handle), 'whole');
  const { addresses } = await state();
  await new OllamaServer(addresses.ollama).delete('temper-quickstart:candidate');
  const { code, stdout } = await temper(['run', 'pipelines/quickstart.yaml'], env);
  assert.equal(code, 0, stdout);
  const run = await lastRun();
  const again = Object.entries(run.steps).filter(([, step]) => step.madeAgain);
  assert.deepEqual(Object.fromEntries(again.map(([id, step]) => [id, step.madeAgain!.map((why) => why.for)])), {
    merged: ['model'],
    gguf: ['model'],
  });
  assert.equal(run.steps.train?.state, 'reused');
  assert.deepEqual(run.steps.gguf?.outputs, before.steps.gguf?.outputs);
  assert.equal(run.steps.model?.outputs?.digest, before.steps.model?.outputs?.digest);
  assert.equal(run.steps.serve?.outputs?.changed, false);
  assert.equal(await store.condition(merged), 'dropped');
  assert.match(
    (await temper(['show'], env)).stdout,
    /made again for model: its intermediate was cleared by \S+ on \S+, and it is needed again/,
  );
});

test('gc finds a damaged artifact, says what to type, and what is typed mends it without training again', async () => {
  const adapter = (await lastRun()).steps.best!.outputs!.adapter as Handle;
  const opened = await new ArtifactStore(join(home, 'store')).open(adapter);
  flipBit(join(opened.path, opened.manifest.files.find(({ path }) => path.endsWith('.safetensors'))!.path));
  const found = await temper(['gc', '--verify'], env);
  assert.equal(found.code, 1, found.stdout + found.stderr);
  assert.match(found.stdout, /adapter sha256:\w+….* does not match its digest.*\n {2}made by quickstart-\S+\/best\n/);
  const [, command] = /hint: npx temper (run \S+quickstart\.yaml)\n/.exec(found.stdout)!;
  assert.equal((await temper(command!.split(' '), env)).code, 0);
  const { steps } = await lastRun();
  assert.deepEqual([steps.best?.state, steps.train?.state, steps.merged?.state], ['succeeded', 'reused', 'reused']);
  const mended = await temper(['gc', '--verify'], env);
  assert.equal(mended.code, 0, mended.stdout + mended.stderr);
  assert.match(mended.stdout, /artifacts \(.*\) intact, 0 damaged[\s\S]*\nall +\d+/);
});

test('a tuning on shuffled answers is not called better, and its report says why', async (t) => {
  await writeDoubtfulTrainings(home);
  if (noChromium) t.diagnostic(`nobody watches it on the page: ${noChromium}`);
  const watching = noChromium ? undefined : watchOnPage(env, 'useless');
  const [{ better, gain_low, worth }, seen] = await Promise.all([verdictOf('useless.yaml'), watching]);
  if (seen) {
    assert.match(seen.underWay ?? '', /^Step \d+ of 80/);
    assert.match(seen.ended ?? '', /^Step 80 of 80, \d+ checkpoints?\.$/);
    assert.equal(seen.verdict, 'not_better');
  }
  assert.equal(better, false);
  assert.ok(gain_low < 0.2, 'the parrot’s manner alone is worth little');
  assert.ok(worth.includes('forgot') && worth.includes('manner'), worth.join());
});

test('a tuning that gains by forgetting everything else is not called better', async () => {
  const { better, gain_low, worth } = await verdictOf('harmful.yaml');
  assert.ok(gain_low > 0.5, 'its exam alone would call it better');
  assert.equal(better, false);
  assert.deepEqual(worth.slice(0, 2), ['gained', 'manner'], 'one answer to everything answers nothing');
  assert.ok(worth.includes('forgot'), worth.join());
});

/** Runs a pipeline, and returns its verdict with what its report says of its worth. */
async function verdictOf(file: string): Promise<{ better: boolean; gain_low: number; worth: string[] }> {
  const { code, stdout, stderr } = await temper(['run', join(home, file)], env);
  assert.equal(code, 0, stdout + stderr);
  const { better, gain_low } = (await lastRun()).steps.verdict!.outputs!;
  return { better: better as boolean, gain_low: gain_low as number, worth: await worthOfLastRun() };
}

/** The sentences of “Was it worth it?” by their codes. */
async function worthOfLastRun(): Promise<string[]> {
  const { stdout } = await temper(['report', '--json'], env, { cwd: home });
  return (JSON.parse(stdout) as { worth: { code: string }[] }).worth.map(({ code }) => code);
}

test('one command goes from 30 rows to a compared model, and leaves a pipeline that runs again', async () => {
  const folder = join(home, 'own');
  await mkdir(folder);
  const rows = (await readFile(join(root, 'data/quickstart/train.jsonl'), 'utf8')).trim().split('\n').slice(0, 30);
  await writeFile(join(folder, 'rows.jsonl'), `${rows.join('\n')}\n`);
  const line = ['tune', 'rows.jsonl', '--base', 'temper-quickstart-base', '--name', 'my-own'];
  const { code, stdout, stderr } = await temper(line, env, { cwd: folder });
  assert.equal(code, 0, stdout + stderr);
  assert.match(stdout, /\n {4}before .*\n {4}after /);
  assert.match(
    stdout,
    /The pipeline is my-own\.yaml: change it, and run it again with `npx temper run my-own\.yaml`\n$/,
  );
  const { steps } = await lastRun();
  assert.equal(steps.verdict?.state, 'succeeded');
  const asked = Number(steps.verdict?.outputs?.questions);
  assert.ok(asked >= minUnequal, `an exam of ${asked} questions can prove nothing`);
  assert.equal((await temper(['validate', 'my-own.yaml'], env, { cwd: folder })).code, 0);
});

const slow = `
name: slow
steps:
  base: { uses: run, with: { command: [python, inputs/tiny_model.py, model], inputs: { tiny_model.py: ${join(import.meta.dirname ?? new URL('.', import.meta.url).pathname, '../trainer/tiny_model.py')} }, outputs: { model: { path: model, type: model } } } }
  data: { uses: prepare, with: { source: ./rows.jsonl, eval_split: 0 } }
  train: { uses: train, with: { base: "\${{ steps.base.outputs.model }}", dataset: "\${{ steps.data.outputs.dataset }}", max_steps: 1200, checkpoint: { every_steps: 100 } } }
  best: { uses: checkpoint, with: { from: "\${{ steps.train.outputs.checkpoints }}", select: last } }
`;

test('cancel saves a checkpoint before the training ends, and resume goes on from it under the same id', async () => {
  await writeFile(
    join(home, 'rows.jsonl'),
    Array.from(
      { length: 40 },
      (_, n) => `${JSON.stringify({ prompt: `What is ${n} plus 1?`, completion: `It is ${n + 1}.` })}\n`,
    ).join(''),
  );
  await writeFile(join(home, 'slow.yaml'), slow);
  const { stdout } = await temper(['run', '--detach', join(home, 'slow.yaml')], env);
  const runId = /^slow-\S+/m.exec(stdout)![0];
  const ledger = join(home, 'runs', runId, 'steps', 'train', 'attempts.jsonl');
  await eventually('a first checkpoint', async () =>
    (await readLedger(ledger)).find((line) => line.event === 'checkpoint'),
  );
  assert.equal((await temper(['cancel', runId], env)).code, 0);
  await eventually('the run to close', async () => ((await lastRun()).status === 'cancelled' ? true : undefined));
  const saved = (await readLedger(ledger)).flatMap((line) => (line.event === 'checkpoint' ? [line.step] : [])).at(-1)!;
  assert.ok(saved < 1200);

  const resumed = await temper(['resume', runId], env);
  assert.equal(resumed.code, 0, resumed.stdout + resumed.stderr);
  const lines = await readLedger(ledger);
  assert.ok(lines.some((line) => line.event === 'resumed' && line.fromStep === saved));
  assert.equal((await lastRun()).runId, runId);
  const shown = await temper(['show', runId], env);
  assert.match(
    shown.stdout,
    new RegExp(
      `train: 1 attempt, stopped on request 1 time[\\s\\S]*stopped on request[\\s\\S]*from checkpoint ${saved}`,
    ),
  );
});

test('a failed run exits with 1, says what to do, and leaves no trace of the failure in another run', async () => {
  await writeFile(join(home, 'bad.jsonl'), '{"prompt":"a","completion":"b"}\n{"prompt":"c"}\n');
  await writeFile(
    join(home, 'bad.yaml'),
    'name: bad\nsteps:\n  data: { uses: prepare, with: { source: ./bad.jsonl } }\n',
  );
  const { code, stdout } = await temper(['run', join(home, 'bad.yaml')], env);
  assert.equal(code, 1);
  assert.match(stdout, /bad\.jsonl:2/);
  assert.match(stdout, /What to do:/);
  assert.match(stdout, /npx temper rerun bad-/);
  assert.match((await temper(['ps'], env)).stdout, /bad-\S+ +failed .*data failed/);
});

test('down leaves no process and no lock', async () => {
  const { services, supervisor } = await state();
  assert.equal((await temper(['down'], env)).code, 0);
  for (const mark of [supervisor, ...Object.values(services).flatMap((service) => service.process ?? [])])
    assert.equal(isAlive(mark), false);
  // What people were told of waits on a slow machine stays: it is not told again.
  const left = (await readdir(join(home, 'services'))).filter((name) => name !== 'told-waits.json');
  assert.deepEqual(left, ['logs']);
});
