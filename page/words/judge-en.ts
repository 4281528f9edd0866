import type { ExamJudge, ExamQuestion } from '../../core/report/exam.ts';
import { minUnequal } from '../../core/statistics/gain.ts';
import type { Format } from './format.ts';

type Tally = ExamJudge['against'][string];
type Verdict = NonNullable<ExamQuestion['verdicts']>[string];

/** Of fewer decided questions an interval would look surer than it is. */
export const boundsOf = ({ interval, gain }: Tally): readonly [number, number] | undefined =>
  interval && gain && gain.unequal >= minUnequal ? interval : undefined;

export const judgeIn = ({ number, score }: Format) => ({
  title: 'Judge',
  how: ({ verdicts, promptTokens, answerTokens }: ExamJudge['cost']) =>
    `saw each pair of answers in both orders; a tie counts half. ${number(verdicts)} verdicts, ${number(promptTokens)} tokens read, ${number(answerTokens)} written.`,
  against: (rival: string, tally: Tally) => {
    const { wins, ties, losses, contradicted, unread, same, questions, share } = tally;
    const bounds = boundsOf(tally);
    const of = [
      ...(contradicted > 0 ? [`${number(contradicted)} where it contradicted itself`] : []),
      ...(unread > 0 ? [`${number(unread)} without a readable verdict`] : []),
      ...(same > 0 ? [`${number(same)} with equal answers`] : []),
    ];
    return `Against ${rival}: ${number(wins)} won, ${number(ties)} tied${of.length > 0 ? ` (${of.join(', ')})` : ''}, ${number(losses)} lost${wins + ties + losses > questions ? `, in ${number(wins + ties + losses)} pairs of answers to ${number(questions)} questions` : ''}.${
      share === undefined
        ? ''
        : ` Win share ${score(share)}${bounds ? ` (95 %: ${score(bounds[0])} to ${score(bounds[1])})` : ''}.`
    }`;
  },
  place: ({ first, second, of }: ExamJudge['bias']) =>
    `It named the same place in both orders on ${number(first + second)} of ${number(of)} pairs of answers (the first ${number(first)} times, the second ${number(second)} times).`,
  agreement: ({ metric, agreed, questions, kappa }: NonNullable<ExamJudge['agreement']>) =>
    `It prefers the same answer as ${metric} on ${number(agreed)} of ${number(questions)} questions on which both prefer one${kappa === undefined ? '' : ` (Cohen’s kappa ${score(kappa)})`}.`,
  rubric: 'Its rubric:',
  verdict: (rival: string, { outcome, because, pairs }: Verdict) => {
    if (pairs) {
      const counts = `${number(pairs.wins)} won, ${number(pairs.ties)} tied, ${number(pairs.losses)} lost`;
      return `Judge, against ${rival}: ${{ win: 'after is better', tie: 'tie', loss: `${rival} is better` }[outcome]} (${counts}).`;
    }
    if (because === 'same') return `Judge, against ${rival}: tie, the answers are equal.`;
    if (because === 'unread') return `Judge, against ${rival}: no readable verdict, counted as a tie.`;
    if (because === 'contradicted') return `Judge, against ${rival}: tie, it contradicted itself in the other order.`;
    return `Judge, against ${rival}: ${{ win: 'after is better', tie: 'tie', loss: `${rival} is better` }[outcome]}.`;
  },
  why: (reason: string) => `“${reason}” (the first answer is that of after)`,
});
