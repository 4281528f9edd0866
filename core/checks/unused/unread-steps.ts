import { definitionOf } from '../../kinds/registry.ts';
import { dependenciesOf, stepsReadBy } from '../../language/check/graph.ts';
import type { StepDocument } from '../../language/document.ts';
import type { Finding } from '../finding.ts';
import type { Known } from '../known.ts';

/**
 * Finds steps whose results nothing reads, in a pipeline that ends otherwise. A pipeline that ends with a training, or with
 * a GGUF file, ends there on purpose.
 */
export function findUnreadSteps({ documents }: Known): Finding[] {
  return documents.flatMap(({ within, document }) => {
    const steps = Object.entries(document.steps);
    const read = new Set([...steps.flatMap(([, step]) => needsOf(step)), ...stepsReadBy(document.outputs ?? {})]);
    const ends = steps.filter(([id]) => !read.has(id));
    const isMeans = ([, step]: (typeof steps)[number]) => definitionOf(step.uses)?.isMeans === true;
    if (ends.every(isMeans)) return [];
    return ends.filter(isMeans).map(
      ([step, { uses }]): Finding => ({
        code: 'UNUSED',
        reason: 'unread-step',
        facts: { step, outputs: Object.keys(definitionOf(uses)?.outputs ?? {}) },
        place: { within, path: ['steps', step] },
        level: 'warning',
      }),
    );
  });
}

const needsOf = ({ needs, if: condition, with: options }: StepDocument): string[] =>
  dependenciesOf({
    needs: [needs ?? []].flat(),
    ...(typeof condition === 'string' ? { if: condition } : {}),
    ...(options ? { with: options } : {}),
  });
