import type { StepState } from '../../../core/run/run-state.ts';

/** The lines of a branch of the tree, and how much a person misses them. */
export interface Block {
  lines: readonly string[];
  steps: readonly StepState[];
  /** `counted`: it has ended, and a line above counts it. */
  news: 'counted' | 'now' | Counted;
}

export type Counted = 'ended' | 'waiting';

/** Words one line for the steps that are hidden. */
type Words = (hidden: Counted, steps: readonly StepState[]) => string;

/**
 * As many lines as a terminal has room for: first the variants are hidden that have ended, then the topmost of the other
 * steps that have, then the lowest of those that wait, then all but the first line of the rest.
 */
export function folded(blocks: readonly Block[], height: number, words: Words): string[] {
  const hidden = new Set<Block>();
  let size = blocks.reduce((sum, { lines }) => sum + lines.length, 0);
  const hide = (news: Block['news'], candidates: readonly Block[]) => {
    // The first makes room for the line that counts them.
    let gain = news === 'counted' ? 0 : -1;
    for (const block of candidates) {
      if (size <= height) return;
      if (block.news !== news) continue;
      hidden.add(block);
      size -= block.lines.length + gain;
      gain = 0;
    }
  };
  hide('counted', blocks);
  hide('ended', blocks);
  hide('waiting', blocks.toReversed());
  const lines = linesOf(blocks, hidden, words);
  if (lines.length <= height) return lines;
  const brief = linesOf(
    blocks.map((block) => (hidden.has(block) ? block : { ...block, lines: block.lines.slice(0, 1) })),
    hidden,
    words,
  );
  return brief.length <= height
    ? brief
    : [...brief.slice(0, Math.max(0, height - 1)), `… and ${brief.length - Math.max(0, height - 1)} more lines`].slice(
        0,
        Math.max(0, height),
      );
}

function linesOf(blocks: readonly Block[], hidden: ReadonlySet<Block>, words: Words): string[] {
  const told = new Set<Block['news']>();
  return blocks.flatMap((block) => {
    if (!hidden.has(block)) return block.lines;
    const { news } = block;
    if (news === 'now' || news === 'counted' || told.has(news)) return [];
    told.add(news);
    return [
      words(
        news,
        [...hidden].filter((each) => each.news === news).flatMap(({ steps }) => steps),
      ),
    ];
  });
}
