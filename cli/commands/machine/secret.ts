import { createInterface } from 'node:readline';
import { Writable } from 'node:stream';
import { openHome } from '../../../services/machine/home.ts';
import { listSecrets, secretName, writeSecret } from '../../../services/machine/secrets.ts';
import { printJson } from '../../json/print-json.ts';
import { UserError } from '../../user-error.ts';

/** Stores a secret. The value is not an argument, because every process of the machine can read command lines. */
export async function setSecret(name: string, options: { json?: boolean }): Promise<number> {
  if (!secretName.test(name))
    throw new UserError(`invalid name of a secret: "${name}"`, {
      hint: 'use capitals, digits and `_`, with a letter first: `HF_TOKEN`',
    });
  const value = process.stdin.isTTY ? await ask(`${name}: `) : await readAll();
  if (!value) throw new UserError('the value is empty; nothing was changed');
  await writeSecret(openHome().secrets, name, value);
  if (options.json) printJson('secret set', { name });
  else process.stdout.write(`${name} is stored\nhint: a pipeline reads it as \`\${{ secrets.${name} }}\`\n`);
  return 0;
}

/** Lists the names of the secrets. */
export async function listSecretNames(options: { json?: boolean }): Promise<number> {
  const names = await listSecrets(openHome().secrets);
  if (options.json) {
    printJson('secret ls', names);
    return 0;
  }
  process.stdout.write(
    names.length > 0
      ? `${names.join('\n')}\n`
      : 'There are no secrets yet\nhint: set one with `npx temper secret set NAME`\n',
  );
  return 0;
}

async function readAll(): Promise<string> {
  let text = '';
  for await (const chunk of process.stdin) text += String(chunk);
  return text.replace(/\r?\n$/, '');
}

/** Reads a line without showing it. */
async function ask(prompt: string): Promise<string> {
  process.stderr.write(prompt);
  // Swallows what readline echoes.
  const silent = new Writable({ write: (_chunk, _encoding, done) => done() });
  const reader = createInterface({ input: process.stdin, output: silent, terminal: true });
  const value = await new Promise<string>((resolve) => reader.once('line', resolve));
  reader.close();
  process.stderr.write('\n');
  return value;
}
