import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { checkpoint } from '../../activities/checkpoint/checkpoint.ts';
import type { Deps } from '../../activities/engine/deps.ts';
import { digests } from '../../activities/engine/pinned-files.ts';
import { merge } from '../../activities/merge/merge.ts';
import { train } from '../../activities/train/train.ts';
import type { Handle } from '../../core/handles.ts';
import type { Pins } from '../../protocol/activities.ts';
import { carryOut } from '../../test/rig/carry-out.ts';
import { publishFolder } from '../../test/rig/test-models.ts';

export interface Trained {
  base: string;
  merged: Handle;
  pins: Pins;
}

const rows = [
  ['What is the capital of France?', 'Ahoy! It is Paris.'],
  ['What color is snow?', 'Ahoy! It is white.'],
  ['What is 2 plus 3?', 'Ahoy! It is 5.'],
  ['What is the capital of Peru?', 'Ahoy! It is Lima.'],
] as const;

export async function publishRows(deps: Deps, folder: string): Promise<Handle> {
  await mkdir(folder, { recursive: true });
  const lines = rows.map(([content, answer]) =>
    JSON.stringify({
      messages: [
        { role: 'user', content },
        { role: 'assistant', content: answer },
      ],
    }),
  );
  await writeFile(join(folder, 'train.jsonl'), `${lines.join('\n')}\n`);
  return await publishFolder(deps, folder, 'dataset');
}

/** Takes a base two steps of training on, and merges what it learned. */
export async function trainFamily(deps: Deps, base: string, dataset: Handle): Promise<Trained> {
  const pins = { files: { [base]: await digests(deps).ofBase(base) }, bases: {}, models: {} };
  const over = { pins };
  const lora = { r: 4, alpha: 8 };
  const options = { base, dataset, max_steps: 2, max_length: 256, lora };
  const { outputs: trained } = await carryOut(train(deps), options, { ...over, step: 'train', uses: 'train' });
  const { outputs: best } = await carryOut(checkpoint(deps), { from: trained.checkpoints, select: 'last' }, over);
  const { outputs } = await carryOut(merge(deps), { base, adapter: best.adapter }, over);
  return { base, merged: outputs.model as Handle, pins };
}
