import type { Home } from '../machine/home.ts';
import type { Found } from '../setup/context.ts';

/** What the supervisor is told: everything was found and made before, so it needs neither network nor patience. */
export interface StackPlan {
  services: readonly ServiceKind[];
  /** Programs and versions, for the services that need them. */
  programs: { temporal?: Found; ollama?: Found; python?: Found };
  /** Workers to keep running; the project's own two unless a test brings others. */
  workers: readonly WorkerPlan[];
  codeVersion: string;
}

/** Name by which one supervisor at a time holds a home; a copied home has another path and so another name. */
export const supervisorName = (home: Home): string => `supervisor ${home.id} ${home.root}`;

/** Exit code by which a supervisor says that another one keeps this home. */
export const notNeeded = 75;

export const serviceKinds = ['temporal', 'ollama', 'orchestrator', 'gpu'] as const;
export type ServiceKind = (typeof serviceKinds)[number];

export interface WorkerPlan {
  name: string;
  program: string;
  args: readonly string[];
  /** The queue by whose pollers one sees that it works; absent: it counts as ready when it runs. */
  queue?: { name: string; type: 'workflow' | 'activity' };
}
