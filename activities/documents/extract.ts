import { mkdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Block } from '../../core/documents/block.ts';
import type { Phase } from '../../core/reasons.ts';
import type { Outputs } from '../../protocol/trainer/outputs.ts';
import type { NamedDocument } from '../../services/inspection/list-documents.ts';
import { runTrainer, type TrainerContext } from '../process/run-trainer.ts';

export type Extracted = Omit<Outputs<'extract'>['documents'][number], 'blocks'> & { blocks: Block[] };

/** Reads the text of documents, in a process and a Python environment of their own. Documents that cannot be read are returned with why. */
export async function extract(
  context: TrainerContext,
  documents: readonly NamedDocument[],
  report: (phase: Phase) => void,
): Promise<{ documents: Extracted[]; unread: Outputs<'extract'>['unread'] }> {
  const out = join(context.folder, 'documents');
  await mkdir(out, { recursive: true });
  report({ code: 'setting_up', facts: { line: 'installing the libraries that read documents' } });
  const python = await context.deps.documents(context.signal);
  const own = { ...context, deps: { ...context.deps, python } };
  const made = await runTrainer(
    own,
    'extract',
    { documents: [...documents], out },
    {
      onEvent: (event) => {
        if (event.event === 'reading_document')
          report({ code: 'reading_document', facts: { name: event.name, page: event.page } });
      },
    },
  );
  return {
    unread: made.unread,
    documents: await Promise.all(
      made.documents.map(async (each) => ({
        ...each,
        blocks: JSON.parse(await readFile(each.blocks, 'utf8')) as Block[],
      })),
    ),
  };
}
