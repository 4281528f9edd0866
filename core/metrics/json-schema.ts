import { Ajv, type Options } from 'ajv';
import { Ajv2020 } from 'ajv/dist/2020.js';
import addFormats from 'ajv-formats';
import { RE2JS } from 're2js';

export type JsonSchema = Readonly<Record<string, unknown>>;

/** Whether a value fits a schema. */
export type Fits = (value: unknown) => boolean;

/** A pattern of a schema runs in linear time too. Ajv takes patterns of equal text for one. */
const linear = Object.assign(
  (pattern: string) => {
    const compiled = RE2JS.compile(pattern);
    return { test: (text: string) => compiled.matcher(text).find(), toString: () => pattern };
  },
  { code: 'linear' },
);

const options: Options = {
  // An unknown keyword is a typing error, or a schema of something else than JSON.
  strictSchema: true,
  strictTypes: false,
  strictTuples: false,
  strictRequired: false,
  addUsedSchema: false,
  logger: false,
  code: { regExp: linear },
};

/** Of the drafts that people write, which `$schema` tells; 2020-12 without it. */
const isOld = ({ $schema }: JsonSchema) => typeof $schema === 'string' && /draft-0[67]\b/.test($schema);

/** Returns why a schema cannot be used in place of it. Another schema that it refers to is never loaded. */
export function readSchema(schema: JsonSchema): { fits: Fits } | { why: string } {
  try {
    const ajv = isOld(schema) ? new Ajv(options) : new Ajv2020(options);
    // Its types are those of CommonJS.
    (addFormats as unknown as (ajv: Ajv | Ajv2020) => void)(ajv);
    const validate = ajv.compile(schema);
    return { fits: (value) => fitsOf(() => validate(value) === true) };
  } catch (error) {
    return { why: `is no JSON Schema: ${(error as Error).message}` };
  }
}

/** A value may lie deeper than a schema of itself can follow. */
function fitsOf(validate: () => boolean): boolean {
  try {
    return validate();
  } catch (error) {
    if (error instanceof RangeError) return false;
    throw error;
  }
}
