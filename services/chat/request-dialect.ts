import type { ChatRequest } from './chat.ts';
import type { Refusal } from './endpoint-failures.ts';

/** What servers of one protocol take differently. */
export interface Dialect {
  /** OpenAI's newer models take only the second name, and older servers only the first. */
  limit: 'max_tokens' | 'max_completion_tokens';
  /**
   * How a server is told that the answer is JSON: by its schema, by one without the lengths of texts, which OpenAI does not
   * know, that it is some JSON, or only in the prompt.
   */
  format: 'json_schema' | 'schema_without_lengths' | 'json_object' | 'prompt';
  /** Options that the server has refused. */
  without: readonly string[];
}

export const firstDialect: Dialect = { limit: 'max_tokens', format: 'json_schema', without: [] };

/** The body of a request. */
export function asked(model: string, request: ChatRequest, { limit, format, without }: Dialect) {
  const { messages, schema, maxTokens, temperature = 0, seed } = request;
  const optional = { temperature, ...(seed === undefined ? {} : { seed }) };
  const taken = Object.fromEntries(Object.entries(optional).filter(([name]) => !without.includes(name)));
  const form = schema === undefined || format === 'prompt' ? {} : { response_format: formatOf(schema, format) };
  return { model, messages, stream: false, [limit]: maxTokens, ...taken, ...form };
}

function formatOf(schema: NonNullable<ChatRequest['schema']>, format: Exclude<Dialect['format'], 'prompt'>) {
  if (format === 'json_object') return { type: 'json_object' };
  const taken = format === 'json_schema' ? schema : withoutLengths(schema);
  return { type: 'json_schema', json_schema: { name: 'answer', strict: true, schema: taken } };
}

const lengths = ['minLength', 'maxLength'];

const withoutLengths = (schema: object): unknown =>
  JSON.parse(JSON.stringify(schema, (key, value: unknown) => (lengths.includes(key) ? undefined : value)));

const formats: readonly Dialect['format'][] = ['json_schema', 'schema_without_lengths', 'json_object', 'prompt'];

/**
 * Another form of the same request after a refusal; undefined if the refusal is not about its form. Few servers say which
 * part they refuse, so the format of the answer is suspected: each looser one is tried once.
 */
export function adapt(dialect: Dialect, { status, param }: Refusal, { schema }: ChatRequest): Dialect | undefined {
  if (status !== 400 && status !== 422) return undefined;
  if (param === 'max_tokens' && dialect.limit === 'max_tokens') return { ...dialect, limit: 'max_completion_tokens' };
  if ((param === 'temperature' || param === 'seed') && !dialect.without.includes(param))
    return { ...dialect, without: [...dialect.without, param] };
  if (schema === undefined || (param !== undefined && !param.startsWith('response_format'))) return undefined;
  const next = formats[formats.indexOf(dialect.format) + 1];
  return next === undefined ? undefined : { ...dialect, format: next };
}
