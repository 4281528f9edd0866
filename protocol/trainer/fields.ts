import { z } from 'zod';

/** The name of its class in Python. */
export const named = <S extends z.ZodType>(name: string, schema: S): S => schema.meta({ title: name }) as S;

export const whole = z.number().int();
/** A number in [0, 1] or any other; Python's `float`. */
export const real = z.number();
/** JSON has no NaN: a number that is none travels as a word. */
export const measured = z.union([z.number(), z.enum(['nan', 'inf', '-inf'])]).meta({ python: 'float' });
