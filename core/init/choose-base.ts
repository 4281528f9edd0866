import { type Capacity, type RowFacts, untuned } from './facts.ts';
import { type KnownBase, knownBases, knowsEnglishOnly } from './known-bases.ts';
import { fitsDisk, secondsOnProcessor, tokensThatFit, type Weights, weightsOn } from './needs.ts';
import { because, type Reason } from './reasons.ts';

/** The base model of the pipeline. */
export interface ChosenBase {
  /** The value of `base`. */
  base: string;
  /** The name in Ollama of the same model, which the tuned one must beat; absent where Ollama has none. */
  rival?: string;
  /** Whether Ollama has the rival already. */
  present: boolean;
  parameters?: number;
  context?: number;
  quantization?: string;
  weights: Weights;
  because: Reason;
}

/** Larger bases are trained only where a person names one: each step takes longer, and a manner of answering needs none. */
const maxParameters = 8e9;
/** A training on processors that takes longer is not what a person waits for. */
const maxSeconds = 15 * 60;
/** A model that Ollama has already is taken if it has at least this share of the parameters of the best one. */
const minShare = 0.3;
/** Tokens of a forward pass below which a base does not fit. */
const minTokens = 256;
/** Estimates of tokens are off by a quarter at most in plain text. */
export const margin = 1.25;

interface Candidate extends Omit<KnownBase, 'hub' | 'context'> {
  hub?: string;
  context?: number;
  quantization?: string;
  present: boolean;
}

/** Chooses the base for the rows and the machine: the largest that fits, one that Ollama has before one to be pulled. */
export function chooseBase(rows: RowFacts, capacity: Capacity, tokens: number): ChosenBase {
  const language = foreignLanguage(rows);
  const all = candidatesOn(capacity).filter(
    (each) => language === undefined || !(each.englishOnly || knowsEnglishOnly(each.ollama)),
  );
  const suited = all.flatMap((each) => {
    const weights = weightsFor(each.parameters, rows.row_tokens.longest, capacity);
    const seconds = secondsOnProcessor(each.parameters, tokens, capacity) ?? 0;
    const fits = each.parameters <= maxParameters && fitsDisk(each.parameters, capacity) && seconds <= maxSeconds;
    return weights !== undefined && fits ? [{ ...each, weights }] : [];
  });
  const best = largest(suited);
  if (!best) return smallest(all, tokens, capacity);
  const present = largest(suited.filter((each) => each.present && each.parameters >= minShare * best.parameters));
  const chosen = present ?? best;
  const facts = {
    parameters: chosen.parameters,
    ...secondsOf(chosen.parameters, tokens, capacity),
    ...(chosen.hub === undefined ? {} : { original: chosen.hub }),
  };
  return {
    ...asBase(chosen, chosen.weights),
    because: present
      ? because('base-in-ollama', facts)
      : because('base-to-pull', { ...facts, ...(language === undefined ? {} : { language }) }),
  };
}

/** How the device holds the weights of a base: the best way that leaves memory for the longest row, or else for any. */
export function weightsFor(parameters: number, longest: number, capacity: Capacity): Weights | undefined {
  const ways = weightsOn(capacity);
  const fits = (least: number) => ways.find((each) => tokensThatFit(parameters, each, capacity) >= least);
  return fits(Math.max(minTokens, margin * longest)) ?? fits(minTokens);
}

/** The language of the rows, if it is another one than English. Letters of no known language decide nothing. */
function foreignLanguage({ rows, languages }: RowFacts): string | undefined {
  const undecided = ['en', 'latin', 'none', 'other'];
  const [language, count] = Object.entries(languages).find(([name]) => !undecided.includes(name)) ?? [];
  return language !== undefined && count! >= 0.1 * rows ? language : undefined;
}

function candidatesOn(capacity: Capacity): Candidate[] {
  const models = untuned(capacity);
  const isSame = (name: string, known: KnownBase) => name.replace(/-instruct.*$/, '') === known.ollama;
  const local = models.map((model): Candidate => {
    const known = knownBases.find((each) => isSame(model.name, each));
    return { ...known, ...model, ollama: model.name, present: true };
  });
  const absent = knownBases.filter((known) => !models.some(({ name }) => isSame(name, known)));
  return [...local, ...absent.map((known) => ({ ...known, present: false }))];
}

const largest = <C extends Candidate>(all: readonly C[]): C | undefined =>
  all.reduce<C | undefined>((best, each) => (best && best.parameters >= each.parameters ? best : each), undefined);

function smallest(all: readonly Candidate[], tokens: number, capacity: Capacity): ChosenBase {
  const chosen = all.reduce((least, each) => (each.parameters < least.parameters ? each : least));
  const { parameters } = chosen;
  const weights = weightsFor(parameters, 0, capacity);
  const lacks = weights === undefined ? 'memory' : fitsDisk(parameters, capacity) ? 'time' : 'disk';
  return {
    ...asBase(chosen, weights ?? weightsOn(capacity).at(-1)!),
    because: because('base-smallest', { parameters, lacks, ...secondsOf(parameters, tokens, capacity) }),
  };
}

const asBase = ({ ollama, present, parameters, context, quantization }: Candidate, weights: Weights) => ({
  base: `ollama:${ollama}`,
  rival: ollama,
  present,
  parameters,
  ...(context === undefined ? {} : { context }),
  ...(quantization === undefined ? {} : { quantization }),
  weights,
});

function secondsOf(parameters: number, tokens: number, capacity: Capacity): { seconds?: number } {
  const seconds = secondsOnProcessor(parameters, tokens, capacity);
  return seconds === undefined ? {} : { seconds };
}
