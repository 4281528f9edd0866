import { type ChatModelOption, endpointOf } from '../../kinds/options/chat-model.ts';
import { chatModelsIn, type NamedChat } from '../../kinds/options/option-marks.ts';
import { hasExpression } from '../../language/expression/parse.ts';
import type { Finding, FindingProblem } from '../finding.ts';
import { type EndpointFacts, type Known, type KnownStep, placeOf } from '../known.ts';

interface AskedServer extends NamedChat {
  step: KnownStep;
  url: string;
}

/** The servers at an address that steps ask, without those that only the run knows. */
export const serversAsked = (steps: readonly KnownStep[]): AskedServer[] =>
  steps.flatMap((step) =>
    chatModelsIn(step.uses, step.with).flatMap((each) => {
      const { url } = each.value;
      return url === undefined || hasExpression(url) ? [] : [{ ...each, step, url }];
    }),
  );

/** Equal for one server that is asked with one key. */
export const endpointId = ({ url = '', api_key = '' }: Pick<ChatModelOption, 'url' | 'api_key'>): string =>
  JSON.stringify([endpointOf(url), api_key]);

/** Finds servers that do not answer, do not take the key, or do not list the model. */
export function findSilentServers({ steps, servers }: Known): Finding[] {
  return serversAsked(steps).flatMap(({ step, path, value, url }): Finding[] => {
    const facts = servers?.endpoints.get(endpointId(value));
    const found = facts && problemOf(facts, value, url);
    if (!found) return [];
    return [{ ...found.problem, place: placeOf(step, [...path, found.option]), level: 'warning' }];
  });
}

function problemOf(
  facts: EndpointFacts,
  { model, api_key }: ChatModelOption,
  url: string,
): { problem: FindingProblem; option: string } | undefined {
  if ('code' in facts) {
    const { code, said } = facts;
    if (code === 'ENDPOINT_UNREACHABLE')
      return { problem: { code, reason: 'silent-server', facts: { said } }, option: 'url' };
    if (code === 'ENDPOINT_REFUSED')
      return { problem: { code, reason: 'refused-question', facts: { said } }, option: 'url' };
    const hasKey = api_key !== undefined;
    return { problem: { code, reason: 'refused-key', facts: { said, hasKey } }, option: hasKey ? 'api_key' : 'url' };
  }
  const { models: has } = facts;
  if (!has || has.includes(model) || hasExpression(model)) return undefined;
  const unlisted = { model, host: new URL(url).host, has };
  return {
    problem: { code: 'ENDPOINT_MODEL_UNKNOWN', reason: 'unlisted-model', facts: unlisted },
    option: 'model',
  };
}
