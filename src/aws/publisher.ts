// The publisher on AWS: the broadcaster Lambda, called for a response that streams. Its first bytes say that it runs, its
// end that it has posted (docs/decisions/0010).

import { InvokeWithResponseStreamCommand, LambdaClient } from '@aws-sdk/client-lambda';
import type { Delivery, Publisher, Publishing } from '../app/ports.ts';

/**
 * How long a caller waits at the most for the broadcaster to begin, in ms, when the delivery goes out on a connection that
 * is open already: by then it has left the machine. On a new one there is no such limit, for a function that is frozen
 * in the middle of a TLS handshake has sent nothing.
 */
export const HAND_OVER_MS = 10;

/** A connection that has waited for longer for its next call may have been closed at the other end. */
const FRESH_MS = 20_000;

/** A publisher that asks the broadcaster once more when it did not begin, and never when it did. */
export function createPublisher(broadcaster: string): Publisher {
  const client = new LambdaClient({ maxAttempts: 2 });
  /** When each open connection fell free, the latest last; that one is taken first, as the SDK's agent does. */
  const free: number[] = [];

  return {
    publish: (delivery) => {
      const isWarm = Date.now() - (free.pop() ?? 0) < FRESH_MS;
      const publishing = follow((begin) => invokeTwice(client, broadcaster, delivery, begin));
      void publishing.ended.then((error) => {
        if (error === null) free.push(Date.now());
      });
      return isWarm ? { ...publishing, begun: atMost(HAND_OVER_MS, publishing.begun) } : publishing;
    },
  };
}

/** Both moments of some work that calls `begin` at the first and resolves at the second. */
function follow(work: (begin: () => void) => Promise<void>): Publishing {
  const { promise: begun, resolve } = Promise.withResolvers<Error | null>();
  const ended = work(() => resolve(null)).then(() => null, asError);
  // Has no effect on what has begun.
  void ended.then(resolve);
  return { begun, ended };
}

async function invokeTwice(
  client: LambdaClient,
  broadcaster: string,
  delivery: Delivery,
  begin: () => void,
): Promise<void> {
  const progress = { hasBegun: false };
  const once = (): Promise<void> =>
    invoke(client, broadcaster, delivery, () => {
      progress.hasBegun = true;
      begin();
    });
  try {
    await once();
  } catch (error) {
    if (progress.hasBegun) throw error;
    await once();
  }
}

/**
 * One call of the broadcaster, read to its end: the connection is kept for the next. In a function that has answered, the
 * rest is read when the function is thawed; Lambda lets the broadcaster finish whether or not somebody listens.
 */
async function invoke(
  client: LambdaClient,
  FunctionName: string,
  delivery: Delivery,
  begin: () => void,
): Promise<void> {
  const Payload = Buffer.from(JSON.stringify(delivery));
  const { EventStream = [] } = await client.send(
    new InvokeWithResponseStreamCommand({ FunctionName, Payload }),
  );
  let isComplete = false;
  for await (const { PayloadChunk, InvokeComplete } of EventStream) {
    if (PayloadChunk !== undefined) begin();
    if (InvokeComplete?.ErrorCode !== undefined)
      throw new Error(`The broadcaster failed: ${InvokeComplete.ErrorCode}`);
    isComplete ||= InvokeComplete !== undefined;
  }
  if (!isComplete) throw new Error('The answer of the broadcaster broke off');
}

/** The moment, or `null` after so many ms if it has not come by then. */
function atMost(ms: number, moment: Promise<Error | null>): Promise<Error | null> {
  return new Promise((resolve) => {
    const timer = setTimeout(() => resolve(null), ms);
    void moment.then((outcome) => {
      clearTimeout(timer);
      resolve(outcome);
    });
  });
}

function asError(error: unknown): Error {
  return error instanceof Error ? error : new Error(String(error));
}
