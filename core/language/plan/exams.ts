import type { Json } from '../../handles.ts';
import { isRecord } from '../../json.ts';
import { definitionOf } from '../../kinds/registry.ts';
import type { PlannedExam, PlannedStep } from '../../run/plan.ts';
import { stepsReadBy } from '../check/graph.ts';
import { hasExpression } from '../expression/parse.ts';

/** Tells each step that learns rows which exams will judge its model, so that it can refuse rows that are among the questions. */
export function withExams(steps: readonly PlannedStep[]): PlannedStep[] {
  const exams = steps.flatMap((step) => {
    const exam = plannedExam(step);
    return exam ? [{ exam, learners: ancestorsOf(steps, judgedValues(step)) }] : [];
  });
  return steps.map((step) => {
    const own = exams.filter(({ learners }) => learners.has(step.id)).map(({ exam }) => exam);
    return definitionOf(step.uses)?.learnsRows && own.length > 0 ? { ...step, exams: own } : step;
  });
}

function plannedExam(step: PlannedStep): PlannedExam | undefined {
  const { exam } = definitionOf(step.uses) ?? {};
  const prompts = exam && isRecord(step.with) ? step.with[exam.option] : undefined;
  if (typeof prompts !== 'string' || hasExpression(prompts)) return undefined;
  const isName = (value: Json): value is string => typeof value === 'string' && !hasExpression(value);
  return { step: step.id, prompts, models: judgedValues(step).filter(isName) };
}

/** The options that name the judged models. */
function judgedValues(step: PlannedStep): Json[] {
  const { exam } = definitionOf(step.uses) ?? {};
  const options: Readonly<Record<string, unknown>> = isRecord(step.with) ? step.with : {};
  return (exam?.judges ?? []).flatMap((option) => (options[option] === undefined ? [] : [options[option] as Json]));
}

/** The steps whose outputs the values read, directly and through others. */
function ancestorsOf(steps: readonly PlannedStep[], values: readonly Json[]): ReadonlySet<string> {
  const found = new Set<string>();
  const visit = (value: Json): void => {
    for (const id of stepsReadBy(value)) {
      if (found.has(id)) continue;
      found.add(id);
      const step = steps.find((each) => each.id === id);
      if (step) visit(step.with);
    }
  };
  values.forEach(visit);
  return found;
}
