import type { Cost } from '../../core/report/cost.ts';
import { useWords } from '../words/words.ts';
import { FactList } from './fact-list.tsx';

/** Time, tokens, memory and disk that a run has used. */
export function CostPart({ cost }: { cost: Cost }) {
  const { cost: words, format } = useWords();
  return (
    <FactList
      facts={[
        [words.wall, format.duration(cost.wallMs)],
        [words.device, format.duration(cost.deviceMs)],
        [words.wasted, cost.wastedMs > 0 ? format.duration(cost.wastedMs) : undefined],
        [words.attempts, format.number(cost.attempts)],
        [words.tokens, cost.trainedTokens === undefined ? undefined : format.number(cost.trainedTokens)],
        [words.again, cost.stepsTrainedAgain > 0 ? format.number(cost.stepsTrainedAgain) : undefined],
        [words.memory, cost.peakMemoryBytes === undefined ? undefined : format.bytes(cost.peakMemoryBytes)],
        [words.artifacts, format.bytes(cost.artifactBytes)],
      ]}
    />
  );
}
