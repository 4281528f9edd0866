import { defineSearchAttributeKey, type SearchAttributePair, SearchAttributeType } from '@temporalio/common';
import type { Plan } from '../../core/run/plan.ts';

const pipelineKey = defineSearchAttributeKey('TemperPipeline', SearchAttributeType.KEYWORD);
const baseKey = defineSearchAttributeKey('TemperBase', SearchAttributeType.KEYWORD);

/** By what runs are found in Temporal's pages, whoever starts them. */
export function searchAttributesOf(plan: Plan): SearchAttributePair[] {
  const base = baseOf(plan);
  return [{ key: pipelineKey, value: plan.pipeline }, ...(base ? [{ key: baseKey, value: base }] : [])];
}

function baseOf(plan: Plan): string | undefined {
  const train = plan.steps.find((step) => step.uses === 'train');
  const base = (train?.with as { base?: unknown } | undefined)?.base;
  return typeof base === 'string' && !base.includes('${{') ? base.slice(0, 255) : undefined;
}
