// needs: nothing
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { parseDocument, stringify, YAMLMap } from 'yaml';
import type { Deps } from '../../../activities/engine/deps.ts';
import { stepKey } from '../../../activities/engine/reuse/key.ts';
import { kindHooks } from '../../../activities/index.ts';
import { renderProblems } from '../../../cli/view/diagnostics/render-problems.ts';
import type { Handle, Json } from '../../../core/handles.ts';
import { canonicalJson, isRecord, looksLikeHandle, mapLeaves, withValue } from '../../../core/json.ts';
import { markedValues } from '../../../core/kinds/options/option-marks.ts';
import {
  type ActivityKind,
  definitionOf,
  isActivityKind,
  stepKinds,
  stepOptions,
  stepOutputs,
} from '../../../core/kinds/registry.ts';
import { type JsonSchema, jsonSchemaOf, schemaAt } from '../../../core/language/check/json-schema.ts';
import { fillOptions } from '../../../core/language/expression/evaluate.ts';
import { makePlan } from '../../../core/language/plan/make-plan.ts';
import type { Pins } from '../../../protocol/activities.ts';
import { resolvedStep } from '../../rig/resolved-step.ts';

/** What stands outside the options: no server and no file is asked for it. */
const deps = (over: Partial<Deps> = {}) =>
  ({
    pins: '/nowhere',
    environment: 'e1',
    converters: 'c1',
    servingVersion: async () => '0.24.0',
    hooks: kindHooks,
    ...over,
  }) as Deps;

const digest = (n: number) => `sha256:${String(n).padStart(64, '0')}`;
const files = ['/doc/a.jsonl', '/doc/b.jsonl', '/doc/base'];
const names = ['one:latest', 'two:latest', 'three'];
const bases = ['org/a', 'org/b@main'];
const adapter = (n: number): Handle => ({ uri: `artifact:${n}`, digest: digest(n), size: 1, kind: 'adapter' });
/** Words of which some fit every pattern of an option. */
const words = [
  'a',
  'b_2',
  'C3',
  'dir/file.txt',
  'x.gguf',
  'some text',
  'https://x.example',
  '/doc/base',
  '${{ secrets.KEY }}',
  'Ask about {text}',
  ...names,
  ...bases,
];
const pins: Pins = {
  files: Object.fromEntries(files.map((file, n) => [file, { digest: digest(n), size: 1 }])),
  bases: Object.fromEntries(words.map((base, n) => [base, { revision: String(n % 10).repeat(40) }])),
  models: Object.fromEntries(words.map((name, n) => [name, digest(20 + n)])),
  adapters: Object.fromEntries(words.map((name, n) => [name, adapter(40 + n)])),
};

/** Kinds that have a key at all. */
const keyed = stepKinds.filter(isActivityKind).filter((kind) => kind !== 'promote');

/** Values that a schema of an option allows. New options and kinds are covered as they come. */
function valuesOf(schema: JsonSchema): fc.Arbitrary<unknown> {
  if (schema.artifact !== undefined) {
    const kind = schema.artifact === 'any' ? 'files' : schema.artifact;
    return fc.nat(99).map((n) => ({ uri: `artifact:${n}`, digest: digest(100 + n), size: n, kind }));
  }
  if (schema.path) return fc.constantFrom(...files);
  if (schema.adapter && schema.type === undefined && schema.anyOf)
    return fc.oneof(...schema.anyOf.filter(({ type }) => type !== 'string').map(valuesOf), fc.constantFrom(...names));
  if (schema.anyOf) return fc.oneof(...schema.anyOf.map(valuesOf));
  if (schema.const !== undefined) return fc.constant(schema.const);
  if (schema.enum) return fc.constantFrom(...schema.enum);
  const [least, most] = [Number(schema.minimum ?? schema.exclusiveMinimum ?? 0), Number(schema.maximum ?? 1e6)];
  switch (schema.type) {
    case 'boolean':
      return fc.boolean();
    case 'integer':
      return fc.integer({ min: Math.max(1, least), max: Math.min(1e6, most) });
    case 'number':
      return fc.integer({ min: 1, max: 1000 }).map((n) => (Math.min(most, 1000) - least) * (n / 1001) + least);
    case 'array':
      return fc.array(valuesOf(schema.items ?? { type: 'string' }), { minLength: 1, maxLength: 3 });
    case 'object': {
      if (!schema.properties) {
        const keyPattern = new RegExp(schema.propertyNames?.pattern ?? '.');
        const keys = fc.constantFrom(...words.filter((word) => keyPattern.test(word)));
        return fc.dictionary(keys, valuesOf(schema.additionalProperties || { type: 'string' }), { maxKeys: 2 });
      }
      const parts = Object.entries(schema.properties).map(([key, inner]) => [key, valuesOf(inner)] as const);
      return fc.record(Object.fromEntries(parts), { requiredKeys: schema.required ?? [] });
    }
    default: {
      const fitting = words.filter((word) => new RegExp(schema.pattern ?? '').test(word));
      return fc.constantFrom(...fitting);
    }
  }
}

