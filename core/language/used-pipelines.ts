import type { Read, Reading, Used } from './reading.ts';

/** Levels of pipelines within each other. */
const maxDepth = 5;
/** Files; each is read again for each step that runs it. */
const maxFiles = 100;

/** Reads the file that a step names. Refuses pipelines that run each other, or are nested too deep. */
export function usePipeline(
  file: string,
  { rules, chain, count }: Reading,
  read: (text: string, reading: Reading) => Read,
): Used {
  const code = 'BAD_PIPELINE';
  if (!rules.open) return { problem: { code, reason: 'unreadable-pipeline', facts: { file } } };
  const opened = rules.open(file);
  if ('problem' in opened)
    return { problem: { code, reason: 'unreadable-pipeline', facts: { file, problem: opened.problem } } };
  const way = [...chain, opened];
  const files = way.map(({ shown }) => shown);
  if (chain.some(({ path }) => path === opened.path))
    return { problem: { code: 'CYCLE', reason: 'pipeline-cycle', facts: { files } } };
  if (chain.length > maxDepth)
    return { problem: { code, reason: 'pipelines-too-deep', facts: { max: maxDepth, files } } };
  count.files += 1;
  if (count.files > maxFiles) return { problem: { code, reason: 'too-many-pipelines', facts: { max: maxFiles } } };
  return { opened, read: read(opened.text, { rules: opened.rules, chain: way, count }) };
}
