import { options, refused, sound, step } from './hostile-document.ts';

refused([
  ['__proto__', '__proto__: { polluted: true }\n', '1:1 "__proto__" is not allowed as a key', 'YAML'],
  [
    '__proto__ as an input',
    `${sound}inputs: { __proto__: { type: string } }\n`,
    '3:11 "__proto__" is not allowed as a key',
    'YAML',
  ],
  [
    '__proto__ by escape',
    `${sound}inputs: { "__pro\\u0074o__": { type: string } }\n`,
    '3:11 "__proto__" is not allowed as a key',
    'YAML',
  ],
  [
    '__proto__ as a step',
    'name: p\nsteps: { __proto__: { uses: run } }\n',
    '2:10 "__proto__" is not allowed as a key',
    'YAML',
  ],
  [
    '__proto__ as an option',
    options('__proto__: { polluted: true }'),
    '2:48 "__proto__" is not allowed as a key',
    'YAML',
  ],
  [
    '__proto__ in an environment',
    options('env: { __proto__: "1" }'),
    '2:55 "__proto__" is not allowed as a key',
    'YAML',
  ],
  [
    '__proto__ as an output',
    options('outputs: { __proto__: { path: x } }'),
    '2:59 "__proto__" is not allowed as a key',
    'YAML',
  ],
  [
    'constructor.prototype',
    'constructor: { prototype: { polluted: true } }\n',
    '1:1 "constructor" is not allowed as a key',
    'YAML',
  ],
  ['constructor as an option', options('constructor: 1'), '2:48 "constructor" is not allowed as a key', 'YAML'],
  [
    'methods as keys of the pipeline',
    `${sound}hasOwnProperty: 1\ntoString: 2\n`,
    '3:1 unknown key "hasOwnProperty"; known keys: name, description, on, inputs, on_failure, on_wai',
    'UNKNOWN_KEY',
  ],
  [
    'methods as a step and a kind',
    'name: p\nsteps: { hasOwnProperty: { uses: toString }, valueOf: 1 }\n',
    '2:10 steps: the name "hasOwnProperty" must begin with a lower-case letter and hold lower-case l',
    'BAD_NAME',
  ],
  [
    'constructor as a kind',
    'name: p\nsteps: { a: { uses: constructor } }\n',
    '2:21 steps.a.uses: unknown step kind "constructor"; kinds: prepare, train, checkpoint, merge, q',
    'UNKNOWN_KIND',
  ],
  [
    '__proto__ as a kind',
    'name: p\nsteps: { a: { uses: __proto__ } }\n',
    '2:21 steps.a.uses: unknown step kind "__proto__"; kinds: prepare, train, checkpoint, merge, qua',
    'UNKNOWN_KIND',
  ],
  [
    'toString as an option',
    options('toString: 1'),
    '2:48 steps.a.with: unknown option "toString" of run; known options: command, shell, script, inp',
    'UNKNOWN_OPTION',
  ],
  [
    'hasOwnProperty as a key of retry',
    step('with: { command: [x] }, retry: { hasOwnProperty: 1 }'),
    '2:59 steps.a.retry: unknown key "hasOwnProperty"; known keys: max_attempts, initial_interval, b',
    'UNKNOWN_KEY',
  ],
  [
    'constructor as a need',
    step('needs: constructor, with: { command: [x] }'),
    '2:33 steps.a.needs: unknown step "constructor"; steps: a',
    'UNKNOWN_STEP',
  ],
  [
    '__proto__ as a need',
    step('needs: [__proto__], with: { command: [x] }'),
    '2:34 steps.a.needs: unknown step "__proto__"; steps: a',
    'UNKNOWN_STEP',
  ],
]);
