// needs: python
import assert from 'node:assert/strict';
import { cp, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { parse } from 'yaml';
import { jsonShapes } from '../../../cli/json/shapes.ts';
import { type Ended, temper } from '../../rig/temper.ts';

let folder: string;
let env: Record<string, string>;
before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'temper-init-'));
  // No Ollama of this machine: what is proposed must not hang on it.
  env = { TEMPER_HOME: join(folder, 'home'), HOME: folder, OLLAMA_HOST: '127.0.0.1:9', OLLAMA_MODELS: folder };
});
after(() => rm(folder, { recursive: true, force: true }));

const run = (...args: string[]): Promise<Ended> => temper(args, env, { cwd: folder });
const write = (name: string, text: string) => writeFile(join(folder, name), text);
const read = (name: string) => readFile(join(folder, name), 'utf8');
const ok = async (...args: string[]): Promise<Ended> => {
  const ended = await run(...args);
  assert.equal(ended.code, 0, `${args.join(' ')}:\n${ended.stdout}${ended.stderr}`);
  return ended;
};

interface Written {
  inputs: { base: { default: string } };
  steps: Record<string, { with: Record<string, unknown> }>;
}
const pipeline = async (name: string) => parse(await read(name)) as Written;

const things = ['key', 'window', 'old clock', 'red lamp', 'blue door', 'brass bell', 'map', 'anchor'];
const places = ['kitchen', 'garden', 'library', 'chapel'];
const rows = things.flatMap((thing) =>
  places.map((place) => [`Where is the ${thing} of the ${place}?`, `Near the ${place}.`]),
);
const lines = (each: (question: string, answer: string) => unknown) =>
  rows.map(([question, answer]) => `${JSON.stringify(each(question!, answer!))}\n`).join('');

const files: [string, string][] = [
  ['rows.jsonl', lines((instruction, output) => ({ instruction, output }))],
  ['table.csv', `question,answer\n${rows.map((row) => row.map((cell) => `"${cell}"`).join(',')).join('\n')}\n`],
  [
    'chats.json',
    JSON.stringify(
      rows.map(([q, a]) => ({
        conversations: [
          { from: 'human', value: q },
          { from: 'gpt', value: a },
        ],
      })),
    ),
  ],
  [
    '中文.jsonl',
    things
      .flatMap((_, one) =>
        places.map((_, two) =>
          JSON.stringify({
            instruction: `请说明第${one}号船上第${two}层的用途是什么？`,
            output: `第${one}号船第${two}层用来装货。`,
          }),
        ),
      )
      .join('\n'),
  ],
];

