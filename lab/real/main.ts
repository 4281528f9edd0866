// Run as: npm run real -- [--model smollm2|NAME|FOLDER|FILE.gguf] [--steps N]
// Takes a real pretrained model (by default SmolLM2, 135 M) the whole road, through a kill, and tells what each step took.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { realModel } from './documents.ts';
import { travelRealRoad } from './road.ts';

const { values } = parseArgs({
  options: { model: { type: 'string', default: 'smollm2' }, steps: { type: 'string', default: '16' } },
});
const steps = Number(values.steps);
if (!Number.isInteger(steps) || steps < 6) {
  process.stderr.write(`--steps is ${values.steps}; give a whole number of at least 6, such as 16\n`);
  process.exit(2);
}
const home = await mkdtemp(join(tmpdir(), 'temper-real-'));
try {
  const road = await travelRealRoad({
    home,
    model: realModel(values.model),
    steps,
    batch: 8,
    isTrainedTwice: true,
    log: (line) => process.stderr.write(`${line}\n`),
  });
  const lines = Object.entries(road.state.steps).map(([id, step]) => {
    const summary = 'summary' in step ? step.summary : step.state;
    return `| ${id} | ${(road.seconds[id] ?? 0).toFixed(1)} | ${summary} |`;
  });
  process.stdout.write(`${['| step | seconds | |', '|---|---|---|', ...lines].join('\n')}\n\n`);
  const isEqual = road.adapter === road.undisturbedAdapter;
  process.stdout.write(
    `resumed from step ${road.resumedFrom}; the adapter ${isEqual ? 'equals' : 'DIFFERS from'} that of an undisturbed training\n`,
  );
  process.exitCode = isEqual && road.state.status === 'succeeded' ? 0 : 1;
} finally {
  await rm(home, { recursive: true, force: true });
}
