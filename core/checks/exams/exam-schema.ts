import { isRecord } from '../../json.ts';
import { definitionOf } from '../../kinds/registry.ts';
import { readSchema } from '../../metrics/json-schema.ts';
import type { Finding } from '../finding.ts';
import { type Known, optionsOf, placeOf } from '../known.ts';

/** Finds schemas for the answers of an exam that are no JSON Schema. */
export const findBadSchemas = (known: Known): Finding[] =>
  known.steps.flatMap((step): Finding[] => {
    const { schema } = optionsOf(step);
    if (!definitionOf(step.uses)?.exam || !isRecord(schema)) return [];
    const read = readSchema(schema);
    return 'why' in read
      ? [{ code: 'BAD_OPTIONS', reason: 'bad-schema', facts: { why: read.why }, place: placeOf(step, ['schema']) }]
      : [];
  });
