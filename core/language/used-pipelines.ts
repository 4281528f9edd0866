import type { DiagnosticCode } from './diagnostic-codes.ts';
import type { Read, Reading, Used } from './reading.ts';

const deepest = 5;
/** Each is read anew for each step that runs it. */
const mostFiles = 100;

/** Reads the file that a step names. Pipelines that run each other, or lie too deep within each other, are refused. */
export function usePipeline(
  file: string,
  { rules, chain, count }: Reading,
  read: (text: string, reading: Reading) => Read,
): Used {
  const refuse = (problem: string, code: DiagnosticCode = 'BAD_PIPELINE'): Used => ({ problem, code });
  if (!rules.open) return refuse(`${file} cannot be read here`);
  const opened = rules.open(file);
  if ('problem' in opened) return refuse(`${file}: ${opened.problem}`);
  const way = [...chain, opened];
  const trail = way.map(({ shown }) => shown).join(' → ');
  if (chain.some(({ path }) => path === opened.path))
    return refuse(`these pipelines run each other: ${trail}`, 'CYCLE');
  if (chain.length > deepest) return refuse(`pipelines may lie ${deepest} deep within each other: ${trail}`);
  count.files += 1;
  if (count.files > mostFiles) return refuse(`at most ${mostFiles} steps may run pipelines, those within included`);
  return { opened, read: read(opened.text, { rules: opened.rules, chain: way, count }) };
}
