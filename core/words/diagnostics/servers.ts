import type { FindingFacts } from '../../checks/finding.ts';
import { suggest } from '../../language/spelling/suggest.ts';
import { suggestionFor } from '../suggestion.ts';
import { didYouMean, type WordsOf } from './said.ts';

type ServerCode = 'MODEL_NOT_IN_OLLAMA' | `ENDPOINT_${'UNREACHABLE' | 'KEY_REFUSED' | 'REFUSED' | 'MODEL_UNKNOWN'}`;

function meantIn(name: string, names: readonly string[]): string | undefined {
  const { meant } = suggest(name, names);
  return meant === undefined ? undefined : didYouMean(meant);
}

/** What a look at the servers that steps will ask has found. */
export const serverWords: { readonly [C in ServerCode]: WordsOf<FindingFacts[C]> } = {
  MODEL_NOT_IN_OLLAMA: {
    'not-in-ollama': ({ name, at, has }) => ({
      message: `${at === undefined ? 'temper’s own Ollama' : `Ollama at ${at}`} does not have ${name}`,
      hint: meantIn(name, has) ?? '`npx temper run FILE --pull` fetches it first, or correct the name',
    }),
  },
  ENDPOINT_UNREACHABLE: {
    'silent-server': ({ said }) => ({ message: said, hint: 'correct `url`, or start the server before the run' }),
  },
  ENDPOINT_KEY_REFUSED: {
    'refused-key': ({ said, hasKey }) => ({
      message: said,
      hint: hasKey
        ? 'store another key with `npx temper secret set NAME`'
        : 'write `api_key: ${{ secrets.NAME }}`, and store the key with `npx temper secret set NAME`',
    }),
  },
  ENDPOINT_REFUSED: {
    'refused-question': ({ said }) => ({
      message: said,
      hint: 'does `url` lead to a server of the protocol of OpenAI?',
    }),
  },
  ENDPOINT_MODEL_UNKNOWN: {
    'unlisted-model': ({ model, host, has }) => ({
      message: `${host} does not list ${model} among its models`,
      hint: suggestionFor(model, has, 'it lists', 'correct `model`'),
    }),
  },
};
