import type { Finding } from '../finding.ts';
import { ancestorsOf, type Known, type NamedValue, namedValues, placeOf } from '../known.ts';

/** Finds steps that use another base model than the training whose adapter they read. Copies of one base are the same base. */
export function findOtherBases(known: Known): Finding[] {
  const bases = namedValues(known).filter(({ mark }) => mark === 'base');
  return bases.flatMap((own): Finding[] => {
    const trained = ancestorsOf(known, own.step).flatMap((step) =>
      bases.filter((each) => each.step === step && each.role === 'trained'),
    )[0];
    if (!trained) return [];
    const difference = differenceOf(known, own, trained);
    if (!difference) return [];
    const facts = { base: own.value, trainedOn: trained.value, step: trained.step.id, ...difference };
    const place = placeOf(own.step, own.path);
    return [{ code: 'WRONG_BASE', reason: 'other-base', facts, place }];
  });
}

/** Undefined where they are the same, or may be. */
function differenceOf(
  known: Known,
  { value: one }: NamedValue,
  { value: other }: NamedValue,
): { file?: string } | undefined {
  if (one === other) return undefined;
  const [here, there] = [known.bases.get(one), known.bases.get(other)];
  if (!here || !there) {
    // Two revisions of one model may be one commit, which the run resolves.
    return nameOf(one) === nameOf(other) ? undefined : {};
  }
  const files = [...new Set([...Object.keys(here.parts), ...Object.keys(there.parts)])].sort();
  const file = files.find((name) => here.parts[name] !== there.parts[name]);
  return file === undefined ? undefined : { file };
}

const nameOf = (base: string) => base.split('@')[0]!.toLowerCase();
