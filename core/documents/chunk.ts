import { estimateTokens } from '../estimates/tokens.ts';
import type { Block } from './block.ts';
import { bareHeading } from './headings.ts';
import { splitBlock } from './split-block.ts';

/** A part of a document that a model can read at once. */
export interface Chunk {
  /** The document, as people call it. */
  source: string;
  /** The headings above it, from the outermost. */
  headings: readonly string[];
  text: string;
  pages: readonly [first: number, last: number] | null;
  /** Where it stands among the characters of the document's blocks, each of which ends with an empty line. */
  start: number;
  end: number;
}

export interface Chunking {
  /** Estimated tokens of the longest chunk. */
  maxTokens: number;
  /** A shorter one takes the next section of the same chapter in. */
  minTokens: number;
  /** Headings, without their numbers, whose sections are left out. */
  leaveOut: readonly string[];
}

export interface Chunked {
  chunks: Chunk[];
  /** The headings of sections that were left out. */
  leftOut: string[];
  characters: { read: number; leftOut: number };
}

interface Section {
  headings: readonly string[];
  blocks: (Block & { start: number })[];
}

const gap = '\n\n';

/**
 * Parts a document by its headings. A chunk never goes over the end of a chapter, and where it ends depends on its own
 * chapter alone: an edit of one chapter leaves the chunks of the others as they were.
 */
export function chunkDocument(source: string, blocks: readonly Block[], chunking: Chunking): Chunked {
  const { sections, leftOut, characters } = sectionsOf(blocks, chunking.leaveOut);
  const chunks: Chunk[] = [];
  for (const section of sections) {
    for (const piece of packed(section, chunking.maxTokens)) {
      const chunk: Chunk = { source, headings: section.headings, ...piece };
      const before = chunks.at(-1);
      const both = before && joined(before, chunk, chunking);
      if (both) chunks[chunks.length - 1] = both;
      else chunks.push(chunk);
    }
  }
  return { chunks, leftOut, characters };
}

function sectionsOf(blocks: readonly Block[], leaveOut: readonly string[]) {
  const left = new Set(leaveOut.map(bareHeading));
  const path: { level: number; title: string; isLeftOut: boolean }[] = [];
  const sections: Section[] = [];
  const leftOut: string[] = [];
  const characters = { read: 0, leftOut: 0 };
  let at = 0;
  let open: Section | undefined;
  for (const block of blocks) {
    const start = at;
    at += block.text.length + gap.length;
    characters.read += block.text.length;
    if (block.kind === 'heading') {
      const level = block.level ?? 1;
      while (path.length > 0 && path.at(-1)!.level >= level) path.pop();
      const isNamed = left.has(bareHeading(block.text));
      if (isNamed) leftOut.push(block.text);
      path.push({ level, title: block.text, isLeftOut: isNamed || (path.at(-1)?.isLeftOut ?? false) });
      open = undefined;
    } else if (path.at(-1)?.isLeftOut) {
      characters.leftOut += block.text.length;
    } else {
      open ??= newSection(
        sections,
        path.map(({ title }) => title),
      );
      open.blocks.push({ ...block, start });
    }
  }
  return { sections, leftOut, characters };
}

function newSection(sections: Section[], headings: readonly string[]): Section {
  const section: Section = { headings, blocks: [] };
  sections.push(section);
  return section;
}

type Piece = Pick<Chunk, 'text' | 'pages' | 'start' | 'end'>;

/** The blocks of a section in pieces of at most so many tokens; a block that is longer alone is split. */
function packed({ blocks }: Section, maxTokens: number): Piece[] {
  const pieces: Piece[] = [];
  let isOpen = false;
  for (const block of blocks) {
    const pages = pagesOf(block);
    if (tokensOf(block.text) > maxTokens) {
      for (const { text, start, end } of splitBlock(block, maxTokens))
        pieces.push({ text, pages, start: block.start + start, end: block.start + end });
      isOpen = false;
      continue;
    }
    const piece: Piece = { text: block.text, pages, start: block.start, end: block.start + block.text.length };
    const last = pieces.at(-1);
    if (isOpen && last && tokensOf(last.text + block.text) <= maxTokens) pieces[pieces.length - 1] = after(last, piece);
    else pieces.push(piece);
    isOpen = true;
  }
  return pieces;
}

/** Two neighbours of one chapter as one chunk, if the first is too short to ask about and both fit; else undefined. */
function joined(before: Chunk, next: Chunk, { maxTokens, minTokens }: Chunking): Chunk | undefined {
  const isShort = tokensOf(before.text) < minTokens || (isSame(before, next) && tokensOf(next.text) < minTokens);
  if (!isShort || before.headings[0] !== next.headings[0]) return undefined;
  const shared = sharedHeadings(before.headings, next.headings);
  const inner = (chunk: Chunk) => chunk.headings.slice(shared.length);
  const titled = (chunk: Chunk) => [...inner(chunk), chunk.text].join(gap);
  const text = `${titled(before)}${gap}${titled(next)}`;
  return tokensOf(text) > maxTokens ? undefined : { ...before, headings: shared, ...after(before, next), text };
}

const isSame = (one: Chunk, other: Chunk) =>
  one.headings.length === other.headings.length && one.headings.every((each, at) => each === other.headings[at]);

function sharedHeadings(one: readonly string[], other: readonly string[]): readonly string[] {
  const differs = one.findIndex((each, at) => each !== other[at]);
  return differs < 0 ? one : one.slice(0, differs);
}

const after = (before: Piece, next: Piece): Piece => ({
  text: `${before.text}${gap}${next.text}`,
  pages: before.pages && next.pages ? [before.pages[0], next.pages[1]] : (before.pages ?? next.pages),
  start: before.start,
  end: next.end,
});

const pagesOf = ({ page, last_page }: Block): Piece['pages'] => (page === null ? null : [page, last_page ?? page]);

export const tokensOf = (text: string): number => estimateTokens(text, 0);
