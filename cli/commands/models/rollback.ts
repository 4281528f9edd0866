import color from 'picocolors';
import { shortDigest } from '../../../core/handles.ts';
import type { Phase } from '../../../core/reasons.ts';
import { phaseWords } from '../../../core/words/phases.ts';
import { suggestionLine } from '../../../core/words/suggestion.ts';
import { openHome } from '../../../services/machine/home.ts';
import { isSameModelName } from '../../../services/ollama/model-name.ts';
import { OllamaServer } from '../../../services/ollama/server.ts';
import { servingOllama } from '../../../services/ollama/serving-ollama.ts';
import { readAllPromotions } from '../../../services/promotion/promotion-ledger.ts';
import { type RolledBack, rollBack } from '../../../services/promotion/roll-back.ts';
import { UserError } from '../../user-error.ts';
import { factLines } from './models.ts';

/** Moves a serving name back. */
export async function rollback(name: string, options: { to?: string }): Promise<number> {
  const home = openHome();
  const known = (await readAllPromotions(home.store)).map((ledger) => ledger.name);
  if (!known.some((each) => isSameModelName(each, name))) {
    const hint = suggestionLine(name, known, 'names that temper has moved');
    throw new UserError(`temper has never moved the name "${name}"${hint}`);
  }
  const server = new OllamaServer(await servingOllama(home));
  await server.version().catch((error: Error) => {
    throw new UserError(`${error.message}\nStart the local services with \`npx temper up\`; nothing was moved.`, 1);
  });
  const place = { store: home.store, server, name };
  const onPhase = (phase: Phase) => process.stderr.isTTY && process.stderr.write(`${phaseWords(phase)}\n`);
  const done = await rollBack({ ...place, onPhase }, options.to);
  process.stdout.write(`${tell(name, done, options.to).join('\n')}\n`);
  return 0;
}

function tell(name: string, done: RolledBack, run: string | undefined): string[] {
  switch (done.how) {
    case 'already':
      return [`${name} is ${shortDigest(done.digest)} already.`];
    case 'nothing left':
      throw new UserError(
        `there is nothing to go back to: Ollama has no other model that ${name} stood for before; \`npx temper models\` shows what is kept`,
        1,
      );
    case 'gone':
      throw new UserError(
        `Ollama no longer has ${shortDigest(done.digest)}, which ${run} promoted; \`npx temper models\` shows what is kept, and a new run makes it again`,
        1,
      );
    case 'unknown run':
      throw new UserError(
        `no run "${run}" has promoted a model to ${name}${suggestionLine(run ?? '', done.runs, 'runs that have')}`,
      );
    case 'moved': {
      const { move, from } = done;
      const undo =
        from?.facts.run === undefined ? '' : ` \`npx temper rollback ${name} --to ${from.facts.run}\` undoes this.`;
      return [
        `${color.bold(name)} is now ${shortDigest(move.to)}${move.from ? `, and no longer ${shortDigest(move.from)}` : ''}`,
        ...factLines(move).map((line) => `  ${line}`),
        ...(move.kept ? [color.dim(`What it was is kept as ${move.kept}.${undo}`)] : []),
        color.dim('An unchanged night leaves it so; a new and better model takes its place.'),
      ];
    }
  }
}
