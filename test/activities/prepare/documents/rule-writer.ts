import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface RuleWriter {
  url: string;
  /** The text of each prompt, in the order in which they came. */
  prompts: string[];
  /** Called for each request before it is answered. */
  before: (count: number) => Promise<void> | void;
  close: () => void;
}

/**
 * A server of OpenAI's protocol whose rows are made by a rule instead of a model, so that a test can tell them beforehand:
 * of each section of the thesis a row that it supports, and one with a number that it does not have.
 */
export async function startRuleWriter(): Promise<RuleWriter> {
  const http = createServer(async (incoming, outgoing) => {
    const chunks: Buffer[] = [];
    for await (const chunk of incoming) chunks.push(chunk as Buffer);
    if (incoming.url === '/v1/models') return outgoing.end(JSON.stringify({ data: [{ id: 'rule' }] }));
    const { messages } = JSON.parse(Buffer.concat(chunks).toString()) as { messages: { content: string }[] };
    const prompt = messages.at(-1)!.content;
    writer.prompts.push(prompt);
    await writer.before(writer.prompts.length);
    const found = /第(\d+)号试验区[^。]*。/.exec(prompt);
    const rows = found
      ? [
          { kind: 'fact', question: `第${found[1]}号试验区在哪里，有多少景影像？`, answer: found[0] },
          {
            kind: 'fact',
            question: `第${found[1]}号试验区的面积是多少？`,
            answer: `第${found[1]}号试验区的面积是98765平方米。`,
          },
        ]
      : [];
    const message = { role: 'assistant', content: JSON.stringify({ rows }) };
    return outgoing.end(
      JSON.stringify({
        choices: [{ message, finish_reason: 'stop' }],
        usage: { prompt_tokens: 9, completion_tokens: 9 },
      }),
    );
  }).listen(0, '127.0.0.1');
  await once(http, 'listening');
  const writer: RuleWriter = {
    url: `http://127.0.0.1:${(http.address() as AddressInfo).port}/v1`,
    prompts: [],
    before: () => {},
    close: () => http.close(),
  };
  return writer;
}
