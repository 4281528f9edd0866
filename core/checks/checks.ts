import { findAdaptersOffGguf } from './bases/adapters-off-gguf.ts';
import { findFoldersAsHubNames } from './bases/folders-as-hub-names.ts';
import { findIncompleteBases } from './bases/incomplete-bases.ts';
import { findAbsentModules, findLongContexts } from './bases/misfitting-options.ts';
import { findOtherBases } from './bases/other-base.ts';
import { findQuantizedBases, findUnfitBases } from './bases/unfit-bases.ts';
import { findUnfitGgufs } from './bases/unfit-ggufs.ts';
import { findConstantConditions } from './conditions/constant-conditions.ts';
import { findDecidedComparisons } from './conditions/decided-comparisons.ts';
import { findBadExams } from './exams/exam-questions.ts';
import { findBadSchemas } from './exams/exam-schema.ts';
import { findSmallExams } from './exams/small-exams.ts';
import { findTrainingRows } from './exams/training-rows.ts';
import { findAbsentFiles } from './files/absent-files.ts';
import { findDocumentsWithoutText } from './files/documents-without-text.ts';
import { findForbiddenRows } from './files/forbidden-rows.ts';
import { findUnreadableRows } from './files/unreadable-rows.ts';
import type { Finding } from './finding.ts';
import type { Known } from './known.ts';
import { findMissingHarness } from './machine/missing-harness.ts';
import { findUnfitCopies } from './machine/unfit-copies.ts';
import { findUnfitTrainings } from './machine/unfit-trainings.ts';
import { findAbsentModels } from './names/absent-models.ts';
import { findJudgesOfThemselves } from './names/judges-of-themselves.ts';
import { findKeylessServers } from './names/keyless-servers.ts';
import { findRivalNames } from './names/rival-names.ts';
import { findSelfComparisons } from './names/self-comparisons.ts';
import { findServedImports } from './names/served-imports.ts';
import { findSilentServers } from './names/silent-servers.ts';
import { findIdleSchedules } from './schedules/ended-schedules.ts';
import { findReversedZones } from './schedules/reversed-zones.ts';
import { findExcludingOptions } from './training/excluding-options.ts';
import { findMissingHeldOut, findUnusualValues, findWarmupsWithoutEnd } from './training/unlikely-options.ts';
import { findUnmeasurable } from './training/unmeasurable.ts';
import { findUnreachedTrackers } from './training/unreached-trackers.ts';
import { findUnsavedSelections } from './training/unsaved-selections.ts';
import { findIdleOptions } from './unused/idle-options.ts';
import { findIdleRetries } from './unused/idle-retries.ts';
import { findUnreadSteps } from './unused/unread-steps.ts';
import { findUnusedInputs } from './unused/unused-inputs.ts';

/** Finds one kind of mistake in what is known before a run. */
export type Check = (known: Known) => readonly Finding[];

/** Every check before a run. `validate`, `plan`, `run`, `rerun`, `schedule apply` and a run's first activity carry out all of them. */
const checks: readonly Check[] = [
  findAbsentFiles,
  findForbiddenRows,
  findUnreadableRows,
  findDocumentsWithoutText,
  findServedImports,
  findRivalNames,
  findSelfComparisons,
  findJudgesOfThemselves,
  findKeylessServers,
  findAbsentModels,
  findSilentServers,
  findFoldersAsHubNames,
  findIncompleteBases,
  findUnfitBases,
  findUnfitGgufs,
  findQuantizedBases,
  findOtherBases,
  findAdaptersOffGguf,
  findAbsentModules,
  findLongContexts,
  findUnsavedSelections,
  findExcludingOptions,
  findMissingHeldOut,
  findUnmeasurable,
  findWarmupsWithoutEnd,
  findUnusualValues,
  findUnreachedTrackers,
  findMissingHarness,
  findConstantConditions,
  findDecidedComparisons,
  findUnfitTrainings,
  findUnfitCopies,
  findBadExams,
  findBadSchemas,
  findTrainingRows,
  findSmallExams,
  findReversedZones,
  findIdleSchedules,
  findUnusedInputs,
  findUnreadSteps,
  findIdleOptions,
  findIdleRetries,
];

export const runChecks = (known: Known): Finding[] => checks.flatMap((check) => check(known));
