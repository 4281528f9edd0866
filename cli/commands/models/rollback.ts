import color from 'picocolors';
import { shortDigest } from '../../../core/handles.ts';
import type { Phase } from '../../../core/reasons.ts';
import { phaseWords } from '../../../core/words/phases.ts';
import { openHome } from '../../../services/machine/home.ts';
import { printJson } from '../../json/print-json.ts';
import { factLines } from './models.ts';
import { type NameRolledBack, rollNameBack } from './roll-name-back.ts';

/** Rolls a serving name back. */
export async function rollback(name: string, options: { to?: string; json?: boolean }): Promise<number> {
  const onPhase = (phase: Phase) => process.stderr.isTTY && process.stderr.write(`${phaseWords(phase)}\n`);
  const done = await rollNameBack(openHome(), name, { to: options.to, onPhase });
  if (!options.json) process.stdout.write(`${resultLines(name, done).join('\n')}\n`);
  else if (done.how === 'moved')
    printJson('rollback', { name, digest: done.move.to, before: done.move.from, kept: done.move.kept });
  else printJson('rollback', { name, digest: done.digest, before: null, kept: null });
  return 0;
}

function resultLines(name: string, done: NameRolledBack): string[] {
  if (done.how === 'already') return [`${name} is ${shortDigest(done.digest)} already`];
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