const optionsOf = (kind: ActivityKind) =>
  valuesOf(jsonSchemaOf(kind))
    .map((options) => (kind === 'run' ? { inputs: {}, ...(options as Record<string, Json>) } : options))
    .filter((options) => stepOptions[kind].safeParse(options).success) as fc.Arbitrary<Json>;

async function keyOf(
  kind: ActivityKind,
  options: Json,
  over: { pins?: Pins; deps?: Partial<Deps> } = {},
): Promise<string> {
  const { key } = await stepKey(deps(over.deps), resolvedStep(kind, options as object), over.pins ?? pins);
  assert.ok(key);
  return key;
}

type Path = (string | number)[];
function leavesOf(options: Json): Path[] {
  const found: Path[] = [];
  mapLeaves(options, (leaf, path) => {
    found.push([...path]);
    return leaf;
  });
  return found;
}
const at = (value: Json, path: Path) =>
  path.reduce<unknown>((inner, key) => (inner as Record<string | number, unknown>)[key], value);

const holds = async <T extends unknown[]>(
  arbitraries: { [I in keyof T]: fc.Arbitrary<T[I]> },
  check: (...values: T) => Promise<void>,
) =>
  await fc.assert(fc.asyncProperty(...(arbitraries as never as [fc.Arbitrary<unknown>]), check as never), {
    numRuns: 60,
  });

/** What bounds a command, draws a curve or opens a server, and cannot reach what is made, and what only decides where a training starts (its own tests below). */
const withoutEffect = (kind: ActivityKind, path: Path) =>
  (kind === 'run' && path[0] === 'timeout_minutes') ||
  path[0] === 'continue_from' ||
  path[0] === 'track' ||
  path.at(-1) === 'api_key';

