import { cacheDir, openHome } from '../../services/machine/home.ts';
import { withoutCredentials } from '../../services/machine/mask.ts';
import { packageFile } from '../../services/machine/package-root.ts';
import { terminalReporter } from '../../services/machine/report.ts';
import { addGguf } from '../../services/ollama/add-gguf.ts';
import { OllamaServer } from '../../services/ollama/server.ts';
import { servingOllama } from '../../services/ollama/serving-ollama.ts';
import { smallModel } from '../../services/setup/models/add-to-ollama.ts';
import { ensureSmallModel } from '../../services/setup/models/small-model.ts';
import { briefly } from '../../services/setup/programs/run-command.ts';
import { up } from '../../services/stack/up-and-down.ts';
import { run } from './start-run.ts';

/**
 * Runs the quick start: on a small real model where Ollama has it or it can be fetched, else, or with `tiny`, on one that
 * the run makes itself.
 */
export async function quickstart(options: {
  detach?: boolean;
  reuse: boolean;
  tiny?: boolean;
  json?: boolean;
}): Promise<number> {
  const { detach, reuse, json } = options;
  const how = {
    reuse,
    isOwn: true,
    ...(detach === undefined ? {} : { detach }),
    ...(json === undefined ? {} : { json }),
  };
  const tiny = () => run(packageFile('pipelines/quickstart.yaml'), { ...how, input: [] });
  if (options.tiny) return await tiny();
  const reporter = terminalReporter();
  const home = openHome();
  await up(home, reporter);
  const server = new OllamaServer(await servingOllama(home));
  const fetch = () => ensureSmallModel(cacheDir(), reporter.report, reporter);
  if (!(await hasSmallModel(server, { fetch, report: reporter.report }))) return await tiny();
  return await run(packageFile('pipelines/first-model.yaml'), { ...how, input: [`base=${smallModel}`] });
}

/** Gives Ollama the small model unless it has it. Without it, says in one line why, and what is done instead. */
export async function hasSmallModel(
  server: OllamaServer,
  { fetch, report }: { fetch: () => Promise<{ path: string }>; report: (line: string) => void },
): Promise<boolean> {
  if (await server.find(smallModel)) return true;
  const file = await fetch().catch((error: unknown) => briefly(error));
  if (typeof file === 'string') {
    report(`The small real model cannot be fetched, so the quick start makes a tiny one of its own: ${file}`);
    return false;
  }
  report(`Ollama at ${withoutCredentials(server.url)} gets ${smallModel}, 98 MB`);
  await addGguf(server, smallModel, file.path);
  return true;
}
