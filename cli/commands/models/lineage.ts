import color from 'picocolors';
import { shortDigest } from '../../../core/handles.ts';
import type { LineageNode } from '../../../core/lineage.ts';
import { fullModelName, isSameModelName } from '../../../core/model-name.ts';
import { type Home, openHome } from '../../../services/machine/home.ts';
import { localTime } from '../../../services/machine/local-time.ts';
import { withoutCredentials } from '../../../services/machine/mask.ts';
import { readAllServed } from '../../../services/ollama/served-models.ts';
import { OllamaServer } from '../../../services/ollama/server.ts';
import { servingOllama } from '../../../services/ollama/serving-ollama.ts';
import { servedNames } from '../../../services/promotion/served-names.ts';
import { lineageOf, type ServedAs } from '../../../services/runs/lineage.ts';
import { ArtifactStore } from '../../../services/store/artifacts.ts';
import { printJson } from '../../json/print-json.ts';
import { UserError } from '../../user-error.ts';

/** Shows where a model came from. Exit code 1 for a model that temper did not make. */
export async function lineage(text: string, options: { json?: boolean }): Promise<number> {
  const home = openHome();
  const { digest, name } = await resolve(home, text);
  const found = await lineageOf({ runs: home.runs, store: new ArtifactStore(home.store) }, digest);
  if (options.json) {
    printJson('lineage', found ?? { digest, made: null });
    return found ? 0 : 1;
  }
  const title = `${color.bold(name ?? found?.name ?? '')}  ${shortDigest(digest)}`;
  if (!found) {
    process.stdout.write(`${title}\nNo lineage: temper did not make this model, or made it in another home\n`);
    return 1;
  }
  const model: LineageNode = {
    what: `import as ${found.name}`,
    digest,
    ...(found.made ? { made: found.made } : {}),
    from: found.from,
  };
  const lines = [
    title,
    ...found.servedAs.map(servedLine),
    ...found.verdicts.map(
      ({ run, step, summary, at }) => `${summary}  ${color.dim(`${run}/${step}, ${localTime(at)}`)}`,
    ),
    ...tree([model], ''),
  ];
  process.stdout.write(`${lines.join('\n')}\n`);
  return 0;
}

function servedLine({ name, since, until, takenBack, run, step }: ServedAs): string {
  const from = since === undefined ? 'set outside temper' : `since ${localTime(since)}`;
  const to = takenBack ? `, rolled back ${localTime(takenBack)}` : until ? `, until ${localTime(until)}` : '';
  return `served as ${name} ${from}${to}${run === undefined ? '' : `  ${color.dim(`${run}/${step}`)}`}`;
}

/** Draws each artifact with its inputs below it. */
function tree(nodes: readonly LineageNode[], indent: string): string[] {
  return nodes.flatMap((node, index) => {
    const isLast = index === nodes.length - 1;
    return [`${indent}${isLast ? '└' : '├'} ${nodeLine(node)}`, ...tree(node.from, `${indent}${isLast ? ' ' : '│'} `)];
  });
}

const states = { dropped: 'bytes deleted; temper makes it again if needed', gone: 'no longer in the store' } as const;

function nodeLine({ what, digest, name, made, state }: LineageNode): string {
  const id = digest.startsWith('sha256:') ? color.dim(shortDigest(digest)) : '';
  const parts = [
    color.bold(what),
    id,
    name ?? '',
    made ? `${made.summary}  ${color.dim(`${made.run}/${made.step}`)}` : '',
    state ? color.dim(`(${states[state]})`) : '',
  ];
  return parts.filter(Boolean).join('  ');
}

/** Resolves a name in Ollama, a serving name of the ledger if Ollama does not answer, or the start of a digest. */
async function resolve(home: Home, text: string): Promise<{ digest: string; name?: string }> {
  const server = new OllamaServer(await servingOllama(home));
  const models = await server.models().catch(() => []);
  const named = models.find((model) => isSameModelName(model.name, text));
  if (named) return { digest: named.digest, name: named.name };
  const served = (await servedNames(home.store, server)).find(({ name }) => isSameModelName(name, text));
  const last = served?.digest ?? served?.expected;
  if (last !== undefined) return { digest: last, name: fullModelName(text) };
  if (/^(?:sha256:)?[0-9a-f]{6,64}$/.test(text)) {
    const known = [...Object.keys(await readAllServed(home.store)), ...models.map(({ digest }) => digest)];
    const fitting = [...new Set(known)].filter((digest) =>
      digest.replace('sha256:', '').startsWith(text.replace('sha256:', '')),
    );
    if (fitting.length === 1) return { digest: fitting[0]! };
    if (fitting.length > 1)
      throw new UserError(`"${text}" is the start of ${fitting.length} digests`, { hint: 'give more of the digest' });
  }
  throw new UserError(
    `unknown model "${text}": neither in Ollama at ${withoutCredentials(server.url)} nor in the records of temper`,
    { hint: '`npx temper models` lists the serving names' },
  );
}
