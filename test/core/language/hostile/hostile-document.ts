import assert from 'node:assert/strict';
import { test } from 'node:test';
import { renderProblems } from '../../../../cli/view/diagnostics/render-problems.ts';
import { makePlan } from '../../../../core/language/plan/make-plan.ts';
import { processorTime } from '../../../rig/processor-time.ts';

// Documents that want to break what reads them, and how each is refused.
export const rules = { fromDocument: (path: string) => `/doc/${path}`, fromShell: (path: string) => `/shell/${path}` };
export const step = (rest: string) => `name: p\nsteps: { a: { uses: run, ${rest} } }\n`;
export const options = (rest: string) => step(`with: { command: [x], ${rest} }`);
export const argument = (text: string) => step(`with: { command: ["${text}"] }`);
export const condition = (text: string) => step(`if: "${text}", with: { command: [x] }`);
export const training = (rest: string) =>
  `name: p\nsteps:\n  d: { uses: prepare, with: { source: ./x } }\n  t: { uses: train, with: { dataset: "\${{ steps.d.outputs.dataset }}", ${rest} } }\n`;
export const sound = step('with: { command: [x] }');
export const many = (count: number, line: (index: number) => string) =>
  Array.from({ length: count }, (_, index) => line(index)).join('\n');
export const row = (count: number, line: (index: number) => string) =>
  Array.from({ length: count }, (_, index) => line(index)).join(' ');
/** What a file of these bytes is read as. */
export const bytes = (text: string, encoding: BufferEncoding) =>
  new TextDecoder().decode(Uint8Array.from(Buffer.from(text, encoding)));

/** A problem as the terminal shows it, with its hint and its code but without the source line. */
function inOneLine(block: string): string {
  const lines = block.split('\n');
  const [, message = '', code = ''] = /^(.*) (\[\w+\])$/.exec(lines[0]!) ?? [];
  const hint = lines.find((line) => line.startsWith('hint: '))?.slice('hint: '.length);
  return `${message}${hint === undefined ? '' : `; ${hint}`} ${code}`;
}

/** What, the document, and how one of its problems begins; its code. */
export type HostileDocument = readonly [string, string, string, string];

/** Other work on the machine makes the same work take more of the processor's time, so of three tries the fastest counts. */
function fastest(text: string) {
  const tries = [];
  do {
    const took = processorTime();
    const planned = makePlan(text, '/doc/p.yaml', {}, rules);
    tries.push({ planned, said: renderProblems(planned, 'p.yaml'), took: took() });
  } while (tries.at(-1)!.took >= 1000 && tries.length < 3);
  return tries.at(-1)!;
}

/** Holds that each is refused as it says. */
export function refused(documents: readonly HostileDocument[]): void {
  for (const [what, text, begins, code] of documents) {
    test(`refused within a second, with its place: ${what}`, () => {
      const { planned, said, took } = fastest(text);
      assert.ok(took < 1000, `took ${took} ms`);
      assert.equal(planned.plan, undefined, 'nothing to start');
      const worded = said.split('\n\n').map(inOneLine);
      assert.ok(
        worded.some((line) => line.startsWith(`p.yaml:${begins}`) && line.endsWith(` [${code}]`)),
        `none of the problems begins so: ${worded.join('\n').slice(0, 1000)}`,
      );
      assert.match(said, /problems? in p\.yaml; nothing was started\.\n$/);
      assert.doesNotMatch(said, /\n\s+at |\[object|undefined|TypeError|RangeError/);
      assert.ok(said.length < 60_000);
      assert.equal(({} as { polluted?: boolean }).polluted, undefined);
    });
  }
}
