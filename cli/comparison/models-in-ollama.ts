import { shortDigest } from '../../core/handles.ts';
import { isSameModelName } from '../../core/model-name.ts';
import { suggestionFor } from '../../core/words/suggestion.ts';
import type { Home } from '../../services/machine/home.ts';
import { withoutCredentials } from '../../services/machine/mask.ts';
import { ollamaCommand } from '../../services/ollama/chat-command.ts';
import type { ModelEntry } from '../../services/ollama/messages.ts';
import type { OllamaServer } from '../../services/ollama/server.ts';
import { isStagingName } from '../../services/ollama/staging-names.ts';
import type { ModelOfRun } from '../../services/runs/models-of-run.ts';
import { UserError } from '../user-error.ts';
import type { ComparedModel } from './compared.ts';

/** Finds models in one Ollama, and says what to type for one that it lacks. */
export class ModelsInOllama {
  readonly server: OllamaServer;
  readonly #home: Home;
  readonly #models: readonly ModelEntry[];
  private constructor(home: Home, server: OllamaServer, models: readonly ModelEntry[]) {
    this.#home = home;
    this.server = server;
    this.#models = models;
  }

  static async read(home: Home, server: OllamaServer): Promise<ModelsInOllama> {
    const models = await server.models().catch((error: Error) => {
      throw new UserError(error.message, { hint: 'start the local services with `npx temper up`', exitCode: 1 });
    });
    const own = models.filter(({ name }) => !isStagingName(name));
    return new ModelsInOllama(home, server, own);
  }

  named(name: string): ModelEntry | undefined {
    return this.#models.find((model) => isSameModelName(model.name, name));
  }

  /** The model that a run means, under whatever name Ollama has it now. Undefined for a serving name that serves nothing yet. */
  async ofRun({ side, name, digest, step }: ModelOfRun, run: string): Promise<ComparedModel | undefined> {
    const byName = this.named(name);
    if (digest === undefined) {
      if (byName) return { role: side, name: byName.name, digest: byName.digest, run };
      if (side === 'production') return undefined;
      throw await this.lacks(name);
    }
    const found = byName?.digest === digest ? byName : this.#models.find((model) => model.digest === digest);
    if (found) return { role: side, name: found.name, digest, run };
    throw step === undefined ? await this.#movedOn(name, digest, byName) : this.#isGone({ name, digest, step }, run);
  }

  /** The error for a name that Ollama does not have. */
  async lacks(name: string): Promise<UserError> {
    const near = suggestionFor(
      name,
      this.#models.map((model) => model.name),
      'models in Ollama',
    );
    const pull = `fetch it with \`${await ollamaCommand(this.#home, `pull ${name}`)}\``;
    return new UserError(`Ollama at ${this.#url} has no model ${name}`, {
      hint: near?.startsWith('did you mean') ? `${near} Otherwise ${pull}` : pull,
      exitCode: 1,
    });
  }

  async #movedOn(name: string, digest: string, now: ModelEntry | undefined): Promise<UserError> {
    if (!now) return await this.lacks(name);
    return new UserError(
      `${name} was ${shortDigest(digest)} when it was evaluated and is ${shortDigest(now.digest)} now; Ollama at ${this.#url} no longer has the earlier one`,
      {
        hint: `compare with the present one: name the models, as in \`npx temper compare ${name} MODEL\``,
        exitCode: 1,
      },
    );
  }

  #isGone({ name, digest, step }: { name: string; digest: string; step: string }, run: string): UserError {
    return new UserError(
      `Ollama at ${this.#url} no longer has ${name} (${shortDigest(digest)}), which ${run}/${step} imported`,
      { hint: `\`npx temper rerun ${run}\` imports it again`, exitCode: 1 },
    );
  }

  get #url(): string {
    return withoutCredentials(this.server.url);
  }
}
