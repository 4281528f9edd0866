import { Document, isMap, isScalar, isSeq, type Node, type YAMLMap } from 'yaml';

export type Written = string | number | boolean | readonly Written[] | { readonly [key: string]: Written };

/** A comment before a key, by the path of the key. */
export type Comments = ReadonlyMap<string, string>;

/** Columns of a comment before it goes on in another line. */
const maxColumns = 120;

/**
 * Writes a value as YAML with comments before its keys. `head` stands at the top; the keys of `apart` get an empty line before
 * them. Lists are written in one line.
 */
export function writeCommented(
  value: { readonly [key: string]: Written },
  { head, comments, apart }: { head: readonly string[]; comments: Comments; apart: (path: string) => boolean },
): string {
  const document = new Document(value);
  const root = document.contents as unknown as YAMLMap<Node, Node>;
  decorate(root, [], comments, apart);
  const [schema, ...rest] = head;
  document.commentBefore = [schema!, ...rest.flatMap((line) => wrapped(line, 0))].map((line) => ` ${line}`).join('\n');
  const text = document.toString({ lineWidth: 0, flowCollectionPadding: false });
  // The library puts an empty line between the comment of a document and its first key.
  return text.replace(/^((?:#.*\n)+)\n/, '$1');
}

function decorate(
  map: YAMLMap<Node, Node>,
  above: readonly string[],
  comments: Comments,
  apart: (path: string) => boolean,
): void {
  for (const { key, value } of map.items) {
    if (!isScalar(key)) continue;
    const path = [...above, String(key.value)];
    const comment = comments.get(path.join('.'));
    if (comment !== undefined)
      key.commentBefore = wrapped(comment, 2 * above.length)
        .map((line) => ` ${line}`)
        .join('\n');
    if (apart(path.join('.'))) key.spaceBefore = true;
    if (isSeq(value)) value.flow = true;
    if (isMap(value)) decorate(value as YAMLMap<Node, Node>, path, comments, apart);
  }
}

/** Breaks a text into lines at its spaces. */
function wrapped(text: string, indent: number): string[] {
  const lines = [''];
  for (const word of text.split(' ')) {
    const line = lines.at(-1)!;
    if (line !== '' && indent + 2 + line.length + 1 + word.length > maxColumns) lines.push(word);
    else lines[lines.length - 1] = line === '' ? word : `${line} ${word}`;
  }
  return lines;
}