for (const kind of keyed) {
  test(`${kind}: another value of any option is another key`, async () => {
    await holds<[Json, number]>([optionsOf(kind), fc.nat()], async (options, choice) => {
      const parsed = stepOptions[kind].parse(options) as Json;
      const leaves = leavesOf(parsed).filter((path) => !withoutEffect(kind, path));
      const path = leaves[choice % leaves.length];
      if (!path) return;
      const schema = schemaAt(jsonSchemaOf(kind), path);
      const [other] = fc
        .sample(valuesOf(schema ?? { type: 'string' }), { numRuns: 20, seed: choice })
        .filter((value) => canonicalJson(value) !== canonicalJson(at(parsed, path)))
        .map((value) => withValue(parsed, path, value as Json))
        .filter((changed) => stepOptions[kind].safeParse(changed).success);
      if (other === undefined || sameArtifacts(other, parsed)) return;
      assert.notEqual(await keyOf(kind, other), await keyOf(kind, options), path.join('.'));
    });
  });

  test(`${kind}: other bytes of any file, base, model or artifact are another key`, async () => {
    await holds<[Json]>([optionsOf(kind)], async (options) => {
      const parsed = stepOptions[kind].parse(options) as Json;
      const before = await keyOf(kind, options);
      for (const { mark, value } of markedValues(kind, parsed)) {
        // A name that the step itself creates counts as text.
        if (mark === 'creates') continue;
        const changed: Pins = {
          files: { ...pins.files, [value]: { digest: digest(7), size: 1 } },
          bases: { ...pins.bases, [value]: { revision: '7'.repeat(40) } },
          models: { ...pins.models, [value]: digest(7) },
          adapters: { ...pins.adapters, [value]: adapter(7) },
        };
        assert.notEqual(await keyOf(kind, options, { pins: changed }), before, `${mark} ${value}`);
      }
      for (const path of leavesOf(parsed).filter((path) => looksLikeHandle(at(parsed, path)))) {
        const changed = withValue(parsed, path, {
          ...(at(parsed, path) as Handle),
          digest: digest(8),
        } as unknown as Json);
        assert.notEqual(await keyOf(kind, changed), before, path.join('.'));
      }
    });
  });

  test(`${kind}: names and sizes, the order of keys, and defaults that are written out do not count`, async () => {
    await holds<[Json]>([optionsOf(kind)], async (options) => {
      const parsed = stepOptions[kind].parse(options) as Json;
      const before = await keyOf(kind, options);
      assert.equal(await keyOf(kind, parsed), before, 'defaults');
      assert.equal(await keyOf(kind, reversed(options)), before, 'order');
      const artifactsElsewhere = mapLeaves(parsed, (leaf) => {
        const handle: unknown = leaf;
        return looksLikeHandle(handle) ? ({ ...handle, uri: 's3:elsewhere', size: 5 } as unknown as Json) : leaf;
      });
      const elsewhere = markedValues(kind, parsed)
        .filter(({ value }) => files.includes(value))
        .reduce((changed, { path, value }) => withValue(changed, path, `/other${value}`), artifactsElsewhere);
      const moved = Object.fromEntries(Object.entries(pins.files).map(([file, facts]) => [`/other${file}`, facts]));
      assert.equal(await keyOf(kind, elsewhere, { pins: { ...pins, files: moved } }), before, 'names');
    });
  });
}

/** An artifact counts by its digest: a handle that differs in its size alone is the same. */
const sameArtifacts = (a: Json, b: Json) => {
  const bare = (value: Json) =>
    canonicalJson(mapLeaves(value, (leaf) => (looksLikeHandle(leaf) ? `${leaf.kind} ${leaf.digest}` : leaf)));
  return bare(a) === bare(b);
};

const reversed = (value: Json): Json => {
  if (Array.isArray(value)) return value.map(reversed);
  if (!isRecord(value)) return value;
  return Object.fromEntries(
    Object.entries(value)
      .reverse()
      .map(([key, inner]) => [key, reversed(inner as Json)]),
  );
};

/** What each kind is shaped by, besides its options. */
const shapers: [string, Partial<Deps>, readonly ActivityKind[]][] = [
  ['training libraries', { environment: 'e2' }, keyed.filter((kind) => definitionOf(kind)?.shapedBy !== 'nothing')],
  ['converters', { converters: 'c2' }, ['quantize']],
  ['serving Ollama', { servingVersion: async () => '0.25.0' }, ['import', 'evaluate']],
];
for (const [what, over, kinds] of shapers) {
  test(`another version of the ${what} is another key of ${kinds.join(', ')}, and of no other`, async () => {
    for (const kind of keyed) {
      const [sample] = fc.sample(optionsOf(kind), 1);
      // An import converts an adapter by itself; the next test is about that.
      const { adapter: own, ...others } = sample as { [option: string]: Json };
      const options: Json = kind === 'import' || own === undefined ? others : { ...others, adapter: own };
      const [before, after] = [await keyOf(kind, options), await keyOf(kind, options, { deps: over })];
      assert.equal(before !== after, kinds.includes(kind), kind);
    }
  });
}

test('an import of an adapter alone has another key with other converters', async () => {
  const options = { adapter: adapter(1) as unknown as Json, name: 'n' };
  const [before, after] = [
    await keyOf('import', options),
    await keyOf('import', options, { deps: { converters: 'c2' } }),
  ];
  assert.ok(before !== undefined && before !== after);
});

