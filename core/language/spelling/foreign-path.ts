/** A path or an address that no program on this machine opens as it is written. */
export type ForeignPath =
  | { is: 'address' | 'variable' | 'braces' }
  | { is: 'windows-path' | 'spelling'; write: string };

const windowsDrive = /^([A-Za-z]):([\\/\n\t\r\f\v\b].*)$/s;
/** How Windows names the files of WSL. */
const windowsName = /^[\\/]{2}(?:wsl\$|wsl\.localhost)[\\/][^\\/]+(.*)$/s;

/** Finds what a path is that is none here: Windows writes it otherwise, a shell would fill it in, the network has it. */
export function foreignPath(path: string): ForeignPath | undefined {
  const drive = windowsDrive.exec(path);
  if (drive) return { is: 'windows-path', write: `/mnt/${drive[1]!.toLowerCase()}${slashed(drive[2]!)}` };
  const inside = windowsName.exec(path);
  if (inside) return { is: 'windows-path', write: slashed(inside[1]!) || '/' };
  const file = /^file:\/\/(?:localhost)?(\/.*)$/s.exec(path);
  if (file) return { is: 'spelling', write: file[1]! };
  if (/^[a-z][a-z0-9+.-]*:\/\//i.test(path)) return { is: 'address' };
  if (/\{\{|[$#%]?[{(<]\s*(?:inputs|steps|matrix|secrets|run)\.[\w.-]+\s*[})>]/.test(path)) return { is: 'braces' };
  if (/^\$\w|\$[{(]|^%\w+%/.test(path)) return { is: 'variable' };
  if (/^(?:\.{1,2}\\|[\w.-]+\\)/.test(path)) return { is: 'spelling', write: relative(slashed(path)) };
  return undefined;
}

const escapes: Readonly<Record<string, string>> = { '\n': 'n', '\t': 't', '\r': 'r', '\f': 'f', '\v': 'v', '\b': 'b' };

/** In double quotes YAML has read `\n` of `D:\new` as a line end. */
const slashed = (path: string) =>
  path.replaceAll('\\', '/').replaceAll(/[\n\t\r\f\v\b]/g, (character) => `/${escapes[character]}`);
const relative = (path: string) => (path.startsWith('.') ? path : `./${path}`);

/** The name of a model in the address of its page. */
export function hubName(address: string): string | undefined {
  const [, host, name, revision] =
    /^(?:https?:\/\/)?(?:www\.)?(huggingface\.co|hf\.co|hf-mirror\.com|modelscope\.cn\/models)\/([\w.-]+\/[\w.-]+)(?:\/(?:tree|blob|resolve)\/([\w.-]+))?/.exec(
      address,
    ) ?? [];
  if (name === undefined || /^(?:datasets|spaces)\//.test(name)) return undefined;
  const isMain = revision === undefined || revision === 'main' || revision === 'master';
  return `${host!.startsWith('modelscope') ? 'modelscope:' : ''}${name}${isMain ? '' : `@${revision}`}`;
}
