import type { Phase, Reason, Wait } from '../../core/reasons.ts';
import { type EvaluationNote, noteWords } from '../../core/words/evaluation-notes.ts';
import { phaseWords } from '../../core/words/phases.ts';
import { plural } from '../../core/words/plural.ts';
import { reasonWords } from '../../core/words/reasons.ts';
import { waitWords } from '../../core/words/waits.ts';
import { appWords } from './app/en.ts';
import { driftIn } from './drift-en.ts';
import { formatIn } from './format.ts';
import { harnessIn } from './harness-en.ts';
import { judgeIn } from './judge-en.ts';
import { reviewEn } from './review-en.ts';
import { rowsIn } from './rows-en.ts';
import { worthIn } from './worth-en.ts';

const format = formatIn('en-GB', ['h', 'min', 's']);
const { number, score, signed } = format;
const servedAs = (served: string | undefined) => (served === undefined ? '' : ` It is served as ${served}.`);
const listed = (names: readonly string[]) => names.join(', ');

export interface JudgedScores {
  metric: string;
  baseline?: number | undefined;
  score?: number | undefined;
  /** The 95 % interval of the gain. */
  gain?: readonly [low: number, high: number];
}

const within = (gain: JudgedScores['gain']) => (gain ? `, 95 % ${signed(gain[0])} to ${signed(gain[1])}` : '');

