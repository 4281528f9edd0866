import { isUtf8 } from 'node:buffer';
import { readFile, stat } from 'node:fs/promises';
import { basename } from 'node:path';
import { TemperError } from '../../core/errors/temper-error.ts';
import { isRecord } from '../../core/json.ts';
import { findInvalidText } from '../../core/language/invalid-text.ts';
import { invalidTextWords } from '../../core/words/diagnostics/yaml.ts';
import type { Message } from '../../services/ollama/server.ts';

export interface Question {
  /** Where it stands, as `file:line`. */
  at: string;
  messages: readonly Message[];
  reference?: string;
}

const promptNames = ['prompt', 'instruction', 'question', 'query'];
const inputNames = ['input', 'context'];
const referenceNames = ['reference', 'output', 'completion', 'response', 'answer'];

/** Each question is asked of two models, so whatever is larger is no file of questions. Bytes. */
const largest = 64_000_000;

/** Reads the questions of an evaluation; every line that cannot be used is told, not the first alone. */
export async function readQuestions(file: string, signal?: AbortSignal): Promise<Question[]> {
  const { size } = await stat(file);
  if (size > largest) {
    throw new TemperError(
      'BAD_DATA',
      `${file} has ${Math.round(size / 1e6)} MB; questions may have ${largest / 1e6} MB`,
      { remedy: 'Name a file with the questions alone, one JSON object with a `prompt` per line.' },
    );
  }
  const bytes = await readFile(file, signal ? { signal } : {});
  const text = bytes.toString('utf8');
  // The replacement character stands for bytes that are none; in a sound file it is a character like others.
  const broken = isUtf8(bytes) ? undefined : '\ufffd';
  const questions: Question[] = [];
  const problems: string[] = [];
  for (const [index, line] of text
    .replace(/^\uFEFF/, '')
    .split(/\r?\n/)
    .entries()) {
    if (line.trim() === '') continue;
    const at = `${basename(file)}:${index + 1}`;
    const isBroken = broken !== undefined && line.includes(broken);
    const question = isBroken ? 'is not UTF-8; save the file as UTF-8' : readQuestion(line, at);
    if (typeof question === 'string') problems.push(`${at}: ${question}`);
    else questions.push(question);
  }
  if (problems.length > 0) {
    throw new TemperError(
      'BAD_DATA',
      `${several(problems.length, 'question')} of ${file} cannot be used:\n${firstTen(problems)}`,
      { remedy: 'Correct the lines named in the message.' },
    );
  }
  if (questions.length === 0)
    throw new TemperError('BAD_DATA', `${file} holds no question`, {
      remedy: 'Write one JSON object with a `prompt` per line.',
    });
  return questions;
}

/** One line as a question, or what is wrong with it. */
function readQuestion(line: string, at: string): Question | string {
  let row: unknown;
  try {
    row = JSON.parse(line);
  } catch (error) {
    // The engine quotes the text that it could not read, however long.
    return `is not JSON (${(error as Error).message.slice(0, 200)})`;
  }
  if (!isRecord(row)) return 'is not a JSON object';
  const name = promptNames.find((each) => row[each] !== undefined);
  const given = referenceNames.find((each) => row[each] !== undefined && row[each] !== null);
  const reference = given === undefined ? undefined : row[given];
  if (reference !== undefined && typeof reference !== 'string') return `"${given}" is not text`;
  if (Array.isArray(row.messages)) return fromMessages(row.messages, reference, at);
  if (name === undefined)
    return `has none of "prompt", "instruction" and "messages"; it has: ${Object.keys(row).join(', ') || 'nothing'}`;
  const prompt = row[name];
  if (typeof prompt !== 'string' || prompt.trim() === '')
    return `"${name}" is ${typeof prompt === 'string' ? 'empty' : 'not text'}`;
  const extra = inputNames.map((each) => row[each]).find((value) => typeof value === 'string' && value.trim() !== '');
  const system =
    typeof row.system === 'string' && row.system.trim() !== '' ? [{ role: 'system', content: row.system }] : [];
  // The same joint as in the training rows: a blank line between instruction and input.
  const content = extra === undefined ? prompt : `${prompt}\n\n${extra}`;
  return question(at, [...system, { role: 'user', content }], reference);
}

/** A conversation whose last turn is the assistant's gives that turn as the reference. */
function fromMessages(turns: readonly unknown[], reference: string | undefined, at: string): Question | string {
  const messages: Message[] = [];
  for (const turn of turns) {
    if (!isRecord(turn) || typeof turn.role !== 'string' || typeof turn.content !== 'string')
      return 'has a message without "role" and "content" as text';
    messages.push({ role: turn.role, content: turn.content });
  }
  const last = messages.at(-1);
  if (last?.role === 'assistant')
    return messages.length > 1
      ? question(at, messages.slice(0, -1), reference ?? last.content)
      : 'has no question before the answer';
  if (last?.role !== 'user') return 'does not end with a message of the user';
  return question(at, messages, reference);
}

function question(at: string, messages: readonly Message[], reference: string | undefined): Question | string {
  for (const text of [...messages.map(({ content }) => content), reference ?? '']) {
    const invalid = findInvalidText(text);
    if (invalid) return invalidTextWords[invalid];
  }
  return reference === undefined ? { at, messages } : { at, messages, reference };
}

export const several = (count: number, noun: string): string => `${count} ${noun}${count === 1 ? '' : 's'}`;

export const firstTen = (lines: readonly string[]): string =>
  [
    ...lines.slice(0, 10).map((line) => `  ${line}`),
    ...(lines.length > 10 ? [`  … and ${lines.length - 10} more`] : []),
  ].join('\n');
