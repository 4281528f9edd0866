import type { Command } from 'commander';

/** What follows `npx temper` in the examples of each command's help. A line that needs a shell is written out in full. */
const examples: Readonly<Record<string, readonly string[]>> = {
  init: [
    'init',
    'init rows.jsonl',
    'init rows.csv --base qwen2.5:0.5b --name my-model --yes',
    'init --from axolotl.yml',
  ],
  tune: ['tune rows.jsonl', 'tune rows.jsonl --base qwen2.5:0.5b --name my-model'],
  run: ['run my.yaml', 'run my.yaml --input epochs=3 --detach', 'run my.yaml --json'],
  quickstart: ['quickstart', 'quickstart --tiny'],
  validate: ['validate my.yaml', 'validate pipelines/*.yaml --json'],
  plan: ['plan my.yaml --input epochs=3', 'plan my.yaml --prove'],
  ps: ['ps', 'ps --pipeline nightly --status failed --since 7d', 'ps --status running,paused --json'],
  show: ['show', 'show @latest --json', 'show nightly-20260101'],
  report: ['report', 'report nightly-20260101 --out night.html --open'],
  help: ['help', 'help rows', 'help learning_rate', 'help OUT_OF_MEMORY', 'help schedule apply'],
  open: ['open', 'open @latest --port 8700 --no-browser'],
  watch: ['watch', 'watch nightly-20260101'],
  logs: ['logs', 'logs @latest/train --follow', 'logs @latest/train --json'],
  resume: ['resume', 'resume @latest --detach'],
  rerun: ['rerun @latest --set train.epochs=4 --set data=./more.jsonl --dry-run', 'rerun @latest --from train'],
  pause: ['pause', 'pause @latest && npx temper resume @latest'],
  cancel: ['cancel', 'cancel nightly-20260101'],
  compare: [
    'compare "What does a parrot say at noon?"',
    'compare @latest qwen2.5:7b "How fast is light?"',
    'compare my-model:latest qwen2.5:7b < questions.txt',
  ],
  diff: ['diff nightly-20260101', 'diff nightly-20260101 nightly-20260102 --json'],
  approve: ['approve', 'approve @latest/ask --comment "better on all questions"'],
  reject: ['reject @latest/ask --comment "too short answers"'],
  retry: ['retry', 'retry @latest/train'],
  skip: ['skip @latest/judge'],
  review: ['review', 'review @latest/rows --to kept.jsonl'],
  'schedule apply': ['schedule apply nightly.yaml --dry-run', 'schedule apply nightly.yaml'],
  'schedule ls': ['schedule ls'],
  'schedule show': ['schedule show nightly'],
  'schedule pause': ['schedule pause nightly --note "the data is being cleaned"'],
  'schedule resume': ['schedule resume nightly'],
  'schedule trigger': ['schedule trigger nightly && npx temper watch'],
  'schedule backfill': [
    'schedule backfill nightly --from 2026-11-20 --to 2026-11-22',
    'schedule backfill nightly --from 2026-11-20T02:00 --to 2026-11-20T02:00',
  ],
  'schedule delete': ['schedule delete nightly'],
  models: ['models'],
  rollback: ['rollback my-model', 'rollback my-model:latest --to nightly-20260101'],
  lineage: ['lineage my-model', 'lineage 37305cadfb55 --json'],
  export: ['export @latest ./my-model && cd my-model && ollama create my-model -f Modelfile'],
  up: ['up', 'up --at-login'],
  down: ['down'],
  status: ['status'],
  doctor: ['doctor', 'doctor Qwen/Qwen2.5-0.5B-Instruct --type q8_0'],
  gc: ['gc --dry-run', 'gc --older-than 30d --dry-run'],
  'secret set': ['secret set HF_TOKEN', 'secret set HF_TOKEN < token.txt'],
  'secret ls': ['secret ls'],
  completion: [
    `echo 'eval "$(temper completion bash)"' >> ~/.bashrc`,
    `echo 'eval "$(temper completion zsh)"' >> ~/.zshrc`,
    'temper completion fish > ~/.config/fish/completions/temper.fish',
  ],
};

/** Adds the examples to the help of every command below `program`. */
export function addExamples(program: Command, before = ''): void {
  for (const command of program.commands) {
    const name = `${before}${command.name()}`;
    if (command.commands.length > 0) addExamples(command, `${name} `);
    const lines = (examples[name] ?? []).map((line) =>
      line.startsWith(name) && name !== 'completion' ? `npx temper ${line}` : line,
    );
    const title = lines.length > 1 ? 'Examples' : 'Example';
    if (lines.length > 0)
      command.addHelpText('after', ['', `${title}:`, ...lines.map((line) => `  ${line}`)].join('\n'));
  }
}
