import { z } from 'zod';

const rule = 'must be a duration such as `10s`, `5m` or `1h`';

/** A span of time as documents write it. */
export const duration = z.string(rule).regex(/^\d+(?:ms|s|m|h|d)$/, rule);
