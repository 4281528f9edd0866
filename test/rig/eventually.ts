/** Waits until `look` finds something; says what was waited for when it never comes. */
export async function eventually<T>(
  what: string,
  look: () => Promise<T | undefined> | T | undefined,
  patienceMs = 120_000,
): Promise<T> {
  const deadline = Date.now() + patienceMs;
  for (;;) {
    const found = await look();
    if (found !== undefined) return found;
    if (Date.now() > deadline) throw new Error(`waited ${patienceMs / 1000} s for ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}
