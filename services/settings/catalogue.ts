import { ownSettings } from './catalogue/own.ts';
import { programSettings } from './catalogue/programs.ts';
import { trackerSettings } from './catalogue/trackers.ts';
import type { Setting } from './setting.ts';

/** Every variable that temper reads or hands on, in the order of docs/settings.md, which is made from it. */
export const settings: Readonly<Record<string, readonly Setting[]>> = {
  ...ownSettings,
  ...programSettings,
  ...trackerSettings,
};