describe('init', { concurrency: 2 }, () => {
  for (const [name, content] of files)
    test(`${name} becomes a pipeline that is valid and can be planned, and an exam that is not learned`, async () => {
      await write(name, content);
      const model = name === '中文.jsonl' ? 'chinese' : `of-${name.split('.')[0]}`;
      const { stderr, stdout } = await ok('init', name, '--name', model, '--yes');
      assert.match(stderr, new RegExp(`^${name}: 32 rows`));
      assert.match(stdout, /8 rows to ask and not to learn\nhint: start it with `npx temper run .*\.yaml --pull`/);
      assert.match((await ok('validate', `${model}.yaml`)).stdout, /: valid, 8 steps$/m);
      const plan = await ok('plan', `${model}.yaml`);
      assert.match(plan.stdout, new RegExp(`exclude = .*/${model}\\.exam\\.jsonl`));
      const exam = (await read(`${model}.exam.jsonl`)).trim().split('\n');
      assert.equal(new Set(exam).size, 8);
      for (const question of exam)
        assert.deepEqual(Object.keys(JSON.parse(question) as object), ['prompt', 'reference']);
      if (model === 'chinese') assert.match(await read('chinese.yaml'), /knows the language of the rows \(Chinese\)/);
    });

  test('rows with keys of their own get the map that they suggest, and the pipeline can be run', async () => {
    await write(
      'fragen.jsonl',
      lines((frage, antwort) => ({ frage, antwort })),
    );
    const { stderr } = await ok('init', 'fragen.jsonl', '--yes');
    assert.match(stderr, /read with `map: \{ user: frage, assistant: antwort \}`/);
    const { steps } = await pipeline('my-fragen.yaml');
    assert.deepEqual(steps.data!.with.map, { user: 'frage', assistant: 'antwort' });
    assert.match((await ok('validate', 'my-fragen.yaml')).stdout, /: valid, 8 steps$/m);
  });

  test('nothing is overwritten without --force', async () => {
    await write('again.jsonl', files[0]![1]);
    await ok('init', 'again.jsonl', '-y');
    await write('my-again.yaml', 'mine');
    const refused = await run('init', 'again.jsonl', '-y');
    assert.deepEqual([refused.code, await read('my-again.yaml')], [2, 'mine']);
    assert.match(
      refused.stderr,
      /my-again\.yaml and my-again\.exam\.jsonl are there already; nothing was written\nhint: .*--force/,
    );
    await ok('init', 'again.jsonl', '-y', '--force');
    assert.match(await read('my-again.yaml'), /^name: my-again$/m);
  });

  test('a name without a prefix means a model in Ollama, and this is said', async () => {
    await write('bare.jsonl', files[0]![1]);
    const { stderr } = await ok('init', 'bare.jsonl', '--base', 'llama3.2:1b', '-y');
    assert.match(stderr, /`llama3\.2:1b` means the model in Ollama, `ollama:llama3\.2:1b`/);
    assert.deepEqual((await pipeline('my-bare.yaml')).inputs, { base: { default: 'llama3.2:1b' } });
  });

  test('--json prints what was written, chosen and why', async () => {
    await write('figures.jsonl', files[0]![1]);
    const written = jsonShapes.init.parse(JSON.parse((await ok('init', 'figures.jsonl', '--json')).stdout));
    assert.deepEqual(
      [written.pipeline, written.exam, written.questions],
      ['my-figures.yaml', 'my-figures.exam.jsonl', 8],
    );
    assert.deepEqual(written.options.find(({ option }) => option === 'epochs')?.reason, 'epochs-few-rows');
  });

  test('without a file it writes the example, which is valid', async () => {
    await ok('init');
    assert.match((await ok('validate', 'first-model.yaml')).stdout, /valid, 8 steps/);
    assert.equal((await run('init')).code, 2);
  });

  const broken: [string, string, RegExp][] = [
    ['empty.jsonl', '', /has no rows\. A row is, for example/],
    ['other.csv', 'colour,size\nred,3\n', /no row has a known shape\. Its fields are: colour, size/],
    ['text.jsonl', '{"text": "words"}\n', /running text, and temper trains on questions with answers/],
    ['prefs.jsonl', '{"prompt": "a", "chosen": "b", "rejected": "c"}\n', /belongs to preference data/],
    ['one.jsonl', '{"prompt": "a", "completion": "b"}\n', /has one row, and a training needs 2 at least/],
    ['page.jsonl', '<!doctype html><html></html>', /is an HTML page, not a file of rows/],
  ];
  for (const [name, content, message] of broken)
    test(`${name} is refused with what to do`, async () => {
      await write(name, content);
      const { code, stderr } = await run('init', name, '-y');
      assert.notEqual(code, 0);
      assert.match(stderr, message);
      assert.match(stderr, /\nhint: /);
      assert.doesNotMatch(stderr, /\n {4}at |on_bad_row/);
    });

  test('a missing file is named', async () => {
    const { code, stderr } = await run('init', 'nowhere.jsonl');
    assert.deepEqual([code, /nowhere\.jsonl does not exist/.test(stderr)], [1, true]);
  });
});

