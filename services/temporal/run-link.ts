import { workflowIdOf } from '../../core/run/run-id.ts';

/** The address of a run in Temporal's web UI. */
export function runLink(
  { ui, namespace }: { ui?: string | undefined; namespace?: string | undefined },
  runId: string,
): string | undefined {
  return ui && namespace
    ? `${ui}/namespaces/${namespace}/workflows/${encodeURIComponent(workflowIdOf(runId))}`
    : undefined;
}
