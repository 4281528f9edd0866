import type { Home } from './home.ts';
import type { StackState } from './state.ts';

/** Lines for people: `report` gets each finished line, `progress` the one under way (undefined: none any more). */
export interface Reporter {
  report: (line: string) => void;
  progress?: (line: string | undefined) => void;
}

export interface UpOptions extends Partial<Reporter> {
  /** Which services to run, by default all; tests of the servers run without workers. */
  services?: readonly ('temporal' | 'ollama' | 'orchestrator' | 'gpu')[];
}

/** Brings up what is not running: sets up what is missing, starts the supervisor, waits until every service answers. */
export declare function up(home: Home, options?: UpOptions): Promise<StackState>;

/** Stops everything of this home, workers first; true when there was something to stop. */
export declare function down(home: Home, options?: Partial<Reporter>): Promise<boolean>;

export interface StackStatus {
  up: boolean;
  state: StackState | undefined;
}

/** How the stack stands now. */
export declare function status(home: Home): Promise<StackStatus>;
