import color from 'picocolors';
import { shortDigest } from '../../../core/handles.ts';
import type { ServedFacts } from '../../../core/promotions.ts';
import { openHome } from '../../../services/machine/home.ts';
import { localTime } from '../../../services/machine/local-time.ts';
import { withoutCredentials } from '../../../services/machine/mask.ts';
import { OllamaServer } from '../../../services/ollama/server.ts';
import { servingOllama } from '../../../services/ollama/serving-ollama.ts';
import { type KeptModel, type ServedName, servedNames } from '../../../services/promotion/served-names.ts';
import { printJson } from '../../json/print-json.ts';
import { warned } from '../../view/text/colours.ts';

/** Lists the serving names with the model of each and its kept models. */
export async function models(options: { json?: boolean }): Promise<number> {
  const home = openHome();
  const server = new OllamaServer(await servingOllama(home));
  const names = await servedNames(home.store, server);
  if (options.json) {
    printJson('models', names);
    return 0;
  }
  const lines = names.flatMap((name) => ['', ...describe(name)]).slice(1);
  if (names.length === 0)
    lines.push('There are no serving names yet', 'hint: a `promote` step in a pipeline creates one');
  if (names.some(({ state }) => state === 'unknown'))
    lines.push(
      '',
      warned(`Ollama at ${withoutCredentials(server.url)} does not answer`),
      'hint: start the local services with `npx temper up`',
    );
  process.stdout.write(`${lines.join('\n')}\n`);
  return 0;
}

function describe(served: ServedName): string[] {
  const { name, digest, since, by, facts, kept } = served;
  const how = by === 'rollback' ? ', by rollback' : '';
  return [
    [
      color.bold(name),
      digest === undefined ? warned('no model') : shortDigest(digest),
      ...(since === undefined ? [] : [`since ${localTime(since)}${how}`]),
    ].join('  '),
    ...factLines(facts).map((line) => `  ${line}`),
    ...warnings(served).map((line) => warned(`  ${line}`)),
    ...(kept.length > 0 ? [color.dim('  kept models, the latest first:')] : []),
    ...kept.map((model) => `    ${keptLine(model)}`),
  ];
}

/** Lists score and what it was compared with, the run, and the data. */
export function factLines({ run, step, score, metric, baseline, production, data, rows }: ServedFacts): string[] {
  const beside = [
    ...(baseline === undefined ? [] : [`before ${baseline.toFixed(2)}`]),
    ...(production === undefined ? [] : [`in production ${production.toFixed(2)}`]),
  ];
  return [
    ...(score === undefined
      ? []
      : [`${score.toFixed(2)} ${metric ?? ''}${beside.length > 0 ? `, ${beside.join(', ')}` : ''}`]),
    ...(run === undefined ? [] : [`promoted by ${run}/${step ?? ''}`]),
    ...(data === undefined
      ? []
      : [`trained on data ${shortDigest(data)}${rows === undefined ? '' : ` (${rows} rows)`}`]),
  ];
}

function warnings({ state, name, expected }: ServedName): string[] {
  const last = expected === undefined ? '' : shortDigest(expected);
  if (state === 'elsewhere')
    return [
      `changed outside temper, which served ${last} last`,
      `hint: \`npx temper rollback ${name}\` serves a model that temper has served`,
    ];
  if (state === 'missing')
    return [
      `Ollama no longer has this name; temper served ${last} last`,
      `hint: \`npx temper rollback ${name}\` serves it again`,
    ];
  if (state === 'unfinished')
    return ['a promotion or rollback was interrupted; the next one, or the next start of a worker, completes it'];
  return [];
}

function keptLine({ digest, facts, since, until, takenBack }: KeptModel): string {
  const score = facts.score === undefined ? '' : `  ${facts.score.toFixed(2)} ${facts.metric ?? ''}`;
  const when = since === undefined ? 'set outside temper' : `${localTime(since)} – ${until ? localTime(until) : ''}`;
  const back = takenBack === undefined ? '' : warned(`  rolled back ${localTime(takenBack)}`);
  return `${shortDigest(digest)}${score}  ${color.dim(`${when}  ${facts.run ?? ''}`)}${back}`;
}
