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
    const body = answerOf({ ...request, PhysicalResourceId: request.LogicalResourceId, ...outcome });
    const { ok, status } = await fetch(ResponseURL, { method: 'PUT', body, headers: { 'content-type': '' } });
    if (!ok) throw new Error(`CloudFormation took the answer with ${status}`);
  };
}

type Answer = Outcome &
  Omit<z.infer<typeof StackRequest>, 'RequestType' | 'ResponseURL'> & { readonly PhysicalResourceId: string };

/** CloudFormation does not take more, and then waits for an answer until it gives up. */
const MOST_BYTES = 4_096;
const CUT = ' …';

/** The answer as JSON, its reason cut short by as much as the whole is too long. */
function answerOf(answer: Answer): string {
  const whole = JSON.stringify(answer);
  if (answer.Status === 'SUCCESS' || Buffer.byteLength(whole) <= MOST_BYTES) return whole;
  const withReason = (Reason: string): string => JSON.stringify({ ...answer, Reason: `${Reason}${CUT}` });
  const characters = Array.from(answer.Reason);
  // By characters, whose bytes differ and of which JSON writes some as six: found by halving.
  let [fits, tooMany] = [0, characters.length];
  while (tooMany - fits > 1) {
    const middle = Math.floor((fits + tooMany) / 2);
    if (Buffer.byteLength(withReason(characters.slice(0, middle).join(''))) <= MOST_BYTES) fits = middle;
    else tooMany = middle;
  }
  return withReason(characters.slice(0, fits).join(''));
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
