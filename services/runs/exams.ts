import { join } from 'node:path';
import type { Handle } from '../../core/handles.ts';
import { looksLikeHandle } from '../../core/json.ts';
import { definitionOf } from '../../core/kinds/registry.ts';
import { type ExamReport, examReportSchema } from '../../core/report/exam.ts';
import type { RunState } from '../../core/run/run-state.ts';
import type { ArtifactStore } from '../store/artifacts.ts';
import { readJsonFile } from '../store/json-file.ts';

/** An evaluation of a run. */
export interface HeldExam {
  step: string;
  /** Undefined if the store no longer has it, or another version wrote it. */
  report: ExamReport | undefined;
  better: unknown;
}

/** The evaluations of a run in the order of its steps. */
export async function readExams(store: ArtifactStore, { steps }: Pick<RunState, 'steps'>): Promise<HeldExam[]> {
  const exams: HeldExam[] = [];
  for (const [step, { uses, outputs }] of Object.entries(steps)) {
    const handle = outputs?.[definitionOf(uses)?.verdictOutput ?? ''];
    if (looksLikeHandle(handle)) exams.push({ step, report: await readExam(store, handle), better: outputs?.better });
  }
  return exams;
}

/** Undefined if the store no longer has the report, or another version of temper wrote it. */
export async function readExam(store: ArtifactStore, report: Handle): Promise<ExamReport | undefined> {
  const opened = await store.open(report).catch(() => undefined);
  const value = opened && (await readJsonFile<unknown>(join(opened.path, 'report.json')));
  return examReportSchema.safeParse(value).data;
}
