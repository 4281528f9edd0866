import { openHome } from '../../../services/machine/home.ts';
import { type Reporter, terminalReporter } from '../../../services/machine/report.ts';
import { OllamaServer } from '../../../services/ollama/server.ts';
import { servingOllama } from '../../../services/ollama/serving-ollama.ts';
import { addToOllama, smallModel } from '../../../services/setup/models/add-to-ollama.ts';
import { up } from '../../../services/stack/up-and-down.ts';
import { run } from '../start-run.ts';
import type { BeginOptions } from './begin-options.ts';
import { type Prepared, preparePipeline } from './prepare-pipeline.ts';

type TuneOptions = Pick<BeginOptions, 'base' | 'name' | 'force' | 'json'> & { detach?: boolean };

/** Writes a pipeline for a file of rows and runs it: from the rows to a compared model, with one command. */
export async function tune(rows: string, options: TuneOptions): Promise<number> {
  const reporter = terminalReporter();
  const prepared = await withBase(await preparePipeline(rows, { ...options, yes: true }), rows, options, reporter);
  const { pipeline } = prepared;
  try {
    return await run(pipeline, {
      input: [],
      reuse: true,
      ...(options.detach ? { detach: true } : {}),
      ...(options.json ? { json: true } : {}),
    });
  } finally {
    process.stdout.write(
      `The pipeline is ${pipeline}: change it, and run it again with \`npx temper run ${pipeline}\`\n`,
    );
  }
}

/** Has Ollama get the base. One that nobody named is replaced by the small model where it cannot be had. */
async function withBase(prepared: Prepared, rows: string, options: TuneOptions, reporter: Reporter): Promise<Prepared> {
  const { rival } = prepared.choices.base;
  if (rival === undefined) return prepared;
  const home = openHome();
  await up(home, reporter);
  const server = new OllamaServer(await servingOllama(home));
  try {
    await addToOllama(server, rival, reporter);
    return prepared;
  } catch (error) {
    if (options.base !== undefined || rival === smallModel) throw error;
    reporter.report(`Ollama cannot get ${rival}: ${(error as Error).message.split('\n', 1)[0]}`);
    reporter.report(`The small model ${smallModel} takes its place; \`--base\` names another.`);
    await addToOllama(server, smallModel, reporter);
    const base = `ollama:${smallModel}`;
    const replaced = { ...options, base, name: prepared.name, inPlaceOf: rival, yes: true, force: true };
    return await preparePipeline(rows, replaced);
  }
}
