/** What converters have shown, each text once, with those of which it is true. */
export function trialsByText<E extends string>(trials: readonly { engine: E; text: string }[]): [text: string, E[]][] {
  const found = new Map<string, E[]>();
  for (const { engine, text } of trials) found.set(text, [...(found.get(text) ?? []), engine]);
  return [...found];
}
