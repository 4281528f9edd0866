import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import color from 'picocolors';
import { isHandle, ollamaName } from '../../core/handles.ts';
import { definitionOf } from '../../core/kinds/registry.ts';
import type { RunState } from '../../core/run/run-state.ts';
import type { Home } from '../../services/machine/home.ts';
import { chatCommand } from '../../services/ollama/chat-command.ts';
import { ArtifactStore } from '../../services/store/artifacts.ts';

interface Report {
  questions: { question: string; before: { text: string }; production?: { text: string }; after: { text: string } }[];
}

const maxShownQuestions = 6;

/** Lists the exam's answers before and after the training, and the command that chats with the new model. */
export async function comparison(home: Home, state: RunState): Promise<string[]> {
  const lines: string[] = [];
  const store = new ArtifactStore(home.store);
  for (const [id, step] of Object.entries(state.steps)) {
    const report = step.outputs?.[definitionOf(step.uses)?.verdictOutput ?? ''];
    if (!isHandle(report)) continue;
    const path = await store.open(report).then(
      (artifact) => artifact.path,
      () => undefined,
    );
    if (path === undefined) {
      lines.push('', color.dim(`${id}: the report is no longer in the store`));
      continue;
    }
    const { questions } = JSON.parse(await readFile(join(path, 'report.json'), 'utf8')) as Report;
    lines.push('', `${color.bold(id)}: ${step.summary ?? ''}`);
    for (const { question, before, production, after } of questions.slice(0, maxShownQuestions)) {
      lines.push(
        '',
        `  ${color.bold(question)}`,
        `    before  ${oneLine(before.text)}`,
        ...(production ? [`    served  ${oneLine(production.text)}`] : []),
        `    after   ${color.green(oneLine(after.text))}`,
      );
    }
    const more = questions.length - maxShownQuestions;
    if (more > 0) lines.push('', color.dim(`  and ${more} more in ${join(path, 'report.md')}`));
  }
  const served = Object.values(state.steps).map(
    ({ uses, outputs }) => outputs?.[definitionOf(uses)?.servingOutput ?? ''],
  );
  const model = served.find(isHandle);
  if (model) lines.push('', `Talk to it:  ${await chatCommand(home, ollamaName(model))}`);
  return lines;
}

const oneLine = (text: string) => text.replace(/\s+/g, ' ').trim();
