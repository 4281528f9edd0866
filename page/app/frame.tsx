import type { ComponentChildren } from 'preact';
import { renderToString } from 'preact-render-to-string';
import { renderDocument } from '../document.tsx';
import { pageStyle } from '../style/style.ts';
import { type Language, LinksContext, WordsContext, wordsIn } from '../words/words.ts';

/** A page of `temper open`. Addresses begin with `base`, which holds the token. */
export interface Frame {
  base: string;
  language: Language;
  /** The address of this page below the language. */
  path: string;
  title: string;
  /** Whether the server tells of changes; it does by default. */
  live?: boolean;
}

const otherLanguage: Readonly<Record<Language, Language>> = { en: 'zh', zh: 'en' };

/** A whole page around what `renderPart` has made. The script keeps it up to date with what `live` sends. */
export function renderFrame({ base, language, path, title, live = true }: Frame, main: string): string {
  const words = wordsIn[language];
  return renderDocument(
    {
      lang: words.lang,
      title,
      style: pageStyle,
      head: (
        <>
          <link rel="icon" href="data:," />
          <script type="module" src={`${base}/page.js`} />
        </>
      ),
    },
    <>
      <nav>
        <a href={`${base}/${language}/`}>
          <b>{words.app.title}</b> {words.app.all}
        </a>
        <a href={`${base}/${language}/models`}>{words.served.title}</a>
        <a href={`${base}/${language}/compare`}>{words.compare.title}</a>
        <a href={`${base}/${otherLanguage[language]}${path}`} lang={wordsIn[otherLanguage[language]].lang}>
          {words.app.other}
        </a>
      </nav>
      <p id="lost" class="warn" role="alert" hidden>
        {words.app.lost}
      </p>
      <main
        {...(live ? { 'data-live': `${base}/${language}${path === '/' ? '' : path}/live` } : {})}
        dangerouslySetInnerHTML={{ __html: main }}
      />
    </>,
  );
}

/** What stands inside `main`, with the words and links of a page. */
export function renderPart(
  { base, language }: Pick<Frame, 'base' | 'language'>,
  part: ComponentChildren,
  run?: string,
): string {
  const to = (id: string) => `${base}/${language}/runs/${encodeURIComponent(id)}`;
  const links = {
    run: to,
    compare: (id: string) => `${base}/${language}/compare?of=${encodeURIComponent(id)}`,
    ...(run === undefined ? {} : { log: (step: string) => `${to(run)}/logs/${encodeURIComponent(step)}` }),
  };
  return renderToString(
    <WordsContext.Provider value={wordsIn[language]}>
      <LinksContext.Provider value={links}>{part}</LinksContext.Provider>
    </WordsContext.Provider>,
  );
}
