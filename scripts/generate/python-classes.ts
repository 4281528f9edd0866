import { z } from 'zod';

const indent = '    ';
const widest = 120;

/** `early_stop` → `EarlyStop`. */
export const pascal = (name: string): string =>
  name.replace(/(?:^|_)([a-z])/g, (_, letter: string) => letter.toUpperCase());

/** A module of frozen dataclasses made from zod's objects; a class stands above those that use it. */
export class PythonModule {
  readonly #classes = new Map<string, string>();
  readonly #imports = new Map<string, Set<string>>();
  readonly #known = new Map<z.ZodType, string>();

  uses(module: string, name: string): void {
    const names = this.#imports.get(module) ?? new Set();
    this.#imports.set(module, names.add(name));
  }

  /** Says the name of a type that another module defines. */
  takes(schema: z.ZodType, name: string): void {
    this.#known.set(schema, name);
  }

  /** Adds the class of an object and of all objects in it; answers its name. `constants` are the same for every instance. */
  dataclass(name: string, schema: z.ZodObject, constants: Readonly<Record<string, string>> = {}): string {
    const fields = Object.entries(schema.shape).map(([field, type]) => this.#field(field, type as z.ZodType));
    const fixed = Object.entries(constants).map(([field, value]) => {
      this.uses('typing', 'ClassVar');
      return `${indent}${field}: ClassVar[str] = "${value}"`;
    });
    this.uses('dataclasses', 'dataclass');
    const text = `@dataclass(frozen=True, kw_only=True)\nclass ${name}:\n${[...fixed, ...fields].join('\n')}`;
    const before = this.#classes.get(name);
    if (before !== undefined && before !== text) throw new Error(`two classes of the name ${name}`);
    this.#classes.set(name, text);
    return name;
  }

  union(names: readonly string[], of: string): string {
    const line = names.join(' | ');
    return `${of} = ${line}`.length <= widest
      ? line
      : `(\n${names.map((name, index) => `${indent}${index ? '| ' : ''}${name}\n`).join('')})`;
  }

  text(summary: string, header: string, rest: readonly string[]): string {
    const imports = [...this.#imports].map(
      ([module, names]) => `from ${module} import ${[...names].sort(byKindThenName).join(', ')}`,
    );
    const groups = [
      imports.filter((line) => !line.startsWith('from trainer')).sort(),
      imports.filter((line) => line.startsWith('from trainer')).sort(),
    ].filter((group) => group.length > 0);
    const top = [`"""${summary}"""`, header, ...groups.map((group) => group.join('\n'))].join('\n\n');
    return `${[top, ...this.#classes.values(), ...rest].join('\n\n\n')}\n`;
  }

  #field(name: string, schema: z.ZodType): string {
    const { description, fixed } = schema.meta() ?? {};
    const comment = typeof description === 'string' ? wrapped(description) : [];
    const type = this.#type(schema, name);
    if (fixed !== false) return [...comment, ...broken(`${indent}${name}: ${type}`)].join('\n');
    this.uses('dataclasses', 'field');
    return [...comment, `${indent}${name}: ${type} = field(metadata={"fixed": False})`].join('\n');
  }

  #type(schema: z.ZodType, name: string): string {
    const meta = schema.meta() ?? {};
    const known = this.#known.get(schema);
    if (known !== undefined) return known;
    if (typeof meta.python === 'string') return meta.python;
    if (schema instanceof z.ZodNullable) return `${this.#type(schema.unwrap() as z.ZodType, name)} | None`;
    if (schema instanceof z.ZodObject)
      return this.dataclass(typeof meta.title === 'string' ? meta.title : pascal(name), schema);
    if (schema instanceof z.ZodArray) return `list[${this.#type(schema.element as z.ZodType, name)}]`;
    if (schema instanceof z.ZodRecord) return `dict[str, ${this.#type(schema.valueType as z.ZodType, name)}]`;
    if (schema instanceof z.ZodUnion)
      return schema.options.map((option) => this.#type(option as z.ZodType, name)).join(' | ');
    if (schema instanceof z.ZodString) return 'str';
    if (schema instanceof z.ZodBoolean) return 'bool';
    if (schema instanceof z.ZodNumber) return schema.isInt ? 'int' : 'float';
    if (schema instanceof z.ZodEnum) return this.#literal(schema.options);
    if (schema instanceof z.ZodLiteral) return this.#literal([...schema.values]);
    if (schema instanceof z.ZodUnknown) return this.#any();
    throw new Error(`${name}: Python has no class for a ${schema.constructor.name}`);
  }

  #any(): string {
    this.uses('typing', 'Any');
    return 'Any';
  }

  #literal(values: readonly unknown[]): string {
    this.uses('typing', 'Literal');
    return `Literal[${values.map((value) => JSON.stringify(value)).join(', ')}]`;
  }
}

/** The order of ruff: constants, classes, then functions. */
function byKindThenName(a: string, b: string): number {
  const rank = (name: string) => (/^[A-Z]/.test(name) ? 0 : 1);
  return rank(a) - rank(b) || (a < b ? -1 : 1);
}

/** A line as ruff breaks it where it is too long: a list of words gets lines of its own. */
function broken(line: string): string[] {
  const parts = /^(.*Literal\[)([^[\]]*)(\].*)$/.exec(line);
  if (line.length <= widest || !parts) return [line];
  return [parts[1]!, `${indent}${indent}${parts[2]}`, `${indent}${parts[3]}`];
}

function wrapped(text: string): string[] {
  const lines: string[] = [];
  for (const word of text.split(/\s+/)) {
    const last = lines.at(-1);
    if (last !== undefined && `${last} ${word}`.length <= widest) lines[lines.length - 1] = `${last} ${word}`;
    else lines.push(`${indent}# ${word}`);
  }
  return lines;
}
