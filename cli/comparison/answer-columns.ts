import color from 'picocolors';
import { countDifferences, markDifferences, type Stretch } from '../../core/comparison/mark-differences.ts';
import { incompleteMark } from '../../core/words/evaluation-notes.ts';
import { plural } from '../../core/words/plural.ts';
import type { Said } from '../../services/ollama/ask-together.ts';
import { warned } from '../view/text/colours.ts';
import { printable } from '../view/text/printable.ts';
import type { Column } from '../view/text/side-by-side.ts';
import { type ComparedModel, roleWords } from './compared.ts';

const states: Readonly<Record<Said['state'], string>> = {
  loading: 'loading …',
  thinking: 'thinking …',
  answering: '',
  done: '',
  failed: 'failed',
};

/** The answers as far as they are known, each below the name of its model. */
export const columnsNow = (models: readonly ComparedModel[], said: readonly Said[]): Column[] =>
  models.map((model, at) => {
    const { state, text, thoughts } = said[at]!;
    const waits = states[state] === '' ? [] : [color.dim(states[state])];
    return { title: titleOf(model, models), text: withThoughts(thoughts, printable(text)), footer: waits };
  });

/** The whole answers, with the words marked that differ from the first one. */
export function columnsAtEnd(models: readonly ComparedModel[], said: readonly Said[], maxTokens: number): Column[] {
  const whole = said.flatMap((each, at) => (each.answer ? [{ at, text: printable(each.text) }] : []));
  const marked = new Map(markDifferences(whole.map(({ text }) => text)).map((each, index) => [whole[index]!.at, each]));
  const first = whole[0];
  return models.map((model, at) => {
    const { thoughts, answer, failure } = said[at]!;
    if (!answer)
      return { title: titleOf(model, models), text: color.red(printable(failure?.message ?? 'no answer')), footer: [] };
    const stretches = marked.get(at) ?? [];
    const text = stretches.map((each) => (each.differs ? warned(each.text) : each.text)).join('');
    const facts = [
      endWords(answer, maxTokens),
      plural(answer.tokens, 'token'),
      !first || first.at === at
        ? ''
        : answer.text.trim() === said[first.at]!.answer!.text.trim()
          ? `the same answer as ${models[first.at]!.name}`
          : differenceWords(stretches, models[first.at]!.name),
    ];
    return {
      title: titleOf(model, models),
      text: withThoughts(thoughts, text),
      footer: ['', color.dim(facts.filter(Boolean).join(', '))],
    };
  });
}

/** The run is named where models of several runs stand side by side. */
const titleOf = ({ name, role, run }: ComparedModel, all: readonly ComparedModel[]): string[] => {
  const isOfSeveral = new Set(all.map((each) => each.run)).size > 1;
  const words = [roleWords[role], isOfSeveral ? (run ?? '') : ''].filter(Boolean).join(', ');
  return [color.bold(name), ...(words === '' ? [] : [color.dim(words)]), ''];
};

/** Thoughts stand apart from the answer: no metric of an evaluation reads them. */
const withThoughts = (thoughts: string, text: string): string =>
  thoughts.trim() === '' ? text : `${color.dim(`thoughts: ${printable(thoughts.trim())}`)}\n\n${text}`;

function endWords({ end, text }: NonNullable<Said['answer']>, maxTokens: number): string {
  if (end === 'loop') return 'ended, since it repeats itself';
  if (end !== 'stop') return incompleteMark(end, maxTokens);
  return text.trim() === '' ? 'an empty answer' : '';
}

function differenceWords(stretches: readonly Stretch[], first: string): string {
  const { words, differ } = countDifferences(stretches);
  if (differ === 0) return `no word that ${first} does not say`;
  return `${differ} of ${plural(words, 'word')} differ from ${first}`;
}
