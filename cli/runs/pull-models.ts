import { knownSteps } from '../../core/checks/known.ts';
import { modelsAsked } from '../../core/checks/names/absent-models.ts';
import type { Plan } from '../../core/run/plan.ts';
import { openHome } from '../../services/machine/home.ts';
import { terminalReporter } from '../../services/machine/report.ts';
import { OllamaServer } from '../../services/ollama/server.ts';
import { servingOllama } from '../../services/ollama/serving-ollama.ts';
import { addToOllama } from '../../services/setup/models/add-to-ollama.ts';
import { up } from '../../services/stack/up-and-down.ts';

/** Has Ollama get the models that a plan names and it lacks, except those that the run makes. */
export async function pullModels(plan: Plan): Promise<void> {
  const names = [...new Set(modelsAsked(knownSteps(plan)).map(({ name }) => name))];
  if (names.length === 0) return;
  const reporter = terminalReporter();
  const home = openHome();
  await up(home, reporter);
  const server = new OllamaServer(await servingOllama(home));
  for (const name of names) await addToOllama(server, name, reporter);
}
