// needs: python, ollama
import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { promote } from '../../../activities/promote/promote.ts';
import type { Handle } from '../../../core/handles.ts';
import { historyOf } from '../../../core/promotions.ts';
import { keptName } from '../../../services/promotion/kept-models.ts';
import { readPromotions } from '../../../services/promotion/promotion-ledger.ts';
import { rollBack } from '../../../services/promotion/roll-back.ts';
import { settleMoves } from '../../../services/promotion/settle-moves.ts';
import { carryOut } from '../../rig/carry-out.ts';
import { makeDeps } from '../../rig/deps.ts';
import { type OllamaProxy, startProxy } from '../../rig/servers/ollama-proxy.ts';
import { startOllama, type TestOllama } from '../../rig/servers/ollama-server.ts';
import { putModel } from '../../rig/smallest-gguf.ts';
import { translated } from '../../services/fixtures/translated.ts';

// A process of its own moves the name and is killed at its k-th call, before Ollama hears of it or just after it has answered.
let deps: Awaited<ReturnType<typeof makeDeps>>;
let ollama: TestOllama;
let proxy: OllamaProxy;
let program: string;
/** Three models, of which `a` and `b` have been served and `c` is the candidate. */
const digests = {} as Record<'a' | 'b' | 'c', string>;
/** Which of them each name stands for, and the ledger, before anything is killed. */
let beforePromotion: State;
let beforeRollback: State;

interface State {
  names: Record<string, string>;
  ledger: string;
}

before(async () => {
  ollama = await startOllama();
  proxy = await startProxy(ollama.url);
  deps = await makeDeps({ ollama: { serving: ollama.url, own: ollama.url, ownModels: ollama.models } });
  const into = join(deps.root, 'program');
  program = translated(fileURLToPath(new URL('fixtures/move-and-die.ts', import.meta.url)), into);
  await symlink(join(deps.trainerRoot, 'node_modules'), join(into, 'node_modules'));
  for (const each of ['a', 'b'] as const) {
    digests[each] = await putModel(ollama.server, 'talk:candidate', each, deps.root);
    await ollama.server.copy('talk:candidate', `stash:${each}`);
    await promoted(each, `run-${each}`);
  }
  digests.c = await putModel(ollama.server, 'talk:candidate', 'c', deps.root);
  await ollama.server.copy('talk:candidate', 'stash:c');
  beforePromotion = await state();
  await promoted('c', 'run-new');
  beforeRollback = await state();
});
after(async () => {
  await proxy.stop();
  await ollama.stop();
  await rm(deps.root, { recursive: true, force: true });
});

async function promoted(model: 'a' | 'b' | 'c', runId: string) {
  const candidate: Handle = { kind: 'ollama', uri: 'ollama:talk:candidate', digest: digests[model], size: 1 };
  return await carryOut(promote(deps), { model: candidate, to: 'talk', keep: 1 }, { runId, step: 'serve' });
}

const ledgerFile = () => join(deps.store.root, 'promotions', `${encodeURIComponent('talk:latest')}.jsonl`);

/** What each name of `talk` stands for. */
async function named(): Promise<Record<string, string>> {
  const models = (await ollama.server.models()).filter(({ name }) => name.startsWith('talk:'));
  return Object.fromEntries(models.map(({ name, digest }) => [name, digest]));
}

const state = async (): Promise<State> => ({ names: await named(), ledger: await readFile(ledgerFile(), 'utf8') });
const history = async () => historyOf(await readPromotions(deps.store.root, 'talk'));

async function setBack({ names, ledger }: State): Promise<void> {
  for (const name of Object.keys(await named())) if (!names[name]) await ollama.server.delete(name);
  const stashOf = (digest: string) => `stash:${Object.entries(digests).find(([, each]) => each === digest)![0]}`;
  for (const [name, digest] of Object.entries(names)) await ollama.server.copy(stashOf(digest), name);
  await writeFile(ledgerFile(), ledger);
}

/** Runs a move in a process of its own, that is killed at a call; how many calls it had made by then. */
async function moveAndDie(how: 'promote' | 'rollback', kill?: { at: number; when: 'before' | 'after' }) {
  const begin = proxy.calls.length;
  let child: ChildProcess;
  proxy.decide = async (_, number) => {
    if (!kill || number !== begin + kill.at) return 'pass';
    if (kill.when === 'after')
      return (answer) => {
        child.kill('SIGKILL');
        return answer;
      };
    const gone = once(child, 'exit');
    child.kill('SIGKILL');
    await gone;
    return 'cut before';
  };
  child = spawn(process.execPath, [program, deps.store.root, proxy.url, how, digests.c], { stdio: 'inherit' });
  const [code, signal] = (await once(child, 'close')) as [number | null, NodeJS.Signals | null];
  assert.deepEqual([code, signal], kill ? [null, 'SIGKILL'] : [0, null]);
  return proxy.calls.length - begin;
}

async function killedAtEachCall(
  how: 'promote' | 'rollback',
  from: State,
  look: (where: string) => Promise<void>,
): Promise<void> {
  await setBack(from);
  const calls = await moveAndDie(how);
  assert.ok(calls >= 7, `${calls} calls`);
  for (let at = 1; at <= calls; at += 1) {
    for (const when of ['before', 'after'] as const) {
      await setBack(from);
      await moveAndDie(how, { at, when });
      await look(`killed ${when} call ${at} of ${calls}`);
    }
  }
}

/** The name stands for one of the two, and the one that it does not stand for has a name. */
async function assertServed(where: string, one: string, other: string): Promise<void> {
  const names = await named();
  const serving = names['talk:latest'];
  assert.ok(serving === one || serving === other, `${where}: ${serving}`);
  for (const digest of [one, other]) assert.ok(Object.values(names).includes(digest), `${where}: ${digest} has a name`);
}

test('a promotion killed at any call serves the old or the new model, and its retry ends like an undisturbed promotion', async () => {
  const { a, b, c } = digests;
  const kept = keptName('talk', b);
  await killedAtEachCall('promote', beforePromotion, async (where) => {
    await assertServed(where, b, c);
    const { outputs } = await promoted('c', 'run-new');
    assert.deepEqual([outputs.changed, outputs.replaced, outputs.digest], [true, kept, c], where);
    assert.deepEqual(await named(), { 'talk:latest': c, 'talk:candidate': c, [kept]: b }, where);
    const { stack, open, last } = await history();
    assert.deepEqual([stack, open, last?.to], [[a, b, c], undefined, c], where);
  });
});

test('a rollback killed at any call is settled when a worker starts, and the ledger says which model is served', async () => {
  const { b, c } = digests;
  await killedAtEachCall('rollback', beforeRollback, async (where) => {
    await assertServed(where, b, c);
    const isOpen = (await history()).open !== undefined;
    assert.deepEqual(await settleMoves(deps.store.root, ollama.url), isOpen ? ['talk:latest'] : [], where);
    const { stack, open } = await history();
    const serving = (await named())['talk:latest'];
    assert.deepEqual([stack.at(-1), open], [serving, undefined], where);
    if (serving === c) await rollBack({ store: deps.store.root, server: ollama.server, name: 'talk' });
    assert.deepEqual(
      await named(),
      { 'talk:latest': b, 'talk:candidate': c, [keptName('talk', b)]: b, [keptName('talk', c)]: c },
      where,
    );
    const { outputs } = await promoted('c', 'run-next');
    assert.deepEqual([outputs.changed, outputs.digest], [false, b], `${where}: an unchanged night leaves it so`);
  });
});
