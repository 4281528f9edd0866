import type { Weights } from '../../core/metrics/weights.ts';
import type { EvaluationNote, Side } from '../../core/words/evaluation-notes.ts';
import type { Answer, OwnForm } from '../../services/ollama/greedy-question.ts';
import type { AnsweredArm } from './arms/ask-arms.ts';
import type { Question } from './questions/questions.ts';
import { normaliseTurns, type TrainedForm } from './questions/trained-questions.ts';
import { type BySide, sidesOf } from './report/report.ts';
import { countIncomplete } from './scores/incomplete-answers.ts';
import { samplesOf } from './scores/samples.ts';
import type { Scored } from './scores/score-answers.ts';

/** Below this number, a single answer can turn the verdict. */
const minQuestions = 10;

const maxPlaces = 5;

/** What the questions themselves show. */
export function notesOfQuestions(questions: readonly Question[]): EvaluationNote[] {
  const seen = new Set<string>();
  const repeated = questions.filter(({ messages }) => {
    const form = normaliseTurns(messages);
    return seen.size === seen.add(form).size;
  });
  const decomposed = questions.filter(({ messages }) =>
    messages.some(({ content }) => content !== content.normalize('NFC')),
  );
  const placed = (among: readonly Question[]) => ({
    questions: among.length,
    at: among.slice(0, maxPlaces).map(({ at }) => at),
  });
  return [
    ...(questions.length < minQuestions
      ? [{ code: 'few_questions' as const, facts: { questions: questions.length } }]
      : []),
    ...(repeated.length > 0 ? [{ code: 'repeated_questions' as const, facts: placed(repeated) }] : []),
    ...(decomposed.length > 0 ? [{ code: 'decomposed_questions' as const, facts: placed(decomposed) }] : []),
  ];
}

/** Where the sides are not asked in the same way. */
export function notesOfForms(forms: BySide<OwnForm>, questions: readonly Question[], given?: string): EvaluationNote[] {
  const sides = sidesOf(forms);
  const differ = <T>(value: (form: OwnForm) => T) => new Set(sides.map((side) => value(forms[side]!))).size > 1;
  const facts = <T extends object>(value: (form: OwnForm) => T) => ({
    sides: sides.map((side) => ({ side, ...value(forms[side]!) })),
  });
  // A system message in the chat takes the place of the model's own.
  const usesOwnSystem = given === undefined && questions.some(({ messages }) => messages[0]?.role !== 'system');
  return [
    ...(usesOwnSystem && differ(({ system }) => system)
      ? [{ code: 'other_system' as const, facts: facts(({ system }) => (system === undefined ? {} : { system })) }]
      : []),
    ...(differ(({ messages }) => messages)
      ? [{ code: 'other_examples' as const, facts: facts(({ messages }) => ({ messages })) }]
      : []),
    ...(differ(({ num_ctx }) => num_ctx)
      ? [{ code: 'other_context' as const, facts: facts(({ num_ctx }) => (num_ctx === undefined ? {} : { num_ctx })) }]
      : []),
  ];
}

/** Where the judged model is asked in another form than all the rows have that it was trained on. */
export function notesOfTraining(
  trained: TrainedForm | undefined,
  form: OwnForm,
  questions: readonly Question[],
  { think, system: given }: { think: boolean; system: string | undefined },
): EvaluationNote[] {
  if (!trained || trained.rows === 0) return [];
  const { rows } = trained;
  const systems = questions.map(({ messages }) =>
    messages[0]?.role === 'system' ? messages[0].content : (given ?? form.system),
  );
  const [system] = trained.systems.size === 1 && trained.withSystem === rows ? trained.systems : [];
  const without = systems.filter((each) => each === undefined).length;
  const other = system === undefined ? 0 : systems.filter((each) => each !== undefined && each !== system).length;
  const turns = questions.filter(({ messages }) => messages.filter(({ role }) => role === 'user').length > 1).length;
  const notes: [EvaluationNote['code'], number, boolean][] = [
    ['asked_without_system', without, trained.withSystem === rows],
    ['asked_with_system', systems.length - without, trained.withSystem === 0],
    ['asked_with_other_system', other, true],
    ['asked_with_history', turns, trained.withHistory === 0],
    ['asked_without_history', questions.length - turns, trained.withHistory === rows],
    ['asked_without_thinking', questions.length, trained.withThoughts === rows && !think && form.canThink],
  ];
  return notes
    .filter(([, count, applies]) => applies && count > 0)
    .map(([code, count]) => ({
      code,
      facts: { questions: count, rows, ...(system === undefined ? {} : { system }) },
    })) as EvaluationNote[];
}

