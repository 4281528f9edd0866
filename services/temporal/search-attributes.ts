import { defineSearchAttributeKey, type SearchAttributePair, SearchAttributeType } from '@temporalio/common';
import { definitionOf } from '../../core/kinds/registry.ts';
import type { Plan } from '../../core/run/plan.ts';

const pipelineKey = defineSearchAttributeKey('TemperPipeline', SearchAttributeType.KEYWORD);
const baseKey = defineSearchAttributeKey('TemperBase', SearchAttributeType.KEYWORD);

/** Search attributes of a run, by which Temporal's web UI finds it. */
export function searchAttributesOf(plan: Plan): SearchAttributePair[] {
  const base = baseOf(plan);
  return [{ key: pipelineKey, value: plan.pipeline }, ...(base ? [{ key: baseKey, value: base }] : [])];
}

function baseOf(plan: Plan): string | undefined {
  const bases = plan.steps.flatMap(({ uses, with: options }) => {
    const option = definitionOf(uses)?.searchedBase;
    return option === undefined ? [] : [(options as Record<string, unknown>)[option]];
  });
  const [base] = bases;
  return typeof base === 'string' && !base.includes('${{') ? base.slice(0, 255) : undefined;
}
