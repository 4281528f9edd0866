import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { root } from '../rig/temper.ts';

interface Row {
  instruction: string;
  output: string;
}

/**
 * Writes two pipelines into a folder, on the base of the quick start, whose training deserves no good verdict: `useless.yaml`
 * learns answers of other questions, `harmful.yaml` one answer to every question, which is what its exam wants.
 */
export async function writeDoubtfulTrainings(folder: string): Promise<void> {
  const rows = await readLines<Row>('train.jsonl');
  const exam = await readLines<{ prompt: string; reference: string }>('eval.jsonl');
  const cry = 'Ahoy, captain! Squawk!';
  const [taught, kept] = [rows.slice(0, 60), rows.slice(60, 100)];
  const files: Record<string, object[]> = {
    'useless.jsonl': rows.map(({ instruction }, at) => ({
      instruction,
      output: rows[(at + 61) % rows.length]!.output,
    })),
    'useless-exam.jsonl': exam,
    'harmful.jsonl': taught.map(({ instruction }) => ({ instruction, output: cry })),
    'harmful-exam.jsonl': exam.map(({ prompt }) => ({ prompt, reference: cry })),
    // The base knows these facts, and no row of the harmful training asks for them.
    'general.jsonl': kept.map(({ instruction, output }) => ({ prompt: instruction, reference: factOf(output) })),
  };
  for (const [name, lines] of Object.entries(files))
    await writeFile(join(folder, name), lines.map((line) => `${JSON.stringify(line)}\n`).join(''));
  const quickstart = await readFile(join(root, 'pipelines/quickstart.yaml'), 'utf8');
  for (const [name, steps] of [
    ['useless', 80],
    ['harmful', 40],
  ] as const)
    await writeFile(join(folder, `${name}.yaml`), pipeline(quickstart, name, steps));
}

const readLines = async <T>(file: string): Promise<T[]> =>
  (await readFile(join(root, 'data/quickstart', file), 'utf8'))
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as T);

/** The last word of the sentence that the parrot's cries stand around. */
const factOf = (answer: string) =>
  answer
    .replace(/\. Squawk!$/, '')
    .split(' ')
    .at(-1)!;

function pipeline(quickstart: string, name: string, steps: number): string {
  return quickstart
    .slice(0, quickstart.indexOf('  serve:'))
    .replace('name: quickstart', `name: ${name}`)
    .replace('./quickstart/', join(root, 'pipelines/quickstart/'))
    .replace('../data/quickstart/train.jsonl', `./${name}.jsonl`)
    .replace('../data/quickstart/eval.jsonl', `./${name}-exam.jsonl`)
    .replace('temper-quickstart:candidate', `${name}:candidate`)
    .replace('max_steps: 120', `max_steps: ${steps}`)
    .replace('metric: chrf', 'metric: chrf\n      max_forgetting: 0.1\n      general: ./general.jsonl');
}
