import { findOtherBases } from './bases/other-base.ts';
import { findBadExams } from './exams/exam-questions.ts';
import type { Finding } from './finding.ts';
import type { Known } from './known.ts';
import { findRivalNames } from './names/rival-names.ts';
import { findSelfComparisons } from './names/self-comparisons.ts';
import { findServedImports } from './names/served-imports.ts';
import { findReversedZones } from './schedules/reversed-zones.ts';
import { findUnsavedSelections } from './training/unsaved-selections.ts';

/** Finds one kind of mistake in what is known before a run. */
export type Check = (known: Known) => readonly Finding[];

/** Every check before a run. `validate`, `plan`, `run`, `rerun`, `schedule apply` and a run's first activity carry out all of them. */
const checks: readonly Check[] = [
  findServedImports,
  findRivalNames,
  findSelfComparisons,
  findOtherBases,
  findUnsavedSelections,
  findBadExams,
  findReversedZones,
];

export const runChecks = (known: Known): Finding[] => checks.flatMap((check) => check(known));
