import type { IncomingMessage } from 'node:http';

type Environment = Readonly<Record<string, string | undefined>>;

export const connectLimit: number;
export function openUrl(
  address: string,
  options?: { method?: string; env?: Environment; signal?: AbortSignal },
): Promise<IncomingMessage>;
export function whyOutOfReach(address: string, env?: Environment): Promise<string | undefined>;
