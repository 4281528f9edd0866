import { isRecord } from '../../json.ts';
import { definitionOf } from '../../kinds/registry.ts';
import type { Diagnostic } from '../diagnostic.ts';
import type { StepOutline } from '../outline.ts';
import type { ApprovalKey, UseKey } from '../problems.ts';
import type { Source } from '../yaml/source.ts';
import { diagnosticAt } from './diagnostic-at.ts';
import { valueAt } from './explain-issues.ts';

const notOfApprovals: readonly ApprovalKey[] = ['retry', 'resources', 'reuse', 'matrix', 'timeout_minutes'];
const notOfUsedPipelines: readonly UseKey[] = ['retry', 'resources', 'matrix', 'timeout_minutes'];

/** Refuses keys of a step that have no meaning for its kind, instead of ignoring them. */
export function checkKeys(source: Source, { uses, file }: StepOutline, id: string): Diagnostic[] {
  const step = valueAt(source.value, ['steps', id]);
  const keys = isRecord(step) ? Object.keys(step) : [];
  const ofApproval =
    uses && definitionOf(uses)?.executor === 'person' ? notOfApprovals.filter((key) => keys.includes(key)) : [];
  const ofUse = file === undefined ? [] : notOfUsedPipelines.filter((key) => keys.includes(key));
  return [
    ...ofApproval.map((key) => {
      const problem = { code: 'BAD_VALUE', reason: 'key-of-approval', facts: { key } } as const;
      return diagnosticAt(source, ['steps', id, key], 'key', problem);
    }),
    ...ofUse.map((key) => {
      const problem = { code: 'BAD_VALUE', reason: 'key-of-used-pipeline', facts: { key } } as const;
      return diagnosticAt(source, ['steps', id, key], 'key', problem);
    }),
  ];
}
