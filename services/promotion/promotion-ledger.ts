import { mkdir, open, readdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fullModelName } from '../../core/model-name.ts';
import type { PromotionLine } from '../../core/promotions.ts';
import { readJsonLines } from '../runs/attempt-ledger.ts';
import { exists, syncFolder } from '../store/durable-files.ts';

const folder = (store: string) => join(store, 'promotions');
const place = (store: string, name: string) => join(folder(store), `${encodeURIComponent(fullModelName(name))}.jsonl`);

/** The moves of a serving name, oldest first. The file is append-only. */
export const readPromotions = async (store: string, name: string): Promise<PromotionLine[]> =>
  await readJsonLines<PromotionLine>(place(store, name));

/** Ledgers of all serving names that temper ever moved. */
export async function readAllPromotions(store: string): Promise<{ name: string; lines: PromotionLine[] }[]> {
  const files = (await readdir(folder(store)).catch(() => [] as string[])).filter((name) => name.endsWith('.jsonl'));
  return await Promise.all(
    files.sort().map(async (file) => {
      const name = decodeURIComponent(file.replace(/\.jsonl$/, ''));
      return { name, lines: await readPromotions(store, name) };
    }),
  );
}

/** Appends a line and syncs it to disk. The caller must hold the name, see `holdServingName`. */
export async function appendPromotion(store: string, name: string, line: PromotionLine): Promise<void> {
  const path = place(store, name);
  const isNew = !(await exists(path));
  await mkdir(dirname(path), { recursive: true });
  const file = await open(path, 'a+');
  try {
    const { size } = await file.stat();
    const last = size > 0 ? (await file.read(Buffer.alloc(1), 0, 1, size - 1)).buffer.toString() : '\n';
    // After a crash in the middle of a line, the next line must not join it.
    await file.write(`${last === '\n' ? '' : '\n'}${JSON.stringify(line)}\n`);
    await file.datasync();
  } finally {
    await file.close();
  }
  if (!isNew) return;
  await syncFolder(dirname(path));
  await syncFolder(store);
}
