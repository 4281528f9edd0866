import { readdir, stat } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import color from 'picocolors';
import { bareName, modelCard } from '../../../core/card/model-card.ts';
import { shortDigest } from '../../../core/handles.ts';
import { looksLikeHandle } from '../../../core/json.ts';
import type { Plan } from '../../../core/run/plan.ts';
import type { RunState } from '../../../core/run/run-state.ts';
import { cardFacts } from '../../../services/export/card-facts.ts';
import { type FoundFile, findFiles } from '../../../services/export/find-files.ts';
import { isEmptyFolder, writeExport } from '../../../services/export/write-export.ts';
import { openHome } from '../../../services/machine/home.ts';
import { withoutCredentials } from '../../../services/machine/mask.ts';
import { packageVersion } from '../../../services/machine/package-root.ts';
import { readServed } from '../../../services/ollama/served-models.ts';
import { OllamaServer } from '../../../services/ollama/server.ts';
import { servingOllama } from '../../../services/ollama/serving-ollama.ts';
import { modelsOfRun } from '../../../services/runs/models-of-run.ts';
import { ArtifactStore } from '../../../services/store/artifacts.ts';
import { readJsonFile } from '../../../services/store/json-file.ts';
import { ModelsInOllama } from '../../comparison/models-in-ollama.ts';
import { printJson } from '../../json/print-json.ts';
import { resolveState } from '../../runs/resolve-state.ts';
import { UserError } from '../../user-error.ts';
import { size } from '../../view/render.ts';
import { warned } from '../../view/text/colours.ts';

/** Writes the model of a run as a folder to hand on: weights, Modelfile, adapter and card. */
export async function exportModel(text: string, directory: string, options: { json?: boolean }): Promise<number> {
  const home = openHome();
  const folder = resolve(directory);
  if (!(await isEmptyFolder(folder)))
    throw new UserError(`${folder} is not empty; nothing was written`, { hint: 'name a folder that does not exist' });
  const state = await resolveState(home, text);
  const store = new ArtifactStore(home.store);
  const plan = await readJsonFile<Plan>(join(home.runs, state.runId, 'plan.json'));
  const { server, name, digest } = await findModel({ store, state, plan });
  const served = await readServed(store.root, digest);
  const { modelfile } = await server.show(name);
  const files = await findFiles(store, modelfile, served?.gguf);
  refuseUnreadable(files, state, served?.gguf.digest, server);
  const handle = served?.lineage.adapter;
  const adapter = looksLikeHandle(handle)
    ? await store.open(handle, { verify: true }).catch(() => undefined)
    : undefined;
  const card = modelCard({
    name: bareName(name),
    digest,
    run: state.runId,
    hasAdapter: adapter !== undefined,
    place: { export: true },
    version: packageVersion(),
    ...(await cardFacts({ store, state, plan, digest, served })),
  });
  await writeExport(folder, { modelfile, files, adapter: adapter?.path, card });
  await tell(
    folder,
    { run: state.runId, model: bareName(name), digest, hasAdapter: adapter !== undefined },
    options.json,
  );
  return 0;

  async function findModel(known: { store: ArtifactStore; state: RunState; plan: Plan | undefined }) {
    const inOllama = await ModelsInOllama.read(home, new OllamaServer(await servingOllama(home)));
    const { models } = await modelsOfRun(known.store, known.state, known.plan);
    const tuned = models.findLast(({ side }) => side === 'after');
    if (!tuned)
      throw new UserError(`${state.runId} has not made a model in Ollama`, {
        hint: `\`npx temper show ${state.runId}\` says how far it is`,
        exitCode: 1,
      });
    const model = await inOllama.ofRun(tuned, state.runId);
    if (!model) throw await inOllama.lacks(tuned.name);
    return { server: inOllama.server, name: model.name, digest: model.digest };
  }
}

function refuseUnreadable(
  files: readonly FoundFile[],
  { runId, steps }: RunState,
  gguf: string | undefined,
  server: OllamaServer,
): asserts files is readonly (FoundFile & { found: string })[] {
  const missing = files.find(({ found }) => found === undefined);
  if (!missing) return;
  const maker = Object.entries(steps).find(([, { outputs }]) =>
    Object.values(outputs ?? {}).some((each) => looksLikeHandle(each) && each.digest === gguf),
  )?.[0];
  throw new UserError(
    `the store no longer has the weights of this model, and ${missing.path} of the Ollama at ${withoutCredentials(server.url)} cannot be read here; nothing was written`,
    {
      hint: maker
        ? `make them again with \`npx temper rerun ${runId} --from ${maker}\`, then export that run`
        : 'copy the file here, or let your user read the files of Ollama',
      exitCode: 1,
    },
  );
}

interface Written {
  run: string;
  model: string;
  digest: string;
  hasAdapter: boolean;
}

async function tell(
  folder: string,
  { run, model, digest, hasAdapter }: Written,
  json: boolean | undefined,
): Promise<void> {
  const files = await Promise.all(
    (await readdir(folder, { recursive: true })).sort().map(async (path) => {
      const facts = await stat(join(folder, path));
      return facts.isFile() ? [{ path, size: facts.size }] : [];
    }),
  );
  const listed = files.flat();
  if (json) {
    printJson('export', { run, model, digest, folder, adapter: hasAdapter, files: listed });
    return;
  }
  const lines = [
    `${color.bold(model)} (${shortDigest(digest)}) of ${run} is in ${folder}`,
    ...listed.map(({ path, size: bytes }) => `  ${path}  ${color.dim(size(bytes))}`),
    ...(hasAdapter ? [] : [warned('  without the adapter: the store no longer has it')]),
    `hint: in that folder, \`ollama create ${model} -f Modelfile\` makes the same model`,
  ];
  process.stdout.write(`${lines.join('\n')}\n`);
}
