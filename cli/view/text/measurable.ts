/**
 * The text with a dot in place of each format character that string-width cannot measure: it throws for a lone one that is
 * not ignorable, such as U+0600. The length in UTF-16 units stays the same.
 */
export const measurable = (text: string): string =>
  text.replace(/(?!\p{Default_Ignorable_Code_Point})\p{Cf}/gu, (format) => '·'.repeat(format.length));

/**
 * The text with emoji of whose width terminals do not agree taken apart: no joined families, skin tones, coloured hearts or
 * keycaps. The parts are as wide as string-width says.
 */
export const simpleEmoji = (text: string): string =>
  text.replace(/(?<=\p{Extended_Pictographic})(?:\ufe0f|\u200d|[\u{1f3fb}-\u{1f3ff}])+|\ufe0f?\u20e3/gu, '');
