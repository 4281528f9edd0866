import { z } from 'zod';

const key = z.string().min(1);

/** Which keys of a row hold its parts, where they have names of their own. */
export const rowMap = z
  .strictObject({
    user: key.optional().describe('The key of the question. `data.question` is the key `question` inside of `data`.'),
    assistant: key.optional().describe('The key of the answer to learn.'),
    system: key.optional().describe('The key of the system message. A row may lack it.'),
    input: key.optional().describe('The key of text that belongs to the question, after it. A row may lack it.'),
    messages: key.optional().describe('The key of the list of messages, in place of `user` and `assistant`.'),
    role: key.optional().describe('The key of the role in each message.'),
    content: key.optional().describe('The key of the text in each message.'),
    roles: z
      .record(z.string(), z.enum(['system', 'user', 'assistant']))
      .optional()
      .describe('What the roles of messages are, where they have other names: `{ customer: user, agent: assistant }`.'),
  })
  .meta({ title: 'RowMap' });
