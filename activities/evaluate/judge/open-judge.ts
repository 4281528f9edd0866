import { chatModelName, endpointOf } from '../../../core/kinds/options/chat-model.ts';
import type { StepOptions } from '../../../core/kinds/registry.ts';
import type { Chat } from '../../../services/chat/chat.ts';
import { openChat } from '../../../services/chat/open-chat.ts';
import type { StepContext } from '../../engine/step-context.ts';

export type JudgeOption = NonNullable<StepOptions['evaluate']['judge']>;

export interface OpenJudge {
  chat: Chat;
  option: JudgeOption;
  name: string;
  /** Of a judge in Ollama. */
  digest?: string;
  /** What its verdicts depend on: the digest of a model, or its name and address where nobody can tell its weights. */
  identity: string;
}

/**
 * Makes the judge ready before any model is asked: a judge that is not there would be found after all the answers. `digestOf`
 * returns the digest that a name in Ollama has, and throws if it is another than when the run began.
 */
export async function openJudge(
  { deps, options, signal }: Pick<StepContext<'evaluate'>, 'deps' | 'options' | 'signal'>,
  digestOf: (name: string) => Promise<string>,
): Promise<OpenJudge | undefined> {
  const option = options.judge;
  if (!option) return undefined;
  const chat = await openChat(option, deps);
  const name = chatModelName(option);
  if (option.url === undefined) {
    const digest = await digestOf(option.model);
    return { chat, option, name, digest, identity: digest };
  }
  await chat.check(signal);
  return { chat, option, name, identity: `${option.model} ${endpointOf(option.url)}` };
}
