import { spawn } from 'node:child_process';

/** Programs that open a file or an address as a click does: Linux, WSL, macOS. */
const openers = ['xdg-open', 'wslview', 'open'];

/** Opens a file or an address in the browser. Returns false where no program of this machine can. */
export async function openInBrowser(target: string): Promise<boolean> {
  const known = process.platform === 'darwin' ? ['open'] : openers;
  for (const opener of known) if (await starts(opener, target)) return true;
  return false;
}

async function starts(program: string, target: string): Promise<boolean> {
  return await new Promise((resolve) => {
    const child = spawn(program, [target], { stdio: 'ignore', detached: true });
    child.once('error', () => resolve(false));
    child.once('spawn', () => {
      child.unref();
      resolve(true);
    });
  });
}
