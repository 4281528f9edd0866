import { join } from 'node:path';
import { evaluate } from '../../core/kinds/evaluate.ts';
import type { Plan } from '../../core/run/plan.ts';
import type { Home } from '../../services/machine/home.ts';
import type { Asking } from '../../services/ollama/greedy-question.ts';
import { OllamaServer } from '../../services/ollama/server.ts';
import { servingOllama } from '../../services/ollama/serving-ollama.ts';
import { modelsOfRun } from '../../services/runs/models-of-run.ts';
import { ArtifactStore } from '../../services/store/artifacts.ts';
import { readJsonFile } from '../../services/store/json-file.ts';
import { allRuns, resolveRun } from '../runs/resolve-run.ts';
import { stateOf } from '../runs/resolve-state.ts';
import type { Session } from '../runs/session.ts';
import { UserError } from '../user-error.ts';
import type { Compared, ComparedModel } from './compared.ts';
import { ModelsInOllama } from './models-in-ollama.ts';

const [least, most] = [2, 4];

interface Place {
  home: Home;
  /** Where Temporal answers: an open run is known only there. */
  session: Session | undefined;
}

/** Finds the models that words name: each a run or a model in Ollama. Throws UserError where they are not two to four. */
export async function findCompared(
  { home, session }: Place,
  words: readonly string[],
  given: Partial<Asking> = {},
): Promise<Compared> {
  const server = new OllamaServer(await servingOllama(home));
  const inOllama = await ModelsInOllama.read(home, server);
  const runs = await allRuns(home.runs, session);
  const found: ComparedModel[] = [];
  let asking: Asking | undefined;
  for (const word of words) {
    const isRun = word.startsWith('@') || runs.includes(word);
    const named = isRun ? undefined : inOllama.named(word);
    if (named) found.push({ role: 'named', name: named.name, digest: named.digest });
    else if (isRun || runs.some((run) => run.startsWith(word)) || word.includes('.temporal')) {
      const run = await resolveRun(home.runs, word, session);
      const own = await comparedOfRun({ home, session }, run, inOllama);
      found.push(...own.models);
      asking ??= own.asking;
    } else throw await notKnown(inOllama, word, words);
  }
  const models = distinct(found);
  refuseWrongCount(models, words);
  return { server, models, asking: { ...(asking ?? usualAsking()), ...given } };
}

async function comparedOfRun(
  { home, session }: Place,
  run: string,
  inOllama: ModelsInOllama,
): Promise<{ models: ComparedModel[]; asking?: Asking }> {
  const state = await stateOf(home, session, run);
  const plan = await readJsonFile<Plan>(join(home.runs, run, 'plan.json'));
  const { models, asking } = await modelsOfRun(new ArtifactStore(home.store), state, plan);
  if (!models.some(({ side }) => side === 'after'))
    throw new UserError(`${run} has not made a model in Ollama yet`, {
      hint: `\`npx temper show ${run}\` says how far it is`,
      exitCode: 1,
    });
  const found: ComparedModel[] = [];
  for (const model of models) {
    const compared = await inOllama.ofRun(model, run);
    if (compared) found.push(compared);
  }
  return { models: found, ...(asking ? { asking } : {}) };
}

/** Models in their order, each once: production may be the trained model itself. */
const distinct = (models: readonly ComparedModel[]): ComparedModel[] =>
  models.filter(({ digest }, at) => models.findIndex((each) => each.digest === digest) === at);

function refuseWrongCount(models: readonly ComparedModel[], words: readonly string[]): void {
  if (models.length >= least && models.length <= most) return;
  const names = models.map(({ name }) => name).join(', ');
  throw models.length < least
    ? new UserError(`only one model to ask: ${names}`, {
        hint: `name another one, as in \`npx temper compare ${words.join(' ')} MODEL\``,
      })
    : new UserError(`${models.length} models are more than ${most}: ${names}`, { hint: 'name fewer of them' });
}

async function notKnown(inOllama: ModelsInOllama, word: string, words: readonly string[]): Promise<UserError> {
  const lacks = await inOllama.lacks(word);
  if (words.length === 1 || word !== words.at(-1)) return lacks;
  return new UserError(`${lacks.message}, and there is no run of that name`, {
    hint: `${lacks.hint}; if it is the question, write \`--question ${word}\``,
    exitCode: 1,
  });
}

/** As an evaluation asks whose document says nothing about it. */
function usualAsking(): Asking {
  const { max_tokens, seed } = evaluate.options.shape;
  return { maxTokens: max_tokens.parse(undefined), seed: seed.parse(undefined), think: false };
}
