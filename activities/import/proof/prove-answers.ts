import { type AnsweredChat, answeredChats } from './ask-greedily.ts';
import { type Comparison, compareAnswers, type ServedAnswer } from './compare-answers.ts';
import type { Probe } from './probe.ts';
import { firstDifference, type Proof, proven, refuted, unprovable } from './proof.ts';

type Compared = { chat: AnsweredChat; served: ServedAnswer; result: Comparison };

/** The served answers end where the trained ones do, and their tokens are the trained ones. Both are read from the same answers. */
export function proveAnswers(
  probe: Probe,
  served: readonly ServedAnswer[],
  margin: number,
): { stop: Proof; greedy: Proof } {
  const compared = answeredChats(probe).map((chat, index) => ({
    chat,
    served: served[index]!,
    result: compareAnswers(chat.answer, served[index]!, margin),
  }));
  return { stop: judgeStops(probe, compared), greedy: judgeTokens(compared, margin) };
}

function judgeStops(probe: Probe, compared: readonly Compared[]): Proof {
  for (const it of compared) {
    const { kind, tokens } = it.result;
    if (kind === 'stopped early')
      return refuted(
        'stop',
        `Ollama ends its answer to "${it.chat.id}" after ${tokens} tokens, where the trained model goes on; ${bothSides(it)}`,
      );
    if (kind === 'did not stop')
      return refuted(
        'stop',
        `the trained model ends its answer to "${it.chat.id}" after ${tokens} tokens, where Ollama goes on; ${bothSides(it)}`,
      );
  }
  const ended = compared.filter(({ result }) => result.ended).length;
  const stops = probe.stops.map((stop) => JSON.stringify(stop)).join(', ') || 'none';
  if (ended === 0)
    return unprovable(
      'stop',
      `no answer of the trained model was followed to its end; none of Ollama's ended before it. Stop strings: ${stops}`,
    );
  return proven(
    'stop',
    `${ended} of ${compared.length} answers end at the same token on both sides; stop strings: ${stops}`,
  );
}

function judgeTokens(compared: readonly Compared[], margin: number): Proof {
  for (const it of compared) {
    const { kind, tokens, margin: surety } = it.result;
    if (kind !== 'differs') continue;
    return refuted(
      'greedy',
      `the answers to "${it.chat.id}" differ at token ${tokens + 1}, where the trained model is ${percent(surety)} surer of its own token than of the next best; ${bothSides(it)}`,
    );
  }
  const sum = (of: (result: Comparison) => number) => compared.reduce((total, { result }) => total + of(result), 0);
  const ties = compared.filter(({ result }) => result.kind === 'near tie');
  const tail =
    ties.length > 0
      ? `; ${ties.length} of the answers were followed up to a near tie (${ties.map(({ result }) => percent(result.margin)).join(', ')})`
      : '';
  const decisive = sum((result) => result.decisive);
  if (decisive === 0)
    return unprovable(
      'greedy',
      `the trained model was nowhere more than ${percent(margin)} surer of its first choice than of its second, so its tokens prove nothing${tail}; a smaller \`margin\` may`,
    );
  return proven(
    'greedy',
    `${sum(({ tokens }) => tokens)} greedy tokens of ${compared.length} answers agree, ${decisive} of them more than ${percent(margin)} ahead of the second choice${tail}`,
  );
}

const bothSides = ({ chat, served }: Compared) => firstDifference(chat.answer.text, served.text);

const percent = (probability: number) => `${(100 * probability).toFixed(probability < 0.1 ? 1 : 0)} %`;
