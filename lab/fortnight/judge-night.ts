import type { Night } from './nights.ts';
import type { Outcome } from './run-night.ts';

/** What is wrong with a night, in words; empty if nothing. `before`: digest served the evening before. */
export function complaints(night: Night, outcome: Outcome, before: string | undefined): string[] {
  const { expect } = night;
  const { state, served } = outcome;
  const found: string[] = [];
  const demand = (holds: boolean, otherwise: string) => {
    if (!holds) found.push(otherwise);
  };
  demand(state.status === expect.status, `it ${state.status}, expected ${expect.status}: ${whatFailed(outcome)}`);
  demand(trained(outcome) === expect.trains, expect.trains ? 'it did not train' : 'it trained without new rows');
  if (expect.code !== undefined) {
    const codes = Object.values(state.steps).flatMap(({ failure }) => failure?.code ?? []);
    demand(codes.includes(expect.code), `it failed with ${codes.join(', ') || 'nothing'} and not with ${expect.code}`);
  }
  const moved = served !== before;
  const { score, production } = scores(outcome);
  const mustMove = expect.moves === 'yes' || (expect.moves === 'if_better' && isBetter(outcome));
  const isHigher = score !== undefined && (production === undefined || score > production);
  demand(!isBetter(outcome) || isHigher, `it is called better with ${score} against ${production}`);
  demand(moved === mustMove, moved ? 'the serving name moved' : 'the serving name did not move');
  demand(served !== undefined, 'nothing is served');
  if (moved && mustMove) {
    const candidate = state.steps.model?.outputs?.digest;
    demand(served === candidate, `${served} is served and not the candidate ${candidate}`);
  }
  if (night.killed) demand((outcome.resumedFrom ?? 0) > 0, 'the killed training did not resume from a checkpoint');
  return found;
}

/** What the gate reads. A higher score alone is not enough where answers are incomplete. */
export const isBetter = ({ state }: Outcome): boolean => state.steps.verdict?.outputs?.better === true;

export const trained = ({ state }: Outcome): boolean => state.steps.train?.state === 'succeeded';

export function scores({ state }: Outcome): { score?: number; production?: number; baseline?: number } {
  const outputs = state.steps.verdict?.outputs ?? {};
  const number = (name: string) => (typeof outputs[name] === 'number' ? { [name]: outputs[name] } : {});
  return { ...number('score'), ...number('production'), ...number('baseline') };
}

export const whatFailed = ({ state }: Outcome): string =>
  Object.entries(state.steps)
    .flatMap(([id, { failure }]) => (failure ? [`${id}: ${failure.message.split('\n')[0]} [${failure.code}]`] : []))
    .join('; ') ||
  (state.failure?.message ?? '');
