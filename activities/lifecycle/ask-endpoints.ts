import { chatModelsIn } from '../../core/kinds/options/option-marks.ts';
import { hasExpression } from '../../core/language/expression/parse.ts';
import { expandWithin } from '../../core/run/expand-matrix.ts';
import type { Plan } from '../../core/run/plan.ts';
import { openChat } from '../../services/chat/open-chat.ts';
import type { Deps } from '../engine/deps.ts';

/**
 * Throws if a server that a step will ask does not answer, refuses its key or has no such model. This is known before a
 * training of hours begins. Models in Ollama are looked up when they are pinned.
 */
export async function askEndpoints(deps: Deps, plan: Plan, signal: AbortSignal): Promise<void> {
  const asked = new Set<string>();
  for (const step of expandWithin(plan)) {
    for (const { value } of chatModelsIn(step.uses, step.with)) {
      const { url, model, api_key } = value;
      const same = JSON.stringify([url, model, api_key]);
      if (url === undefined || hasExpression(model) || hasExpression(url) || asked.has(same)) continue;
      asked.add(same);
      const chat = await openChat(value, deps);
      await chat.check(signal);
    }
  }
}
