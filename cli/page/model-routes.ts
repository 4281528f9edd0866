import type { Hono } from 'hono';
import { streamSSE } from 'hono/streaming';
import { renderFrame } from '../../page/app/frame.tsx';
import * as pages from '../../page/app/pages.tsx';
import type { Place } from './compare-routes.ts';
import { confirmed, textsOf } from './confirmed.ts';
import { sendChanges } from './live.ts';
import type { PageSource } from './page-source.ts';

/** Milliseconds between two looks: models move once a night. */
const everyMs = 3_000;

/** The served models, and the way back to an earlier one. */
export function addModelRoutes(app: Hono, source: PageSource, { inLanguage, frameOf }: Place): void {
  app.get(`${inLanguage}/models`, async (context) => {
    const frame = frameOf(context, '/models', 'temper');
    return context.html(renderFrame(frame, pages.models(frame, await source.models())));
  });
  app.get(`${inLanguage}/models/live`, (context) =>
    streamSSE(context, async (stream) => {
      const frame = frameOf(context, '/models', 'temper');
      const render = async () => ({ main: pages.models(frame, await source.models()), everyMs });
      await sendChanges(stream, render);
    }),
  );
  app.post(`${inLanguage}/models/rollback`, async (context) => {
    const { name = '', to } = await textsOf(context);
    return await confirmed(context, frameOf(context, '/models', 'temper'), async () => await source.rollBack(name, to));
  });
}
