/** Megabytes with one decimal, without the unit. */
export const megabytes = (bytes: number): string => (bytes / 1e6).toFixed(1);