test('how long a command may take is not part of its key; without `inputs` it has none, and a promotion never has', async () => {
  const command = { command: ['x'], inputs: {} };
  assert.equal(await keyOf('run', { ...command, timeout_minutes: 5 }), await keyOf('run', command));
  assert.deepEqual(await stepKey(deps(), resolvedStep('run', { command: ['x'] }), pins), {});
  const promotion = {
    model: { uri: 'ollama:m', digest: digest(1), size: 1, kind: 'ollama' as const },
    to: 'm',
    keep: 3,
  };
  assert.deepEqual(await stepKey(deps(), resolvedStep('promote', promotion), pins), {});
});

test('an adapter to continue from counts by its digest, however it is named; where there is none yet, the training is a fresh one', async () => {
  const dataset: Handle = { uri: 'artifact:d', digest: digest(5), size: 1, kind: 'dataset' };
  const fresh = { base: 'org/a', dataset } as unknown as { [name: string]: Json };
  const from = (value: unknown) => keyOf('train', { ...fresh, continue_from: value as Json });
  const named = await from('one:latest');
  assert.equal(await from({ model: 'one:latest', or: 'fresh' }), named);
  assert.equal(await from(pins.adapters!['one:latest']), named);
  assert.notEqual(await from('two:latest'), named);
  const none = { ...pins, adapters: { 'one:latest': null } };
  const begun = await keyOf('train', { ...fresh, continue_from: { model: 'one:latest', or: 'fresh' } }, { pins: none });
  assert.equal(begun, await keyOf('train', fresh));
});

test('the converter that was proven for a model counts, however it was asked for; a route of another model does not', async () => {
  const model: Handle = { uri: 'artifact:m', digest: digest(6), size: 1, kind: 'model' };
  const files = [{ path: 'chat_template.jinja', size: 1, sha256: 'c'.repeat(64) }];
  const manifestOf = async () => ({ meta: { base: { digest: 'one' } }, files });
  const over = { store: { manifestOf } as unknown as Deps['store'] };
  const route = (engine: 'ollama' | 'llama.cpp', base = 'one') => ({
    pins: {
      ...pins,
      routes: [
        {
          base,
          template: `sha256:${'c'.repeat(64)}`,
          type: 'q4_K_M',
          asked: 'auto' as const,
          engine,
          reason: 'proven',
        },
      ],
    },
    deps: over,
  });
  const options = { model: model as unknown as Json };
  const byOllama = await keyOf('quantize', options, route('ollama'));
  assert.notEqual(await keyOf('quantize', options, route('llama.cpp')), byOllama);
  assert.equal(await keyOf('quantize', { ...options, engine: 'ollama' }, route('ollama')), byOllama);
  assert.equal(await keyOf('quantize', options, route('llama.cpp', 'two')), await keyOf('quantize', options));
});

const document = `name: p
inputs:
  base: { default: org/a }
steps:
  data: { uses: prepare, with: { source: /doc/a.jsonl } }
  train: { uses: train, with: { base: "\${{ inputs.base }}", dataset: "\${{ steps.data.outputs.dataset }}", epochs: 2, lora: { r: 4 } } }
  best: { uses: checkpoint, with: { from: "\${{ steps.train.outputs.checkpoints }}" } }
  merged: { uses: merge, with: { base: "\${{ inputs.base }}", adapter: "\${{ steps.best.outputs.adapter }}" } }
  gguf: { uses: quantize, with: { model: "\${{ steps.merged.outputs.model }}" } }
  model: { uses: import, with: { gguf: "\${{ steps.gguf.outputs.gguf }}", name: "three" } }
  verdict: { uses: evaluate, with: { before: "one:latest", after: "\${{ steps.model.outputs.model }}", prompts: /doc/b.jsonl } }
  own: { uses: run, with: { command: [echo, hello], inputs: { rows: /doc/a.jsonl } } }
`;

