import { plural } from '../../../core/words/plural.ts';
import { formatIn } from '../format.ts';

const format = formatIn('en-GB', ['h', 'min', 's']);
const { number, score } = format;
const listed = (names: readonly string[]) => names.join(', ');
const among = (names: readonly string[]) => (names.length === 0 ? '' : `: ${listed(names)}`);

/** What only the page of `temper open` says. */
export const appWords = {
  app: {
    missing: 'There is no such page',
    missingWhy: 'A run or a log may have been deleted; a comparison is kept only as long as the page is served.',
    title: 'temper',
    runs: 'Runs',
    all: 'All runs',
    none: 'There are no runs yet.',
    start: 'Start one with',
    other: '中文',
    down: 'Temporal does not answer, so open runs are not told. Start the local services with `npx temper up`.',
    report: 'Report',
    asks: 'Waits for you',
    steer: 'Steer this run',
    lost: 'The page has lost its server. Run `npx temper open` again.',
    untold: (run: string) => `Nobody tells how ${run} stands.`,
    refused: 'Nothing was changed',
    back: 'Back to the run',
    comment: 'Comment, recorded in the run',
    confirm: 'Confirm',
    silence: (left: number, word: string) => `After ${format.duration(left)} of silence: ${word}.`,
    command: 'The same in a terminal:',
    log: (step: string) => `Log of ${step}`,
    words: {
      approve: {
        label: 'Approve',
        does: (step: string, next: readonly string[]) =>
          `${step} is approved, and the run continues${next.length === 0 ? '' : ` with ${listed(next)}`}.`,
      },
      reject: {
        label: 'Reject',
        does: (step: string, next: readonly string[]) =>
          `${step} fails, and the steps that depend on it are blocked${among(next)}. Nothing is served by them.`,
      },
      retry: {
        label: 'Retry',
        does: (step: string, _: readonly string[]) => `${step} runs again, a training from its last checkpoint.`,
      },
      skip: {
        label: 'Skip',
        does: (step: string, next: readonly string[]) =>
          `${step} is skipped, with the steps that depend on it${among(next)}.`,
      },
      pause: {
        label: 'Pause',
        does: () =>
          'A training saves a checkpoint and frees the device. Other running steps finish, and no step starts until the run is resumed.',
      },
      resume: { label: 'Resume', does: () => 'The run continues, a training from its last checkpoint.' },
      continue: {
        label: 'Resume',
        does: () =>
          'The run continues under its id, with its stored plan and pinned inputs. Finished steps are kept; a training continues from its last checkpoint.',
      },
      cancel: {
        label: 'Cancel',
        does: () => 'The run ends. A training saves a checkpoint first, so the run can be resumed later.',
      },
    },
  },
  served: {
    title: 'Served models',
    none: 'There are no serving names yet. A `promote` step in a pipeline creates one.',
    down: 'Ollama does not answer, so this is what temper served last. Start the local services with `npx temper up`.',
    nothing: 'no model',
    since: (at: string) => `since ${at}`,
    byRollback: '(by rollback)',
    states: {
      elsewhere: (expected: string) => `Changed outside temper, which served ${expected} last.`,
      missing: (expected: string) => `Ollama no longer has this name; temper served ${expected} last.`,
      unfinished: (_: string) =>
        'A promotion or rollback was interrupted. The next one, or the next start of a worker, completes it.',
    },
    score: (metric: string, value: number, before: number | undefined, production: number | undefined) =>
      [
        `${score(value)} ${metric}`,
        ...(before === undefined ? [] : [`before ${score(before)}`]),
        ...(production === undefined ? [] : [`in production ${score(production)}`]),
      ].join(', '),
    promotedBy: 'promoted by',
    trainedOn: (data: string, rows: number | undefined) =>
      `, trained on data ${data}${rows === undefined ? '' : ` (${plural(rows, 'row')})`}`,
    kept: 'Kept models, the latest first',
    elsewhere: 'set outside temper',
    served: (from: string, until: string) => `served from ${from}${until === '' ? '' : ` to ${until}`}`,
    takenBack: (at: string) => `rolled back ${at}`,
    serve: 'Serve it again',
    does: (name: string, digest: string, now: string | undefined) =>
      `${name} is moved to ${digest}.${now === undefined ? '' : ` ${now}, which it serves now, is kept, so this can be undone.`} Whoever asks ${name} gets the answers of the other model from then on.`,
  },
  compare: {
    title: 'Compare',
    models: 'Models in Ollama, or a run (its base, tuned and served model), separated by blanks',
    question: 'Question',
    blind: 'Hide which model says what until I have chosen',
    ask: 'Ask',
    exam: 'Ask a question of the exam',
    choose: 'Which answer is better?',
    none: 'None',
    chosen: 'chosen',
    tokens: (count: number) => plural(count, 'token'),
    tally: (wins: readonly (readonly [string, number])[], ties: number) =>
      `Chosen blind so far: ${wins.map(([name, count]) => `${name} ${count}`).join(', ')}, none ${ties}.`,
    states: { loading: 'loading …', thinking: 'thinking …' },
    rows: {
      add: 'Add to the rows',
      does: 'The question and this answer become a row of the file below, which the next run learns. Correct the answer first where it needs it.',
      file: 'File',
      answer: 'Answer to learn',
      added: (file: string, line: number) => `Added as line ${number(line)} of ${file}. The next run learns it.`,
      ofExam:
        'This is a question of the exam, so it is not added to the rows: a question that is learned judges nothing.',
    },
  },
};

export type AppWords = typeof appWords;
