/** The parts of docs/pipeline.md that no definition tells. */
export const introduction = `# The pipeline document

<!-- Made by \`npm run generate\` from core/; do not edit by hand. -->

A pipeline is one YAML file: a name, inputs if it has any, and steps. \`temper validate FILE\` tells every mistake in it,
\`temper plan FILE\` what a run would do, \`temper run FILE\` does it.

\`\`\`yaml
# yaml-language-server: $schema=../pipeline.schema.json
name: my-first
inputs:
  base: { default: Qwen/Qwen2.5-0.5B-Instruct }
steps:
  data:   { uses: prepare, with: { source: ./rows.jsonl } }
  train:  { uses: train, with: { base: "\${{ inputs.base }}", dataset: "\${{ steps.data.outputs.dataset }}" } }
  best:   { uses: checkpoint, with: { from: "\${{ steps.train.outputs.checkpoints }}" } }
  merged: { uses: merge, with: { base: "\${{ inputs.base }}", adapter: "\${{ steps.best.outputs.adapter }}" } }
  gguf:   { uses: quantize, with: { model: "\${{ steps.merged.outputs.model }}" } }
  model:  { uses: import, with: { gguf: "\${{ steps.gguf.outputs.gguf }}", name: my-first } }
\`\`\`

- The order of keys never matters. A step starts the moment the steps it needs have succeeded; it needs those it names
  in \`needs\` and those whose outputs it reads.
- \`matrix\` carries a step out once for each combination of values, and a later step picks the best: [sweeps.md](sweeps.md).
- Paths are relative to the document; \`--input\` paths are relative to where you type.
- A key, kind, option, input or output that does not exist is an error with its line and a suggestion. Nothing silently becomes empty.
- The first line makes editors complete and check the file as you type (VS Code: the YAML extension).
- YAML anchors may be used; merge keys (\`<<\`), tags (\`!x\`) and several documents in one file may not.`;

export const expressionsChapter = (functionTable: string) => `## Expressions

\`\${{ … }}\` may stand in every option under \`with\`; \`if\` is an expression by itself, without the braces. In YAML put
quotes around it inside \`{ }\` and \`[ ]\`: \`with: { base: "\${{ inputs.base }}" }\`.

| name | what it is |
|---|---|
| \`inputs.<name>\` | the value of an input |
| \`steps.<step>.outputs.<name>\` | what a step made: an artifact, a number, a text |
| \`steps.<step>.*.outputs.<name>\`, \`steps.<step>.*.matrix.<key>\` | of a step with a \`matrix\`: the list of what its variants gave that ended well, and of their values |
| \`steps.<step>.outcome\` | how a step ended: \`succeeded\`, \`failed\`, \`skipped\`, \`cancelled\` or \`blocked\` |
| \`matrix.<key>\` | the value that this variant of the step's \`matrix\` has |
| \`run.id\`, \`run.pipeline\` | the run, and the pipeline's name |
| \`secrets.<NAME>\` | a secret, alone in a value of a \`run\` step's \`env\`; it is read by the worker and written nowhere |

An expression that is the whole value keeps its type; one inside text becomes text (an artifact in Ollama its name).
Types are checked before anything starts: text where a number belongs is an error, and so is comparing the two.

Literals: \`3\`, \`0.5\`, \`1e-4\`, \`'text'\` (\`''\` for a quote inside), \`true\`, \`false\`, \`null\`.
Operators, loosest first: \`||\` · \`&&\` · \`== !=\` · \`< <= > >=\` · \`+ -\` · \`* /\` · \`! -\`; parentheses group. \`+\` also joins texts.

${functionTable}

A step whose \`if\` calls \`always()\` or \`failure()\`, or reads an outcome, decides by itself whether it runs, however the
steps it needs have ended. Any other runs only when all of them have succeeded. More in [sweeps.md](sweeps.md).

There is no clock, no randomness and no environment in the language, so the same inputs always mean the same run.
A literal \`\${{\` is written \`$\${{\`.`;
