import { basename } from 'node:path';
import type { Client } from '@temporalio/client';
import { defineSearchAttributeKey, type SearchAttributePair, SearchAttributeType } from '@temporalio/common';
import { isHubRows } from '../../core/kinds/options/hub-rows.ts';
import { definitionOf } from '../../core/kinds/registry.ts';
import type { Plan } from '../../core/run/plan.ts';
import { type SearchAttribute, searchAttributes } from '../../core/run/search-attributes.ts';
import type { RunInput } from '../../protocol/run-input.ts';

/** Temporal's index takes so many characters of a value. */
const maxLength = 255;

/** Search attributes of a run that starts, by which Temporal's web UI finds it, as far as its namespace has them. */
export function searchAttributesOf({ plan, searchable = [] }: Pick<RunInput, 'plan' | 'searchable'>) {
  const values: Partial<Record<SearchAttribute, string | undefined>> = {
    TemperPipeline: plan.pipeline,
    TemperBase: baseOf(plan),
    TemperDataset: datasetOf(plan),
    TemperStatus: 'running',
  };
  return Object.entries(values).flatMap(([name, value]): SearchAttributePair[] =>
    value === undefined || !searchable.includes(name)
      ? []
      : [{ key: defineSearchAttributeKey(name, SearchAttributeType.KEYWORD), value: value.slice(0, maxLength) }],
  );
}

/** Which of temper's search attributes a namespace has. A run that carries another one would not start. */
export async function knownSearchAttributes({ workflowService }: Pick<Client, 'workflowService'>, namespace: string) {
  // A server on SQL, and Temporal's cloud, store them under other names; a server on Elasticsearch under their own.
  const [aliases, own] = await Promise.all([
    workflowService.describeNamespace({ namespace }).then(
      ({ config }) => Object.values(config?.customSearchAttributeAliases ?? {}),
      () => [] as string[],
    ),
    workflowService.getSearchAttributes({}).then(
      ({ keys }) => Object.keys(keys ?? {}),
      () => [] as string[],
    ),
  ]);
  return searchAttributes.filter((name) => aliases.includes(name) || own.includes(name));
}

/** The model that a pipeline trains, where the document says it. */
export const baseOf = (plan: Plan): string | undefined => firstText(plan, 'searchedBase');

/** The file of rows that it reads. */
export function datasetOf(plan: Plan): string | undefined {
  const source = firstText(plan, 'rowsOption');
  return source === undefined || isHubRows(source) ? source : basename(source);
}

function firstText(plan: Plan, field: 'searchedBase' | 'rowsOption'): string | undefined {
  const values = plan.steps.flatMap(({ uses, with: options }) => {
    const option = definitionOf(uses)?.[field];
    return option === undefined ? [] : [(options as Record<string, unknown>)[option]];
  });
  return values.find((value): value is string => typeof value === 'string' && !value.includes('${{'));
}
