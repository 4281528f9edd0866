import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { constants } from 'node:os';
import { createInterface } from 'node:readline';
import color from 'picocolors';
import { shortDigest } from '../../core/handles.ts';
import { trialsByText } from '../../core/words/trials.ts';
import { type ProvenRouteEvent, type ProveRequest, proveEvent } from '../../protocol/prove.ts';
import { packageFile } from '../../services/machine/package-root.ts';
import { UserError } from '../user-error.ts';
import { warned } from '../view/text/colours.ts';

/** Proves that trained models can be converted and served, and shows what was proven. */
export async function proveAndShow(
  request: ProveRequest,
  options: { json?: boolean },
): Promise<readonly ProvenRouteEvent[]> {
  const routes = await proveByWorker(request, (text) => {
    if (process.stderr.isTTY) process.stderr.write(`\r\x1b[K${color.dim(text)}`);
  });
  if (process.stderr.isTTY) process.stderr.write('\r\x1b[K');
  if (options.json) process.stdout.write(`${JSON.stringify(routes, null, 2)}\n`);
  else if (routes.length === 0)
    process.stdout.write('No step trains a model that is converted, so there is nothing to prove\n');
  else process.stdout.write(`${routes.flatMap(routeLines).join('\n')}\n`);
  return routes;
}

/** A process of its own does it: the command line does not carry what a worker does. */
async function proveByWorker(request: ProveRequest, onPhase: (text: string) => void): Promise<ProvenRouteEvent[]> {
  const child = spawn(process.execPath, [packageFile('bin/temper.mjs'), 'prove'], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  let stoppedBy: NodeJS.Signals | undefined;
  // It removes what it has made, so it is waited for.
  const stop = (signal: NodeJS.Signals) => {
    stoppedBy = signal;
    child.kill('SIGTERM');
  };
  for (const signal of stopSignals) process.once(signal, stop);
  child.stdin.on('error', () => {}); // it has ended already, and its exit says more
  child.stdin.end(JSON.stringify(request));
  const ended = once(child, 'close');
  const routes: ProvenRouteEvent[] = [];
  let failure: UserError | undefined;
  for await (const line of createInterface({ input: child.stdout })) {
    const event = proveEvent.parse(JSON.parse(line));
    if (event.event === 'phase') onPhase(event.text);
    else if (event.event === 'route') routes.push(event);
    else failure = new UserError(`${event.message} [${event.code}]`, { hint: event.remedy, exitCode: 1 });
  }
  await ended;
  for (const signal of stopSignals) process.removeListener(signal, stop);
  if (stoppedBy)
    throw new UserError(`stopped by ${stoppedBy}; nothing is proven`, { exitCode: 128 + constants.signals[stoppedBy] });
  if (failure) throw failure;
  return routes;
}

const stopSignals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

const verdicts = {
  proven: color.green('✔'),
  refused: color.red('✘'),
  unknown: warned('○'),
} as const;

const unprovenHint =
  'a run would train on it and find out only afterwards; a base of another kind, such as a Qwen2.5 or Llama 3, can be proven';

/** What a person reads of a route. */
export function routeLines(route: ProvenRouteEvent): string[] {
  const { step, base, type, verdict, architecture, engine, reason, problem, template, ollama, trials, remedy } = route;
  const what = {
    proven: ollama === undefined ? 'can be converted' : `can be converted, and served by Ollama ${ollama}`,
    refused: 'cannot be served as they are trained',
    unknown: 'cannot be proven before the training',
  }[verdict];
  const last = trials.at(-1)?.proofs ?? [];
  const hint = verdict === 'unknown' && architecture !== null ? unprovenHint : remedy;
  return [
    `${verdicts[verdict]} ${step === '' ? '' : `${color.bold(step)}: `}models of ${base}${architecture === null ? '' : ` (${architecture})`} as ${type} ${what}`,
    ...(engine === undefined ? [] : [`  engine ${engine}: ${reason}`]),
    ...(problem === undefined ? [] : [`  no small model of this kind could be made, so nothing is proven: ${problem}`]),
    ...(template === null ? [] : [`  chat template ${shortDigest(template)}`]),
    ...(verdict === 'refused'
      ? trialsByText(trials).flatMap(([text, engines]) =>
          `by ${engines.join(' and ')}: ${text}`.split('\n').map((line) => `  ${line}`),
        )
      : last.map(({ name, detail, possible }) => `  ${possible ? '✓' : '○'} ${name}: ${detail}`)),
    ...(hint === undefined ? [] : [`  hint: ${hint}`]),
  ];
}
