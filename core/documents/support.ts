/** Words that stand in any text and support nothing. */
const common = new Set(
  'the and for are was were with that this which from into its have has had not but can may also than then they their there these those such when where what how why does did been being will would should could one two more most other some any each both between within'.split(
    ' ',
  ),
);

/** Letters by which two forms of a word are the same: `filters`, `filtering`. */
const stemLetters = 5;

/** What a text says, in parts that can be looked up: pairs of Chinese characters, and the stems of other words. */
export function unitsOf(text: string): Set<string> {
  const units = new Set<string>();
  const plain = normal(text);
  for (const run of plain.match(/[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}]+/gu) ?? [])
    for (let at = 0; at + 1 < run.length; at += 1) units.add(run.slice(at, at + 2));
  for (const word of plain.match(/[\p{Script=Latin}\p{Script=Cyrillic}\p{Script=Greek}\p{Script=Hangul}]{2,}/gu) ?? [])
    if (!common.has(word) && (word.length > 2 || /[^a-z]/.test(word))) units.add(word.slice(0, stemLetters));
  return units;
}

/** The share of what an answer says that stands in one of the texts. 1 for an answer of figures alone. */
export function supportOf(answer: string, texts: readonly string[]): number {
  const said = unitsOf(answer);
  if (said.size === 0) return 1;
  const known = unitsOf(texts.join('\n'));
  return [...said].filter((unit) => known.has(unit)).length / said.size;
}

/** The numbers of an answer that stand in none of the texts, as the answer writes them. Those that count its items are none. */
export function strangeNumbers(answer: string, texts: readonly string[]): string[] {
  const known = new Set(numbersIn(texts.join('\n')));
  const counted = answer.replace(/(?:^|[\n；;。])\s*[（(]?\d{1,2}[.、)）]\s*/g, ' ');
  return [...new Set(numbersIn(counted))].filter((number) => !known.has(number));
}

/** The numbers of a text, each in one form. */
export const numbersIn = (text: string): string[] =>
  (normal(text).match(/\d+(?:\.\d+)?/g) ?? []).map((number) =>
    number.includes('.') ? number.replace(/\.?0+$/, '') : number,
  );

/** Full-width digits and letters as plain ones, thousands without their separators. */
const normal = (text: string): string =>
  text
    .normalize('NFKC')
    .toLowerCase()
    .replace(/(?<=\d),(?=\d{3}(?!\d))/g, '');

/** How much of what either of two texts says both say. */
export function likeness(one: ReadonlySet<string>, other: ReadonlySet<string>): number {
  if (one.size === 0 && other.size === 0) return 0;
  let both = 0;
  for (const unit of one) if (other.has(unit)) both += 1;
  return both / (one.size + other.size - both);
}
