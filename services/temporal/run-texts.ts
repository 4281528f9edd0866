import type { Plan } from '../../core/run/plan.ts';
import { baseOf, datasetOf } from './search-attributes.ts';

/** Temporal takes 20 kB of text for people. */
const maxDocumentShown = 15_000;

/** What Temporal's pages show of a run from its start: one line, and the facts with the document. `runId`: unknown in a schedule. */
export function runTexts(plan: Plan, runId?: string): { staticSummary: string; staticDetails: string } {
  const { pipeline, steps, document } = plan;
  const base = baseOf(plan);
  const dataset = datasetOf(plan);
  const about = [base, dataset].filter((each) => each !== undefined).join(' on ');
  const run = runId ?? '@latest';
  // Temporal's pages know no tables of Markdown.
  const facts = [
    `- **pipeline** ${pipeline}: ${steps.map(({ id }) => id).join(', ')}`,
    ...(base === undefined ? [] : [`- **model** ${base}`]),
    ...(dataset === undefined ? [] : [`- **data** ${dataset}`]),
    `- **page** \`npx temper open ${run}\``,
    `- **report** \`npx temper report ${run}\``,
  ];
  return {
    staticSummary: `${pipeline}: ${about === '' ? '' : `${about}, `}${steps.length} steps`.slice(0, 200),
    staticDetails: [...facts, '', '```yaml', document.text.trimEnd().slice(0, maxDocumentShown), '```'].join('\n'),
  };
}
