import { pins } from '../../services/setup/versions.ts';
import { type Cell, type Proved, type Refusal, readProved, types } from './proved.ts';

/** Makes docs/compatibility.md: what was proven with which Ollama, model, type and template. */
export const compatibilityPage = (): string => renderCompatibility(readProved());

export function renderCompatibility({ families, cells, refusals }: Proved): string {
  const versions = [...new Set(cells.map(({ ollama }) => ollama))].sort((a, b) =>
    b.localeCompare(a, 'en', { numeric: true }),
  );
  const tables = versions.map((version) =>
    tableOf(
      version,
      families,
      cells.filter(({ ollama }) => ollama === version),
    ),
  );
  return `<!-- Made by \`npm run compatibility\`; do not edit by hand. -->

# Compatibility

What temper proved, from the training to an answer: Ollama's versions × families of models × types × whose template the served model has. Each cell is a model that
was trained for two steps, merged, converted, quantized, imported and asked. It has the family's settings with few layers and small sizes, random weights, a small
vocabulary of the family's algorithm with its special tokens, and the family's chat template. The proofs are those of every run: [proofs.md](proofs.md). The Ollama of
a heading serves; temper's own one (${pins.ollama.version}) or llama.cpp (${pins.llama_cpp.tag}) has converted, as in every run.

A cell names the converter that \`engine: auto\` took, and the template: **own** is the one that Ollama takes from the GGUF by itself, **translated** is temper's
translation of the training's template into Ollama's language. The last column names what was proven, and of how many probe chats; what a translation leaves out is in
[templates.md](templates.md). \`drift\` is how much the quantization changes the log-probability of a token, on average; with random weights it says nothing about a real model.
\`stop\` cannot be proven where a model of random weights never ends its answer. What such a model says can also be a broken turn, for which the chat of Ollama
0.33 gives an error and no answer: a cell that failed in **answer** was converted, imported and proven before. **not tried** says nothing else.
A **failed** cell names the step, the error and the reason.

These are small models of a kind. \`npx temper doctor BASE\` proves your own base, on your Ollama, in seconds; each run does so before its training.

${tables.join('\n')}
## Refused before the training

Time from the start to the refusal, and how busy the machine was: processes that wanted a core, of how many cores.

| base | error | reason | known from | seconds | busy |
|---|---|---|---|---|---|
${refusals.map(refusalRow).join('\n')}
`;
}

function tableOf(version: string, families: Proved['families'], cells: readonly Cell[]): string {
  const rows = Object.entries(families).map(([family, architecture]) => {
    const row = types.map((type) => cells.find((cell) => cell.family === family && cell.type === type));
    const proofs = [...new Set(row.flatMap((cell) => (cell?.proven ? [proofWords(cell)] : [])))];
    return `| ${family} | ${architecture} | ${row.map(cellWords).join(' | ')} | ${proofs.join('; ')} |`;
  });
  return [
    `## Ollama ${version}`,
    '',
    `| family | architecture | ${types.map((type) => `\`${type}\``).join(' | ')} | proven |`,
    `|---|---|${types.map(() => '---|').join('')}---|`,
    ...rows,
    '',
  ].join('\n');
}

function cellWords(cell: Cell | undefined): string {
  if (!cell) return 'not tried';
  const { failed, engine, template, drift } = cell;
  if (failed) return `**failed** in ${failed.step} (\`${failed.code}\`): ${inCell(failed.why)}`;
  return `${engine}, ${template}${drift === undefined ? '' : `, drift ${drift.toFixed(3)}`}`;
}

/** Without the drift, which stands in the cell. */
function proofWords({ proven = [], notProvable = [] }: Cell): string {
  const names = [...new Set(proven)].filter((name) => name !== 'drift');
  const missing = notProvable.length > 0 ? `; not provable: ${[...new Set(notProvable)].join(', ')}` : '';
  return `${names.join(', ')}${missing}`;
}

const refusalRow = ({ base, code, why, by, seconds, load, cores }: Refusal): string =>
  `| ${base} | \`${code}\` | ${inCell(why)} | ${by === 'check' ? 'its files' : 'a shell'} | ${seconds.toFixed(1)} | ${load.toFixed(1)} of ${cores} |`;

const inCell = (text: string): string => text.replaceAll('|', '\\|').replaceAll('\n', ' ').replaceAll('<', '&lt;');
