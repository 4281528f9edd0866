import { z } from 'zod';
import { type ArtifactKind, handleSchema } from '../handles.ts';
import type { StepDefinition } from './definition.ts';
import { path } from './fields.ts';

const relativeName = z
  .string()
  .regex(
    /^(?!.*(?:^|\/)\.\.(?:\/|$))[A-Za-z0-9_][\w./-]*$/,
    'must be a relative path inside the working directory, without `..`',
  );

/** Where a path of slashes leads, empty parts and `.` left out. */
const parts = (path: string) => path.split('/').filter((part) => part !== '' && part !== '.');

/** The name among `names` whose place `name` lies in, or is. */
const holderOf = (name: string, names: readonly string[]) =>
  names.find((other) => other !== name && parts(other).every((part, index) => part === parts(name)[index]));

const options = z.strictObject({
  command: z
    .array(z.string())
    .min(1)
    .optional()
    .describe('Program and arguments, no shell. `python` is the one of temper with the training libraries.'),
  shell: z.enum(['bash', 'sh']).optional().describe('Run `script` with this shell.'),
  script: z.string().optional().describe('Text for `shell`.'),
  inputs: z
    .record(relativeName, z.union([path(), handleSchema.meta({ artifact: 'any' })]))
    // Each is a link to what it names: a second one below it would be written there, outside the working directory.
    .superRefine((inputs, context) => {
      for (const name of Object.keys(inputs)) {
        const holder = holderOf(name, Object.keys(inputs));
        if (holder !== undefined)
          context.addIssue({ code: 'custom', path: [name], message: `must not lie inside the input "${holder}"` });
      }
    })
    .optional()
    .describe(
      'What the command reads: files or artifacts by name, found in the working directory under `inputs/<name>`. Without this key the step is never reused.',
    ),
  outputs: z
    .record(
      z.string().regex(/^[a-z][a-z0-9_]*$/, 'must be a lower-case name'),
      z.strictObject({
        path: relativeName
          .refine(
            (path) => parts(path)[0] !== 'inputs',
            'must not lie in `inputs/`, where the command finds what it reads',
          )
          .describe('The file or directory that the command writes, in the working directory.'),
        type: z
          .enum(['model', 'dataset', 'gguf', 'report', 'files'])
          .default('files')
          .describe('What it is, for the steps that read it.'),
      }),
    )
    .default({})
    .describe('What the command makes; each becomes an artifact and an output of the step.'),
  env: z
    .record(z.string().regex(/^[A-Za-z_]\w*$/), z.string())
    .default({})
    .describe(
      'Environment variables; secrets are named `${{ secrets.NAME }}` and shown as `***` where the command prints them as they are, URL-encoded or as JSON. Of the worker only PATH, HOME, LANG and the like are passed on.',
    ),
  timeout_minutes: z
    .number()
    .positive()
    .max(35_000)
    .optional()
    .meta({ shapes: false, description: 'End the command after this many minutes.' }),
});

export const run = {
  summary: 'Runs a command of yours.',
  options,
  outputs: {},
  outputsOf: ({ outputs }) => {
    const declared = typeof outputs === 'object' && outputs !== null ? Object.entries(outputs) : [];
    return Object.fromEntries(
      declared.map(([name, output]) => [name, (output as { type?: ArtifactKind } | null)?.type ?? 'files']),
    );
  },
  executor: 'activity',
  usesDevice: false,
  revision: 1,
  reuse: ({ inputs }) => inputs !== undefined,
  heartbeatTimeout: '30s',
  shapedBy: 'environment',
} as const satisfies StepDefinition;
