import type { Left } from '../init/foreign.ts';
import { absenceWords } from './diagnostics/foreign.ts';

/** Why a key of another trainer is not in the pipeline, as the end of a sentence that begins with the key. */
export function leftWords(left: Left): string {
  switch (left.why) {
    case 'no-counterpart':
      return 'no option means the same';
    case 'value':
      return `\`${left.option}\` cannot be ${left.value}`;
    case 'rows-elsewhere':
      return 'these rows are not on this machine; download them and name the file';
    case 'needs-gpu':
      return 'it needs a GPU';
    case 'template-by-name':
      return 'the base’s own chat template is used';
    default:
      return absenceWords[left.why].replace(/^leave it out: /, '');
  }
}
