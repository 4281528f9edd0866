import type { Context, Hono } from 'hono';
import { streamSSE } from 'hono/streaming';
import { TemperError } from '../../core/errors/temper-error.ts';
import type { ShownComparison } from '../../page/app/compare.tsx';
import { type Frame, renderFrame } from '../../page/app/frame.tsx';
import * as pages from '../../page/app/pages.tsx';
import { UserError } from '../user-error.ts';
import { confirmed, textsOf } from './confirmed.ts';
import { sendChanges } from './live.ts';
import type { PageSource } from './page-source.ts';

/** Answers grow by a few words at a time. Milliseconds between two looks. */
const everyMs = 150;

export interface Place {
  /** The pattern of addresses up to the language. */
  inLanguage: string;
  frameOf: (context: Context, path: string, title: string) => Frame;
}

/** One question to several models. Only a form that was sent asks them: opening an address must not load a model. */
export function addCompareRoutes(app: Hono, source: PageSource, { inLanguage, frameOf }: Place): void {
  const { comparisons } = source;
  const frame = (context: Context, path = '/compare') => frameOf(context, path, 'temper');

  /** A run is asked with the questions of its exam. */
  const askableOf = async (word: string | undefined) =>
    await source.askable(word !== undefined && (await source.has(word)) ? word : undefined);

  app.get(`${inLanguage}/compare`, async (context) => {
    const askable = await askableOf(context.req.query('of'));
    const own = frame(context);
    return context.html(renderFrame({ ...own, live: false }, pages.askForm(own, askable)));
  });

  app.post(`${inLanguage}/compare`, async (context) => {
    const own = frame(context);
    const form = await context.req.parseBody();
    const text = (name: string) => (typeof form[name] === 'string' ? form[name].trim() : '');
    const words = text('of').split(/\s+/).filter(Boolean);
    const question = text('exam') || text('question');
    try {
      if (question === '')
        throw new UserError('there is no question', { hint: 'write one, or choose one of the exam' });
      const id = await comparisons.ask({ words, question, isBlind: text('blind') === 'yes' });
      return context.redirect(`${own.base}/${own.language}/compare/${id}`, 303);
    } catch (error) {
      if (!(error instanceof UserError || error instanceof TemperError)) throw error;
      const hint = error instanceof UserError ? error.hint : error.remedy;
      const main = pages.askFailed(own, { message: error.message, hint, words, questions: [] });
      return context.html(renderFrame({ ...own, live: false }, main), 409);
    }
  });

  const ofOne = `${inLanguage}/compare/:id`;
  const page = async (own: Frame, shown: ShownComparison) =>
    pages.comparison(own, shown, shown.isDone ? (await askableOf(shown.words[0])).questions : []);
  app.get(ofOne, async (context) => {
    const id = context.req.param('id') ?? '';
    const shown = comparisons.shown(id);
    const own = frame(context, `/compare/${id}`);
    if (!shown) return context.notFound();
    return context.html(renderFrame({ ...own, live: !shown.isDone }, await page(own, shown)));
  });
  app.get(`${ofOne}/live`, (context) =>
    streamSSE(context, async (stream) => {
      const id = context.req.param('id') ?? '';
      const own = frame(context, `/compare/${id}`);
      const render = async () => {
        const shown = comparisons.shown(id);
        return { main: shown ? await page(own, shown) : '', isOver: shown?.isDone ?? true, everyMs };
      };
      await sendChanges(stream, render);
    }),
  );
  app.post(`${ofOne}/choice`, async (context) => {
    const id = context.req.param('id') ?? '';
    const { at } = await context.req.parseBody();
    await comparisons.choose(id, /^\d$/.test(String(at)) ? Number(at) : undefined);
    const own = frame(context);
    return context.redirect(`${own.base}/${own.language}/compare/${id}`, 303);
  });
  app.post(`${ofOne}/rows`, async (context) => {
    const id = context.req.param('id') ?? '';
    const { at = '', file = '', answer = '' } = await textsOf(context);
    return await confirmed(context, frame(context, `/compare/${id}`), async () => {
      await comparisons.addRow(id, { at: Number(at), file, answer });
    });
  });
}
