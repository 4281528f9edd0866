import type { RunView } from '../core/report/run-view.ts';
import { renderDocument } from './document.tsx';
import { RunPart } from './parts/run.tsx';
import { style } from './style/style.ts';
import { type Language, WordsContext, wordsIn } from './words/words.ts';

/** Neither a script nor anything from elsewhere can be loaded, whatever a row or an answer holds. */
const policy = "default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; form-action 'none'";

/** Renders one run as an HTML file that needs nothing else: no network, no script, no other file. */
export function renderReport(view: RunView, language: Language): string {
  const words = wordsIn[language];
  return renderDocument(
    {
      lang: words.lang,
      title: words.title(view.run),
      style,
      head: <meta http-equiv="Content-Security-Policy" content={policy} />,
    },
    <>
      <main>
        <WordsContext.Provider value={words}>
          <RunPart view={view} />
        </WordsContext.Provider>
      </main>
      <footer>{words.madeBy(view.version, view.madeAt)}</footer>
    </>,
  );
}
