import { z } from 'zod';
import { chatModelFields, chatModelOf } from './chat-model.ts';
import { described, positive } from './fields.ts';

/** A model that compares answers. */
export const judge = chatModelOf({
  ...chatModelFields,
  model: described(
    chatModelFields.model,
    'The model that judges: a name in the Ollama that answers people, or with `url` the name that the server of that address knows. It should be larger than the judged ones, and none of them.',
  ),
  rubric: z
    .string()
    .min(1)
    .optional()
    .describe(
      'What makes an answer good, in any language. By default: it is right, answers what is asked, follows its instructions, and says no more than is needed.',
    ),
  samples: positive
    .max(64)
    .optional()
    .describe(
      'Of several `samples` of each model, how many are compared: the first of one with the first of the other, and so on. Without it all. Each pair takes two verdicts.',
    ),
  think: z
    .boolean()
    .default(false)
    .describe('Whether a judge in Ollama that can think does so before its verdict. Thoughts are no part of it.'),
  max_tokens: positive
    .default(1024)
    .describe('The most tokens of a verdict with its reason, and of the thoughts before it.'),
})
  .optional()
  .describe(
    'A model that is shown the answers of `after` and of `before` (and of `production`) to each question, in both orders, and says which is better. One that says otherwise when the order is turned counts as a tie. Of several `samples` each is compared with the one of the other model that has its seed. The report says how often it wins, with its 95 % interval, how often the judge followed the place of an answer, and how often it agrees with the metric. `metric: judge` makes it the score.',
  );
