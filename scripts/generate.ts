/** Run as: `npm run generate`. Writes everything that is made from the definitions in `core/`; a test holds it equal. */
import { writeFile } from 'node:fs/promises';
import { compatibilityPage } from '../lab/compatibility/page.ts';
import { editorSchema } from './generate/editor-schema.ts';
import { errorsPage } from './generate/errors-page.ts';
import { findingsPage } from './generate/findings-page.ts';
import { jsonPage } from './generate/json-page.ts';
import { pipelinePage } from './generate/pipeline-page.ts';
import {
  defaultOptions,
  pythonCodes,
  pythonEvents,
  pythonJobs,
  pythonOutputs,
  pythonRows,
} from './generate/python-protocol.ts';
import { reportsPage } from './generate/reports-page.ts';
import { rowsPage } from './generate/rows-page.ts';
import { settingsPage } from './generate/settings-page.ts';
import { templatesPage } from './generate/templates-page.ts';

/** Path in the repository → text. */
export const generated: Readonly<Record<string, () => string>> = {
  'pipeline.schema.json': () => `${JSON.stringify(editorSchema(), null, 2)}\n`,
  'docs/pipeline.md': pipelinePage,
  'docs/errors.md': errorsPage,
  'docs/findings.md': findingsPage,
  'docs/json.md': jsonPage,
  'docs/reports.md': reportsPage,
  'docs/settings.md': settingsPage,
  'docs/rows.md': rowsPage,
  'docs/templates.md': templatesPage,
  'docs/compatibility.md': compatibilityPage,
  'trainer/protocol/codes.py': pythonCodes,
  'trainer/protocol/events.py': pythonEvents,
  'trainer/protocol/jobs.py': pythonJobs,
  'trainer/protocol/outputs.py': pythonOutputs,
  'trainer/protocol/rows.py': pythonRows,
  'test/trainer/default_options.json': defaultOptions,
};

if (import.meta.url === new URL(process.argv[1] ?? '', 'file:').href) {
  for (const [path, make] of Object.entries(generated)) {
    await writeFile(new URL(`../${path}`, import.meta.url), make());
    process.stdout.write(`${path}\n`);
  }
}
