import { renderToString } from 'preact-render-to-string';
import type { RunView } from '../core/report/run-view.ts';
import { RunPart } from './parts/run.tsx';
import { style } from './style/style.ts';
import { type Language, WordsContext, wordsIn } from './words/words.ts';

/** Neither a script nor anything from elsewhere can be loaded, whatever a row or an answer holds. */
const policy = "default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; form-action 'none'";

/** Renders one run as an HTML file that needs nothing else: no network, no script, no other file. */
export function renderReport(view: RunView, language: Language): string {
  const words = wordsIn[language];
  const page = (
    <html lang={words.lang}>
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="color-scheme" content="light dark" />
        <meta http-equiv="Content-Security-Policy" content={policy} />
        <title>{words.title(view.run)}</title>
        {/* temper's own style; as a text its `>` would be escaped */}
        <style dangerouslySetInnerHTML={{ __html: style }} />
      </head>
      <body>
        <main>
          <WordsContext.Provider value={words}>
            <RunPart view={view} />
          </WordsContext.Provider>
        </main>
        <footer>{words.madeBy(view.version, view.madeAt)}</footer>
      </body>
    </html>
  );
  return `<!doctype html>\n${renderToString(page)}\n`;
}
