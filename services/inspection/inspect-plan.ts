import { dirname, join, resolve } from 'node:path';
import type { BaseFacts } from '../../core/checks/base-facts.ts';
import { documentsOf, type Known, knownSteps, namedValues, optionsOf, textOption } from '../../core/checks/known.ts';
import { rowSourcesOf } from '../../core/checks/row-sources.ts';
import { baseSource, isLocalBase } from '../../core/kinds/options/base-source.ts';
import { hubRowsAt } from '../../core/kinds/options/hub-rows.ts';
import { definitionOf } from '../../core/kinds/registry.ts';
import type { Plan } from '../../core/run/plan.ts';
import { homeRoot } from '../machine/home.ts';
import { storedModel } from '../ollama/stored-model.ts';
import { rowsForbiddenBy } from './cached-rows.ts';
import { cachedModel } from './hub-cache.ts';
import { inspectBase, looksLikeModel } from './inspect-base.ts';
import { inspectFile } from './inspect-file.ts';
import { inspectGguf } from './inspect-gguf.ts';
import { inspectLmEval } from './inspect-lm-eval.ts';
import { inspectMachine } from './inspect-machine.ts';
import { inspectSecrets } from './inspect-secrets.ts';
import { inspectServers } from './inspect-servers.ts';
import { inspectTrackers } from './inspect-trackers.ts';

interface Inspecting {
  documents?: Known['documents'];
  decided?: Known['decided'];
  /** `true`: nothing that takes longer than a moment, such as a start of Python. */
  isQuick?: boolean;
  /** `true`: the servers that steps will ask are asked what they have. */
  asks?: boolean;
  /** Commits of models of the Hub, where a run has resolved them. */
  commits?: Readonly<Record<string, { revision: string }>>;
}

/** Collects what is known of a run before it starts: its steps and the files that it names. Asks no server unless `asks`. */
export async function inspectPlan(
  plan: Plan,
  { documents = [], decided, isQuick = false, asks = false, commits = {} }: Inspecting = {},
): Promise<Known> {
  const steps = knownSteps(plan);
  const named = namedValues({ steps });
  const valuesOf = (mark: string) => [...new Set(named.filter((each) => each.mark === mark).map(({ value }) => value))];
  const namesBy = (option: (step: (typeof steps)[number]) => string | undefined) =>
    new Set(steps.map((step) => textOption(step, option(step) ?? '')));
  const exams = new Set([
    ...namesBy(({ uses }) => definitionOf(uses)?.exam?.option),
    ...namesBy(({ uses }) => definitionOf(uses)?.furtherQuestions),
  ]);
  const rows = new Set(steps.flatMap((step) => rowSourcesOf(step).map(({ source }) => source)));
  const sources = new Set(steps.flatMap((step) => documentsOf(step).map(({ source }) => source)));
  const bases = valuesOf('base');
  const folder = dirname(plan.document.path);
  const isTracked = steps.some((step) => optionsOf(step)[definitionOf(step.uses)?.trackOption ?? ''] !== undefined);
  const lmEval = steps.some((step) => optionsOf(step)[definitionOf(step.uses)?.harnessOption ?? ''] !== undefined)
    ? inspectLmEval()
    : undefined;
  const datasets = new Map(
    named.flatMap(({ mark, step, path }) => {
      const rows = mark === 'hub-rows' ? hubRowsAt(step.with, path) : undefined;
      return rows ? [[rows.id, rows] as const] : [];
    }),
  );
  const [files, facts, beside, forbiddenRows, machine, trackers, secrets, servers] = await Promise.all([
    collect(valuesOf('path'), (path) =>
      inspectFile(path, { isExam: exams.has(path), isRows: rows.has(path), isDocuments: sources.has(path), isQuick }),
    ),
    collect(bases, (base) => inspectNamed(base, commits[base]?.revision)),
    collect(
      bases.filter((base) => baseSource(base).from === 'hub'),
      (base) => looksLikeModel(resolve(folder, base)),
    ),
    collect([...datasets.keys()], (id) => rowsForbiddenBy(datasets.get(id)!)),
    inspectMachine(isQuick),
    isTracked ? inspectTrackers() : undefined,
    inspectSecrets(),
    asks ? inspectServers(steps) : undefined,
  ]);
  return {
    steps,
    documents,
    now: Date.now(),
    ...(decided ? { decided } : {}),
    files,
    bases: facts,
    foldersBeside: new Set(beside.keys()),
    forbiddenRows,
    machine,
    ...(trackers ? { trackers } : {}),
    ...(lmEval ? { lmEval } : {}),
    ...(secrets ? { secrets } : {}),
    ...(servers ? { servers } : {}),
  };
}

async function inspectNamed(base: string, commit: string | undefined): Promise<BaseFacts | undefined> {
  const source = baseSource(base);
  if (source.from === 'ollama') {
    const path = await storedModel(source.name, [join(homeRoot(), 'ollama', 'models')]);
    return path === undefined ? undefined : await inspectGguf(path).catch(() => undefined);
  }
  return isLocalBase(base) ? await inspectBase(base) : await inspectCached(base, commit);
}

async function inspectCached(base: string, commit: string | undefined): Promise<BaseFacts | undefined> {
  const folder = await cachedModel(base, commit);
  return folder === undefined ? undefined : { ...(await inspectBase(folder)), is: 'cached' };
}

/** Looks everything up at once; what is not found is left out. */
async function collect<T>(
  names: readonly string[],
  find: (name: string) => Promise<T | undefined>,
): Promise<Map<string, T>> {
  const found = new Map<string, T>();
  await Promise.all(
    names.map(async (name) => {
      const facts = await find(name);
      if (facts !== undefined) found.set(name, facts);
    }),
  );
  return found;
}
