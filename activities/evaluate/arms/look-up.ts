import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type Chunk, chunkDocument } from '../../../core/documents/chunk.ts';
import { usuallyLeftOut } from '../../../core/documents/headings.ts';
import { placeOfPart, withParts } from '../../../core/documents/quote-parts.ts';
import type { StepOptions } from '../../../core/kinds/registry.ts';
import type { Message } from '../../../services/ollama/messages.ts';
import { readDocuments, withoutText } from '../../documents/read-documents.ts';
import { openPinned } from '../../engine/pinned-files.ts';
import type { StepContext } from '../../engine/step-context.ts';
import { messagesOf } from '../questions/row-messages.ts';
import { type Nearest, nearestIn } from './nearest.ts';

type ArmOptions = NonNullable<StepOptions['evaluate']['arms']>[string];

/** A chat that what was found stands in. */
interface Informed {
  messages: readonly Message[];
  /** Where it was found, for people; the nearest last. Rows have no place. */
  places?: readonly string[];
}

/** `scanned`: pages that are pictures, of which nothing is found. */
export interface DocumentsRead {
  documents: readonly string[];
  parts: number;
  scanned: number;
}

/** Where an arm looks things up. */
export interface LookUp {
  among: { rows: number } | DocumentsRead;
  /** A chat with all that was found, the same with the farthest left out, and so on down to one. Empty if nothing was found. */
  inform: (messages: readonly Message[], nearest: number) => Informed[];
}

type Context = StepContext<'evaluate'>;

/** Opens what an arm looks things up in; undefined if it does not. Throws for documents that cannot be read. */
async function openLookUp(context: Context, { rows, documents, part_tokens }: ArmOptions): Promise<LookUp | undefined> {
  const { deps, signal } = context;
  if (rows) return lookUpInRows(await readRows((await deps.store.open(rows, { signal })).path));
  return documents === undefined ? undefined : await openDocuments(context, documents, part_tokens);
}

/** By arm. They are opened before any model is asked: a document that cannot be read would be found after all the answers. */
export async function openLookUps(context: Context): Promise<ReadonlyMap<string, LookUp>> {
  const opened = new Map<string, LookUp>();
  for (const [name, arm] of Object.entries(context.options.arms ?? {})) {
    const lookUp = await openLookUp(context, arm);
    if (lookUp) opened.set(name, lookUp);
  }
  return opened;
}

/** The rows that a training learns; those held out for its loss are left out, as a training does not see them. */
async function readRows(dataset: string): Promise<Message[][]> {
  const lines = (await readFile(join(dataset, 'train.jsonl'), 'utf8')).split('\n');
  return lines.map((line) => withoutSystem(messagesOf(line))).filter((messages) => messages.length > 0);
}

/** A system message in the middle of a chat is no example. */
const withoutSystem = (messages: readonly Message[]) => messages.filter(({ role }) => role !== 'system');

/** Rows stand before the question as earlier turns, the nearest last, where a model heeds it most. */
export function lookUpInRows(rows: readonly (readonly Message[])[]): LookUp {
  const search = nearestIn(rows, (messages) => messages.map(({ content }) => content).join('\n'));
  return {
    among: { rows: rows.length },
    inform: (messages, nearest) => {
      const own = messages.filter(({ role }) => role === 'system');
      return fewerAndFewer(find(search, messages, nearest)).map((found) => ({
        messages: [...own, ...found.flat(), ...withoutSystem(messages)],
      }));
    },
  };
}

/** Shorter parts than a writer of rows reads, since several stand before one question. */
const [usualTokens, shareOfShortest] = [400, 0.1];

async function openDocuments(context: Context, path: string, maxTokens = usualTokens): Promise<LookUp> {
  const source = await openPinned(context.deps, path, context.input.pins);
  const { documents } = await readDocuments(context, source, (phase) => context.progress({ phase }));
  const chunking = { maxTokens, minTokens: Math.round(shareOfShortest * maxTokens), leaveOut: usuallyLeftOut };
  const parts = documents.flatMap(({ name, blocks }) => chunkDocument(name, blocks, chunking).chunks);
  if (parts.length === 0) throw withoutText(documents);
  const scanned = documents.reduce((sum, each) => sum + each.scanned.length, 0);
  return lookUpInParts({ documents: documents.map(({ name }) => name), scanned }, parts);
}

/** Parts of documents stand in the question's own turn, quoted, the nearest last. */
export function lookUpInParts(read: Omit<DocumentsRead, 'parts'>, parts: readonly Chunk[]): LookUp {
  const search = nearestIn(parts, ({ headings, text }) => [...headings, text].join('\n'));
  return {
    among: { ...read, parts: parts.length },
    inform: (messages, nearest) => {
      const last = messages.at(-1)!;
      return fewerAndFewer(find(search, messages, nearest)).map((found) => ({
        messages: [
          ...messages.slice(0, -1),
          { ...last, content: withParts(last.content, found, read.documents.length) },
        ],
        places: found.map(placeOfPart),
      }));
    },
  };
}

/** By all that the person asks in the chat, farthest first. */
function find<T>(search: Nearest<T>, messages: readonly Message[], nearest: number): T[] {
  const asked = messages.filter(({ role }) => role === 'user').map(({ content }) => content);
  return search(asked.join('\n'), nearest).toReversed();
}

/** All, all but the first, and so on. */
const fewerAndFewer = <T>(found: readonly T[]): (readonly T[])[] => found.map((_, dropped) => found.slice(dropped));
