import type { PlannedExam } from '../../../core/run/plan.ts';
import { plural } from '../../../core/words/plural.ts';
import { openPinned } from '../../engine/pinned-files.ts';
import type { StepContext } from '../../engine/step-context.ts';
import { readQuestions } from './questions.ts';
import { lineageOfModel, questionsAmong, readTrainedRows, refuseTrainedQuestions } from './trained-questions.ts';

/**
 * Refuses a training that an exam will judge whose questions are among its rows, or among those of another judged model.
 * The evaluation refuses it too, but after the training.
 */
export async function refuseExamRows(
  context: StepContext<'train'>,
  exams: readonly PlannedExam[],
  lineage: Readonly<Record<string, unknown>>,
): Promise<void> {
  const { deps, input, signal } = context;
  for (const { step, prompts, models } of exams) {
    const questions = await readQuestions(context, await openPinned(deps, prompts, input.pins));
    const refuse = async (who: string, from: Readonly<Record<string, unknown>>) => {
      const found = await questionsAmong(context, questions, await readTrainedRows(deps.store, from, signal));
      refuseTrainedQuestions(`${who} ${plural(found.length, 'question')} of the exam of ${step}`, found);
    };
    await refuse('the rows of this training hold', lineage);
    for (const name of models) {
      const digest = input.pins.models[name];
      if (digest !== undefined) await refuse(`${name} was trained on`, await lineageOfModel(deps.store, { digest }));
    }
  }
}
