/** The parts of docs/pipeline.md that no definition contains. */
export const introduction = `# The pipeline document

<!-- Made by \`npm run generate\` from core/; do not edit by hand. -->

A pipeline is one YAML file: a name, steps, and inputs if it has any. \`temper validate FILE\` reports every mistake in it,
\`temper plan FILE\` shows what a run would do, \`temper run FILE\` runs it.

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

- The order of keys never matters. A step starts when the steps that it needs have succeeded: those in \`needs\` and
  those whose outputs it reads.
- \`matrix\` runs a step once for each combination of values, and a later step picks the best: [sweeps.md](sweeps.md).
- Paths are relative to the document; paths given with \`--input\` are relative to the current directory.
- A key, kind, option, input or output that does not exist is an error with its line and a suggestion. No value silently becomes empty.
- With the first line, editors complete and check the file as you type (VS Code: the YAML extension).
- YAML anchors may be used; merge keys (\`<<\`), tags (\`!x\`) and several documents in one file may not.`;

export const expressionsChapter = (functionTable: string) => `## Expressions

\`\${{ … }}\` is allowed in every option under \`with\`; \`if\` is an expression by itself, without the braces. In YAML put
quotes around it inside \`{ }\` and \`[ ]\`: \`with: { base: "\${{ inputs.base }}" }\`.

| name | what it is |
|---|---|
| \`inputs.<name>\` | the value of an input |
| \`steps.<step>.outputs.<name>\` | an output of a step: an artifact, a number, a text |
| \`steps.<step>.*.outputs.<name>\`, \`steps.<step>.*.matrix.<key>\` | for a step with a \`matrix\`: the list of the outputs, or of the values, of the variants that have succeeded |
| \`steps.<step>.outcome\` | how a step ended: \`succeeded\`, \`failed\`, \`skipped\`, \`cancelled\` or \`blocked\` |
| \`matrix.<key>\` | the value of this variant of the step's \`matrix\` |
| \`run.id\`, \`run.pipeline\` | the run, and the pipeline's name |
| \`secrets.<NAME>\` | a secret, alone in a value of a \`run\` step's \`env\`; the worker reads it and writes it nowhere |

An expression that is the whole value keeps its type; one inside text becomes text (a model in Ollama becomes its name).
Types are checked before anything starts: text in place of a number is an error, and so is a comparison of the two.

Literals: \`3\`, \`0.5\`, \`1e-4\`, \`'text'\` (\`''\` for a quote inside), \`true\`, \`false\`, \`null\`.
Operators, loosest first: \`||\` · \`&&\` · \`== !=\` · \`< <= > >=\` · \`+ -\` · \`* /\` · \`! -\`; parentheses group. \`+\` also joins text.

${functionTable}

A step whose \`if\` calls \`always()\` or \`failure()\`, or reads an outcome, decides by itself whether it runs, whatever the
outcome of the steps that it needs. Any other step runs only when all of them have succeeded. More in [sweeps.md](sweeps.md).

The language has no clock, no randomness and no environment, so the same inputs always mean the same run.
A literal \`\${{\` is written \`$\${{\`.`;

export const pipelinesChapter = `### A pipeline as a step

\`uses\` may name another pipeline instead of a kind, by a path that begins with \`./\`, \`../\` or \`/\`. \`with\` gives its inputs;
later steps read the \`outputs\` that it declares.

\`\`\`yaml
steps:                                  # nightly.yaml
  tuned: { uses: ./parts/train.yaml, with: { rank: 16 } }
  serve: { uses: promote, if: steps.tuned.outputs.score > 0.5, with: { model: "\${{ steps.tuned.outputs.model }}", to: mine } }
---
name: train-one                         # parts/train.yaml
inputs: { rank: { type: number } }
outputs: { score: "\${{ steps.verdict.outputs.score }}", model: "\${{ steps.model.outputs.model }}" }
steps: …
\`\`\`

- It is checked together with the pipeline that runs it, types included, and is part of the plan: editing the file changes no run that has started.
  Paths in it start at its own folder. Values under \`with\` are fixed when the run is planned, so they may read \`inputs\`, but no outputs of steps.
- It is a run of its own, \`RUN.STEP\` (\`temper show RUN.STEP\`, \`temper logs RUN.STEP\`), inside the outer run: \`ps\` lists only the outer run, whose
  \`pause\`, \`resume\` and \`cancel\` reach it. When it fails, its step fails with the same error; \`resume\` continues from the steps in it that succeeded.
- An output that reads a skipped step has no value. Pipelines may be nested five deep. Its \`on.schedule\`,
  \`on_failure\` and \`on_waiting\` have no effect here: those of the outer pipeline count.`;

export const peopleChapter = `### Steps that wait for a person

\`uses: approve\` asks a person before the run continues. With \`on_step_failure: wait\`, a run with a failed step stays open until a person has fixed the cause.
Both say what they wait for and which command to type, and \`on_waiting\` sends a notification: [people.md](people.md).`;
