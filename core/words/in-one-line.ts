/** Characters of the quoted line. */
const maxLength = 120;

/** A message where there is room for one line: how it begins, and the last of the lines that it quotes from a program. */
export function inOneLine(message: string): string {
  const [first = '', ...more] = message.split('\n').filter((line) => line.trim() !== '');
  const last = more.at(-1)?.trim();
  if (last === undefined) return first;
  const cut = last.length > maxLength ? `${last.slice(0, maxLength)} …` : last;
  return `${first} ${more.length > 1 ? '… ' : ''}${cut}`;
}
