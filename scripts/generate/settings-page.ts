import { settings } from '../../services/settings/catalogue.ts';
import type { Setting } from '../../services/settings/setting.ts';

const intro = `# Settings

<!-- Made from services/settings/catalogue/ by \`npm run generate\`. -->

Environment variables that temper reads or hands on. Each means the same for every command and every worker. An empty value counts as not set.

- **Malformed**: the commands that use it name it at once, with exit code 2. Nothing is retried for hours.
- **Paths** are absolute or begin with \`~/\`, which is expanded wherever the value comes from.
- **Kept by the services**: running workers have the value that \`npx temper up\` had. Where this shell has another one, \`up\`, \`run\`, \`resume\` and
  \`doctor\` say so in one line; \`npx temper down\` and \`npx temper up\` take it over.
- **Reach**: whether the trainer, the commands of \`run\` steps, and the client of a tracker get it. What is not named here reaches none of them: no token, no \`PYTHONPATH\`, no \`RANK\` or
  \`WORLD_SIZE\` of another job. \`env\` of a \`run\` step sets more.
- **Set-up** (uv, pip, Go) gets the whole shell, except what would lead it elsewhere: \`PYTHON*\`, \`VIRTUAL_ENV\`, \`CONDA_*\`, targets of pip and uv, \`GOFLAGS\`.
- **temper's own servers** get no \`OLLAMA_*\` and no \`TEMPORAL_*\` but the few below. They, and everything else on this machine, are never asked through a proxy.
`;

/** docs/settings.md */
export const settingsPage = (): string =>
  [intro, ...Object.entries(settings).map(([title, group]) => section(title, group))].join('\n');

const section = (title: string, group: readonly Setting[]): string =>
  [
    `## ${title}`,
    '',
    '| variable | what it is | kept by the services | reaches |',
    '|---|---|---|---|',
    ...merged(group).map(
      ({ names, setting }) =>
        `| ${names.map((name) => `\`${name}\``).join(', ')} | ${setting.about}${setting.eitherCase ? ' In either case; the lower one wins.' : ''} | ${setting.kept ? 'yes' : ''} | ${reach(setting)} |`,
    ),
    '',
  ].join('\n');

/** Neighbours that differ by name alone share a row. */
function merged(group: readonly Setting[]): { names: string[]; setting: Setting }[] {
  const rows: { names: string[]; setting: Setting }[] = [];
  for (const setting of group) {
    const last = rows.at(-1);
    if (last && last.setting.about === setting.about && reach(last.setting) === reach(setting))
      last.names.push(setting.name);
    else rows.push({ names: [setting.name], setting });
  }
  return rows;
}

const reached = { trainer: 'trainer', tracker: 'tracker', command: '`run` steps' } as const;

const reach = ({ children = [] }: Setting) => children.map((child) => reached[child]).join(', ');
