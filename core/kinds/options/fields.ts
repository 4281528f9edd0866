import { z } from 'zod';
import { type ArtifactKind, handleSchema } from '../../handles.ts';

// A process parses options once or twice, so compiling a parser for each schema would take longer.
z.config({ jitless: true });

export const positive = z.number().int().positive();
export const share = z.number().min(0).max(1);

export function artifact<K extends ArtifactKind>(kind: K) {
  return handleSchema.extend({ kind: z.literal(kind) }).meta({
    artifact: kind,
    description: `An artifact of kind ${kind}: an expression that reads another step's output.`,
  });
}

// Addresses, variables of a shell and paths of Windows would be looked for as files of that name. An absolute path may
// hold all that: the folder of the document is part of it in a plan.
const pathOfMachine =
  /^(?:\/|(?![A-Za-z][A-Za-z0-9+.-]*:[\\/\n\t\r\f\v\b]|\\\\|\.{1,2}\\|[\w.-]+\\|\$\w|%\w+%)(?!.*(?:\$[{(]|\{\{|[{(<]\s*(?:inputs|steps|matrix|secrets|run)\.[\w.-]+\s*[})>])))/s;

/** A file that the document names: relative to the document, pinned to a digest when the run starts. */
export const path = () => z.string().min(1).regex(pathOfMachine, 'must be a path of this machine').meta({ path: true });

/** A file of rows, or a dataset of the Hub. No `..` in its name or revision: both become parts of paths in the Hub's cache. */
export const rowsPath = () =>
  z
    .string()
    .min(1)
    .regex(
      // One pattern: an editor takes an expression in place of a text by it.
      new RegExp(`^(?!hub:(?!${hubName}$))${pathOfMachine.source.slice(1)}`, 's'),
      {
        error: ({ input }) =>
          String(input).startsWith('hub:')
            ? 'is no dataset of the Hub: write `hub:org/name`, or `hub:org/name@revision`'
            : 'must be a path of this machine',
      },
    )
    .meta({ path: true, hubRows: true });

const hubName = String.raw`(?!.*\.\.)[A-Za-z0-9][\w.-]*(?:\/\w[\w.-]*)?(?:@\w[\w./-]*)?`;

/** A name by Ollama's own rule (0.24.0, `model.ParseName`): a host, a namespace, a model and a tag, of which only the model must be there. */
export const ollamaTag = z
  .string()
  .regex(
    /^(?:(?:[A-Za-z0-9_][A-Za-z0-9._:-]{0,349}\/)?[A-Za-z0-9_][A-Za-z0-9_-]{0,79}\/)?[A-Za-z0-9_][A-Za-z0-9._-]{0,79}(?::[A-Za-z0-9_][A-Za-z0-9._-]{0,79})?$/,
    'is not a model name of Ollama; write `name` or `name:tag` in letters, digits, `.`, `_` and `-`, at most 80 each',
  );

export const base = () =>
  z
    .union([
      z.string().regex(
        // No `..` in a Hub name or revision: both become parts of paths in the Hub's cache.
        /^(?:\.{0,2}\/.*|~\/.*|(?!.*\.\.)(?:ollama:[\w][\w./:-]*|(?:modelscope:(?=\w[\w.-]*\/))?[A-Za-z0-9][\w.-]*(?:\/\w[\w.-]*)?(?:@\w[\w./-]*)?))$/,
        'is neither a Hub name (`org/model`, `org/model@revision`), a model in Ollama (`ollama:name:tag`) nor a path (`./dir`)',
      ),
      artifact('model'),
    ])
    .meta({
      base: true,
      description:
        'The model to start from: a Hub name (`org/model`, or `org/model@revision`), a name on ModelScope (`modelscope:org/model`), a local directory (`./dir`), a GGUF file (`./model.gguf`), a model in Ollama (`ollama:name:tag`), or a model artifact of another step.',
    });

export const described = <T extends z.ZodType>(schema: T, description: string): T =>
  schema.meta({ ...schema.meta(), description }) as T;