describe('init --from', { concurrency: 2 }, () => {
  const configs = fileURLToPath(new URL('foreign', import.meta.url));
  const converted: [string, string[], Record<string, unknown>, RegExp[]][] = [
    [
      'axolotl.yml',
      [],
      {
        max_length: 512,
        packing: true,
        batch_size: 2,
        gradient_accumulation: 4,
        epochs: 1,
        learning_rate: 2e-4,
        lora: { r: 32, alpha: 16, dropout: 0.05, target_modules: 'all-linear' },
      },
      [/^ {2}optimizer: the optimizer is AdamW$/m, /^ {2}evals_per_epoch: no option means the same$/m],
    ],
    [
      'llama-factory.yaml',
      [],
      {
        max_length: 1024,
        batch_size: 1,
        gradient_accumulation: 8,
        epochs: 3,
        learning_rate: 1e-4,
        precision: 'bf16',
        warmup_ratio: 0.1,
      },
      [/^ {2}template: the base’s own chat template is used$/m, /^ {2}max_samples: /m],
    ],
    [
      'trl.yaml',
      ['rows.jsonl'],
      {
        max_length: 2048,
        packing: true,
        batch_size: 2,
        gradient_accumulation: 8,
        epochs: 1,
        eval: { every_steps: 100 },
      },
      [/^ {2}report_to: temper records each run itself/m],
    ],
  ];
  before(async () => {
    await cp(configs, folder, { recursive: true });
    await write('rows.jsonl', files[0]![1]);
    await write('dataset_info.json', JSON.stringify({ ours: { file_name: 'rows.jsonl' } }));
  });

  for (const [config, more, options, left] of converted)
    test(`${config} becomes a valid pipeline, and what it has beyond that is listed`, async () => {
      const name = `from-${config.split('.')[0]}`;
      const { stderr } = await ok('init', ...more, '--from', config, '--name', name, '-y');
      const written = await pipeline(`${name}.yaml`);
      assert.equal(written.steps.data!.with.source, './rows.jsonl');
      assert.match(written.inputs.base.default, /\/Qwen2\.5-0\.5B-Instruct$/);
      const train = written.steps.train!.with;
      assert.deepEqual(Object.fromEntries(Object.keys(options).map((key) => [key, train[key]])), options);
      for (const line of left) assert.match(stderr, line);
      assert.match((await ok('validate', `${name}.yaml`)).stdout, /valid/);
    });

  test('a configuration whose rows are elsewhere asks for them', async () => {
    const { code, stderr } = await run('init', '--from', 'trl.yaml', '-y');
    assert.equal(code, 2);
    assert.match(
      stderr,
      /trl\.yaml: its rows are not on this machine\nhint: .*npx temper init rows\.jsonl --from trl\.yaml/,
    );
  });

  test('given to validate, a configuration of another trainer is known and the way is told', async () => {
    const { code, stderr } = await run('validate', 'axolotl.yml');
    assert.equal(code, 2);
    assert.match(stderr, /this is a configuration of Axolotl, not a pipeline[\s\S]*hint: `npx temper init --from`/);
    assert.match(stderr, /\n1 problem in axolotl\.yml/);
  });

  test('a program is no configuration', async () => {
    await write('train.py', 'from trl import SFTTrainer\nimport torch\n');
    const { code, stderr } = await run('init', '--from', 'train.py');
    assert.equal(code, 2);
    assert.match(stderr, /is a Python program, and temper runs no code/);
  });
});

test('a document, a folder of documents and a text get a pipeline that makes rows; rows in a text stay rows', async () => {
  await mkdir(join(folder, 'papers'));
  await write('papers/one.md', '# 一\n\n斑点噪声是一种乘性噪声。\n');
  await write('notes.txt', '斑点噪声是一种乘性噪声。\n');
  for (const [given, name] of [
    ['papers', 'my-papers'],
    ['notes.txt', 'my-notes'],
  ] as const) {
    const { stdout } = await ok('init', given);
    assert.match(stdout, new RegExp(`^${name}\\.yaml: has qwen2\\.5:\\S+ write rows of ${given}`));
    const { data } = (await pipeline(`${name}.yaml`)).steps;
    assert.deepEqual([data!.with.from, data!.with.source], ['documents', `./${given}`]);
    await ok('validate', `${name}.yaml`);
  }
  await write(
    'lines.txt',
    lines((instruction, output) => ({ instruction, output })),
  );
  const { stdout } = await ok('init', 'lines.txt', '--json');
  assert.ok(jsonShapes.init.parse(JSON.parse(stdout)).rows);
  jsonShapes.init.parse(JSON.parse((await ok('init', 'notes.txt', '--json', '--force')).stdout));
});
