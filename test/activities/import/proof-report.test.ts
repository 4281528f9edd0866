// needs: nothing
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { provenFor } from '../../../activities/import/proof/proof.ts';
import { renderProof, summariseProofs } from '../../../activities/import/proof/proof-report.ts';

const leftOut = [
  { chat: 'system', code: 'refused', detail: 'no system role' },
  { chat: 'turns', code: 'refused', detail: 'no system role' },
  { chat: 'edges', code: 'trimmed', detail: null },
] as const;
const some = provenFor('prompt', { compared: 9, of: 12, leftOut }, (chats) => `Ollama renders ${chats}`);
const all = provenFor('tokens', { compared: 12, of: 12, leftOut: [] }, (chats) => `${chats} have the token ids`);

test('a proof of some chats says of how many, which are missing, and why', () => {
  assert.equal(
    some.detail,
    'Ollama renders 9 of 12 chats; "system", "turns" not compared: the template refuses it (no system role); "edges" not compared: the template cuts white space off messages',
  );
  assert.equal(all.detail, '12 chats have the token ids');
  assert.equal(summariseProofs([some, all]), 'proven: prompt (9 of 12 chats), tokens');
});

test('the report shows the count beside the name of the proof', () => {
  const gguf = { kind: 'gguf', uri: 'store:x', digest: `sha256:${'0'.repeat(64)}`, size: 1 } as const;
  const text = renderProof({
    name: 'm',
    gguf,
    type: 'f16',
    ollama: '0.33.0',
    template: 'own',
    stops: [],
    margin: 0.05,
    proofs: [some, all],
  });
  assert.match(text, /^- ✓ \*\*prompt \(9 of 12 chats\)\*\*: .*"edges" not compared/m);
  assert.match(text, /^- ✓ \*\*tokens\*\*: 12 chats/m);
});