/** Keys of all steps by kind, each step reading artifacts that tell only which kind made them. */
async function keysOf(text: string, given: Record<string, string> = {}): Promise<Record<string, string>> {
  const rules = { fromDocument: (path: string) => path, fromShell: (path: string) => path };
  const planned = makePlan(text, '/doc/p.yaml', given, rules);
  assert.ok(planned.plan, renderProblems(planned, 'p.yaml'));
  const { steps, inputs } = planned.plan;
  const outputs = (kind: ActivityKind) =>
    Object.fromEntries(
      Object.entries(stepOutputs[kind]).map(([name, type]) => [
        name,
        { uri: 'artifact:x', digest: digest(stepKinds.indexOf(kind)), size: 1, kind: type },
      ]),
    );
  const made = Object.fromEntries(steps.map(({ id, uses }) => [id, { outputs: outputs(uses as ActivityKind) }]));
  const keys = await Promise.all(
    steps.map(async (step) => [
      step.uses,
      await keyOf(
        step.uses as ActivityKind,
        fillOptions(step.with, { inputs, steps: made, run: { id: 'r', pipeline: 'p' } }),
      ),
    ]),
  );
  return Object.fromEntries(keys);
}

/** Changes to a document after which every step still makes the same bytes. */
const harmless: Record<string, (text: string) => string> = {
  'comments and blank lines': (text) => text.replace(/^ {2}(\w+): /gm, '\n  # a remark\n  $1: '),
  'the order of keys': (text) => {
    const parsed = parseDocument(text);
    const turn = (node: unknown): void => {
      if (!(node instanceof YAMLMap)) return;
      node.items.reverse();
      for (const pair of node.items) turn(pair.value);
    };
    turn(parsed.contents);
    return String(parsed);
  },
  'the style of the YAML': (text) => stringify(parseDocument(text).toJS(), { defaultStringType: 'QUOTE_DOUBLE' }),
  'names of steps': (text) => text.replace(/\bbest\b/g, 'chosen').replace(/\bdata(?=:|\.outputs)/g, 'rows'),
  'the name and description of the pipeline': (text) => text.replace('name: p\n', 'name: other\ndescription: Of it.\n'),
  'schedules and what is kept': (text) =>
    `${text}on: { schedule: [{ cron: "0 2 * * *" }] }\nkeep: { intermediates: always }\n`,
  'retry, if, needs, resources and reuse': (text) =>
    text.replace(
      '  own: { uses: run,',
      '  own: { uses: run, retry: { max_attempts: 9 }, if: "1 < 2", needs: [verdict], resources: { gpu: 1 }, reuse: false,',
    ),
  'a default that is written out': (text) => text.replace('epochs: 2', 'epochs: 2, batch_size: 2, seed: 42'),
  'an input in place of a value': (text) =>
    text
      .replace('inputs:\n', 'inputs:\n  epochs: { type: number, default: 2 }\n')
      .replace('epochs: 2,', 'epochs: "${{ inputs.epochs }}",'),
};

test('any mixture of changes to a document that can alter no bytes leaves every key as it is', async () => {
  const before = await keysOf(document);
  const changes = fc.shuffledSubarray(Object.keys(harmless));
  await holds<[string[]]>([changes], async (chosen) => {
    // Reformatting is done last: the others look for the text as it is written above.
    const late = ['the order of keys', 'the style of the YAML'];
    const order = [...chosen.filter((name) => !late.includes(name)), ...chosen.filter((name) => late.includes(name))];
    const text = order.reduce((changed, name) => harmless[name]!(changed), document);
    assert.deepEqual(await keysOf(text), before, `${order.join(', ')}\n${text}`);
  });
});

test('each harmless change does change the text', () => {
  for (const [name, change] of Object.entries(harmless)) assert.notEqual(change(document), document, name);
});

test('a training is the same wherever its curve is drawn', async () => {
  await holds<[Json, Json]>(
    [optionsOf('train'), valuesOf(jsonSchemaOf('train').properties!.track!) as fc.Arbitrary<Json>],
    async (options, track) => {
      const tracked = { ...(options as object), track } as Json;
      if (!stepOptions.train.safeParse(tracked).success) return;
      const { track: _, ...untracked } = options as { [option: string]: Json };
      assert.equal(await keyOf('train', tracked), await keyOf('train', untracked));
    },
  );
});
