/** What stands in place of a symbol where the terminal shows another encoding than UTF-8. */
const plain: Readonly<Record<string, string>> = {
  '✔': '+',
  '✘': 'x',
  '▸': '>',
  '■': '#',
  '▁': '_',
  '▂': '.',
  '▃': ',',
  '▄': '-',
  '▅': '~',
  '▆': '=',
  '▇': '+',
  '█': '#',
  '░': '.',
  '│': '|',
  '·': '.',
  '…': '...',
  '’': "'",
  '–': '-',
  '→': '->',
};
const symbols = new RegExp(`[${Object.keys(plain).join('')}]`, 'gu');

export const withPlainSymbols = (text: string): string => text.replace(symbols, (symbol) => plain[symbol]!);

/** Makes a terminal show temper's symbols as ASCII. A file or a pipe gets every text as it is. */
export function usePlainSymbols(stream: NodeJS.WriteStream): void {
  if (stream.isTTY !== true) return;
  const { write } = stream;
  stream.write = ((chunk: string | Uint8Array, ...more: never[]) =>
    write.call(stream, typeof chunk === 'string' ? withPlainSymbols(chunk) : chunk, ...more)) as typeof write;
}
