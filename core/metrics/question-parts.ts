import { readSchema } from './json-schema.ts';
import type { Part } from './metrics.ts';
import { lastNumber } from './number.ts';
import { readPattern } from './pattern.ts';

/** What a question is scored by. */
export interface ScoredBy {
  /** Answers that would do; none where nobody has written one. */
  references: readonly string[];
  pattern?: string;
  schema?: Readonly<Record<string, unknown>>;
}

/** Why the pattern or the schema of a question cannot be used, as the end of a sentence; undefined where both can. */
export function whyUnusable({ pattern, schema }: ScoredBy): string | undefined {
  const read = pattern === undefined ? {} : readPattern(pattern);
  if ('why' in read) return `its \`pattern\` ${read.why}`;
  const found = schema === undefined ? {} : readSchema(schema);
  return 'why' in found ? `its \`schema\` ${found.why}` : undefined;
}

const hasPart: Readonly<Record<Part, (question: ScoredBy) => boolean>> = {
  reference: ({ references }) => references.length > 0,
  pattern: ({ pattern }) => pattern !== undefined,
  number: ({ references }) => references.length > 0 && references.every((text) => lastNumber(text) !== undefined),
};

/** Those of the questions that lack a part. */
export const lacking = <Q extends ScoredBy>(questions: readonly Q[], part: Part): Q[] =>
  questions.filter((question) => !hasPart[part](question));
