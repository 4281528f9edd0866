import { isRecord } from '../../json.ts';
import type { Diagnostic } from '../diagnostic.ts';
import type { StepOutline } from '../outline.ts';
import type { Source } from '../yaml/source.ts';
import { valueAt } from './describe-issue.ts';

const ofApprovals: Readonly<Record<string, string>> = {
  retry: 'a person is asked once',
  resources: 'waiting takes none',
  reuse: 'it is asked in every run',
  matrix: 'one question is enough',
  timeout_minutes: 'how long it waits is its option `timeout`',
};
const ofPipelines: Readonly<Record<string, string>> = {
  retry: 'its steps say how they are tried again',
  resources: 'its steps say what they need',
  matrix: 'a step of its own may have one',
  timeout_minutes: 'its steps say how long they may take',
};

/** Keys of a step that mean nothing for what it does are refused, not passed over. */
export function checkKeys(source: Source, { uses, file }: StepOutline, id: string): Diagnostic[] {
  const senseless = uses === 'approve' ? ofApprovals : file === undefined ? {} : ofPipelines;
  const step = valueAt(source.value, ['steps', id]);
  const keys = isRecord(step) ? Object.keys(step) : [];
  return keys.flatMap((key): Diagnostic[] => {
    if (!Object.hasOwn(senseless, key)) return [];
    const what = file === undefined ? 'an approval' : 'a pipeline that runs as a step';
    const message = `steps.${id}.${key} means nothing for ${what}: ${senseless[key]}`;
    return [{ code: 'BAD_VALUE', message, ...source.locate(['steps', id, key], 'key') }];
  });
}
