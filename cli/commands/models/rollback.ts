import color from 'picocolors';
import { shortDigest } from '../../../core/handles.ts';
import { isSameModelName } from '../../../core/model-name.ts';
import type { Phase } from '../../../core/reasons.ts';
import { phaseWords } from '../../../core/words/phases.ts';
import { suggestionFor } from '../../../core/words/suggestion.ts';
import { openHome } from '../../../services/machine/home.ts';
import { OllamaServer } from '../../../services/ollama/server.ts';
import { servingOllama } from '../../../services/ollama/serving-ollama.ts';
import { readAllPromotions } from '../../../services/promotion/promotion-ledger.ts';
import { type RolledBack, rollBack } from '../../../services/promotion/roll-back.ts';
import { printJson } from '../../json/print-json.ts';
import { resolveRun } from '../../runs/resolve-run.ts';
import { UserError } from '../../user-error.ts';
import { factLines } from './models.ts';

/** Rolls a serving name back. */
export async function rollback(name: string, options: { to?: string; json?: boolean }): Promise<number> {
  const home = openHome();
  const known = (await readAllPromotions(home.store)).map((ledger) => ledger.name);
  if (!known.some((each) => isSameModelName(each, name))) {
    const hint = suggestionFor(name, known, 'serving names', 'a `promote` step in a pipeline creates one');
    throw new UserError(`temper has never promoted a model to "${name}"`, { hint });
  }
  // A run that has no folder any more is known by the ledger alone.
  const to = options.to === undefined ? undefined : await resolveRun(home.runs, options.to).catch(() => options.to);
  const server = new OllamaServer(await servingOllama(home));
  await server.version().catch((error: Error) => {
    throw new UserError(`${error.message}; nothing was changed`, {
      hint: 'start the local services with `npx temper up`',
      exitCode: 1,
    });
  });
  const place = { store: home.store, server, name };
  const onPhase = (phase: Phase) => process.stderr.isTTY && process.stderr.write(`${phaseWords(phase)}\n`);
  const done = await rollBack({ ...place, onPhase }, to);
  const lines = resultLines(name, done, to);
  if (!options.json) process.stdout.write(`${lines.join('\n')}\n`);
  else if (done.how === 'moved')
    printJson('rollback', { name, digest: done.move.to, before: done.move.from, kept: done.move.kept });
  else if (done.how === 'already') printJson('rollback', { name, digest: done.digest, before: null, kept: null });
  return 0;
}

function resultLines(name: string, done: RolledBack, run: string | undefined): string[] {
  switch (done.how) {
    case 'already':
      return [`${name} is ${shortDigest(done.digest)} already`];
    case 'nothing left':
      throw new UserError(`nothing to roll back to: Ollama has no earlier model of ${name}`, {
        hint: '`npx temper models` lists the kept models',
        exitCode: 1,
      });
    case 'gone':
      throw new UserError(`Ollama no longer has ${shortDigest(done.digest)}, which ${run} promoted`, {
        hint: `\`npx temper models\` lists the kept models; \`npx temper rerun ${run}\` makes this one again`,
        exitCode: 1,
      });
    case 'unknown run':
      throw new UserError(`no run "${run}" has promoted a model to ${name}`, {
        hint: suggestionFor(run ?? '', done.runs, 'runs that have'),
      });
    case 'moved': {
      const { move, from } = done;
      const promotedBy = from?.facts.run;
      return [
        `${color.bold(name)} is now ${shortDigest(move.to)}${move.from ? `, before ${shortDigest(move.from)}` : ''}`,
        ...factLines(move).map((line) => `  ${line}`),
        ...(move.kept ? [color.dim(`The replaced model is kept as ${move.kept}`)] : []),
        color.dim('A run with nothing new does not undo this; a new model that passes its gate is promoted'),
        ...(promotedBy ? [`hint: undo with \`npx temper rollback ${name} --to ${promotedBy}\``] : []),
      ];
    }
  }
}
