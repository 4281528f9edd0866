import { stepKinds, stepSummaries } from '../../core/kinds/registry.ts';
import { type JsonSchema, jsonSchemaOf } from '../../core/language/check/json-schema.ts';

const anyExpression = { type: 'string', pattern: '\\$\\{\\{' };
const wholeExpression = { type: 'string', pattern: '^\\s*\\$\\{\\{[\\s\\S]*\\}\\}\\s*$' };
const outputExpression = {
  type: 'string',
  pattern: '^\\s*\\$\\{\\{\\s*(?:steps\\.|min_by\\(|max_by\\()[^}]+\\.outputs\\.[^}]+\\}\\}\\s*$',
};

/**
 * Makes the schema by which editors complete and check a pipeline. A step's options depend on its `uses`. Where an
 * expression is allowed, any is accepted, because only `temper validate` knows its type.
 */
export function editorSchema(): JsonSchema {
  const { $schema, ...document } = jsonSchemaOf('document');
  const { steps, ...properties } = document.properties ?? {};
  const step = steps?.additionalProperties as JsonSchema;
  return {
    $schema,
    title: 'temper pipeline',
    ...tidy(document),
    properties: {
      ...Object.fromEntries(Object.entries(properties).map(([key, value]) => [key, tidy(value)])),
      steps: {
        ...tidy({ ...steps, additionalProperties: {} }),
        minProperties: 1,
        additionalProperties: editorStep(step),
      },
    },
    definitions: Object.fromEntries(
      stepKinds.map((kind) => {
        const { $schema: _, ...options } = jsonSchemaOf(kind);
        return [kind, { description: stepSummaries[kind], ...(withExpressions(options) as JsonSchema) }];
      }),
    ),
  };
}

function editorStep(step: JsonSchema): JsonSchema {
  const kinds = stepKinds.map((kind) => `\`${kind}\`: ${stepSummaries[kind]}`).join('\n\n');
  const uses = { ...step.properties?.uses, description: `The kind of step.\n\n${kinds}` };
  return {
    ...tidy(step),
    properties: {
      ...tidy(step).properties,
      uses,
      with: { type: 'object', description: step.properties?.with?.description },
    },
    allOf: stepKinds.map((kind) => ({
      if: { properties: { uses: { const: kind } }, required: ['uses'] },
      // biome-ignore lint/suspicious/noThenProperty: a keyword of JSON Schema.
      then: {
        properties: { with: { $ref: `#/definitions/${kind}` } },
        ...(jsonSchemaOf(kind).required ? { required: ['with'] } : {}),
      },
    })),
  } as JsonSchema;
}

/** Options as a file may have them: a value, or an expression that becomes one. */
function withExpressions(schema: JsonSchema): JsonSchema {
  const { description, default: standard, ...rest } = schema;
  const about = { ...(description ? { description } : {}), ...(standard === undefined ? {} : { default: standard }) };
  if (schema.artifact !== undefined) return { ...about, ...outputExpression };
  if (schema.anyOf) {
    const members = schema.anyOf.map((member) => {
      const { description: _, ...each } = withExpressions(member);
      return each;
    });
    return {
      ...about,
      anyOf: unique(members.flatMap((member) => (member.anyOf as JsonSchema[] | undefined) ?? [member])),
    };
  }
  if (schema.type === 'object') {
    const { properties, additionalProperties } = rest;
    return {
      ...about,
      ...tidy(rest),
      ...(properties
        ? {
            properties: Object.fromEntries(
              Object.entries(properties).map(([key, each]) => [key, withExpressions(each)]),
            ),
          }
        : {}),
      ...(additionalProperties ? { additionalProperties: withExpressions(additionalProperties) } : {}),
    };
  }
  if (schema.type === 'array') return { ...about, ...tidy(rest), items: withExpressions(schema.items ?? {}) };
  if (schema.type === 'string' && !schema.enum && schema.const === undefined) {
    return schema.pattern === undefined
      ? { ...about, ...tidy(rest) }
      : { ...about, anyOf: [tidy(rest), anyExpression] };
  }
  return { ...about, anyOf: [tidy(rest), wholeExpression] };
}

const unique = (schemas: readonly JsonSchema[]) => [
  ...new Map(schemas.map((schema) => [JSON.stringify(schema), schema])).values(),
];

/** Without our own marks, and without bounds that only mean "fits a double". */
function tidy(schema: JsonSchema): JsonSchema {
  const {
    artifact: _a,
    path: _p,
    base: _b,
    ollama: _o,
    creates: _c,
    mayBeAbsent: _m,
    usual: _u,
    role: _r,
    shapes: _s,
    fixed: _f,
    ...rest
  } = schema;
  if (rest.maximum === Number.MAX_SAFE_INTEGER) delete rest.maximum;
  const { properties, additionalProperties } = rest;
  if (properties)
    rest.properties = Object.fromEntries(Object.entries(properties).map(([key, each]) => [key, tidy(each)]));
  if (additionalProperties) rest.additionalProperties = tidy(additionalProperties);
  return rest;
}
