import type { NeedsOf } from '../work.ts';

/** Seconds until the reader has started, and rows that it then checks in a second. */
const [start, rowsPerSecond] = [1, 4000];
/** With a tokenizer its library is loaded too. */
const startOfTokenizer = 4;
const bytesOfReader = 60_000_000;

/** Rows are read one by one; their split is held in memory and written once. */
export const prepareNeeds: NeedsOf = ({ tokenizer }, { rows }) => ({
  ...(rows === undefined
    ? {}
    : {
        seconds: start + (tokenizer === undefined ? 0 : startOfTokenizer) + rows.rows / rowsPerSecond,
        disk: rows.bytes,
        memory: bytesOfReader + 3 * rows.bytes,
      }),
});
