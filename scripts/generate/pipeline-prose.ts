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

export const pipelinesChapter = `### A pipeline as a step

\`uses\` may name another file instead of a kind, by a path that begins with \`./\`, \`../\` or \`/\`. Its inputs stand under \`with\`;
the steps after it read what that document declares under \`outputs\`.

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

- It is read and checked together with the pipeline that runs it, types included, and is part of its plan: editing the file changes no run that has begun.
  Paths in it start at its own folder. Values under \`with\` are fixed when the run is planned, so they may read \`inputs\`, but nothing that steps make.
- It runs as a run of its own, \`RUN.STEP\` (\`temper show RUN.STEP\`, \`temper logs RUN.STEP\`), that belongs to the other: \`ps\` lists only the whole, and
  \`pause\`, \`resume\` and \`cancel\` of the whole reach it. When it fails, its step fails with what failed in it; \`resume\` goes on from what had succeeded in it.
- An output that reads what a skipped step would have made has no value. Pipelines may lie five deep within each other. Its \`on.schedule\`,
  \`on_failure\` and \`on_waiting\` mean nothing here: those of the whole count.`;

export const peopleChapter = `### Steps that wait for a person

\`uses: approve\` asks before the run goes on; \`on_step_failure: wait\` keeps a run open whose step has failed until somebody has mended the cause.
Both say what they wait for and which command to type, and \`on_waiting\` tells you without your looking: [people.md](people.md).`;
