/** Curves. Lines keep their width however the picture is stretched. */
export const chartStyle = `
.chart { margin: 1rem 0 2.2rem; }
.chart figcaption { display: flex; flex-wrap: wrap; gap: .25rem 1rem; align-items: baseline; margin-bottom: .6rem; }
.chart figcaption strong { font-weight: 600; }
.small-charts { display: grid; grid-template-columns: repeat(auto-fit, minmax(15rem, 1fr)); gap: 0 1.5rem; }
.small-charts .plot { height: 7rem; }
.small-charts .minor { visibility: hidden; }
.small-charts figcaption { font-size: .9rem; }
.plot { position: relative; height: 15rem; margin: 0 .6rem 0 4rem; }
.plot > svg { position: absolute; inset: 0; width: 100%; height: 100%; overflow: visible; }
.plot path { fill: none; vector-effect: non-scaling-stroke; }
.tick-y, .tick-x { position: absolute; color: var(--dim); font-size: .75rem; line-height: 1; font-variant-numeric: tabular-nums; white-space: nowrap; }
.tick-y { right: 100%; transform: translateY(-50%); padding-right: .5rem; }
.tick-x { top: 100%; transform: translateX(-50%); padding-top: .4rem; }
.grid { stroke: var(--line); stroke-width: 1; }
.line-0, .line-1 { stroke-width: 1.75; stroke-linejoin: round; fill: none; }
.line-0 { stroke: var(--accent); }
.line-1 { stroke: var(--second); stroke-dasharray: 5 3; }
.dots { stroke-width: 6; stroke-linecap: round; stroke-dasharray: none; }
.given-up { opacity: .35; }
.checkpoint { stroke: var(--good); stroke-width: 2; }
.interruption { stroke: var(--bad); stroke-width: 1.5; stroke-dasharray: 4 3; }
.again { fill: var(--bad); opacity: .1; }
.reading { fill: transparent; }
.reading:hover { fill: var(--dim); fill-opacity: .15; }
.key { display: inline-flex; align-items: center; gap: .35rem; color: var(--dim); font-size: .85rem; }
.key svg { width: 1.4rem; height: .5rem; }
.legend { display: flex; flex-wrap: wrap; gap: .25rem 1rem; margin: -.9rem 0 .5rem 4rem; }
.legend i { display: inline-block; }
.mark-checkpoint { width: 2px; height: .7rem; background: var(--good); }
.mark-interruption { height: .8rem; border-left: 2px dashed var(--bad); }
.mark-again { width: .9rem; height: .7rem; background: color-mix(in srgb, var(--bad) 15%, transparent); }
@media (max-width: 40rem) {
  .plot { height: 11rem; margin-left: 3rem; }
  .legend { margin-left: 3rem; }
  .minor { visibility: hidden; }
}
`;
