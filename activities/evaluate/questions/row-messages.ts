import { isRecord } from '../../../core/json.ts';
import type { Message } from '../../../services/ollama/messages.ts';

/** The chat of a line of a dataset; none of an empty line. */
export function messagesOf(line: string): Message[] {
  const row: unknown = line.trim() === '' ? undefined : JSON.parse(line);
  return isRecord(row) && Array.isArray(row.messages) ? (row.messages as Message[]) : [];
}
