import { setMaxListeners } from 'node:events';
import { type Client, isGrpcDeadlineError } from '@temporalio/client';
import type { RunState } from '../../core/run/run-state.ts';
import { workflowOf } from './session.ts';

/** How long one question for the end stands open, in milliseconds. */
const questionMs = 15_000;

/**
 * Waits until a run has closed and returns its last state; undefined when `stop` is aborted or Temporal does not tell. The
 * client adds a listener to the signal at every call and never removes it, so each question gets a signal of its own.
 */
export async function stateAtEnd(client: Client, runId: string, stop: AbortSignal): Promise<RunState | undefined> {
  let question = new AbortController();
  const abort = () => question.abort();
  stop.addEventListener('abort', abort, { once: true });
  try {
    while (!stop.aborted) {
      question = new AbortController();
      // Within a question the client asks again at every new event of the run, hundreds of times if steps are short.
      setMaxListeners(0, question.signal);
      try {
        return await client.withAbortSignal(question.signal, () =>
          client.withDeadline(
            Date.now() + questionMs,
            async () => (await workflowOf(client, runId).result()) as RunState,
          ),
        );
      } catch (error) {
        if (!isGrpcDeadlineError(error)) return undefined;
      }
    }
    return undefined;
  } finally {
    stop.removeEventListener('abort', abort);
  }
}
