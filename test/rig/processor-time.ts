/** Starts to count; the answer tells the milliseconds of the processor since, which others at work on this machine do not add to. */
export function processorTime(): () => number {
  const start = process.cpuUsage();
  return () => {
    const { user, system } = process.cpuUsage(start);
    return (user + system) / 1000;
  };
}
