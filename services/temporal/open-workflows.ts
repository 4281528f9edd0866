import type { Client } from '@temporalio/client';
import { type Home, queues } from '../machine/home.ts';

/** Ids of the open workflows of a home: its runs, pipelines that run as steps, and notifications. `type` selects one of them. */
export async function openWorkflows(client: Client, home: Pick<Home, 'id'>, type?: string): Promise<string[]> {
  const ofType = type === undefined ? '' : `WorkflowType = '${type}' AND `;
  const query = `${ofType}ExecutionStatus = 'Running' AND TaskQueue = '${queues(home).orchestrator}'`;
  const ids: string[] = [];
  for await (const { workflowId } of client.workflow.list({ query })) ids.push(workflowId);
  return ids;
}
