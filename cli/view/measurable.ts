/**
 * The text with a dot in place of each format character that string-width cannot measure: it throws for a lone one that is
 * not ignorable, such as U+0600. The length in UTF-16 units stays the same.
 */
export const measurable = (text: string): string =>
  text.replace(/(?!\p{Default_Ignorable_Code_Point})\p{Cf}/gu, (format) => '·'.repeat(format.length));
