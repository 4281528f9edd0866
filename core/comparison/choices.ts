/** Which answer a person has chosen without knowing the models. */
export interface Choice {
  at: string;
  question: string;
  models: readonly { name: string; digest: string }[];
  /** Digest of the chosen model; null: none is better. */
  chosen: string | null;
}

export interface Tally {
  /** In the order of the models that are asked for. */
  wins: readonly number[];
  ties: number;
}

/** Counts the choices between just these models, whatever they were called and in which order they stood. */
export function tallyOf(choices: readonly Choice[], digests: readonly string[]): Tally {
  const key = (all: readonly string[]) => [...all].sort().join();
  const own = choices.filter(({ models }) => key(models.map(({ digest }) => digest)) === key(digests));
  return {
    wins: digests.map((digest) => own.filter(({ chosen }) => chosen === digest).length),
    ties: own.filter(({ chosen }) => chosen === null).length,
  };
}

/** Brings values into a random order. `random` returns a number from 0 to 1. */
export function shuffled<T>(values: readonly T[], random: () => number): T[] {
  const left = [...values];
  return values.map(() => left.splice(Math.floor(random() * left.length), 1)[0]!);
}
