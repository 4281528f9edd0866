/** A command of temper as a shell would hand it over. */
export type Words = readonly string[];

/** Lines of a block of shell commands, without comments and prompts; a line that ends in a backslash continues in the next. */
export const shellLines = (text: string): string[] =>
  text
    .replaceAll(/\\\n\s*/g, ' ')
    .split('\n')
    .map((line) =>
      line
        .replace(/(?:^|\s)#(?:\s.*)?$/, '')
        .replace(/^\s*\$ /, '')
        .trim(),
    )
    .filter((line) => line !== '');

/** The words of each call of temper in a line of shell, up to the next operator: `A=b npx temper plan x && temper run x` has two. */
export const callsIn = (line: string): Words[] =>
  line.split(/\s(?:&&|\|\||[|<>;]|2>&1)(?=\s|$)/).flatMap((command) => {
    const call = /^\s*(?:\w+=\S*\s+)*(?:npx )?temper(?:\s+(.*))?$/.exec(command);
    return call ? [wordsOf(call[1] ?? '')] : [];
  });

const wordsOf = (line: string): Words =>
  [...line.matchAll(/'([^']*)'|"([^"]*)"|(\S+)/g)].map(([, single, double, plain]) => single ?? double ?? plain!);
