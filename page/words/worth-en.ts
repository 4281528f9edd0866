import type { ArmFacts, Worth } from '../../core/report/worth.ts';
import type { Format } from './format.ts';

/** One sentence for each fact; no figure that the fact does not have. */
export const worthIn = ({ score, signed, number, duration, bytes }: Format) => ({
  title: 'Was it worth it?',
  between: ' ',
  says: ({ code, facts }: Worth): string => {
    switch (code) {
      case 'gained':
        return `The tuning raised the score from ${score(facts.other)} to ${score(facts.score)}; the true gain lies between ${signed(facts.low)} and ${signed(facts.high)} (95 %).`;
      case 'lost':
        return `The tuning lowered the score from ${score(facts.other)} to ${score(facts.score)}; the true change lies between ${signed(facts.low)} and ${signed(facts.high)} (95 %).`;
      case 'open':
        return `${number(facts.questions)} questions do not tell whether the tuning changed anything: the score went from ${score(facts.other)} to ${score(facts.score)}, and the true change lies between ${signed(facts.low)} and ${signed(facts.high)} (95 %).${facts.enough === undefined ? '' : ` About ${number(facts.enough)} questions would tell.`}`;
      case 'untold':
        return `Whether the tuning helped is open, since too few of the ${number(facts.questions)} questions have a score for both models: of the answers, ${number(facts.before)} before it and ${number(facts.after)} after it are incomplete.${facts.score === undefined ? '' : ` After it the score is ${score(facts.score)}.`}${facts.other === undefined ? '' : ` Before it the score was ${score(facts.other)}.`}${facts.cut === 0 ? '' : ` Ask again with a larger max_tokens: at ${number(facts.maxTokens)}, ${number(facts.cut)} were cut.`}`;
      case 'content':
        return `Given to other questions, the tuned answers would score ${score(facts.dealt)}: so much is manner, such as language, length and form. What they say to their own question adds ${signed(facts.low)} to ${signed(facts.high)} (95 %).`;
      case 'manner':
        return `But given to other questions, the tuned answers would score ${score(facts.dealt)}, which the questions do not tell from ${score(facts.score)} (${signed(facts.low)} to ${signed(facts.high)}, 95 %): as far as they tell, it has learned manner, such as language, length and form, and not what to answer.`;
      case 'beats_arm':
        return `Without a tuning, ${armIn(facts)} reaches ${score(facts.other)}${sharedIn(facts, score)}; the tuned model is better by ${signed(facts.low)} to ${signed(facts.high)} (95 %).${pricedIn(facts, score)}`;
      case 'behind_arm':
        return `Without a tuning, ${armIn(facts)} reaches ${score(facts.other)}${sharedIn(facts, score)} and is better than the tuned model, which differs by ${signed(facts.low)} to ${signed(facts.high)} (95 %): use that.${pricedIn(facts, score)}`;
      case 'like_arm':
        return `Without a tuning, ${armIn(facts)} reaches ${score(facts.other)}${sharedIn(facts, score)}, and the questions do not tell it from the tuned model (${signed(facts.low)} to ${signed(facts.high)}, 95 %).${pricedIn(facts, score)}`;
      case 'judged':
        return `The judge prefers the tuned answer in ${number(facts.wins)} pairs and the old one in ${number(facts.losses)}, with ${number(facts.ties)} ties: a win share of ${score(facts.share)}${facts.low === undefined || facts.high === undefined ? '' : `, truly between ${score(facts.low)} and ${score(facts.high)} (95 %)`}.`;
      case 'judge_placed':
        return `But it named the same place in both orders in ${number(facts.followed)} of ${number(facts.questions)} pairs, so its verdicts tell little: take a larger judge.`;
      case 'no_arms':
        return 'What a prompt, or a look at rows or documents, would reach was not asked: the option “arms” of the evaluation does that.';
      case 'forgot':
        return `Of ${number(facts.questions)} general questions it answers ${number(facts.after)} rightly, before ${number(facts.before)}: it has forgotten (share of right answers ${signed(facts.low)} to ${signed(facts.high)}, 95 %).`;
      case 'kept':
        return `Of ${number(facts.questions)} general questions it answers ${number(facts.after)} rightly, before ${number(facts.before)}: no more than chance (share of right answers ${signed(facts.low)} to ${signed(facts.high)}, 95 %).`;
      case 'learned':
        return `Of ${number(facts.questions)} general questions it answers ${number(facts.after)} rightly, before ${number(facts.before)}: it has become better at them (share of right answers ${signed(facts.low)} to ${signed(facts.high)}, 95 %).`;
      case 'predicts':
        return `The tuned model needs ${score(facts.tuned)} bits for a byte of the answers in ${number(facts.rows)} held-out rows, the base model ${score(facts.base)}; less is better.`;
      case 'worse_on':
        return `On ${number(facts.worse)} of ${number(facts.questions)} questions the answer is worse than before.`;
      case 'price':
        return `It took ${duration(facts.deviceMs)} of the device and ${bytes(facts.artifactBytes)} of disk${facts.rows === undefined ? '' : `, for ${number(facts.rows)} rows`}${facts.reused === undefined ? '' : `, and used what earlier runs had made in ${number(facts.reused)} of its steps, which is not counted`}.`;
      case 'overfitted':
        return `The loss on held-out rows was lowest at step ${number(facts.step)} (${score(facts.lowest)}) and ${score(facts.ended)} at step ${number(facts.last)}: try fewer epochs, or more rows.`;
      case 'still_learning':
        return `The loss on held-out rows still fell at the end, from ${score(facts.before)} to ${score(facts.ended)}: more epochs may help.`;
    }
  },
});

function armIn({ arm, found }: ArmFacts): string {
  if (!found) return arm;
  const { of, nearest } = found;
  const thing = nearest === 1 ? { rows: 'row', parts: 'part' }[of] : of;
  return `${arm} (the ${nearest === 1 ? '' : `${nearest} `}nearest ${thing}${of === 'parts' ? ' of the documents' : ''} before each question)`;
}

const pricedIn = ({ price }: ArmFacts, score: Format['score']): string =>
  price
    ? ` It reads ${price.read.toFixed(0)} tokens for an answer and takes ${score(price.seconds)} s, the tuned model ${price.ownRead.toFixed(0)} tokens and ${score(price.ownSeconds)} s.`
    : '';

const sharedIn = ({ shared, score: tuned }: ArmFacts & { score: number }, score: Format['score']): string =>
  shared === undefined
    ? ''
    : ` on the ${shared} questions that both answered whole, where the tuned model reaches ${score(tuned)}`;
