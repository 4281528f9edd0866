import { readFile } from 'node:fs/promises';
import { type Context, Hono } from 'hono';
import { streamSSE } from 'hono/streaming';
import { type Frame, renderFrame } from '../../page/app/frame.tsx';
import * as pages from '../../page/app/pages.tsx';
import { renderReport } from '../../page/report.tsx';
import { type Language, languageOf, languages, wordsIn } from '../../page/words/words.ts';
import { packageFile } from '../../services/machine/package-root.ts';
import { addCompareRoutes } from './compare-routes.ts';
import { confirmed, textsOf } from './confirmed.ts';
import { headers, refusalOf } from './guard.ts';
import { sendChanges } from './live.ts';
import { addModelRoutes } from './model-routes.ts';
import type { PageSource } from './page-source.ts';
import { addReviewRoutes } from './review-routes.ts';

/** Milliseconds between two looks at a run that has ended. */
const closedMs = 5_000;

interface Own {
  token: string;
  port: () => number;
}

/** The page of `temper open`: every address begins with the token, then the language. */
export function pageApp(source: PageSource, own: Own): Hono {
  const app = new Hono();
  const base = `/${own.token}`;
  const frameOf = (context: Context, path: string, title: string): Frame => ({
    base,
    language: context.req.param('language') as Language,
    path,
    title,
  });

  app.use(async (context, next) => {
    const { req } = context;
    const refusal = refusalOf(
      {
        method: req.method,
        token: req.path.split('/')[1] ?? '',
        host: req.header('host'),
        origin: req.header('origin'),
        site: req.header('sec-fetch-site'),
      },
      { token: own.token, port: own.port() },
    );
    if (refusal !== undefined) return context.text(`${refusal}\n`, 403, headers);
    await next();
    for (const [name, value] of Object.entries(headers)) context.res.headers.set(name, value);
  });

  app.onError((error, context) => context.text(`${error.message}\n`, 500, headers));

  app.notFound((context) => {
    const language = languages.find((each) => context.req.path.startsWith(`${base}/${each}/`));
    if (language === undefined) return context.text('there is no such page\n', 404, headers);
    const frame: Frame = { base, language, path: '/', title: 'temper', live: false };
    return context.html(renderFrame(frame, pages.missing(frame)), 404);
  });

  // A link names no language; the browser does.
  const inOwnLanguage = (context: Context) => {
    const language = languageOf(context.req.header('accept-language'));
    return context.redirect(`${base}/${language}${context.req.path.slice(base.length) || '/'}`);
  };
  for (const path of [base, `${base}/`, `${base}/runs/:run`]) app.get(path, inOwnLanguage);
  app.get(`${base}/page.js`, async (context) =>
    context.body(await readFile(packageFile('dist/page/live.js'), 'utf8'), 200, { 'Content-Type': 'text/javascript' }),
  );

  const inLanguage = `${base}/:language{${languages.join('|')}}`;
  const list = async (frame: Frame) => pages.runs(frame, { ...(await source.runs()), now: Date.now() });
  app.get(`${inLanguage}/`, async (context) => {
    const frame = frameOf(context, '/', wordsIn[frameOf(context, '/', '').language].app.title);
    return context.html(renderFrame(frame, await list(frame)));
  });
  app.get(`${inLanguage}/live`, (context) =>
    streamSSE(context, async (stream) => {
      const frame = frameOf(context, '/', '');
      await sendChanges(stream, async () => ({ main: await list(frame) }));
    }),
  );

  addCompareRoutes(app, source, { inLanguage, frameOf });
  addModelRoutes(app, source, { inLanguage, frameOf });

  const ofRun = `${inLanguage}/runs/:run`;
  app.use(`${ofRun}/*`, async (context, next) =>
    (await source.has(context.req.param('run') ?? '')) ? await next() : context.notFound(),
  );
  const frameOfRun = (context: Context): Frame & { run: string } => {
    const run = context.req.param('run') as string;
    return { ...frameOf(context, `/runs/${encodeURIComponent(run)}`, run), run };
  };
  app.get(ofRun, async (context) => {
    const frame = frameOfRun(context);
    if (!(await source.has(frame.run))) return context.notFound();
    return context.html(renderFrame(frame, pages.run(frame, await source.run(frame.run))));
  });
  app.get(`${ofRun}/live`, (context) =>
    streamSSE(context, async (stream) => {
      const frame = frameOfRun(context);
      await sendChanges(stream, async () => {
        const seen = await source.run(frame.run);
        // A closed run may be resumed, here or elsewhere.
        return { main: pages.run(frame, seen), ...(seen.view?.endedAt === undefined ? {} : { everyMs: closedMs }) };
      });
    }),
  );
  app.get(`${ofRun}/report`, async (context) => {
    const { run, language } = frameOfRun(context);
    const { view } = await source.run(run);
    if (!view) return context.notFound();
    return context.body(renderReport(view, language), 200, {
      'Content-Type': 'text/html; charset=utf-8',
      'Content-Disposition': `attachment; filename="${run}.html"`,
    });
  });
  app.get(`${ofRun}/logs/:step`, async (context) => {
    const frame = frameOfRun(context);
    const step = context.req.param('step');
    const text = await source.log(frame.run, step);
    if (text === undefined) return context.notFound();
    return context.html(renderFrame({ ...frame, live: false }, pages.log(frame, { run: frame.run, step, text })));
  });
  addReviewRoutes(app, source, { ofRun, frameOfRun });
  app.post(`${ofRun}/actions`, async (context) => {
    const frame = frameOfRun(context);
    const { word = '', step, comment } = await textsOf(context);
    return await confirmed(context, frame, async () => await source.act(frame.run, { word, step, comment }));
  });
  return app;
}
