#!/usr/bin/env node
// Stands for `lm_eval` in tests, which do not install it: it asks one question of the server, writes a results file in the form
// that lm_eval 0.4.13 wrote, with a score by the model's name, and refuses the task `choices` as lm_eval refuses one that
// compares probabilities.
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const args = process.argv.slice(2);
const given = (name) => args[args.indexOf(name) + 1];
if (given('--tasks') === 'choices') {
  console.error('Traceback (most recent call last):');
  console.error('  File "lm_eval", line 8, in <module>');
  console.error('NotImplementedError: Loglikelihood is not supported for chat completions.');
  process.exit(1);
}
const { model, base_url } = Object.fromEntries(
  given('--model_args')
    .split(',')
    .map((each) => each.split('=')),
);
const body = JSON.stringify({ model, messages: [{ role: 'user', content: 'Rome?' }], max_tokens: 2, temperature: 0 });
const response = await fetch(base_url, { method: 'POST', headers: { 'content-type': 'application/json' }, body });
const { choices } = await response.json();
if (typeof choices[0].message.content !== 'string') throw new Error('no answer');
const recorded = new URL('../core/harness/recorded/group-of-one.json', import.meta.url);
const results = JSON.parse(readFileSync(recorded, 'utf8'));
for (const each of Object.values(results.results))
  each['exact_match,strict'] = model === 'sound:latest' ? 2 / 3 : 1 / 3;
const folder = join(given('--output_path'), 'model');
mkdirSync(folder, { recursive: true });
writeFileSync(join(folder, 'results_2026-01-01T00-00-00.json'), JSON.stringify(results));
console.error(`asked by ${process.cwd()} with ${Object.keys(process.env).sort().join(' ')}`);