/** What other ways to answer did not find, could not take, or did not answer whole. */
export const notesOfArms = (arms: readonly AnsweredArm[], maxTokens: number): EvaluationNote[] =>
  arms.flatMap(({ name: arm, found, answers }): EvaluationNote[] => {
    const { wanted = [], counts = [], among } = found ?? {};
    const of = answers.length;
    const nothing = wanted.filter((each) => each === 0).length;
    const fewer = counts.filter((each, at) => each < wanted[at]!);
    const scanned = among && 'scanned' in among ? among.scanned : 0;
    const incomplete = countIncomplete(answers);
    const isWhole = Object.values(incomplete).every((each) => each === 0);
    return [
      ...(scanned > 0 ? [{ code: 'arm_scanned' as const, facts: { arm, pages: scanned } }] : []),
      ...(nothing > 0 ? [{ code: 'arm_found_nothing' as const, facts: { arm, questions: nothing, of } }] : []),
      ...(fewer.length > 0
        ? [
            {
              code: 'arm_had_room_for_fewer' as const,
              facts: { arm, questions: fewer.length, of, least: Math.min(...fewer) },
            },
          ]
        : []),
      ...(isWhole
        ? []
        : [
            {
              code: 'arm_incomplete' as const,
              facts: { arm, counts: incomplete, of: answers.flatMap(samplesOf).length, maxTokens },
            },
          ]),
    ];
  });

/** What the answers show. */
export function notesOfAnswers({
  models,
  answers,
  scored,
  weights,
  think,
}: {
  models: BySide<{ digest: string }>;
  answers: BySide<Answer[]>;
  scored: BySide<Scored> | undefined;
  /** Undefined without a score. */
  weights: Weights | undefined;
  think: boolean;
}): EvaluationNote[] {
  const thoughtful = (side: Side) => answers[side]!.flatMap(samplesOf).filter(({ thinks }) => thinks).length;
  const each = (
    code: 'thinks' | 'thoughts_in_answers' | 'marks_only' | 'inside_words' | 'fenced_json',
    count: (side: Side) => number,
  ) =>
    sidesOf(answers)
      .map((side) => ({ code, facts: { side, answers: count(side) } }))
      .filter(({ facts }) => facts.answers > 0);
  return [
    ...(models.before.digest === models.after.digest ? [{ code: 'same_model' as const, facts: {} }] : []),
    ...(think
      ? [
          {
            code: 'asked_to_think' as const,
            facts: { sides: sidesOf(answers).map((side) => ({ side, answers: thoughtful(side) })) },
          },
        ]
      : each('thinks', thoughtful)),
    ...each(
      'thoughts_in_answers',
      (side) => answers[side]!.flatMap(samplesOf).filter(({ text }) => text.includes('</think>')).length,
    ),
    ...(weights?.exact ? each('marks_only', (side) => scored?.[side]?.marks_only ?? 0) : []),
    ...(weights?.contains ? each('inside_words', (side) => scored?.[side]?.inside_words ?? 0) : []),
    ...each('fenced_json', (side) => scored?.[side]?.fenced ?? 0),
  ];
}
