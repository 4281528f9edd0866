import { argument, many, refused, row, step, training } from './hostile-document.ts';

const laughs = [
  'a0: &a0 [x,x,x,x,x,x,x,x,x]',
  ...Array.from({ length: 12 }, (_, i) => `a${i + 1}: &a${i + 1} [${`*a${i},`.repeat(9)}]`),
];

refused([
  // Aliases.
  ['a billion laughs', laughs.join('\n'), '5:14 the document has more than 20000 values, aliases expanded', 'YAML'],
  [
    'many aliases of a large map',
    `a: &a {${row(400, (i) => `k${i}: 1,`)}}\n${many(90, (i) => `b${i}: *a`)}`,
    '50:6 the document has more than 20000 values, aliases expanded',
    'YAML',
  ],
  [
    'thousands of aliases',
    `a: &a 1\nb: [${'*a,'.repeat(60_000)}]`,
    '2:74989 the document has more than 50000 tokens',
    'YAML',
  ],
  ['an alias inside itself', 'a: &a [*a]\n', '1:8 `*a` refers to a value that contains it', 'YAML'],
  [
    'an alias inside itself, deeper',
    'name: p\nsteps: &s { a: { uses: run, with: { command: *s } } }\n',
    '2:46 `*s` refers to a value that contains it',
    'YAML',
  ],
  [
    'an alias of nothing',
    'a: *b\n',
    '1:4 YAML reads `*b` as a reference to the anchor `&b`, which does not exist; put the value in quotes',
    'YAML',
  ],
  ['an alias as a key', 'name: p\nx: &k __proto__\n? *k\n: 1\n', '3:3 a key must be plain text', 'YAML'],
  ['anchors alone', '&a '.repeat(60_000), '1:75001 the document has more than 50000 tokens', 'YAML'],
  // Size and depth.
  ['deep brackets', `a: ${'['.repeat(50_000)}`, '1:44 the document is nested deeper than 40 levels', 'YAML'],
  ['deep braces', `a: ${'{a: '.repeat(40_000)}`, '1:164 the document is nested deeper than 40 levels', 'YAML'],
  ['deep dashes', '- '.repeat(50_000), '1:201 the document is nested deeper than 40 levels', 'YAML'],
  ['deep dashes and tabs', '-\t'.repeat(50_000), '1:201 the document is nested deeper than 40 levels', 'YAML'],
  ['deep question marks', '? '.repeat(50_000), '1:201 the document is nested deeper than 40 levels', 'YAML'],
  ['question marks on lines', many(50_000, () => '?'), '101:1 the document is nested deeper than 40 levels', 'YAML'],
  [
    'question marks going deeper',
    many(390, (i) => `${' '.repeat(i)}?`),
    '101:101 the document is nested deeper than 40 levels',
    'YAML',
  ],
  ['deep colons', ': '.repeat(50_000), '1:201 the document is nested deeper than 40 levels', 'YAML'],
  [
    'deep indentation',
    many(600, (i) => `${' '.repeat(i)}a:`),
    '402:1 the document is nested deeper than 40 levels',
    'YAML',
  ],
  [
    'a text of 5 MB',
    `name: "${'x'.repeat(5_000_000)}"\n`,
    '1:200001 the document has more than 200000 characters',
    'YAML',
  ],
  [
    'a block text of 1 MB',
    `name: p\ndescription: |\n  ${'x'.repeat(1_200_000)}\n`,
    '3:199978 the document has more than 200000 characters',
    'YAML',
  ],
  [
    'a huge text within the limit',
    `name: "${'x'.repeat(190_000)}"\n`,
    '1:7 name: must begin with a lower-case letter and hold lower-case letters, digits, `-` and `_` ',
    'BAD_VALUE',
  ],
  [
    'a text of nothing but escapes',
    `name: "${'\\n'.repeat(95_000)}"\n`,
    '1:7 name: must begin with a lower-case letter and hold lower-case letters, digits, `-` and `_` ',
    'BAD_VALUE',
  ],
  ['a huge key', `${'k'.repeat(150_000)}: 1\n`, '1:1 this key has more than 1024 characters', 'YAML'],
  ['a huge key in quotes', `"${'k'.repeat(1000)}": 1\n`, '1:1 unknown key', 'UNKNOWN_KEY'],
  [
    'many keys',
    many(9000, (i) => `k${i}: 1`),
    '1:1 unknown key "k0"; known keys: name, description, on, inputs, on_failure, on_waiting, keep, ',
    'UNKNOWN_KEY',
  ],
  [
    'more keys than that',
    many(24_000, (i) => `k${i}: 1`),
    '21112:1 the document has more than 200000 characters',
    'YAML',
  ],
  ['many equal keys', many(9000, () => 'k: 1'), '2:1 duplicate key "k"', 'YAML'],
  [
    'many unknown options',
    training(row(5000, (i) => `optoin${i}: 1,`)),
    '4:72 steps.t.with: unknown option "optoin0" of train; known options: base, dataset, continue_fr',
    'UNKNOWN_OPTION',
  ],
  [
    'many unknown needs',
    `name: p\nsteps:\n${many(400, (i) => `  step-number-${i}: { uses: run, with: { command: [x] } }`)}\n  z: { uses: run, needs: [${row(9000, (i) => `stpe-number-${i},`)}], with: { command: [x] } }`,
    '403:27 steps.z.needs: unknown step "stpe-number-0"; did you mean "step-number-0"?',
    'UNKNOWN_STEP',
  ],
  [
    'many wrong expressions',
    step(`with: { command: [${row(4000, (i) => `"\${{ inputs.i${i} }}",`)}] }`),
    '2:49 steps.a.with.command[0]: unknown input "i0"',
    'BAD_EXPRESSION',
  ],
  [
    'many expressions in one text',
    argument('${{ inputs.x }}'.repeat(12_000)),
    '2:49 steps.a.with.command[0]: unknown input "x"',
    'BAD_EXPRESSION',
  ],
  [
    'thousands of steps',
    `name: p\nsteps:\n${many(2000, (i) => `  s${i}: { uses: run, needs: s${Math.max(0, i - 1)} }`)}`,
    '1503:3 the pipeline has 2000 steps; the limit is 1500',
    'TOO_MANY_STEPS',
  ],
  [
    'circles everywhere',
    `name: p\nn: &n [${row(110, (i) => `s${i},`)}]\nsteps:\n${many(110, (i) => `  s${i}: { uses: run, needs: *n, with: { command: [x] } }`)}\n`,
    '2:1 unknown key "n"; known keys: name, description, on, inputs, on_failure, on_waiting, keep, o',
    'UNKNOWN_KEY',
  ],
  [
    'a circle of 500 steps',
    `name: p\nsteps:\n${many(500, (i) => `  s${i}: { uses: run, needs: s${(i + 1) % 500}, with: { command: [x] } }`)}\n`,
    '3:3 these steps wait for each other: s0 → s1 → s2 → s3 → s4 → s5 → s6 → s7 → s8 → s9 →',
    'CYCLE',
  ],
]);