export const en = {
  lang: 'en',
  format,
  title: (run: string) => `temper: ${run}`,
  madeBy: (version: string, at: number) => `Made by temper ${version} on ${format.moment(at)}. It needs no network.`,
  statuses: {
    running: 'running',
    paused: 'paused',
    succeeded: 'succeeded',
    failed: 'failed',
    cancelled: 'cancelled',
    terminated: 'terminated',
  },
  states: {
    waiting: 'waiting',
    running: 'running',
    succeeded: 'succeeded',
    reused: 'reused',
    skipped: 'skipped',
    failed: 'failed',
    blocked: 'blocked',
    cancelled: 'cancelled',
  },
  facts: {
    run: 'Run',
    started: 'Started',
    took: 'Took',
    takes: 'Runs for',
    schedule: 'Schedule',
    rerunOf: 'Rerun of',
  },
  headlines: {
    better: (served?: string) => `The tuned model is better.${servedAs(served)}`,
    not_better: (served?: string) => `The tuned model is not better.${servedAs(served)}`,
    undecided: (served?: string) =>
      `The tuned model scores higher, but the questions are too few to tell.${servedAs(served)}`,
    forgot: (served?: string) => `The tuned model scores higher, but it has forgotten too much.${servedAs(served)}`,
    answered: (served?: string) => `The models have answered; no metric compares them.${servedAs(served)}`,
    no_exam: (served?: string) => `The run succeeded. No evaluation judged its model.${servedAs(served)}`,
    failed: (steps: readonly string[]) =>
      steps.length === 0 ? 'The run could not start.' : `The run failed at ${listed(steps)}.`,
    waits: (steps: readonly string[]) => `The run waits for you: ${listed(steps)}.`,
    running: (steps: readonly string[]) =>
      steps.length === 0 ? 'The run is under way.' : `Under way: ${listed(steps)}.`,
    paused: () => 'The run is paused.',
    cancelled: () => 'The run was cancelled.',
    terminated: () => 'The run was terminated.',
  },
  worth: worthIn(format),
  rowFacts: rowsIn(format),
  remedy: 'What to do',
  scores: ({ metric, baseline, score: after, gain }: JudgedScores) =>
    `${metric}: ${baseline === undefined ? '–' : score(baseline)} → ${after === undefined ? '–' : score(after)}${
      baseline === undefined || after === undefined ? '' : ` (${signed(after - baseline)}${within(gain)})`
    }`,
  sections: {
    answers: 'Answers before and after',
    training: 'Training',
    data: 'Data',
    quantization: 'Quantization',
    steps: 'Steps and attempts',
    lineage: 'Lineage',
    cost: 'What it cost',
    configuration: 'Configuration',
    again: 'Run it again',
    failures: 'Failures',
  },
  drift: driftIn(format),
  exam: {
    sides: { before: 'before', production: 'in production', after: 'after' },
    question: 'Question',
    reference: 'expected',
    style: {
      title: 'How the answers are written',
      characters: 'characters, median',
      tokens: 'tokens, median',
      distinct: 'different pairs of words',
      format: 'laid out as the reference',
      script: 'in the script of the reference',
      loops: 'in a loop',
      means:
        'Shares of the answers, from 0 to 1. The share of different pairs of neighbouring words among all pairs is low where the answers resemble each other, and falls with more text.',
    },
    roles: { system: 'system', user: 'user', assistant: 'assistant' },
    thoughts: 'thoughts',
    pattern: 'must hold',
    metric: 'metric',
    isScore: 'the score',
    model: 'model',
    digest: 'digest',
    score: 'score',
    seconds: 'seconds per answer',
    tokens: 'tokens',
    tokenCounts: (read: number, written: number) => `${number(read)} read, ${number(written)} written`,
    by: (system: string | undefined, nearest: number | undefined, parts: number | undefined) =>
      [
        ...(system === undefined ? [] : [`system message: ${system}`]),
        ...(nearest === undefined
          ? []
          : parts === undefined
            ? [`the ${plural(nearest, 'nearest row')} before each question`]
            : [
                `the ${nearest === 1 ? '' : `${number(nearest)} `}nearest of ${plural(parts, 'part')} of the documents before each question`,
              ]),
      ].join('; '),
    open: (from: number, to: number) => `${score(from)} to ${score(to)}, by how incomplete answers would go on`,
    counts: (better: number, equal: number, worse: number) =>
      `${plural(better, 'answer')} better, ${number(equal)} equal, ${number(worse)} worse.`,
    within: (spread: number) => `answers to one question: ±${score(spread)}`,
    samples: (count: number) => plural(count, 'more answer'),
    interval: (from: number, to: number) => `95 %: ${score(from)} to ${score(to)}`,
    judged: (judged: number, all: number) =>
      `The scores are means over the ${number(judged)} of ${plural(all, 'question')} whose scores are known.`,
    changes: { better: 'better', equal: 'equal', worse: 'worse' },
    marks: 'Marked: words that only the one or only the other answer has.',
    empty: 'empty answer',
    ends: {
      length: (maxTokens: number) => `cut at ${number(maxTokens)} tokens`,
      context: () => 'cut where the context ended',
      thinking: () => 'still thinking',
      prompt: () => 'did not get the whole prompt',
      too_long: () => 'the prompt is longer than its context',
      unread: () => 'Ollama could not read it',
      loop: () => 'ended, since it repeats itself',
    },
    more: (count: number) => `${plural(count, 'more question')}`,
    gone: (step: string) => `The report of ${step} is no longer in the store.`,
    notes: 'To keep in mind',
    judge: judgeIn(format),
    harness: harnessIn(format),
  },
  training: {
    step: 'step',
    /** `left`: milliseconds to its end, where that is still to come. */
    progress: (reached: number, max: number, checkpoints: number, left: number | undefined) =>
      `Step ${number(reached)} of ${number(max)}, ${plural(checkpoints, 'checkpoint')}${
        left === undefined ? '' : `, about ${format.duration(left)} left`
      }.`,
    loss: 'Loss',
    trainLoss: 'training',
    evalLoss: 'evaluation',
    logarithmic: 'logarithmic',
    learningRate: 'Learning rate',
    tokensPerSecond: 'Tokens per second',
    memory: 'Memory',
    checkpoint: 'checkpoint',
    interruption: 'interruption',
    again: 'trained again',
    interrupted: (reached: number, from: number) =>
      from >= reached
        ? `Interrupted at step ${number(reached)} and continued there: no step was trained twice.`
        : from === 0
          ? `Interrupted after step ${number(reached)}, before the first checkpoint: ${plural(reached, 'step')} trained again.`
          : `Interrupted after step ${number(reached)}, continued from checkpoint ${number(from)}: ${plural(reached - from, 'step')} trained again.`,
    bitEqual:
      'Batches and libraries stayed the same: on a CPU the result equals that of an uninterrupted training, bit for bit.',
    notBitEqual: 'The result is not bit-equal to that of an uninterrupted training.',
    unmeasured: (steps: number) => `The loss was no number at ${plural(steps, 'step')}.`,
    tracked: (tracker: string) => `${tracker} has this curve too:`,
    untracked: (tracker: string, why: string) => `${tracker} lacks this curve, or its end: ${why}`,
    reused: (run: string) => `Trained by ${run}; this run reused the result.`,
    noCurve: 'No curve: the training has not measured anything yet.',
    values: 'Values',
    chart: (name: string, first: string, last: string) => `${name}: from ${first} to ${last}`,
  },
  data: {
    rows: 'rows',
    train: 'to train on',
    eval: 'held out',
    tokens: 'tokens',
    median: 'median length',
    most: '95 % are no longer than',
    characters: (count: number) => plural(count, 'character'),
    duplicates: 'duplicates left out',
    bad: 'bad rows left out',
    repeated: 'answers that repeat an earlier one',
    source: 'file',
    shortest: (count: number) => `The ${number(count)} shortest rows`,
    longest: (count: number) => `The ${number(count)} longest rows`,
    length: 'characters',
    row: 'row',
    place: 'line',
    gone: 'The rows are no longer in the store.',
    parts: { train: 'train', eval: 'eval' },
  },
  ...appWords,
  review: reviewEn,
  /** What temper says of a step as data, in the words of the terminal. */
  said: {
    reason: (reason: Reason) => reasonWords(reason),
    wait: (wait: Wait, now: number) => waitWords(wait, now, format.duration),
    phase: (phase: Phase) => phaseWords(phase),
    note: (note: EvaluationNote) => noteWords(note),
    /** What there is to say of a failure besides its own message and remedy, which are English. */
    failure: (_: { code: string; remedy: string }): { summary?: string; remedy?: string } => ({}),
  },
  steps: {
    graph: 'Which step comes after which',
    share: (percent: number, what: string) => `${percent} % ${what}`,
    variants: (ended: number, all: number) => `${number(ended)} of ${plural(all, 'variant')}`,
    why: 'why',
    after: (needs: readonly string[]) => `after ${listed(needs)}`,
    log: 'log',
    attempt: (count: number) => `attempt ${number(count)}`,
    how: {
      running: 'under way',
      succeeded: 'succeeded',
      reused: 'reused',
      lost: 'lost with its worker',
      stopped: 'stopped on request',
      failed: 'failed',
    },
    from: (step: number) => `from checkpoint ${number(step)}`,
    saved: (step: number) => `saved up to step ${number(step)}`,
    lost: (steps: number) => `${plural(steps, 'step')} trained again`,
    reusedFrom: (run: string) => `from ${run}`,
    asks: 'waits for you',
    blocked: 'blocked by an earlier failure',
    skipped: 'a step it needs was skipped',
  },
  lineage: {
    intro: 'Each artifact with what it was made from, down to the rows.',
    none: 'The run has made no model in Ollama.',
    states: { dropped: 'bytes deleted; temper makes it again if needed', gone: 'no longer in the store' },
    importedAs: (name: string) => `in Ollama as ${name}`,
  },
  cost: {
    wall: 'from start to end',
    device: 'on the device',
    wasted: 'of it in attempts that failed or were lost',
    attempts: 'attempts',
    tokens: 'tokens trained',
    again: 'optimizer steps trained again',
    memory: 'peak memory of the trainer',
    artifacts: 'artifacts of this run',
  },
  configuration: {
    document: 'The document',
    options: 'Every option, with defaults filled in',
    inputs: 'Inputs',
    pins: 'Files and models as they were when the run began',
    gone: 'The plan of the run is no longer on disk.',
  },
  again: {
    stored: 'In the home of this run:',
    document: 'From its document, with the same files:',
  },
};

export type Words = typeof en;
