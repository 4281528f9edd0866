import { changeOpenRun } from '../runs/open-run.ts';

/** Cancels a run, which first lets its training save a checkpoint. */
export const cancel = async (text: string, options: { json?: boolean }): Promise<number> => {
  const make: Parameters<typeof changeOpenRun>[1]['make'] = async ({ runId, workflow }) => {
    await workflow.cancel();
    return `${runId} is being cancelled; a training saves a checkpoint first\nhint: continue it later with \`npx temper resume ${runId}\``;
  };
  return await changeOpenRun(text, { command: 'cancel', make }, options);
};
