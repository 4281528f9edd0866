import { checkpoint } from './checkpoint.ts';
import type { Activities } from './contract.ts';
import type { Deps } from './deps.ts';
import { evaluate } from './evaluate.ts';
import { importModel } from './import.ts';
import { merge } from './merge.ts';
import { pauseSchedule } from './pause-schedule.ts';
import { pin } from './pin.ts';
import { prepare } from './prepare.ts';
import { promote } from './promote.ts';
import { prune } from './prune.ts';
import { publishCheckpoint } from './published-checkpoints.ts';
import { quantize } from './quantize.ts';
import { record } from './record.ts';
import { reuse } from './reuse.ts';
import { run } from './run.ts';
import { tell } from './tell.ts';
import { train } from './train.ts';

export function createActivities(deps: Deps): Activities {
  return {
    prepare: prepare(deps),
    train: train(deps),
    checkpoint: checkpoint(deps),
    merge: merge(deps),
    quantize: quantize(deps),
    import: importModel(deps),
    evaluate: evaluate(deps),
    promote: promote(deps),
    run: run(deps),
    pin: pin(deps),
    reuse: reuse(deps),
    publishCheckpoint: publishCheckpoint(deps),
    prune: prune(deps),
    record: record(deps),
    pauseSchedule: pauseSchedule(deps),
    tell: tell(deps),
  };
}
