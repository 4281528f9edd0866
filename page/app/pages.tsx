import type { RunView } from '../../core/report/run-view.ts';
import type { Ask } from './asks.tsx';
import { type Askable, ComparePage, NewQuestion, type ShownComparison } from './compare.tsx';
import { type Frame, renderPart } from './frame.tsx';
import { Models, type ServedModel } from './models.tsx';
import { Review, type Show, type ShownReview } from './review.tsx';
import { Log, Missing, Refused, type Reviews, RunPage, UntoldRun } from './run.tsx';
import { type ListedRun, Runs } from './runs.tsx';

// What each page shows inside its frame, as HTML.

export const runs = (frame: Frame, shown: { runs: readonly ListedRun[]; isUp: boolean; now: number }): string =>
  renderPart(frame, <Runs {...shown} />);

export const run = (
  frame: Frame & { run: string },
  { view, asks, reviews = [] }: { view: RunView | undefined; asks: readonly Ask[]; reviews?: Reviews },
): string =>
  renderPart(
    frame,
    view ? <RunPage view={view} asks={asks} reviews={reviews} /> : <UntoldRun run={frame.run} />,
    frame.run,
  );

export const review = (frame: Frame, shown: { review: ShownReview; show: Show; from: number }): string =>
  renderPart(frame, <Review {...shown} />);

export const log = (frame: Frame, shown: { run: string; step: string; text: string }): string =>
  renderPart(frame, <Log {...shown} />);

const baseOf = ({ base, language }: Frame) => `${base}/${language}`;

export const askForm = (frame: Frame, askable: Askable): string =>
  renderPart(frame, <NewQuestion base={baseOf(frame)} {...askable} />);

export const askFailed = (frame: Frame, shown: Askable & { message: string; hint: string | undefined }): string =>
  renderPart(frame, <NewQuestion base={baseOf(frame)} {...shown} />);

export const comparison = (frame: Frame, shown: ShownComparison, questions: readonly string[]): string =>
  renderPart(frame, <ComparePage base={baseOf(frame)} comparison={shown} questions={questions} />);

/** `back`: the address of the page that the form was sent from, below the language. */
export const refused = (frame: Frame, shown: { message: string; hint: string | undefined; back: string }): string =>
  renderPart(frame, <Refused {...shown} back={`${baseOf(frame)}${shown.back}`} />);

export const models = (frame: Frame, served: readonly ServedModel[]): string =>
  renderPart(frame, <Models models={served} base={baseOf(frame)} />);

export const missing = (frame: Frame): string => renderPart(frame, <Missing base={baseOf(frame)} />);
