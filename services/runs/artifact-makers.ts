import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { looksLikeHandle } from '../../core/json.ts';
import { definitionOf } from '../../core/kinds/registry.ts';
import { readJsonFile } from '../store/json-file.ts';
import { readStepRecord, type StepRecord } from '../store/reuse-index.ts';
import { type Folders, readAllReferences } from './run-references.ts';
import { digestsOf, type StepOutcome } from './step-outcome.ts';

/** The step that made an artifact. */
export interface Maker {
  run: string;
  step: string;
  uses: string;
  summary: string;
  at: string;
  /** Its options as its key covers them, with digests in place of artifacts and paths. Undefined if the key's record is gone. */
  options: Readonly<Record<string, unknown>> | undefined;
}

/** The verdict of an evaluation, with the digest of its report. */
export interface Verdict extends Pick<Maker, 'run' | 'step' | 'summary' | 'at'> {
  report: string;
}

/** Finds the step that made an artifact: in the folders of runs, or in key records if a run's folder is gone. */
export class ArtifactMakers {
  readonly #store: string;
  readonly #byDigest: ReadonlyMap<string, Maker & { key: string }>;
  readonly verdicts: readonly Verdict[];
  private constructor(store: string, byDigest: Map<string, Maker & { key: string }>, verdicts: Verdict[]) {
    this.#store = store;
    this.#byDigest = byDigest;
    this.verdicts = verdicts;
  }

  static async read(folders: Folders): Promise<ArtifactMakers> {
    const byDigest = new Map<string, Maker & { key: string }>();
    const verdicts: Verdict[] = [];
    const note = (digests: readonly string[], maker: Maker & { key: string }) => {
      for (const digest of digests) {
        const before = byDigest.get(digest);
        if (!before || before.at > maker.at) byDigest.set(digest, maker);
      }
    };
    for (const record of await keyRecords(folders.store)) {
      const { runId: run, step, uses, summary, finishedAt: at, key } = record;
      note(madeBy(record), { run, step, uses, summary, at, key, options: undefined });
    }
    for (const { runId: run, outcomes } of await readAllReferences(folders)) {
      for (const [step, outcome] of Object.entries(outcomes)) {
        // A reused outcome has the time of the reuse, not of the work.
        if (outcome.reusedFrom !== undefined) continue;
        const { uses, summary, finishedAt: at, key, outputs } = outcome;
        note(madeBy(outcome), { run, step, uses, summary, at, key, options: undefined });
        const report = outputs[definitionOf(uses)?.verdictOutput ?? ''];
        if (looksLikeHandle(report)) verdicts.push({ run, step, summary, at, report: report.digest });
      }
    }
    return new ArtifactMakers(
      folders.store,
      byDigest,
      verdicts.sort((a, b) => a.at.localeCompare(b.at)),
    );
  }

  async of(digest: string): Promise<Maker | undefined> {
    const maker = this.#byDigest.get(digest);
    if (!maker) return undefined;
    const { key, ...rest } = maker;
    const record = key === '' ? undefined : await readStepRecord(this.#store, key);
    const ingredients = record?.ingredients as { options?: Record<string, unknown> } | undefined;
    return { ...rest, options: ingredients?.options };
  }
}

/** Digests of everything a step made, including a model in Ollama. */
const madeBy = (result: Pick<StepOutcome, 'outputs' | 'artifacts'>): string[] => [
  ...digestsOf(result),
  ...Object.values(result.outputs).flatMap((output) => (looksLikeHandle(output) ? [output.digest] : [])),
];

async function keyRecords(store: string): Promise<StepRecord[]> {
  const folder = join(store, 'keys');
  const names = (await readdir(folder).catch(() => [] as string[])).filter((name) => name.endsWith('.json'));
  const found: StepRecord[] = [];
  // One at a time: there may be more records than a process may have open files.
  for (const name of names) {
    const record = await readJsonFile<StepRecord>(join(folder, name));
    if (record) found.push(record);
  }
  return found;
}
