/** A piece of a document as its reader found it. */
export interface Block {
  kind: 'heading' | 'text' | 'table' | 'code';
  text: string;
  /** Of a heading, from 1. */
  level: number | null;
  /** From 1; null where the format has no pages. */
  page: number | null;
  last_page: number | null;
}
