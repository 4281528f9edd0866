import { createInterface } from 'node:readline';
import { Writable } from 'node:stream';
import { openHome } from '../../../services/machine/home.ts';
import { listSecrets, secretName, writeSecret } from '../../../services/machine/secrets.ts';
import { UserError } from '../../user-error.ts';

/** The value never stands on a command line, where every process of the machine could read it. */
export async function setSecret(name: string): Promise<number> {
  if (!secretName.test(name))
    throw new UserError(`"${name}" is no name of a secret: capitals, digits and _, beginning with a letter`);
  const value = process.stdin.isTTY ? await ask(`${name}: `) : await readAll();
  if (!value) throw new UserError('nothing was given, nothing is changed');
  await writeSecret(openHome().secrets, name, value);
  process.stdout.write(`${name} is kept; name it in a pipeline as \${{ secrets.${name} }}\n`);
  return 0;
}

export async function listSecretNames(): Promise<number> {
  const names = await listSecrets(openHome().secrets);
  process.stdout.write(
    names.length > 0 ? `${names.join('\n')}\n` : 'There are no secrets. Set one with `npx temper secret set NAME`.\n',
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
  // What readline echoes goes nowhere.
  const silent = new Writable({ write: (_chunk, _encoding, done) => done() });
  const reader = createInterface({ input: process.stdin, output: silent, terminal: true });
  const value = await new Promise<string>((resolve) => reader.once('line', resolve));
  reader.close();
  process.stderr.write('\n');
  return value;
}
