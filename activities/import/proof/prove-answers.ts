import { type AnsweredChat, answeredChats } from './ask-greedily.ts';
import { type Comparison, compareAnswers, type ServedAnswer } from './compare-answers.ts';
import type { Probe } from './probe.ts';
import { type Proof, proven, refuted, showFirstDifference, unprovable } from './proof.ts';

type Compared = { chat: AnsweredChat; served: ServedAnswer; result: Comparison };

/** Proves that the served answers have the tokens of the trained ones, and that they end at the same token. */
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
        `Ollama ends its answer to "${it.chat.id}" after ${tokens} tokens, where the trained model continues; ${showDifference(it)}`,
      );
    if (kind === 'did not stop')
      return refuted(
        'stop',
        `the trained model ends its answer to "${it.chat.id}" after ${tokens} tokens, where Ollama continues; ${showDifference(it)}`,
      );
  }
  const ended = compared.filter(({ result }) => result.ended).length;
  const stops = probe.stops.map((stop) => JSON.stringify(stop)).join(', ') || 'none';
  if (ended === 0)
    return unprovable(
      'stop',
      `no answer could be compared up to its end, and no answer of Ollama ended too early; stop strings: ${stops}`,
    );
  return proven(
    'stop',
    `${ended} of ${compared.length} answers end at the same token on both sides; stop strings: ${stops}`,
  );
}

function judgeTokens(compared: readonly Compared[], margin: number): Proof {
  for (const it of compared) {
    const { kind, tokens, margin: margins } = it.result;
    if (kind !== 'differs') continue;
    const sure = margins.trained > margin ? "the trained model's" : "Ollama's";
    const ahead = percent(margins.trained > margin ? margins.trained : margins.served);
    return refuted(
      'greedy',
      `the answers to "${it.chat.id}" differ at token ${tokens + 1}, where ${sure} first choice is ${ahead} ahead of its second; ${showDifference(it)}`,
    );
  }
  const sum = (of: (result: Comparison) => number) => compared.reduce((total, { result }) => total + of(result), 0);
  const ties = compared.filter(({ result }) => result.kind === 'near tie');
  const tail =
    ties.length > 0
      ? `; ${ties.length} of the answers were compared up to a near tie (${ties.map(({ result }) => percent(result.margin.trained)).join(', ')})`
      : '';
  const decisive = sum((result) => result.decisive);
  if (decisive === 0)
    return unprovable(
      'greedy',
      `the trained model's first choice was nowhere more than ${percent(margin)} ahead of its second, so equal tokens prove nothing${tail}; lower \`margin\` to count closer choices`,
    );
  return proven(
    'greedy',
    `${sum(({ tokens }) => tokens)} greedy tokens of ${compared.length} answers agree; ${decisive} of them were more than ${percent(margin)} ahead of the second choice${tail}`,
  );
}

const showDifference = ({ chat, served }: Compared) => showFirstDifference(chat.answer.text, served.text);

const percent = (probability: number) => `${(100 * probability).toFixed(probability < 0.1 ? 1 : 0)} %`;
