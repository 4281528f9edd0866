import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { RunState } from '../../core/run/run-state.ts';
import { cacheDir, openHome } from '../../services/machine/home.ts';
import { packageFile } from '../../services/machine/package-root.ts';
import { addGguf } from '../../services/ollama/add-gguf.ts';
import { OllamaServer } from '../../services/ollama/server.ts';
import { servingOllama } from '../../services/ollama/serving-ollama.ts';
import { readLedger } from '../../services/runs/attempt-ledger.ts';
import { ensureSmallModel } from '../../services/setup/models/small-model.ts';
import { eventually } from '../../test/rig/eventually.ts';
import { temper } from '../../test/rig/temper.ts';
import { documentsFor, type RealModel, realModel } from './documents.ts';

const patienceMs = 20 * 60_000;

/** What came of the road, and of a second training that nobody disturbed, where one was made. */
export interface RealRoad {
  state: RunState;
  /** What the commands printed. */
  output: string;
  /** The step from which the killed training went on. */
  resumedFrom: number;
  /** Digests of the two adapters. */
  adapter: string;
  undisturbedAdapter?: string;
  /** Seconds of each step. */
  seconds: Readonly<Record<string, number>>;
}

/**
 * Runs the first model's pipeline on a real model, SmolLM2 unless another is given, with an own Ollama, kills its trainer at its first checkpoint, and, where
 * that is asked for, trains once more undisturbed. Throws what a command printed if one fails.
 */
export async function travelRealRoad(how: {
  home: string;
  model?: RealModel;
  steps: number;
  /** Rows per step. */
  batch: number;
  /** The most tokens of an answer in the evaluation; without it as the pipeline says. */
  maxTokens?: number;
  isTrainedTwice?: boolean;
  log: (line: string) => void;
}): Promise<RealRoad> {
  const env = { TEMPER_HOME: how.home, TEMPER_OLLAMA: 'own', TEMPORAL_ADDRESS: '', OLLAMA_HOST: '' };
  const home = openHome({ ...process.env, ...env });
  const run = async (...args: string[]) => {
    const { code, stdout, stderr } = await temper(args, env);
    if (code !== 0) throw new Error(`temper ${args.join(' ')} ended with ${code}:\n${stdout}${stderr}`);
    return stdout;
  };
  const stateOf = async () => JSON.parse(await run('show', '@latest', '--json')) as RunState;
  try {
    await run('up');
    const { base, gguf } = how.model ?? realModel('smollm2');
    const file = gguf === 'small' ? (await ensureSmallModel(cacheDir(), how.log)).path : gguf;
    if (file !== undefined)
      await addGguf(new OllamaServer(await servingOllama(home)), base.replace(/^ollama:/, ''), file);
    const documents = await writeDocuments(how.home, { ...how, base });

    await run('run', documents.whole, '--detach');
    const training = join(home.runs, (await stateOf()).runId, 'steps', 'train');
    const ledger = () => readLedger(join(training, 'attempts.jsonl'));
    // The trainer's own files tell a checkpoint at once; the ledger hears of it later.
    await eventually(
      'a first checkpoint',
      async () => (await readdir(join(training, 'work', 'checkpoints')).catch(() => [])).find(isCheckpoint),
      patienceMs,
    );
    process.kill((JSON.parse(await readFile(join(training, 'work', 'LOCK'), 'utf8')) as Lock).pid, 'SIGKILL');
    how.log('the trainer is killed at its first checkpoint');
    const output = await run('watch', '@latest');
    const state = await stateOf();
    const resumed = (await ledger()).find((line) => line.event === 'resumed');

    if (how.isTrainedTwice) {
      how.log('the same training again, undisturbed');
      await run('run', documents.training, '--no-reuse');
    }
    return {
      state,
      output,
      resumedFrom: resumed?.event === 'resumed' ? resumed.fromStep : 0,
      adapter: adapterOf(state),
      ...(how.isTrainedTwice ? { undisturbedAdapter: adapterOf(await stateOf()) } : {}),
      seconds: secondsOf(state),
    };
  } finally {
    await temper(['down'], env);
  }
}

/** Whole: it is renamed to this when all its files are written. */
const isCheckpoint = (name: string) => /^checkpoint-\d+$/.test(name);

interface Lock {
  pid: number;
}

async function writeDocuments(
  folder: string,
  how: { base: string; steps: number; batch: number; maxTokens?: number },
): Promise<{ whole: string; training: string }> {
  const pipeline = await readFile(packageFile('pipelines/first-model.yaml'), 'utf8');
  const { whole, training } = documentsFor(pipeline, { ...how, data: packageFile('data/') });
  const inputs = join(folder, 'documents');
  await mkdir(inputs);
  const files = { whole: join(inputs, 'whole.yaml'), training: join(inputs, 'training.yaml') };
  await Promise.all([writeFile(files.whole, whole), writeFile(files.training, training)]);
  return files;
}

const adapterOf = ({ steps }: RunState): string => {
  const { best } = steps;
  return best && 'outputs' in best ? (best.outputs!.adapter as { digest: string }).digest : 'none';
};

const secondsOf = ({ steps }: RunState): Record<string, number> =>
  Object.fromEntries(
    Object.entries(steps).flatMap(([id, step]) =>
      'startedAt' in step && 'endedAt' in step && step.startedAt && step.endedAt
        ? [[id, (step.endedAt - step.startedAt) / 1000]]
        : [],
    ),
  );
