import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { test } from 'node:test';
import ts from 'typescript';
import { stepKinds } from '../../core/kinds/registry.ts';
import { root } from '../rig/temper.ts';

const folders = ['core', 'protocol', 'workflows', 'activities', 'workers', 'services', 'page', 'cli'];
/** Where a kind may be named: its definition, its effects, and the jobs of the trainer, whose verbs have such names too. */
const rooms = new RegExp(`^(?:core/kinds/|protocol/trainer/|activities/(?:${stepKinds.join('|')})/)`);
/** Expressions whose value is a kind, by how we name such values: `uses`, `step.uses`, `kind`, `this.#kind`. */
const namesKind = /(?:\buses|\bkind)\s*$/i;

const isKind = (node: ts.Node) => ts.isStringLiteralLike(node) && (stepKinds as string[]).includes(node.text);

/** Places of a file in which behaviour hangs on the name of a kind. */
function comparisons(path: string, text: string): string[] {
  const source = ts.createSourceFile(path, text, ts.ScriptTarget.Latest, true);
  const found: string[] = [];
  const note = (node: ts.Node) => {
    const { line } = source.getLineAndCharacterOfPosition(node.getStart());
    found.push(`${path}:${line + 1} ${node.getText().split('\n')[0]}`);
  };
  const visit = (node: ts.Node): void => {
    if (ts.isBinaryExpression(node) && /^[!=]==?$/.test(node.operatorToken.getText())) {
      const [kind, other] = isKind(node.left) ? [node.left, node.right] : [node.right, node.left];
      if (isKind(kind) && namesKind.test(other.getText())) note(node);
    }
    if (ts.isSwitchStatement(node) && namesKind.test(node.expression.getText()))
      for (const clause of node.caseBlock.clauses)
        if (ts.isCaseClause(clause) && isKind(clause.expression)) note(clause);
    // A table by kinds, and a list of them, decide as a comparison does.
    if (ts.isObjectLiteralExpression(node)) {
      const named = node.properties.filter(({ name }) => name && (stepKinds as string[]).includes(name.getText()));
      if (named.length > 2) note(node);
      if (named.length > 0 && ts.isElementAccessExpression(node.parent)) note(node);
    }
    if (ts.isArrayLiteralExpression(node) && node.elements.length > 0 && node.elements.every(isKind)) note(node);
    ts.forEachChild(node, visit);
  };
  visit(source);
  return found;
}

test('no code outside the rooms of the kinds compares with the name of a kind', () => {
  const files = folders.flatMap((folder) =>
    readdirSync(resolve(root, folder), { recursive: true, encoding: 'utf8' }).map((name) => `${folder}/${name}`),
  );
  const code = files.filter((path) => /\.tsx?$/.test(path) && !rooms.test(path) && path !== 'activities/index.ts');
  assert.deepEqual(
    code.flatMap((path) => comparisons(path, readFileSync(resolve(root, path), 'utf8'))),
    [],
  );
});

test('the search for such comparisons finds each form of them', () => {
  const forms = [
    "if (step.uses === 'train') a();",
    "if ('merge' !== kind) a();",
    "switch (uses) { case 'import': a(); }",
    "const own = new Set(['promote', 'approve']).has(uses);",
    'const name = { import: a, promote: b }[step.uses];',
    'const timeouts = { prepare: 1, train: 2, merge: 3 };',
  ];
  assert.deepEqual(
    forms.filter((text) => comparisons('x.ts', text).length !== 1),
    [],
  );
  assert.deepEqual(
    comparisons('x.ts', "if (event.event === 'checkpoint') a(); const words = ['approve', 'reject'];"),
    [],
  );
});
