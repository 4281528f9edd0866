import type { Context, Hono } from 'hono';
import type { Decided } from '../../core/documents/review.ts';
import { type Frame, renderFrame } from '../../page/app/frame.tsx';
import * as pages from '../../page/app/pages.tsx';
import { type Show, shows } from '../../page/app/review.tsx';
import { confirmed } from './confirmed.ts';
import type { PageSource } from './page-source.ts';

interface OfRun {
  /** The pattern of addresses up to the run. */
  ofRun: string;
  frameOfRun: (context: Context) => Frame & { run: string };
}

/** The rows that a model wrote of documents, and the decisions of a person about them. */
export function addReviewRoutes(app: Hono, source: PageSource, { ofRun, frameOfRun }: OfRun): void {
  app.get(`${ofRun}/review/:step`, async (context) => {
    const frame = frameOfRun(context);
    const review = await source.review(frame.run, context.req.param('step') ?? '');
    if (review === undefined) return context.notFound();
    const view = viewOf(context.req.query('show'), context.req.query('from'));
    return context.html(renderFrame({ ...frame, live: false }, pages.review(frame, { review, ...view })));
  });
  app.post(`${ofRun}/review/:step`, async (context) => {
    const frame = frameOfRun(context);
    const step = context.req.param('step') ?? '';
    const form = await context.req.parseBody();
    const text = (name: string) => (typeof form[name] === 'string' ? form[name].replace(/\r\n/g, '\n').trim() : '');
    const { show, from } = viewOf(text('show'), text('from'));
    const ids = Object.keys(form).flatMap((name) => /^decision:([0-9a-f]{1,64})$/.exec(name)?.[1] ?? []);
    const decided = ids.map((id): Decided => {
      const decision = text(`decision:${id}`);
      return {
        id,
        decision: decision === 'keep' || decision === 'drop' ? decision : null,
        question: text(`question:${id}`),
        answer: text(`answer:${id}`),
      };
    });
    // Rows with a decision leave the list of those without, so the next ones move up.
    const query = show === 'all' ? `?show=all&from=${from + ids.length}` : `?show=${show}`;
    const back = { ...frame, path: `${frame.path}/review/${encodeURIComponent(step)}${query}` };
    return await confirmed(context, back, async () => await source.decide(frame.run, step, decided));
  });
}

function viewOf(show: string | undefined, from: string | undefined): { show: Show; from: number } {
  return {
    show: shows.find((each) => each === show) ?? 'open',
    from: /^\d{1,6}$/.test(from ?? '') ? Number(from) : 0,
  };
}
