import { join } from 'node:path';
import type { Handle } from '../../core/handles.ts';
import { looksLikeHandle } from '../../core/json.ts';
import { definitionOf } from '../../core/kinds/registry.ts';
import { type DriftReport, driftReportSchema } from '../../core/quantization/drift-report.ts';
import type { RunState, StepState } from '../../core/run/run-state.ts';
import type { ArtifactStore } from '../store/artifacts.ts';
import { readJsonFile } from '../store/json-file.ts';

/** The report of what a step measured of its quantization; undefined for a step without one. */
export function measuredBy({ uses, outputs }: StepState): Handle | undefined {
  const handle = outputs?.[definitionOf(uses)?.measuredOutput ?? ''];
  return looksLikeHandle(handle) ? handle : undefined;
}

/** Undefined if the store no longer has the report, or another version of temper wrote it. */
export async function readDrift(store: ArtifactStore, report: Handle): Promise<DriftReport | undefined> {
  const opened = await store.open(report).catch(() => undefined);
  const value = opened && (await readJsonFile<unknown>(join(opened.path, 'drift.json')));
  return driftReportSchema.safeParse(value).data;
}

/** What was measured of the file that a model is made of. */
export async function driftOf(
  store: ArtifactStore,
  { steps }: Pick<RunState, 'steps'>,
  gguf: Handle,
): Promise<DriftReport | undefined> {
  const step = Object.values(steps).find((each) => {
    const made: unknown = each.outputs?.gguf;
    return looksLikeHandle(made) && made.digest === gguf.digest && measuredBy(each);
  });
  return step && (await readDrift(store, measuredBy(step)!));
}
