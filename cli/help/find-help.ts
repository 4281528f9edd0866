/** A page of docs/, by its name without `.md`. */
export interface Page {
  name: string;
  /** Below docs/, with a slash at its end; absent for a page that lies in docs/ itself. */
  folder?: string;
  text: string;
}

/** What the pages say of a word: a whole page, or each section that has the word for its name, or else each row of a table. */
export function findHelp(pages: readonly Page[], word: string): string | undefined {
  const small = word.toLowerCase().replace(/\.md$/, '');
  const page = pages.find(({ name }) => name === small);
  if (page) return plain(page.text).trim();
  const found = pages.flatMap(({ name, folder = '', text }) =>
    partsNamed(plain(text).split('\n'), small).map((part) => `${part}\n\nFrom docs/${folder}${name}.md`),
  );
  return found.length > 0 ? found.join('\n\n') : undefined;
}

/** Every word that `findHelp` finds, for a word that it does not. */
export const helpWords = (pages: readonly Page[]): string[] =>
  pages.flatMap(({ name, text }) => [name, ...text.split('\n').flatMap((line) => nameIn(line) ?? [])]);

/** The first line of a page that says what it is about. */
export const titleOf = ({ text }: Page): string => /^# (.+)$/m.exec(text)?.[1] ?? '';

/** Without comments, and without the words behind a fence, which say how its commands are tested. */
const plain = (text: string) => text.replace(/^<!--.*?-->\n+/gms, '').replace(/^( *```\w+) .*$/gm, '$1');

function partsNamed(lines: readonly string[], word: string): string[] {
  const sections = lines.flatMap((line, at) => {
    if (!line.startsWith('#') || nameIn(line)?.toLowerCase() !== word) return [];
    const end = lines.findIndex((other, index) => index > at && /^#/.test(other) && depthOf(other) <= depthOf(line));
    return [
      lines
        .slice(at, end < 0 ? undefined : end)
        .join('\n')
        .trim(),
    ];
  });
  if (sections.length > 0) return sections;
  return tables(lines).flatMap(([head = '', rule = '', ...rows]) => {
    const named = rows.filter((row) => isNamed(nameIn(row)?.toLowerCase(), word));
    return named.length > 0 ? [[head, rule, ...named].join('\n')] : [];
  });
}

/** A map among options is found with the options in it: `lora` with `lora.r`. */
const isNamed = (name: string | undefined, word: string) => name === word || name?.startsWith(`${word}.`);

const tables = (lines: readonly string[]): string[][] =>
  lines.reduce<string[][]>((found, line, at) => {
    if (!line.startsWith('|')) return found;
    if (lines[at - 1]?.startsWith('|')) found.at(-1)!.push(line);
    else found.push([line]);
    return found;
  }, []);

const depthOf = (heading: string) => /^#*/.exec(heading)![0].length;

/** What a heading or a row of a table is about: one word, or one in backticks. */
const nameIn = (line: string): string | undefined =>
  /^#{2,4} `?([\w.-]+)`?$/.exec(line)?.[1] ?? /^\| `([\w.-]+)` \|/.exec(line)?.[1];
