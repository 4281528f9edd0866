/** The secret that a text names by `${{ secrets.NAME }}` and nothing beside it. */
export const namedSecret = (text: string): string | undefined =>
  /^\$\{\{\s*secrets\.([A-Z][A-Z0-9_]*)\s*\}\}$/.exec(text.trim())?.[1];
