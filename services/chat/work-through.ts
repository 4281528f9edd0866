/** A server at an address has room for several people; an Ollama answers one after another. */
export const requestsAtOnce = ({ url }: { url?: string | undefined }): number => (url === undefined ? 1 : 4);

/**
 * Works through items in their order, several at once, and gives the results in that order. After a failure it begins no
 * further one, and waits for those under way: their answers are paid for.
 */
export async function workThrough<T, R>(
  items: readonly T[],
  atOnce: number,
  work: (item: T) => Promise<R>,
): Promise<R[]> {
  const results = new Array<R>(items.length);
  let next = 0;
  let hasFailed = false;
  const worker = async () => {
    while (next < items.length && !hasFailed) {
      const at = next++;
      try {
        results[at] = await work(items[at]!);
      } catch (error) {
        hasFailed = true;
        throw error;
      }
    }
  };
  const ended = await Promise.allSettled(Array.from({ length: Math.min(atOnce, items.length) }, worker));
  const failed = ended.find((each) => each.status === 'rejected');
  if (failed) throw failed.reason;
  return results;
}
