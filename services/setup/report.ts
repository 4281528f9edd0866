/** One line for the person who waits. */
export type Report = (line: string) => void;

/** How a part was come by. */
export type Way = 'named' | 'cached' | 'path' | 'downloaded' | 'built';

export interface Tool {
  path: string;
  version: string;
  way: Way;
}

const tellEvery = 15_000;

/** Says what begins, that it goes on, and how long it took. */
export async function timed<T>(report: Report, what: string, work: () => Promise<T>): Promise<T> {
  const start = Date.now();
  const seconds = () => Math.round((Date.now() - start) / 1000);
  report(`${what} …`);
  const ticker = setInterval(() => report(`${what} … ${seconds()} s`), tellEvery);
  try {
    const result = await work();
    report(`${what}: done in ${seconds()} s`);
    return result;
  } finally {
    clearInterval(ticker);
  }
}
