import type { Reason } from '../reasons.ts';
import { changeWords } from './changes.ts';

/** Records and histories from before reasons were data hold the sentence itself. */
export type StoredReason = Reason | string;

/** Steps of a matrix, or copies of a document, may differ in much: nobody reads a longer line to its end. */
const maxReasonLength = 140;

/** Why a step runs or was reused, in one line of at most 140 characters. */
export function reasonWords(reason: StoredReason): string {
  const line = typeof reason === 'string' ? reason : wordsOf(reason);
  return line.length > maxReasonLength ? `${line.slice(0, maxReasonLength - 1)}…` : line;
}

function wordsOf({ code, facts }: Reason): string {
  switch (code) {
    case 'first_run':
      return 'first run of this step';
    case 'changed':
      return [...facts.changes.map(changeWords), ...(facts.more > 0 ? [`and ${facts.more} more`] : [])].join('; ');
    case 'record_gone':
      return `the record of ${facts.run}/${facts.step} is gone`;
    case 'artifact_gone':
      return `an artifact of ${facts.run}/${facts.step} is gone`;
    case 'model_gone':
      return `the model ${facts.model} of ${facts.run}/${facts.step} is not in Ollama any more`;
    case 'never_reused':
      return facts.missing === undefined
        ? `never reused: ${facts.kind} acts each time`
        : `never reused: it has no \`${facts.missing}\``;
    case 'no_reuse':
      return { command: '--no-reuse', document: 'reuse: false' }[facts.by];
    case 'rerun_from':
      return `rerun --from ${facts.step}`;
    case 'needed_again':
      return 'a later step needs its artifact, which cannot be read';
    case 'cleared':
      return `its intermediate was cleared by ${facts.by} on ${facts.on}, and it is needed again`;
    case 'unreadable':
      return facts.message;
    case 'equal':
      return `equal to ${facts.run}/${facts.step}`;
    case 'served':
      return `nothing new: ${facts.model} was trained on the same rows by ${facts.run}`;
  }
}

/** Whether a reason tells a person something: that nothing like the step has run before does not. */
export const isNews = (reason: StoredReason): boolean => typeof reason === 'string' || reason.code !== 'first_run';

/** Whether it is news even to the person who wrote the document and typed the command. */
export const isSurprising = (reason: StoredReason): boolean =>
  isNews(reason) && (typeof reason === 'string' || (reason.code !== 'never_reused' && reason.code !== 'no_reuse'));
