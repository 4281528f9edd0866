/** The graph of steps: a grid of boxes, and below it a picture of the same size with what joins them. Where it is not seen, each step says what it comes after. */
export const graphStyle = `
.graph-place { margin: .25rem 0 1.25rem; padding: .25rem 0; }
.graph { position: relative; display: grid; grid-template-columns: repeat(var(--columns), minmax(7.2rem, 1fr)); grid-template-rows: repeat(calc(var(--rows) * 2), 2.35rem); min-width: calc(var(--columns) * 7.2rem); max-width: calc(var(--columns) * 13rem); }
.graph > svg { position: absolute; inset: 0; width: 100%; height: 100%; }
.edge { fill: none; stroke: var(--dim); stroke-width: 1.25; stroke-dasharray: 3 3; vector-effect: non-scaling-stroke; }
.edge.done { stroke: var(--good); stroke-dasharray: none; }
.node { position: relative; align-self: center; margin: 0 8%; padding: .3rem .45rem .35rem; min-width: 0; border: 1px solid var(--line); border-radius: .4rem; background: var(--raised); color: var(--text); text-decoration: none; font-size: .78rem; line-height: 1.35; overflow: hidden; }
.node b, .node span { display: block; white-space: nowrap; overflow: hidden; text-overflow: ellipsis; }
.node b { font-size: .85rem; font-weight: 600; }
.node .mark { width: .9rem; }
.node > .done { position: absolute; left: 0; bottom: 0; height: 3px; background: var(--accent); }
.node.succeeded, .node.reused { border-color: var(--good); }
.node.running { border-color: var(--accent); box-shadow: 0 0 0 1px var(--accent); }
.node.failed { border-color: var(--bad); background: var(--bad-back); }
.node.asks, .node.blocked, .node.cancelled { border-color: var(--warn); background: var(--warn-back); }
.node.waiting, .node.skipped { border-style: dashed; }
.step .after { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); white-space: nowrap; }
@media (max-width: 40rem) {
  .graph-place { display: none; }
  .step .after { display: block; position: static; width: auto; height: auto; clip-path: none; white-space: normal; }
}
`;
