import { z } from 'zod';
import { isRecord } from '../../json.ts';
import { namedSecret } from '../../language/named-secret.ts';
import { ollamaTag } from './fields.ts';

/** The options of a model that is asked over HTTP, to be spread into an object that may have more. */
export const chatModelFields = {
  model: z
    .string()
    .min(1)
    .meta({
      ollama: true,
      unless: 'url',
      examples: ['qwen2.5:7b'],
      description:
        'A model of the Ollama that answers people, by its name; with `url`, the name that the server of that address knows.',
    }),
  url: z
    .string()
    .regex(
      /^https?:\/\/[^\s/?#@]+(?:\/[^\s?#@]*)?$/,
      'is not an address such as `https://llm.example/v1`; a key belongs in `api_key`',
    )
    .optional()
    .describe(
      'Address of a server that speaks the protocol of OpenAI, mostly one that ends in `/v1`; `/chat/completions` is added. Without it the model is one of the Ollama that answers people.',
    ),
  api_key: z
    .string()
    .regex(
      /^\$\{\{\s*secrets\.[A-Z][A-Z0-9_]*\s*\}\}$/,
      'must be a secret, `${{ secrets.NAME }}`, which `temper secret set NAME` stores: no key is written down in a document',
    )
    .optional()
    .meta({ shapes: false, description: 'Key for that server: `${{ secrets.NAME }}` and nothing else.' }),
};

/** What `shape` and `check` need of an object with those fields. */
interface Given {
  model: string;
  url?: string | undefined;
  api_key?: string | undefined;
}

/** Marks an object with those fields as a model that is asked, and adds the rules that its fields have together. */
export const chatModelOf = <S extends z.ZodRawShape & typeof chatModelFields>(shape: S) =>
  z
    .strictObject(shape)
    .superRefine((given, context) => {
      const { model, url, api_key } = given as unknown as Given;
      const wrong = url === undefined ? ollamaTag.safeParse(model).error?.issues[0]?.message : undefined;
      if (wrong !== undefined) context.addIssue({ code: 'custom', path: ['model'], message: wrong });
      if (url === undefined && api_key !== undefined)
        context.addIssue({ code: 'custom', path: ['api_key'], message: 'is for a server that `url` names' });
    })
    .meta({ chat: true });

/** A model that is asked over HTTP: in Ollama, or at an address. */
export const chatModel = chatModelOf(chatModelFields);
export type ChatModelOption = z.output<typeof chatModel>;

/** The name of the secret that holds its key. */
export const keySecret = ({ api_key }: Pick<ChatModelOption, 'api_key'>): string | undefined =>
  api_key === undefined ? undefined : namedSecret(api_key);

/** The address to which `/chat/completions` is added. A host alone means its `/v1`, as all these servers have it. */
export function endpointOf(url: string): string {
  const base = url.replace(/\/+$/, '').replace(/\/chat\/completions$/, '');
  return /^https?:\/\/[^/]+$/.test(base) ? `${base}/v1` : base;
}

/** How people read which model is meant: `qwen3:8b`, or `deepseek-chat at api.deepseek.com`. */
export const chatModelName = ({ model, url }: Pick<ChatModelOption, 'model' | 'url'>): string =>
  url === undefined ? model : `${model} at ${url.replace(/^https?:\/\//, '').split('/')[0]}`;

export const isChatModel = (value: unknown): value is ChatModelOption =>
  isRecord(value) && typeof value.model === 'string';
