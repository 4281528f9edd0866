import { appStyle } from './app.ts';
import { chartStyle } from './charts.ts';
import { graphStyle } from './graph.ts';
import { partStyle } from './parts.ts';

const base = `
:root {
  color-scheme: light dark;
  --back: #fff; --raised: #f6f7f9; --text: #1b1e23; --dim: #5b6370; --line: #dfe3e8;
  --accent: #2257c4; --good: #0a6a3c; --good-back: #e3f4ea; --bad: #b0221a; --bad-back: #fdeae8;
  --warn: #805300; --warn-back: #fdf1d6; --second: #b4540a;
}
@media (prefers-color-scheme: dark) {
  :root {
    --back: #14161a; --raised: #1c1f25; --text: #e5e8ec; --dim: #9ba4b1; --line: #303640;
    --accent: #82adff; --good: #6fd49d; --good-back: #15301f; --bad: #ff9289; --bad-back: #3a1b19;
    --warn: #efc162; --warn-back: #352a12; --second: #f0a35e;
  }
}
* { box-sizing: border-box; }
html { -webkit-text-size-adjust: 100%; }
body {
  margin: 0; background: var(--back); color: var(--text);
  font: 1rem/1.5 system-ui, -apple-system, "Segoe UI", "Noto Sans", "Noto Sans CJK SC", "PingFang SC", "Microsoft YaHei", sans-serif;
}
main, footer { max-width: 64rem; margin: 0 auto; padding: 1.5rem 1.25rem; }
footer { color: var(--dim); font-size: .85rem; border-top: 1px solid var(--line); }
h1, h2, h3, h4, h5 { line-height: 1.25; margin: 0; text-wrap: balance; }
h1 { font-size: 1.9rem; font-weight: 650; }
h2 { font-size: 1.3rem; margin: 0 0 .75rem; }
h3 { font-size: 1rem; margin: 1rem 0 .25rem; }
h4 { font-size: 1rem; }
h5 { font-size: .85rem; font-weight: 600; color: var(--dim); }
p { margin: .3rem 0; }
a { color: var(--accent); }
code, pre, .code { font-family: ui-monospace, "SF Mono", Menlo, Consolas, "Liberation Mono", monospace; font-size: .86em; overflow-wrap: anywhere; }
pre { background: var(--raised); padding: .75rem 1rem; border-radius: .4rem; overflow-x: auto; margin: .4rem 0; white-space: pre-wrap; overflow-wrap: anywhere; }
.dim { color: var(--dim); }
.warn { color: var(--warn); }
.good { color: var(--good); }
.number { text-align: right; font-variant-numeric: tabular-nums; }
.nowrap { white-space: nowrap; }
.part { border-top: 1px solid var(--line); padding-top: 1.25rem; margin-top: 1.75rem; }
.wide { overflow-x: auto; }
table { border-collapse: collapse; width: 100%; font-size: .92rem; margin: .5rem 0; }
th, td { text-align: left; vertical-align: top; padding: .3rem .75rem .3rem 0; border-bottom: 1px solid var(--line); }
th.number, td.number { text-align: right; }
thead th { color: var(--dim); font-weight: 500; white-space: nowrap; }
:lang(zh) th { word-break: keep-all; }
:lang(zh) em { font-style: normal; } /* a slanted Chinese character is hard to read */
td small, th small { display: block; font-weight: normal; color: var(--dim); }
details { margin: .6rem 0; }
summary { cursor: pointer; color: var(--accent); }
:focus-visible { outline: 2px solid var(--accent); outline-offset: 2px; border-radius: 2px; }
.facts { display: grid; grid-template-columns: repeat(auto-fill, minmax(11.5rem, 1fr)); gap: .75rem 1.25rem; margin: .75rem 0; }
.facts div:has(> dd > .long) { grid-column: span 2; }
.facts dt { color: var(--dim); font-size: .85rem; }
.facts dd { margin: 0; overflow-wrap: anywhere; font-variant-numeric: tabular-nums; }
.tag { display: inline-block; font-size: .8rem; font-weight: 500; padding: .05rem .5rem; border-radius: 1rem; margin-left: .35rem; vertical-align: .08em; background: var(--raised); color: var(--dim); }
.tag.better, .tag.succeeded { background: var(--good-back); color: var(--good); }
.tag.worse, .tag.failed { background: var(--bad-back); color: var(--bad); }
.tag.cancelled, .tag.terminated, .tag.paused { background: var(--warn-back); color: var(--warn); }
@media (max-width: 40rem) {
  main, footer { padding: 1rem; }
  h1 { font-size: 1.5rem; }
  .facts { grid-template-columns: repeat(auto-fill, minmax(8.5rem, 1fr)); }
}
@page { margin: 15mm; }
@media print {
  :root { color-scheme: light; --back: #fff; --raised: #f6f7f9; --text: #111; --dim: #555; --line: #ccc; --accent: #2257c4; --good: #0a6a3c; --good-back: #e3f4ea; --bad: #b0221a; --bad-back: #fdeae8; --warn: #805300; --warn-back: #fdf1d6; --second: #b4540a; }
  * { print-color-adjust: exact; -webkit-print-color-adjust: exact; }
  body { font-size: 10pt; }
  main, footer { max-width: none; padding: 0; }
  h2, h3, h4, figcaption { break-after: avoid; }
  /* A folded part is of no use on paper. */
  details::details-content { content-visibility: visible; }
  .table-of-curve { display: none; }
  summary { list-style: none; color: var(--text); font-weight: 600; }
  figure, .question, .step, tr, .failure { break-inside: avoid; }
}
`;

/** The style of a report, in which nothing names another file or place. */
export const style = base + partStyle + graphStyle + chartStyle;

/** The style of the page, which has answers to give besides. */
export const pageStyle = style + appStyle;
