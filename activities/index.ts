import type { Activities } from '../protocol/activities.ts';
import { checkpoint } from './checkpoint/checkpoint.ts';
import type { Deps, KindHooks } from './engine/deps.ts';
import { withDoors } from './engine/door.ts';
import { reuse } from './engine/reuse/find-reusable.ts';
import { evaluate } from './evaluate/evaluate.ts';
import { evaluateHooks } from './evaluate/hooks.ts';
import { importHooks } from './import/hooks.ts';
import { importModel } from './import/import.ts';
import { notify } from './lifecycle/notify.ts';
import { pauseSchedule } from './lifecycle/pause-schedule.ts';
import { pin } from './lifecycle/pin.ts';
import { prune } from './lifecycle/prune.ts';
import { record } from './lifecycle/record.ts';
import { merge } from './merge/merge.ts';
import { prepareHooks } from './prepare/hooks.ts';
import { prepare } from './prepare/prepare.ts';
import { promote } from './promote/promote.ts';
import { quantizeHooks } from './quantize/hooks.ts';
import { quantize } from './quantize/quantize.ts';
import { run } from './run/run.ts';
import { trainHooks } from './train/hooks.ts';
import { publishCheckpoint } from './train/published-checkpoints.ts';
import { train } from './train/train.ts';

/** What kinds do besides their work; most need nothing. */
export const kindHooks: KindHooks = {
  prepare: prepareHooks,
  train: trainHooks,
  quantize: quantizeHooks,
  import: importHooks,
  evaluate: evaluateHooks,
};

export function createActivities(deps: Deps): Activities {
  return withDoors({
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
    notify: notify(deps),
  });
}
