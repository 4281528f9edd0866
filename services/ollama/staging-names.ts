import { join } from 'node:path';
import { readSmall } from '../store/artifacts.ts';
import { writeDurably } from '../store/durable-files.ts';

/** A model that exists only while a step works, and the server it was made on. */
export interface StagingName {
  url: string;
  name: string;
}

const place = (stepFolder: string) => join(stepFolder, 'staging-models.json');

/** Names that a step has written down before it made them, so that a killed one's models are found again. */
export async function readStagingNames(stepFolder: string): Promise<StagingName[]> {
  return (await readSmall<StagingName[]>(place(stepFolder))) ?? [];
}

export async function writeStagingNames(stepFolder: string, names: readonly StagingName[]): Promise<void> {
  await writeDurably(place(stepFolder), JSON.stringify(names));
}
