/** Gigabytes with one decimal, without the unit. */
export const gigabytes = (bytes: number): string => (bytes / 1e9).toFixed(1);
