import type { ScheduleEntry } from '../../language/document.ts';
import type { Known } from '../known.ts';

/** The entries of `on.schedule` of the document that is asked for: those of pipelines within it start nothing. */
export const schedulesOf = ({ documents }: Pick<Known, 'documents'>): readonly ScheduleEntry[] =>
  documents.find(({ within }) => within.length === 0)?.document.on?.schedule ?? [];
