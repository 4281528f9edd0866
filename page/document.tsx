import type { ComponentChildren } from 'preact';
import { renderToString } from 'preact-render-to-string';

interface Document {
  lang: string;
  title: string;
  /** temper's own style. As a text its `>` would be escaped. */
  style: string;
  /** What else the head holds. It stands before the style, so that a policy applies to it. */
  head: ComponentChildren;
}

/** A whole HTML document, in the colours that the reader's system asks for. */
export const renderDocument = ({ lang, title, style, head }: Document, body: ComponentChildren): string =>
  `<!doctype html>\n${renderToString(
    <html lang={lang}>
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="color-scheme" content="light dark" />
        {head}
        <title>{title}</title>
        <style dangerouslySetInnerHTML={{ __html: style }} />
      </head>
      <body>{body}</body>
    </html>,
  )}\n`;
