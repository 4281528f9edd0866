import { followsPlace } from '../judge/decide.ts';
import type { JudgeReport } from '../judge/judge-report.ts';
import type { Tally } from '../judge/tally.ts';
import { minUnequal } from '../statistics/gain.ts';
import { plural } from './plural.ts';

/** `0.68 of 20 questions, 95 % 0.52 to 0.81` */
const shareWords = ({ share, interval, gain, questions }: Tally): string => {
  if (share === undefined) return 'of no question';
  // Of fewer decided questions an interval would look surer than it is.
  const within = interval && gain && gain.unequal >= minUnequal;
  const bounds = within ? `, 95 % ${interval[0].toFixed(2)} to ${interval[1].toFixed(2)}` : '';
  return `${share.toFixed(2)} of ${plural(questions, 'question')}${bounds}`;
};

/** What a verdict says of the judge, in one clause. `isScore`: its shares stand there already. */
export function judgeVerdictWords({ against, bias }: Pick<JudgeReport, 'against' | 'bias'>, isScore: boolean): string {
  const each = Object.entries(against).map(([rival, tally]) => {
    if (tally.questions === 0) return `nothing to judge against ${rival}`;
    const pairs = tally.wins + tally.ties + tally.losses;
    const among = pairs > tally.questions ? ` in ${pairs} pairs of answers` : '';
    const counts = `after won ${tally.wins}, tied ${tally.ties}, lost ${tally.losses} against ${rival}${among}`;
    return isScore ? counts : `${counts} (win share ${shareWords(tally)})`;
  });
  const { first, second, of } = bias;
  const place = followsPlace(bias) ? `; it followed the place of an answer on ${first + second} of ${of}` : '';
  return `judge: ${each.join('; ')}${place}`;
}

/** What a report says of the judge, line by line. */
export function judgeLines({ name, rubric, against, bias, agreement, cost }: JudgeReport): string[] {
  const tallies = Object.entries(against).map(([rival, tally]) => {
    const ties = [
      ...(tally.contradicted > 0 ? [`${tally.contradicted} where it contradicted itself`] : []),
      ...(tally.unread > 0 ? [`${tally.unread} without a readable verdict`] : []),
      ...(tally.same > 0 ? [`${tally.same} with equal answers`] : []),
    ];
    const of = ties.length > 0 ? ` (of the ties: ${ties.join(', ')})` : '';
    const pairs = tally.wins + tally.ties + tally.losses;
    const among = pairs > tally.questions ? ` among ${pairs} pairs of answers` : '';
    return `against ${rival}: ${tally.wins} won, ${tally.ties} tied, ${tally.losses} lost${among}${of}; win share ${shareWords(tally)}`;
  });
  const { first, second, of } = bias;
  return [
    `judge: ${name}, which saw each pair of answers in both orders; a tie counts half (${plural(cost.verdicts, 'verdict')}, ${cost.promptTokens} tokens read, ${cost.answerTokens} written)`,
    `its rubric: ${rubric.replace(/\s+/g, ' ').trim()}`,
    ...tallies,
    ...(of > 0
      ? [
          `it named the same place in both orders on ${first + second} of ${plural(of, 'pair')} of answers (the first ${first} times, the second ${second} times)${followsPlace(bias) ? ': it follows the place more than the answers' : ''}`,
        ]
      : []),
    ...(agreement && agreement.questions > 0
      ? [
          `it prefers the same answer as ${agreement.metric} on ${agreement.agreed} of ${plural(agreement.questions, 'question')} on which both prefer one${agreement.kappa === undefined ? '' : ` (Cohen’s kappa ${agreement.kappa.toFixed(2)})`}`,
        ]
      : []),
  ];
}
