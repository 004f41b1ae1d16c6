// The publisher on AWS: the broadcaster Lambda, called for a response that streams. That the call is answered says that it
// runs, the end of the answer that it has posted (docs/decisions/0010). The answer may come as a whole, at its end (0029).

import { InvokeWithResponseStreamCommand, LambdaClient } from '@aws-sdk/client-lambda';
import type { Delivery, Ports, Publisher, Publishing } from '../app/ports.ts';

/**
 * How long a caller waits at the most for the broadcaster to begin, in ms, when the delivery goes out on a connection that
 * is open already: by then it has left the machine. On a new one there is no such limit, for a function that is frozen
 * in the middle of a TLS handshake has sent nothing.
 */
export const HAND_OVER_MS = 10;

/** A connection that has waited for longer for its next call may have been closed at the other end. */
const FRESH_MS = 20_000;

/** How often a call is made at the most, and the longest pause before the second, in ms, which doubles with each. */
const CALLS = 3;
const PAUSE_MS = 50;

/** A delivery older than this, in ms, is not asked for again: its function was frozen meanwhile, and clients know better. */
export const STALE_MS = 2_000;

/** What Node was doing when there was no connection yet, on which nothing can have been sent then. */
const UNREACHED: ReadonlySet<string> = new Set(['connect', 'getaddrinfo']);

/** A publisher that calls the broadcaster again when the call was refused, and for no other reason. */
export function createPublisher(broadcaster: string, given: Pick<Ports, 'clock' | 'random'>): Publisher {
  const { clock } = given;
  // The SDK would repeat a call on which the connection broke, and of which it cannot know whether it was accepted.
  const client = new LambdaClient({ maxAttempts: 1 });
  /** When each open connection fell free, the latest last; that one is taken first, as the SDK's agent does. */
  const free: number[] = [];

  return {
    publish: (delivery) => {
      const isWarm = clock.now() - (free.pop() ?? 0) < FRESH_MS;
      const publishing = follow((begin) =>
        againIfRefused(given, () => invoke(client, broadcaster, delivery, begin)),
      );
      void publishing.ended.then((error) => {
        if (error === null) free.push(clock.now());
      });
      return isWarm ? { ...publishing, begun: atMost(HAND_OVER_MS, publishing.begun) } : publishing;
    },
  };
}

/** A call was refused: the function has not run because of it, and will not. */
export class Refused extends Error {}

/** Makes a call, and makes it again while it is refused and what it carries is not old. */
export async function againIfRefused<T>(
  { clock, random }: Pick<Ports, 'clock' | 'random'>,
  call: () => Promise<T>,
): Promise<T> {
  const since = clock.now();
  for (let made = 1; ; made++) {
    try {
      return await call();
    } catch (error) {
      if (!(error instanceof Refused) || made === CALLS) throw error;
      await clock.pause(random.fraction() * PAUSE_MS * 2 ** (made - 1));
      if (clock.now() - since > STALE_MS) throw error;
    }
  }
}

/** Both moments of some work that calls `begin` at the first and resolves at the second. */
export function follow(work: (begin: () => void) => Promise<void>): Publishing {
  const { promise: begun, resolve } = Promise.withResolvers<Error | null>();
  const ended = work(() => resolve(null)).then(() => null, asError);
  // Has no effect on what has begun.
  void ended.then(resolve);
  return { begun, ended };
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
  const { EventStream = [] } = await client
    .send(new InvokeWithResponseStreamCommand({ FunctionName, Payload }))
    .catch((error: unknown) => {
      throw wasRefused(error) ? new Refused(asError(error).message, { cause: error }) : error;
    });
  begin();
  let isComplete = false;
  for await (const { InvokeComplete } of EventStream) {
    if (InvokeComplete?.ErrorCode !== undefined)
      throw new Error(`The broadcaster failed: ${InvokeComplete.ErrorCode}`);
    isComplete ||= InvokeComplete !== undefined;
  }
  if (!isComplete) throw new Error('The answer of the broadcaster broke off');
}

/** What the SDK and Node say of a call that failed. */
interface Failure {
  readonly $metadata?: { readonly httpStatusCode?: number };
  readonly syscall?: string;
  readonly errors?: readonly unknown[];
}

/**
 * Whether it is certain that a call that failed was not accepted: Lambda answered with an error (what goes wrong in the function
 * is told in an answer of 200), or there was no connection. One that broke says nothing of the kind.
 */
export function wasRefused(error: unknown): boolean {
  const { errors, $metadata, syscall } = Object(error) as Failure;
  // One attempt for each address that a name has.
  if (errors !== undefined) return errors.every(wasRefused);
  return ($metadata?.httpStatusCode ?? 0) >= 400 || UNREACHED.has(syscall ?? '');
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
