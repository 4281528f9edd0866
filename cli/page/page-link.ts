import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { z } from 'zod';
import type { Home } from '../../services/machine/home.ts';
import { writeDurably } from '../../services/store/durable-files.ts';
import { readJsonFile } from '../../services/store/json-file.ts';

/** What the link of `temper open` is made of. Whoever has the token can steer the runs of the home. */
const pageLink = z.object({ token: z.string().regex(/^[\w-]{32,}$/), port: z.int().min(1).max(65_535).optional() });
export type PageLink = z.infer<typeof pageLink>;

const fileOf = (home: Pick<Home, 'root'>) => join(home.root, 'page.json');

/** The link of this home, a new one at the first time: pages that stay open, and bookmarks, outlive a restart of the server. */
export async function readPageLink(home: Pick<Home, 'root'>): Promise<PageLink> {
  const known = pageLink.safeParse(await readJsonFile<unknown>(fileOf(home)).catch(() => undefined));
  return known.data ?? { token: randomBytes(24).toString('base64url') };
}

/** Nobody but the user of the home may read it. */
export const writePageLink = async (home: Pick<Home, 'root'>, link: PageLink): Promise<void> =>
  await writeDurably(fileOf(home), `${JSON.stringify(link)}\n`, { mode: 0o600 });
