import { isRecord } from '../../core/json.ts';
import { messageNames, roles, rowNames } from '../../protocol/trainer/rows.ts';

type Row = Readonly<Record<string, unknown>>;

/** A row of the shape of `like`, a row of the same file: its names of the parts, and its system message. */
export function rowLike(like: Row, question: string, answer: string): Row {
  const keyOf = (names: readonly string[]) => Object.keys(like).find((key) => names.includes(plain(key)));
  const conversation = keyOf(rowNames.conversation);
  const turns = conversation === undefined ? undefined : like[conversation];
  if (Array.isArray(turns)) return { [conversation!]: turnsLike(turns.filter(isRecord), question, answer) };
  const system = keyOf(rowNames.system);
  return {
    ...(system === undefined ? {} : { [system]: like[system] }),
    [keyOf([...rowNames.instruction, ...rowNames.prompt]) ?? 'prompt']: question,
    [keyOf(rowNames.answer) ?? 'completion']: answer,
  };
}

function turnsLike(turns: readonly Row[], question: string, answer: string): Row[] {
  const keyIn = (names: readonly string[]) => names.find((name) => turns.some((turn) => name in turn)) ?? names[0]!;
  const [role, content] = [keyIn(messageNames.role), keyIn(messageNames.content)];
  const means = (turn: Row) => (roles as Row)[String(turn[role])];
  const wordFor = (meaning: string) => turns.find((turn) => means(turn) === meaning)?.[role] ?? meaning;
  return [
    ...turns.filter((turn) => means(turn) === 'system').slice(0, 1),
    { [role]: wordFor('user'), [content]: question },
    { [role]: wordFor('assistant'), [content]: answer },
  ];
}

/** As the reader of rows looks a key up. */
const plain = (key: string): string => key.toLowerCase().replace(/[\s-]/g, '_');
