/** How a text is laid out. `line`: one paragraph. */
export type Format = 'json' | 'code' | 'table' | 'list' | 'paragraphs' | 'line';

export function formatOf(text: string): Format {
  if (isJson(text)) return 'json';
  if (/^\s*(?:```|~~~)/m.test(text)) return 'code';
  const lines = text.split('\n').filter((line) => line.trim() !== '');
  if (lines.some((line) => /^\s*\|?(?:\s*:?-{3,}:?\s*\|)+(?:\s*:?-{3,}:?\s*)?$/.test(line))) return 'table';
  const items = lines.filter((line) =>
    /^\s*(?:[-*+•·]|\d{1,3}[.)、．]|[（(]\d{1,3}[)）]|[一二三四五六七八九十]{1,3}、)\s*\S/.test(line),
  );
  if (items.length >= 2 && items.length * 2 >= lines.length) return 'list';
  return lines.length > 1 ? 'paragraphs' : 'line';
}

/** A single number or word is no JSON that anybody asked for. */
function isJson(text: string): boolean {
  if (!/^\s*[[{]/.test(text)) return false;
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

const scripts = {
  kana: /[\p{Script=Hiragana}\p{Script=Katakana}]/gu,
  han: /\p{Script=Han}/gu,
  hangul: /\p{Script=Hangul}/gu,
  latin: /\p{Script=Latin}/gu,
  cyrillic: /\p{Script=Cyrillic}/gu,
  arabic: /\p{Script=Arabic}/gu,
  devanagari: /\p{Script=Devanagari}/gu,
  greek: /\p{Script=Greek}/gu,
  hebrew: /\p{Script=Hebrew}/gu,
  thai: /\p{Script=Thai}/gu,
} as const;
export type Script = keyof typeof scripts | 'other';

/** A character that stands for a syllable or a word says as much as a few letters: a Chinese sentence may hold English terms. */
const weights: Partial<Record<Script, number>> = { han: 3, hangul: 2 };

/** The script in which most of a text is written; undefined for a text without letters. Kana make a text Japanese. */
export function scriptOf(text: string): Script | undefined {
  const counts = Object.entries(scripts).map(([name, pattern]) => {
    const count = text.match(pattern)?.length ?? 0;
    return [name as Script, count * (weights[name as Script] ?? 1)] as const;
  });
  const [script, most] = counts.reduce((best, each) => (each[1] > best[1] ? each : best));
  if (most === 0) return /\p{L}/u.test(text) ? 'other' : undefined;
  const kana = counts.find(([name]) => name === 'kana')![1];
  return script === 'han' && kana * 10 > most ? 'kana' : script;
}
