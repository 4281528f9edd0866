import { setTimeout as delay } from 'node:timers/promises';
import type { Connection } from '@temporalio/client';
import { TemperError } from '../../core/errors/temper-error.ts';
import { searchAttributeTypes } from '../../core/run/search-attributes.ts';

/** Temporal deletes closed runs after this many days. */
const retentionDays = 30;

/** Temporal's `IndexedValueType`. */
const typeNumbers = { Keyword: 2, Double: 4 } as const;

/** Flags for `temporal server start-dev`, which uses them only when it creates the namespace. */
export const searchAttributeFlags = Object.entries(searchAttributeTypes).map(([name, type]) => `${name}=${type}`);

/** gRPC status codes that this module handles. */
const notFound = 5;
const alreadyExists = 6;
const permissionDenied = 7;
const unimplemented = 12;
const unauthenticated = 16;

const codeOf = (error: unknown) => (error as { code?: number }).code;

/**
 * Creates the namespace and its search attributes if they are missing. Sets the retention only on temper's own server.
 * Throws SERVICE_FAILED with the command for an admin if the server refuses the namespace. Returns what to tell if it
 * refuses the search attributes: runs then do without them.
 */
export async function ensureNamespace(
  connection: Connection,
  namespace: string,
  own: boolean,
): Promise<string | undefined> {
  const retention = { seconds: retentionDays * 86_400 } as never;
  try {
    const facts = await connection.workflowService.describeNamespace({ namespace });
    const seconds = Number(facts.config?.workflowExecutionRetentionTtl?.seconds ?? 0);
    // The development server creates namespaces with a retention of one day.
    if (own && seconds !== retentionDays * 86_400) {
      await connection.workflowService.updateNamespace({
        namespace,
        config: { workflowExecutionRetentionTtl: retention },
      });
    }
  } catch (error) {
    if (codeOf(error) !== notFound)
      throw refused(error, `reading the namespace ${namespace}`, namespaceRemedy(namespace));
    await connection.workflowService
      .registerNamespace({
        namespace,
        description: 'temper: fine-tuning pipelines',
        workflowExecutionRetentionPeriod: retention,
      })
      .catch((failure: unknown) => {
        if (codeOf(failure) !== alreadyExists)
          throw refused(failure, `creating the namespace ${namespace}`, namespaceRemedy(namespace));
      });
  }
  return await ensureSearchAttributes(connection, namespace);
}

async function ensureSearchAttributes(connection: Connection, namespace: string): Promise<string | undefined> {
  const missing = async () => {
    const { customAttributes } = await connection.operatorService.listSearchAttributes({ namespace });
    return Object.entries(searchAttributeTypes)
      .filter(([name]) => customAttributes?.[name] === undefined)
      .map(([name, type]) => [name, typeNumbers[type]] as const);
  };
  try {
    const lacking = await retryUntil(missing, () => true);
    if (lacking.length === 0) return undefined;
    await connection.operatorService
      .addSearchAttributes({ namespace, searchAttributes: Object.fromEntries(lacking) })
      .catch((error: unknown) => {
        if (codeOf(error) !== alreadyExists) throw error;
      });
    await retryUntil(missing, (left) => left.length === 0);
    return undefined;
  } catch (error) {
    const commands = searchAttributeFlags
      .map((flag) => flag.split('='))
      .map(
        ([name, type]) =>
          `  temporal operator search-attribute create --namespace ${namespace} --name ${name} --type ${type}`,
      );
    const failure = refused(error, `the search attributes of the namespace ${namespace}`, '');
    if (!(failure instanceof TemperError)) throw failure;
    return `${failure.message}. Runs go on without them, and Temporal’s pages cannot be searched for them. A Temporal admin can create them:\n${commands.join('\n')}`;
  }
}

/** Repeats a request for up to 30 s: a server refreshes its namespaces only every few seconds. */
async function retryUntil<T>(ask: () => Promise<T>, isDone: (answer: T) => boolean): Promise<T> {
  for (const limit = Date.now() + 30_000; ; await delay(100)) {
    try {
      const answer = await ask();
      if (isDone(answer) || Date.now() > limit) return answer;
    } catch (error) {
      if (codeOf(error) !== notFound || Date.now() > limit) throw error;
    }
  }
}

const namespaceRemedy = (namespace: string) =>
  `Create it once with \`temporal operator namespace create --namespace ${namespace} --retention ${retentionDays}d\` or in your provider’s console, or set TEMPORAL_NAMESPACE to another.`;

function refused(error: unknown, doing: string, remedy: string): unknown {
  const code = codeOf(error);
  if (code !== permissionDenied && code !== unauthenticated && code !== unimplemented && code !== notFound)
    return error;
  const words = (error as { details?: string }).details ?? (error as Error).message;
  return new TemperError('SERVICE_FAILED', `Temporal refused ${doing}: ${words}`, { remedy, cause: error });
}
