import { isRecord } from '../../core/json.ts';
import { roles, rowNames } from '../../protocol/trainer/rows.ts';

/** Keys that hold an answer, or may hold one: the step itself, which reads the rows, decides about those. */
const answerKeys: readonly string[] = ['reference', ...rowNames.answer, ...rowNames.conversation.slice(1)];

/** Numbers of the lines that certainly hold no answer; none where the text is not one JSON object per line. */
export function linesWithoutAnswer(text: string): number[] {
  const lacking: number[] = [];
  for (const [index, line] of text
    .replace(/^\uFEFF/, '')
    .split('\n')
    .entries()) {
    if (line.trim() === '') continue;
    const row = parsed(line);
    if (!isRecord(row)) return [];
    if (lacksAnswer(row)) lacking.push(index + 1);
  }
  return lacking;
}

function parsed(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
}

function lacksAnswer(row: Readonly<Record<string, unknown>>): boolean {
  if (answerKeys.some((key) => key in row)) return false;
  if (!('messages' in row)) return !Object.values(row).some(Array.isArray);
  const last = Array.isArray(row.messages) ? row.messages.at(-1) : undefined;
  return isRecord(last) && typeof last.role === 'string' && (roles as Record<string, string>)[last.role] === 'user';
}
