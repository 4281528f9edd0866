import { z } from 'zod';
import { type ArtifactKind, handleSchema } from '../handles.ts';
import { isRecord } from '../json.ts';
import type { StepDefinition } from './definition.ts';
import { path } from './options/fields.ts';

const relativeName = z
  .string()
  .regex(
    /^(?!.*(?:^|\/)\.\.(?:\/|$))[A-Za-z0-9_][\w./-]*$/,
    'must be a relative path inside the working directory, without `..`',
  );

/** The parts of a path, without empty ones and `.`. */
const parts = (path: string) => path.split('/').filter((part) => part !== '' && part !== '.');

/** The other name in whose folder `name` lies, or with which it is equal. */
const holderOf = (name: string, names: readonly string[]) =>
  names.find((other) => other !== name && parts(other).every((part, index) => part === parts(name)[index]));

const options = z.strictObject({
  command: z
    .array(z.string())
    .min(1)
    .optional()
    .describe(
      'The program and its arguments, such as `[python, score.py]`, without a shell. `python` is the one of temper, with the training libraries.',
    ),
  shell: z.enum(['bash', 'sh']).optional().describe('Run `script` with this shell.'),
  script: z.string().optional().describe('Text for `shell`.'),
  inputs: z
    .record(relativeName, z.union([path(), handleSchema.meta({ artifact: 'any' })]))
    // Each input is a link. A second one below it would be written through the link, outside the working directory.
    .superRefine((inputs, context) => {
      for (const name of Object.keys(inputs)) {
        const holder = holderOf(name, Object.keys(inputs));
        if (holder !== undefined)
          context.addIssue({ code: 'custom', path: [name], message: `must not lie inside the input "${holder}"` });
      }
    })
    .optional()
    .describe(
      'Files or artifacts that the command reads, by name; it finds them in its working directory under `inputs/<name>`. Without this key the step is never reused.',
    ),
  outputs: z
    .record(
      z.string().regex(/^[a-z][a-z0-9_]*$/, 'must be a lower-case name'),
      z.strictObject({
        path: relativeName
          .refine(
            (path) => parts(path)[0] !== 'inputs',
            'must not lie in `inputs/`, which holds the inputs of the command',
          )
          .describe('The file or directory that the command writes, relative to its working directory.'),
        type: z
          .enum(['model', 'dataset', 'gguf', 'report', 'files'])
          .default('files')
          .describe('The kind of artifact, for the steps that read it.'),
      }),
    )
    .default({})
    .describe('What the command writes. Each becomes an artifact and an output of the step.'),
  env: z
    .record(z.string().regex(/^[A-Za-z_]\w*$/), z.string())
    .default({})
    .describe(
      'Environment variables. A secret is `${{ secrets.NAME }}`; if the command prints it, as it is, URL-encoded or as JSON, the log shows `***`. Of the variables of the worker, only PATH, HOME, LANG and similar ones are passed on.',
    ),
  timeout_minutes: z
    .number()
    .positive()
    .max(35_000)
    .optional()
    .meta({ shapes: false, description: 'Stops the command after this many minutes.' }),
});

export const run = {
  summary: 'Runs a command of yours.',
  options,
  outputs: {},
  outputsOf: ({ outputs = {} }) => {
    if (!isRecord(outputs)) return undefined;
    const types = Object.entries(outputs).map(([name, output]) => [name, isRecord(output) ? output.type : undefined]);
    return Object.fromEntries(types.map(([name, type]) => [name, (type as ArtifactKind | undefined) ?? 'files']));
  },
  checkTogether: ({ command, shell, script }) => {
    if (command !== undefined) return shell !== undefined || script !== undefined ? 'command-and-script' : undefined;
    return shell === undefined || script === undefined ? 'no-command' : undefined;
  },
  secretOptions: ['env'],
  executor: 'activity',
  usesDevice: false,
  revision: 1,
  reuse: { needs: 'inputs' },
  heartbeatTimeout: '30s',
  shapedBy: 'environment',
} as const satisfies StepDefinition;
