import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { writeDurably } from '../store/durable-files.ts';
import { readJsonFile } from '../store/json-file.ts';

/** A model that exists only during a step, and its server. */
export interface StagingName {
  url: string;
  name: string;
}

const prefix = 'temper-staging-';

export const newStagingName = (): string => `${prefix}${randomUUID()}`;

/** Whether a name in Ollama is that of a model which exists only during a step, so it is none of a person's. */
export const isStagingName = (name: string): boolean => name.startsWith(prefix);

const place = (stepFolder: string) => join(stepFolder, 'staging-models.json');

/** Names that a step recorded before it created the models, so that a clean-up finds those of a killed step. */
export async function readStagingNames(stepFolder: string): Promise<StagingName[]> {
  return (await readJsonFile<StagingName[]>(place(stepFolder))) ?? [];
}

export async function writeStagingNames(stepFolder: string, names: readonly StagingName[]): Promise<void> {
  await writeDurably(place(stepFolder), JSON.stringify(names));
}
