/** Whether lines can be drawn again in place: not in a file, not in the log of a CI that has a terminal, not in one without a cursor. */
export const isLiveTerminal = (stream: NodeJS.WriteStream, env = process.env): boolean =>
  stream.isTTY === true && !env.CI && env.TERM !== 'dumb';
