import type { StepFailure } from '../errors/catalogue.ts';
import { ollamaName } from '../handles.ts';
import { looksLikeHandle } from '../json.ts';
import { definitionOf } from '../kinds/registry.ts';
import type { LineageNode } from '../lineage.ts';
import type { DriftReport } from '../quantization/drift-report.ts';
import type { LedgerLine } from '../run/attempts.ts';
import { expandPlan } from '../run/expand-matrix.ts';
import type { Plan } from '../run/plan.ts';
import { scheduledRun } from '../run/run-id.ts';
import type { RunState } from '../run/run-state.ts';
import { type Cost, costOf } from './cost.ts';
import type { CurveEvent } from './curves.ts';
import { type Exam, type ExamReport, examOf } from './exam.ts';
import { type Headline, headlineOf } from './headline.ts';
import { type Dataset, type DatasetFacts, datasetsOf, type Training, trainingsOf } from './learned.ts';
import { commandsOf } from './reproduce.ts';
import { type Doing, type Timeline, timelineOf } from './timeline.ts';
import { type Worth, worthOf } from './worth.ts';

/** All that a home knows of one run. A part that cannot be read is absent. */
export interface RunFacts {
  state: RunState;
  plan: Plan | undefined;
  pins: Pinned | undefined;
  ledgers: Readonly<Record<string, readonly LedgerLine[]>>;
  /** By step under way; unknown without Temporal. */
  doing?: Readonly<Record<string, Doing>> | undefined;
  /** By step, what its training told, and the run it told it in. */
  trainings: Readonly<Record<string, { run: string; events: readonly CurveEvent[] }>>;
  /** By step that made a dataset. */
  datasets: Readonly<Record<string, DatasetFacts>>;
  /** By step; undefined where the report is no longer in the store. */
  exams: Readonly<Record<string, ExamReport | undefined>>;
  /** By step that measured its quantization. */
  drifts?: Readonly<Record<string, DriftReport>>;
  /** The models in Ollama that the run has made. */
  models: readonly ModelLineage[];
  /** Version of temper that reads. */
  version: string;
  now: number;
}

/** Names and files of the document as they were when the run began. */
export interface Pinned {
  files?: Readonly<Record<string, { digest: string; size: number }>>;
  models?: Readonly<Record<string, string>>;
}

export interface ModelLineage {
  step: string;
  name: string;
  digest: string;
  from: readonly LineageNode[];
}

/** A run as a person reads it: what its report and its page show. */
export interface RunView {
  run: string;
  pipeline: string;
  status: RunState['status'];
  startedAt: number;
  endedAt?: number;
  schedule?: string;
  rerunOf?: string;
  headline: Headline;
  /** Without a step: of the run as a whole. */
  failures: readonly (StepFailure & { step?: string })[];
  exams: readonly Exam[];
  /** Evaluations whose report is no longer in the store. */
  examsGone: readonly string[];
  trainings: readonly Training[];
  datasets: readonly Dataset[];
  drifts: readonly (DriftReport & { step: string })[];
  timeline: Timeline;
  models: readonly ModelLineage[];
  cost: Cost;
  /** Of the last evaluation; nothing before the run has succeeded. */
  worth: readonly Worth[];
  configuration: Configuration | undefined;
  commands: readonly string[];
  madeAt: number;
  version: string;
}

export interface Configuration {
  path: string;
  text: string;
  inputs: Plan['inputs'];
  steps: readonly { id: string; uses: string; with: unknown }[];
  pins: Pinned;
}

/** Makes of all that is known of a run what its report and its page show. */
export function viewOf(facts: RunFacts): RunView {
  const { state, plan, now, version } = facts;
  const timeline = timelineOf(state, facts);
  const trainings = trainingsOf(state, facts);
  const datasets = datasetsOf(state, facts.datasets);
  const exams = Object.entries(facts.exams).flatMap(([id, report]) =>
    report ? [examOf(id, report, state.steps[id]?.outputs?.better)] : [],
  );
  const planned = plan ? expandPlan(plan) : [];
  const ids = (steps: readonly { id: string }[]) => new Set(steps.map(({ id }) => id));
  const cost = costOf(state, timeline, {
    onDevice: ids(planned.filter(({ queue }) => queue === 'gpu')),
    learning: ids(planned.filter(({ uses }) => definitionOf(uses)?.learnsRows)),
    curves: trainings.filter(({ reusedFrom }) => reusedFrom === undefined).map(({ curves }) => curves),
  });
  const schedule = scheduledRun(state.runId)?.schedule;
  return {
    run: state.runId,
    pipeline: state.pipeline,
    status: state.status,
    startedAt: state.startedAt,
    ...(state.endedAt === undefined ? {} : { endedAt: state.endedAt }),
    ...(schedule === undefined ? {} : { schedule }),
    ...(state.rerun ? { rerunOf: state.rerun.of } : {}),
    headline: headlineOf(state, exams, servedBy(state)),
    failures: failuresOf(state),
    exams,
    examsGone: Object.entries(facts.exams).flatMap(([id, report]) => (report ? [] : [id])),
    trainings,
    datasets,
    drifts: Object.entries(facts.drifts ?? {}).map(([step, report]) => ({ step, ...report })),
    timeline,
    models: facts.models,
    cost,
    worth:
      state.status === 'succeeded'
        ? worthOf({
            exam: exams.at(-1),
            cost,
            curves: trainings.at(-1)?.curves,
            drift: Object.values(facts.drifts ?? {}).at(-1),
            rows: datasets.at(-1)?.trainRows,
            reused: Object.values(state.steps).filter((step) => step.state === 'reused').length,
          })
        : [],
    configuration: plan && {
      path: plan.document.path,
      text: withoutWebhooks(plan.document.text),
      inputs: plan.inputs,
      steps: planned.map(({ id, uses, with: options }) => ({ id, uses, with: options })),
      pins: facts.pins ?? {},
    },
    commands: plan ? commandsOf(plan, state.runId) : [],
    madeAt: now,
    version,
  };
}

/** Whoever has the address of a webhook can post to it, and a report is handed on. */
const withoutWebhooks = (text: string): string =>
  text.replace(/(\bwebhook:\s*["']?)https?:\/\/[^\s"',}]+/g, '$1(hidden)');

/** The name that people are served under from this run on. */
function servedBy({ steps }: RunState): string | undefined {
  const served = Object.values(steps).map(
    ({ uses, outputs }): unknown => outputs?.[definitionOf(uses)?.servingOutput ?? ''],
  );
  const handle = served.filter(looksLikeHandle).at(-1);
  return handle && ollamaName(handle);
}

function failuresOf({ failure, steps }: RunState): RunView['failures'] {
  const own = Object.entries(steps).flatMap(([step, each]) => (each.failure ? [{ step, ...each.failure }] : []));
  return [...(failure ? [failure] : []), ...own];
}
