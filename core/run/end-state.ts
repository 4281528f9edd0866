/** How a step ended. `blocked`: a step that it needs did not succeed. */
export type EndState = 'succeeded' | 'reused' | 'skipped' | 'failed' | 'blocked' | 'cancelled';
