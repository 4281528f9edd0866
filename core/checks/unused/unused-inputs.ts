import type { Json } from '../../handles.ts';
import { mapLeaves } from '../../json.ts';
import type { Finding } from '../finding.ts';
import type { Known } from '../known.ts';

/** Finds inputs that nothing reads: a value given for one changes nothing. */
export function findUnusedInputs({ documents }: Known): Finding[] {
  return documents.flatMap(({ within, document }) => {
    const { inputs, ...rest } = document;
    const texts: string[] = [];
    mapLeaves(rest as unknown as Json, (leaf) => {
      if (typeof leaf === 'string') texts.push(leaf);
      return leaf;
    });
    // A name in a comment of a script counts as read: a warning that is wrong is worse than none.
    const read = new Set(texts.flatMap((text) => [...text.matchAll(/\binputs\.([\w-]+)/g)].map((match) => match[1]!)));
    return Object.keys(inputs)
      .filter((input) => !read.has(input))
      .map(
        (input): Finding => ({
          code: 'UNUSED',
          reason: 'unused-input',
          facts: { input },
          place: { within, path: ['inputs', input] },
          level: 'warning',
        }),
      );
  });
}
