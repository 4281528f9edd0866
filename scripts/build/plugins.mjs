import { readFileSync } from 'node:fs';
import { dirname } from 'node:path';

/** Messages are in English; zod brings fifty languages, which are half of its size. */
export const oneLanguage = {
  name: 'one language',
  setup: ({ onLoad }) => {
    onLoad({ filter: /zod\/v4\/locales\/index\.js$/ }, ({ path }) => ({
      contents: `export { default as en } from './en.js';`,
      resolveDir: dirname(path),
    }));
  },
};

/** A megabyte of message descriptions: JSON.parse reads it several times faster than the compiler does. */
export const parsedQuickly = {
  name: 'descriptions as JSON',
  setup: ({ onLoad }) => {
    onLoad({ filter: /@temporalio\/proto\/protos\/json-module\.js$/ }, ({ path }) => {
      const found = /^([\s\S]*?\.addJSON\()(\{[\s\S]*\})(\);[\s\S]*)$/.exec(readFileSync(path, 'utf8'));
      if (!found) return undefined;
      const [, before, json, after] = found;
      try {
        const all = JSON.parse(json);
        // Of Temporal's own cloud, and of what workers say to their native part: a client sends none of these.
        delete all.coresdk;
        delete all.temporal.nested.api.nested.cloud;
        const text = JSON.stringify(JSON.stringify(all));
        return { contents: `${before}JSON.parse(${text})${after}`, loader: 'js' };
      } catch {
        return undefined; // another version of the package, written otherwise: then it is compiled
      }
    });
  },
};
