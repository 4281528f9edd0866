import type { Phase } from '../reasons.ts';
import { gigabytes } from './gigabytes.ts';
import { plural } from './plural.ts';
import { unusedGpuWords } from './settings.ts';
import { equalStepWords } from './waits.ts';

/** What a step does just now, in a few words. */
export function phaseWords({ code, facts }: Phase): string {
  switch (code) {
    case 'equal_step':
      return equalStepWords(facts);
    case 'device_lock':
      return `waiting for the device: ${facts.holder ?? 'another training'} uses it`;
    case 'other_move':
      return `waiting for another move of ${facts.name}`;
    case 'starting':
    case 'publishing':
    case 'training':
    case 'merging':
    case 'scoring':
      return code;
    case 'training_beside_gpus':
      return `training ${unusedGpuWords(facts.gpus)}`;
    case 'pinning':
      return 'pinning files and models';
    case 'making_shell':
      return `proving that models of ${facts.base} can be served`;
    case 'reading_rows':
      return 'reading rows';
    case 'reading_document':
      return `reading ${facts.name}${facts.page > 0 ? `, page ${facts.page}` : ''}`;
    case 'writing_rows':
      return `${facts.model} writes rows: ${facts.done} of ${facts.total} parts read`;
    case 'downloading':
      return `downloading ${facts.name} (${gigabytes(facts.bytes)} of ${gigabytes(facts.total)} GB)`;
    case 'loading_base':
      return 'loading the base model';
    case 'dequantizing':
      return `making 16-bit weights of ${facts.base}${facts.percent === undefined ? '' : ` (${facts.percent} %)`}`;
    case 'tokenized':
      return `tokenized ${facts.rows} rows`;
    case 'resumed':
      return `resumed from step ${facts.step}`;
    case 'selecting':
      return 'selecting a checkpoint';
    case 'normalising':
      return 'writing the model as importers read it';
    case 'converting':
      return `converting to ${facts.type} by llama.cpp`;
    case 'quantizing':
      return `quantizing to ${facts.type} by llama.cpp`;
    case 'weighing':
      return 'measuring which weights matter on the training rows';
    case 'measuring_drift':
      return `measuring the drift of ${plural(facts.types, 'type')}`;
    case 'uploading':
      return `uploading ${facts.file} to Ollama`;
    case 'ollama':
      return facts.status;
    case 'setting_up':
    case 'output':
      return facts.line;
    case 'verifying':
      return `verifying the ${facts.kind}`;
    case 'asking_trained_model':
      return 'asking the trained model';
    case 'proving':
      return `proving the ${facts.what}`;
    case 'answering':
      return `${facts.model}: answer ${facts.done} of ${facts.total}`;
    case 'naming':
      return `naming it ${facts.name}`;
    case 'asking':
      return `${facts.side}: question ${facts.done} of ${facts.total}`;
    case 'trying_harness':
      return `trying ${plural(facts.tasks, 'task')} of lm_eval`;
    case 'benchmarking':
      return `lm_eval asks ${facts.side} ${plural(facts.tasks, 'task')}`;
    case 'judging':
      return `judge: verdict ${facts.done} of ${facts.total}`;
    case 'running':
      return `running ${facts.program}`;
    case 'keeping':
      return `keeping ${facts.name} as ${facts.as}`;
    case 'moving':
      return `moving ${facts.name}`;
  }
}
