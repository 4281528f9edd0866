/** What only the page of `temper open` has. */
export const appStyle = `
nav { max-width: 64rem; margin: 0 auto; padding: .75rem 1.25rem 0; display: flex; flex-wrap: wrap; gap: .25rem 1rem; font-size: .92rem; }
nav a:first-child { margin-right: auto; }
nav a { text-decoration: none; white-space: nowrap; }
#lost { max-width: 64rem; margin: .5rem auto 0; padding: .5rem 1.25rem; background: var(--warn-back); }
.runs { list-style: none; padding: 0; margin: 1rem 0; }
.runs li { border-top: 1px solid var(--line); padding: .6rem 0; overflow-wrap: anywhere; }
.step .log { font-size: .85rem; margin-left: .25rem; }
#steering { border: 0; padding-top: 0; margin-top: .75rem; }
#steering h2 { font-size: 1rem; margin: 0; }
.asks { background: var(--warn-back); border: 0; border-radius: .5rem; padding: 1rem 1.25rem; }
.actions { display: flex; flex-wrap: wrap; gap: .6rem; align-items: flex-start; margin: .6rem 0; }
.action > summary { list-style: none; width: fit-content; border: 1px solid var(--accent); border-radius: .4rem; padding: .35rem .8rem; background: var(--back); }
.action > summary::-webkit-details-marker { display: none; }
.action[open] { flex-basis: 100%; }
.action form { background: var(--back); border: 1px solid var(--line); border-radius: .4rem; padding: .75rem 1rem; margin-top: .5rem; max-width: 36rem; }
.action label { display: block; margin: .5rem 0; font-size: .92rem; }
.action input:not([type="hidden"]), .action textarea, .action select { display: block; width: 100%; font: inherit; padding: .35rem .5rem; border: 1px solid var(--dim); border-radius: .3rem; background: var(--back); color: var(--text); }
.command { font-size: .88rem; margin-top: .6rem; }
.kept { list-style: none; padding: 0; margin: 0; }
.kept li { border-top: 1px solid var(--line); padding: .5rem 0; }
.ask { max-width: 44rem; margin: 1rem 0; }
.ask label { display: block; margin: .75rem 0; }
.ask input:not([type="checkbox"]), .ask textarea { display: block; width: 100%; font: inherit; padding: .4rem .6rem; border: 1px solid var(--dim); border-radius: .3rem; background: var(--back); color: var(--text); }
fieldset { border: 0; border-top: 1px solid var(--line); padding: .75rem 0; margin: 0; min-width: 0; }
fieldset .choice { display: inline-block; margin: 0 1rem 0 0; }
.ask .choice input { display: inline; width: auto; }
.asked { font-size: 1.15rem; white-space: pre-wrap; overflow-wrap: anywhere; }
.answer h2 { font-size: 1rem; margin: 0; overflow-wrap: anywhere; }
button.plain { display: block; width: 100%; text-align: left; background: none; color: var(--accent); padding: .3rem 0; }
button { font: inherit; padding: .4rem .9rem; border: 0; border-radius: .4rem; background: var(--accent); color: var(--back); cursor: pointer; }
`;
