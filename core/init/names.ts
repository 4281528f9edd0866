/** Names of files that say nothing about what is in them. */
const generic = /^(?:rows?|data|dataset|train(?:ing)?|examples?|samples?|chats?|messages|my-model)$/;

/** A name for the model of a file: valid as the name of a pipeline and of a model in Ollama. */
export function modelName(file: string): string {
  const stem = file
    .replace(/^.*[\\/]/, '')
    .replace(/\..*$/s, '')
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^[^a-z]+|-+$/g, '')
    .slice(0, 40);
  if (stem === '' || generic.test(stem)) return 'my-model';
  return stem.startsWith('my-') ? stem : `my-${stem}`;
}

/** What a name breaks; undefined for a good one. */
export const nameProblem = (name: string): string | undefined =>
  /^[a-z][a-z0-9_-]{0,62}$/.test(name)
    ? undefined
    : 'a name begins with a lower-case letter and holds lower-case letters, digits, `-` and `_` (at most 63)';
