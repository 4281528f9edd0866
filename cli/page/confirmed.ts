import type { Context } from 'hono';
import { TemperError } from '../../core/errors/temper-error.ts';
import { type Frame, renderFrame } from '../../page/app/frame.tsx';
import * as pages from '../../page/app/pages.tsx';
import { UserError } from '../user-error.ts';

/** Does what a person has confirmed, and leads back to the page `frame` that they came from; or says there why nothing was changed. */
export async function confirmed(context: Context, frame: Frame, make: () => Promise<void>): Promise<Response> {
  try {
    await make();
    return context.redirect(`${frame.base}/${frame.language}${frame.path}`, 303);
  } catch (error) {
    if (!(error instanceof UserError || error instanceof TemperError)) throw error;
    const hint = error instanceof UserError ? error.hint : error.remedy;
    const main = pages.refused(frame, { message: error.message, hint, back: frame.path });
    return context.html(renderFrame({ ...frame, live: false }, main), 409);
  }
}

/** The fields of a form that hold text. */
export async function textsOf(context: Context): Promise<Readonly<Record<string, string | undefined>>> {
  const form = await context.req.parseBody();
  return Object.fromEntries(
    Object.entries(form).filter(([, value]) => typeof value === 'string' && value !== ''),
  ) as Record<string, string>;
}
