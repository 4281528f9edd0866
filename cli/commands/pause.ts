import { pauseSignal } from '../../protocol/messages.ts';
import { changeOpenRun } from '../runs/open-run.ts';

/** Pauses a run: its training saves a checkpoint and frees the device, other steps finish, and no step starts. */
export const pause = async (text: string, options: { json?: boolean }): Promise<number> => {
  const make: Parameters<typeof changeOpenRun>[1]['make'] = async ({ runId, state, workflow }) => {
    if (state?.status !== 'paused') await workflow.signal(pauseSignal);
    return [
      `${runId} is paused: a training saves a checkpoint and frees the device; other running steps finish`,
      `hint: continue it with \`npx temper resume ${runId}\``,
    ].join('\n');
  };
  return await changeOpenRun(text, { command: 'pause', make }, options);
};
