import { createContext } from 'preact';
import { useContext } from 'preact/hooks';
import { en, type Words } from './en.ts';
import { zh } from './zh.ts';

export type { Words } from './en.ts';

export const languages = ['en', 'zh'] as const;
export type Language = (typeof languages)[number];

export const wordsIn: Readonly<Record<Language, Words>> = { en, zh };

/** Where the page leads to; a report leads nowhere. */
interface Links {
  run?: (run: string) => string;
  log?: (step: string) => string;
  /** To a question to the models of a run. */
  compare?: (run: string) => string;
}

export const LinksContext = createContext<Links>({});
export const useLinks = (): Links => useContext(LinksContext);
/** For parts that stand only on the page. */
export const useRunLink = (): ((run: string) => string) => useLinks().run ?? ((run) => `#${run}`);

export const WordsContext = createContext<Words>(en);
export const useWords = (): Words => useContext(WordsContext);

/** The first language that is known of a list such as `zh_CN.UTF-8` or `zh-CN,zh;q=0.9,en;q=0.8`. */
export function languageOf(preferred: string | undefined): Language {
  const wanted = (preferred ?? '').split(/[,:]/).map((each) => each.trim().slice(0, 2).toLowerCase());
  return wanted.flatMap((each) => languages.filter((known) => known === each))[0] ?? 'en';
}
