/**
 * The queue of a home that does the work of this one. Earlier releases named the queues of steps without a device after
 * the machine, and inputs of runs and schedules still hold such names.
 */
export const homeQueue = (queue: string): string => queue.replace(/^(temper-[0-9a-f]{8}-(?:cpu|host))-.*$/s, '$1');
