import { z } from 'zod';
import { leftOutCodes } from '../../core/words/left-out-chats.ts';
import { named } from './fields.ts';

/** A chat that a probe could not render; `core/words/left-out-chats.ts` has the words. */
export const leftOutChat = named(
  'LeftOutChat',
  z.strictObject({
    chat: z.string(),
    code: z.enum(leftOutCodes).meta({ python: 'str' }),
    detail: z.string().nullable(),
  }),
);
