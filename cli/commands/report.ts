import { writeFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { viewOf } from '../../core/report/run-view.ts';
import { renderReport } from '../../page/report.tsx';
import { type Language, languageOf, languages } from '../../page/words/words.ts';
import { openHome } from '../../services/machine/home.ts';
import { openInBrowser } from '../../services/machine/open-in-browser.ts';
import { packageVersion } from '../../services/machine/package-root.ts';
import { RunReader } from '../../services/report/run-reader.ts';
import { printJson } from '../json/print-json.ts';
import { lookUp } from '../runs/look-up.ts';
import { resolveRun } from '../runs/resolve-run.ts';
import { openSessionIfUp } from '../runs/session.ts';
import { UserError } from '../user-error.ts';

interface ReportOptions {
  out?: string;
  open?: boolean;
  json?: boolean;
  lang?: string;
}

/** Writes a run as one HTML file. */
export async function report(text: string, { out, open, json, lang }: ReportOptions): Promise<number> {
  const language = languageFor(lang);
  const home = openHome();
  const session = await openSessionIfUp();
  try {
    const runId = await resolveRun(home.runs, text, session);
    const { state, seen } = await lookUp(home.runs, session, runId);
    if (!state)
      throw new UserError(`${runId} has not ended, and nobody tells its state`, {
        hint: 'start the local services with `npx temper up`',
        exitCode: 1,
      });
    const known = { now: Date.now(), version: packageVersion(), doing: seen?.pending };
    const view = viewOf(await new RunReader(home).read(state, known));
    const path = resolve(out ?? `${runId}.html`);
    await writeFile(path, renderReport(view, language));
    if (json) printJson('report', { path, ...view });
    else process.stdout.write(`${path}\n`);
    if (open && !(await openInBrowser(path)))
      process.stderr.write(`hint: no browser was found; open the file by hand\n`);
    return 0;
  } finally {
    await session?.close();
  }
}

function languageFor(given: string | undefined): Language {
  const { LC_ALL, LC_MESSAGES, LANG } = process.env;
  if (given === undefined) return languageOf(LC_ALL || LC_MESSAGES || LANG);
  const known = languages.find((each) => each === given);
  if (known) return known;
  throw new UserError(`--lang must be ${languages.join(' or ')}, got "${given}"`);
}
