import { readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { errors } from '../../../core/errors/catalogue.ts';
import { writeDurably } from '../../../services/store/durable-files.ts';
import { readJsonFile } from '../../../services/store/json-file.ts';
import type { WorkContext } from '../../engine/deps.ts';
import type { BaseInOllama } from '../../import/proof/import-source.ts';
import type { Engine } from '../gguf/choose-engine.ts';
import { makeShell } from './make-shell.ts';
import { isGood, type Route, type Trial, type WantedRoute } from './route.ts';
import { routeKey } from './route-key.ts';
import { firstLine, trialWords } from './trial-words.ts';
import { tryAdapter } from './try-adapter.ts';
import { tryEngine } from './try-engine.ts';

/** `identity`: equal for equal settings and tokenizers. `open` brings these files to this host; the weights may be missing. */
export interface BaseToOpen {
  identity: string;
  open: () => Promise<string>;
  /** The model of Ollama on which an adapter is put. */
  inOllama?: BaseInOllama;
}

/**
 * Finds how a training's model can be converted and served, by doing it with a small model of the base's kind. What was found stays in
 * the store: the same base, template, type and programs give the same answer in milliseconds.
 */
export async function findRoute(
  context: WorkContext,
  wanted: WantedRoute,
  base: BaseToOpen,
): Promise<{ route: Route; known: boolean }> {
  const { deps } = context;
  const template = wanted.template === undefined ? undefined : await readFile(wanted.template, 'utf8');
  const key = await routeKey(deps, wanted, base.identity, template);
  const kept = join(deps.store.root, 'routes', `${key}.json`);
  const known = await readJsonFile<Route>(kept).catch(() => undefined);
  if (known) return { route: known, known: true };
  const folder = join(context.folder, 'shell');
  try {
    const route = await explore(context, wanted, { ...base, path: await base.open(), template, folder });
    if (isLasting(route)) await writeDurably(kept, `${JSON.stringify(route, null, 1)}\n`);
    return { route, known: false };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function explore(
  context: WorkContext,
  { base, type, engine, isServed, isMeasured, thoughts, adapter }: WantedRoute,
  from: { path: string; template: string | undefined; folder: string; inOllama?: BaseInOllama },
): Promise<Route> {
  context.progress({ phase: { code: 'making_shell', facts: { base } } });
  const {
    shell,
    problem = 'it has none',
    ...facts
  } = await makeShell(context, { ...from, thoughts: thoughts ?? 'keep', lora: adapter?.lora });
  if (!shell) return { verdict: 'unknown', problem, trials: [], ...facts };
  if (shell.adapter !== undefined && from.inOllama !== undefined) {
    const onBase = { ...from.inOllama, path: from.path };
    const trial = await tryAdapter(context, { ...shell, adapter: shell.adapter }, onBase);
    await context.log(`an adapter on ${base}: ${trialWords(trial)}`);
    if (!isGood(trial)) return { verdict: 'refused', trials: [trial], ...facts };
    const found = { engine: trial.engine, reason: 'the adapter alone is imported', trials: [trial] };
    return { verdict: 'proven', ...found, ...facts, ollama: await context.deps.servingVersion() };
  }
  const trials: Trial[] = [];
  for (const candidate of engine === 'auto' ? engines : [engine]) {
    const trial = await tryEngine(context, shell, {
      engine: candidate,
      type,
      isServed,
      ...(isMeasured ? { isMeasured } : {}),
    });
    trials.push(trial);
    await context.log(`${base}, ${type} by ${candidate}: ${trialWords(trial)}`);
    if (!isGood(trial)) continue;
    const reason = reasonOf(trials, engine, isServed);
    const ollama = isServed ? { ollama: await context.deps.servingVersion() } : {};
    return { verdict: 'proven', engine: candidate, reason, trials, ...facts, ...ollama };
  }
  return { verdict: 'refused', trials, ...facts };
}

/** Ollama's is there at once; llama.cpp's may have to be built first. */
const engines: readonly Engine[] = ['ollama', 'llama.cpp'];

function reasonOf(trials: readonly Trial[], wanted: WantedRoute['engine'], isServed: boolean): string {
  if (wanted !== 'auto') return 'the document asks for it';
  const how = isServed ? 'proven on a small model of the base’s kind' : 'tried on a small model of the base’s kind';
  const others = trials.slice(0, -1).map((trial) => `not by ${trial.engine}: ${firstLine(trialWords(trial))}`);
  return [how, ...others].join('; ');
}

/** A failure that a second try may not meet is not kept. */
const isLasting = ({ trials, verdict }: Route): boolean =>
  verdict !== 'refused' || trials.every(({ failure }) => !failure || errors[failure.code].retry === 'no');
