import color from 'picocolors';
import { milliseconds } from '../../../core/run/duration.ts';
import { plural } from '../../../core/words/plural.ts';
import { type Home, openHome } from '../../../services/machine/home.ts';
import { readAllReferences } from '../../../services/runs/run-references.ts';
import { namedOllama } from '../../../services/settings/settings.ts';
import { stackState } from '../../../services/stack/state.ts';
import { ArtifactStore } from '../../../services/store/artifacts.ts';
import * as housekeeping from '../../../services/store/housekeeping/find-removals.ts';
import { type Verification, verifyStore } from '../../../services/store/verification.ts';
import { printJson } from '../../json/print-json.ts';
import { UserError } from '../../user-error.ts';
import { size } from '../../view/render.ts';
import { warned } from '../../view/text/colours.ts';

interface GcOptions {
  dryRun?: boolean;
  verify?: boolean;
  olderThan?: string;
  json?: boolean;
}

/** Removes what nothing refers to. Exit code 1 if a damaged artifact was found. */
export async function gc(options: GcOptions): Promise<number> {
  const home = openHome();
  const say = (line: string) => options.json || process.stdout.write(`${line}\n`);
  const verified = options.verify ? await verify(home, options, say) : undefined;
  const found = await housekeeping.findRemovals({
    home,
    olderThan: options.olderThan === undefined ? undefined : readAge(options.olderThan),
    ollama: await servers(home),
  });
  for (const note of found.notes) say(warned(note));
  const report = ({ removal, bytes }: housekeeping.Removed) => say(describe(removal, bytes, options.dryRun ?? false));
  let removed: housekeeping.Removed[];
  if (options.dryRun) {
    removed = found.removals.map((removal) => ({ removal, bytes: removal.bytes }));
    for (const each of removed) report(each);
  } else removed = await housekeeping.carryOutRemovals(found.removals, report);
  const table = housekeeping.summarise(found.kept, removed);
  if (options.json) {
    const removals = removed.map(({ removal: { kind, name, reason }, bytes }) => ({
      kind,
      name,
      reason,
      ...(bytes === undefined ? {} : { bytes }),
    }));
    printJson('gc', { removals, table, notes: found.notes, ...(verified ? { verified } : {}) });
  } else for (const line of tableLines(table, options.dryRun ?? false)) say(line);
  return verified && verified.damages.length > 0 ? 1 : 0;
}

async function verify(home: Home, options: GcOptions, say: (line: string) => unknown): Promise<Verification> {
  const runs = await readAllReferences(home);
  const isLive = process.stderr.isTTY === true;
  const verified = await verifyStore(new ArtifactStore(home.store), runs, {
    onDamage: options.dryRun ? 'report' : 'mark',
    onProgress: (done, total) => isLive && process.stderr.write(`\r\u001b[2Kreading artifact ${done + 1} of ${total}`),
  });
  if (isLive) process.stderr.write('\r\u001b[2K');
  for (const { why, run, step, next } of verified.damages) {
    say(`${color.red('✘')} ${why}`);
    if (run) say(`  made by ${run}/${step}`);
    say(`  hint: ${next}`);
  }
  const { artifacts, bytes } = verified.read;
  say(`${plural(artifacts, 'artifact')} (${size(bytes)}) intact, ${verified.damages.length} damaged`);
  return verified;
}

/** The Ollama servers to ask. An unnamed one on the usual port may not be the one that has the models, so it is left out. */
async function servers(home: Home): Promise<string[] | undefined> {
  const { addresses } = (await stackState(home)) ?? {};
  const named = namedOllama(process.env);
  if (addresses) return [addresses.ollama, addresses.ollamaOwn];
  return named ? [named.url] : undefined;
}

function readAge(text: string): number {
  try {
    return milliseconds(text);
  } catch {
    throw new UserError(`\`--older-than\` must be an age such as \`30d\` or \`12h\`, got \`${text}\``);
  }
}

function describe(removal: housekeeping.Removal, bytes: number | undefined, isDry: boolean): string {
  const word = isDry ? 'would remove' : bytes === undefined ? 'kept, needed again:' : 'removed';
  return `${word} ${removal.kind} ${removal.name} (${size(removal.bytes)}): ${removal.reason}`;
}

function tableLines(table: readonly housekeeping.TableRow[], isDry: boolean): string[] {
  const total = (which: 'kept' | 'removed') => ({
    count: table.reduce((sum, row) => sum + row[which].count, 0),
    bytes: table.reduce((sum, row) => sum + row[which].bytes, 0),
  });
  const cell = ({ count, bytes }: { count: number; bytes: number }) =>
    `${String(count).padStart(7)} ${size(bytes).padStart(10)}`;
  const line = (kind: string, kept: string, removed: string) => `${kind.padEnd(24)}${kept.padEnd(22)}${removed}`;
  return [
    '',
    color.bold(line('', '   kept', isDry ? '   would be removed' : '   removed')),
    ...table.map((row) => line(row.kind, cell(row.kept), cell(row.removed))),
    line('all', cell(total('kept')), cell(total('removed'))),
  ];
}
