/** What a shell of one family showed on one Ollama, for one type. */
export interface Proved {
  version: string;
  family: string;
  type: string;
  outcome: string;
}

/** Renders the page: a table for each Ollama. */
export function renderCompatibility(proved: readonly Proved[], types: readonly string[]): string {
  const versions = [...new Set(proved.map(({ version }) => version))];
  const tables = versions.map((version) => {
    const here = proved.filter((each) => each.version === version);
    const rows = [...new Set(here.map(({ family }) => family))].map((family) => {
      const cells = types.map(
        (type) => here.find((each) => each.family === family && each.type === type)?.outcome ?? '',
      );
      return `| ${family} | ${cells.join(' | ')} |`;
    });
    return [
      `## Ollama ${version}`,
      '',
      `| | ${types.map((type) => `\`${type}\``).join(' | ')} |`,
      `|---|${types.map(() => '---').join('|')}|`,
      ...rows,
      '',
    ].join('\n');
  });
  return `<!-- Made by \`npm run compatibility\`; do not edit by hand. -->

# Compatibility

What temper proved before a training, on a shell of each model: its real settings with few layers and small sizes, random weights, and a small tokenizer of
Qwen2's kind with a ChatML template. Each went through the converter, the type and the Ollama of its place, and architecture, prompt, tokens and end were
compared: [proofs.md](proofs.md). A cell names the converter that \`engine: auto\` takes. Real tokenizers and templates differ per model:
\`npx temper doctor BASE\` proves yours, and [templates.md](templates.md) tells what becomes of 68 real templates.

${tables.join('\n')}`;
}
