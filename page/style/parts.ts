/** The parts of a run. */
export const partStyle = `
.verdict .run { color: var(--dim); margin: 0 0 .25rem; }
.verdict h1.better { color: var(--good); }
.verdict h1.failed { color: var(--bad); }
.verdict h1.waits, .verdict h1.paused, .verdict h1.cancelled, .verdict h1.terminated { color: var(--warn); }
.verdict .score { font-size: 1.25rem; font-variant-numeric: tabular-nums; }
.failure { background: var(--bad-back); border-radius: .4rem; padding: .6rem .9rem; margin: .6rem 0; }
.failure .text, .message { white-space: pre-wrap; overflow-wrap: anywhere; }
.notes { background: var(--warn-back); border-radius: .4rem; padding: .6rem .9rem; margin: .6rem 0; }
.notes ul { margin: .2rem 0 0; padding-left: 1.2rem; }
.question { border-top: 1px solid var(--line); padding: .9rem 0; }
.verdicts { margin: .6rem 0 0; color: var(--dim); overflow-wrap: anywhere; }
.question h4, .reference { overflow-wrap: anywhere; white-space: pre-wrap; }
.reference { color: var(--dim); font-size: .92rem; }
.reference span { font-weight: 600; margin-right: .35rem; }
.answers { display: grid; grid-template-columns: repeat(auto-fit, minmax(14rem, 1fr)); gap: .75rem; margin-top: .5rem; }
.answer { background: var(--raised); border-radius: .4rem; padding: .55rem .8rem; border-left: 3px solid var(--line); min-width: 0; }
.answer.after { border-left-color: var(--accent); }
.answer h5 { display: flex; justify-content: space-between; gap: .5rem; }
.answer .text { white-space: pre-wrap; overflow-wrap: anywhere; margin: .2rem 0 0; }
.answer em { color: var(--dim); }
mark { color: inherit; background: var(--warn-back); border-radius: 2px; padding: 0 .05em; }
.answer.before mark { background: var(--bad-back); }
.answer.after mark { background: var(--good-back); }
.interrupted { color: var(--warn); }
.rows .message { margin: 0 0 .35rem; }
.rows .message b { color: var(--dim); font-weight: 600; }
.values { width: auto; }
.timeline { list-style: none; margin: 0; padding: 0; }
.step { display: grid; grid-template-columns: minmax(9rem, 14rem) 1fr auto; gap: .1rem 1rem; padding: .55rem 0; border-top: 1px solid var(--line); align-items: center; }
.step:first-child { border-top: 0; }
.step .name { overflow-wrap: anywhere; }
.step .took { font-variant-numeric: tabular-nums; color: var(--dim); text-align: right; min-width: 6.5rem; white-space: nowrap; }
.step:target { background: var(--raised); }
.step .told { grid-column: 1 / -1; padding-left: 1.3rem; font-size: .92rem; overflow-wrap: anywhere; }
.step .told p { margin: .1rem 0; }
.mark { display: inline-block; width: 1rem; font-style: normal; font-weight: 700; text-align: center; color: var(--dim); }
.step .state { color: var(--dim); }
.succeeded .mark, .reused .mark { color: var(--good); }
.running .mark { color: var(--accent); }
.failed .mark { color: var(--bad); }
.step.failed > .told > .state, .attempts .failed .state { color: var(--bad); }
.asks .mark, .blocked .mark, .cancelled .mark { color: var(--warn); }
.step.asks .state, .attempts .lost .state, .attempts .stopped .state { color: var(--warn); }
.track { position: relative; height: .7rem; background: var(--raised); border-radius: 2px; overflow: hidden; }
.track span { position: absolute; top: 0; bottom: 0; min-width: 2px; }
.track .span { background: var(--line); }
.track .work { background: var(--accent); border-right: 1px solid var(--back); }
.track .work.failed { background: var(--bad); }
.track .work.lost, .track .work.stopped { background: var(--second); }
.attempts { margin: .2rem 0; padding-left: 1.1rem; }
.tree, .tree ul { list-style: none; margin: 0; padding-left: 0; }
.tree ul { padding-left: 1.1rem; border-left: 1px solid var(--line); margin-left: .3rem; }
.tree li { padding: .2rem 0; overflow-wrap: anywhere; }
@media (max-width: 40rem) {
  .step { grid-template-columns: 1fr auto; }
  .step .track { grid-column: 1 / -1; order: 3; }
  .step .told { order: 4; padding-left: 0; }
}
`;
