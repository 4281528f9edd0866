import { openSessionIfUp, type Session } from '../runs/session.ts';

/** How long no answer of Temporal is taken as an answer, in milliseconds. */
const retryMs = 5_000;

/** One connection to Temporal for as long as the page is open, made again when Temporal was away. */
export class SessionKeeper {
  #session: Session | undefined;
  #asked: Promise<Session | undefined> | undefined;
  #askedAt = 0;

  async get(): Promise<Session | undefined> {
    if (this.#session && (await isUp(this.#session))) return this.#session;
    if (this.#session) await this.close();
    if (!this.#asked || Date.now() - this.#askedAt > retryMs) {
      this.#askedAt = Date.now();
      this.#asked = openSessionIfUp();
    }
    this.#session = await this.#asked;
    return this.#session;
  }

  async close(): Promise<void> {
    const open = this.#session;
    this.#session = undefined;
    this.#asked = undefined;
    await open?.close().catch(() => {});
  }
}

const isUp = async ({ client }: Session): Promise<boolean> =>
  await client
    .withDeadline(Date.now() + 2_000, async () => await client.workflowService.getSystemInfo({}))
    .then(
      () => true,
      () => false,
    );
