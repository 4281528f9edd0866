import type { ComponentChildren } from 'preact';

/** A sentence that a worker wrote into the run, in English whatever the language of the page. */
export const Stored = ({ children }: { children: ComponentChildren }) => <span lang="en">{children}</span>;
