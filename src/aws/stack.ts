// A custom resource of the stack: does what CloudFormation asks for and answers at the address that came with the request.

import * as z from 'zod/mini';
import type { Log } from '../app/ports.ts';

const StackRequest = z.object({
  RequestType: z.enum(['Create', 'Update', 'Delete']),
  ResponseURL: z.url(),
  StackId: z.string(),
  RequestId: z.string(),
  LogicalResourceId: z.string(),
});

/** What becomes of the resource. */
export type Change = z.infer<typeof StackRequest>['RequestType'];

/**
 * A function that makes, renews or takes away one thing of the stack. It answers in every case, since CloudFormation waits; what
 * went wrong is the reason that the deployment shows.
 */
export function createStackResource(
  log: Log,
  act: (change: Change) => Promise<void>,
): (event: unknown) => Promise<void> {
  return async (event) => {
    const { ResponseURL, RequestType, ...request } = StackRequest.parse(event);
    const outcome = await outcomeOf(log, RequestType, act);
    // The name never changes: a new one would have CloudFormation take the old one away.
    const body = JSON.stringify({ ...request, PhysicalResourceId: request.LogicalResourceId, ...outcome });
    const { ok, status } = await fetch(ResponseURL, { method: 'PUT', body, headers: { 'content-type': '' } });
    if (!ok) throw new Error(`CloudFormation took the answer with ${status}`);
  };
}

type Outcome = { readonly Status: 'SUCCESS' } | { readonly Status: 'FAILED'; readonly Reason: string };

async function outcomeOf(log: Log, change: Change, act: (change: Change) => Promise<void>): Promise<Outcome> {
  try {
    await act(change);
    return { Status: 'SUCCESS' };
  } catch (error) {
    log.error('A part of the stack could not be set up', { change, error });
    return {
      Status: 'FAILED',
      Reason: error instanceof Error ? `${error.name}: ${error.message}` : 'unknown',
    };
  }
}
