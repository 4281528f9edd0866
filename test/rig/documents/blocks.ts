import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { root } from '../temper.ts';

/** A code block of a document. */
export interface Block {
  document: string;
  /** Of its opening fence. */
  line: number;
  language: string;
  /** The words after the language, such as `runs` or `needs-gpu`; no reader sees them. */
  marks: readonly string[];
  text: string;
}

const pagesBelow = (folder: string): string[] =>
  readdirSync(join(root, folder), { withFileTypes: true }).flatMap((entry) => {
    if (entry.isDirectory()) return pagesBelow(`${folder}${entry.name}/`);
    return entry.name.endsWith('.md') ? [`${folder}${entry.name}`] : [];
  });

/** Every page that a person reads, of the root and of `docs/`. */
export const documents: readonly string[] = [
  ...readdirSync(root).filter((name) => name.endsWith('.md')),
  ...pagesBelow('docs/'),
];

export const textOf = (document: string): string => readFileSync(join(root, document), 'utf8');

/** The code blocks of a document, those in a list without its indentation. */
export function blocksOf(document: string, text = textOf(document)): Block[] {
  const blocks: Block[] = [];
  let open: (Block & { indent: number; lines: string[] }) | undefined;
  for (const [index, line] of text.split('\n').entries()) {
    const fence = /^( *)```(.*)$/.exec(line);
    if (!fence) open?.lines.push(line.slice(open.indent));
    else if (open) {
      const { indent, lines, ...block } = open;
      blocks.push({ ...block, text: lines.map((each) => `${each}\n`).join('') });
      open = undefined;
    } else {
      const [language = '', ...marks] = fence[2]!.trim().split(/\s+/);
      open = { document, line: index + 1, language, marks, text: '', indent: fence[1]!.length, lines: [] };
    }
  }
  return blocks;
}

/** A text without its code blocks. */
export const withoutBlocks = (text: string): string => text.replaceAll(/^ *```[\s\S]*?^ *```$/gm, '');
