// The broadcaster: the one function that posts to connections. Connections side by side, frames of one in order.

import { execute, runErrands } from './execute.ts';
import { LOBBY } from './lobby.ts';
import type { Delivery, Gateway, Ports, PostResult, Send } from './ports.ts';
import { GONE_GRACE_MS } from '../room/decide.ts';

/** A post that could not be made. Says who missed which commit, never what was in it. */
export interface DeadLetter {
  readonly roomId: string;
  readonly seq: number;
  readonly connectionId: string;
}
export interface BroadcastPorts extends Ports {
  readonly gateway: Gateway;
  readonly bury: (letter: DeadLetter) => Promise<void>;
}
/** How many connections got everything, were gone, or could not be reached. */
export type Reach = Readonly<Record<PostResult, number>>;

/** Posts a delivery. A connection that is gone is taken for disconnected, one that stays out of reach leaves a dead letter. */
export async function broadcast(ports: BroadcastPorts, delivery: Delivery<unknown>): Promise<Reach> {
  const { roomId, seq, sends, errands = [] } = delivery;
  const running = runErrands(ports, roomId, errands);
  const results = await Promise.all(sends.map((send) => postAll(ports.gateway, send)));
  const after = sends.map((send, index) => settle(ports, delivery, send, results[index] ?? 'failed'));
  await Promise.all([...after, running]);
  const reach = countOf(results);
  // One line a command is enough: who ordered this has written it.
  if (reach.gone + reach.failed > 0) ports.log.info('broadcast', { room: roomId, seq, ...reach });
  return reach;
}

async function postAll(gateway: Gateway, { connectionId, frames }: Send<unknown>): Promise<PostResult> {
  for (const frame of frames) {
    const result = await gateway.post(connectionId, JSON.stringify(frame));
    if (result !== 'delivered') return result;
  }
  return 'delivered';
}

/** What follows from how a post ended. Trouble with one connection must not have everybody posted to again. */
async function settle(
  ports: BroadcastPorts,
  { roomId, seq }: Delivery<unknown>,
  send: Send<unknown>,
  result: PostResult,
): Promise<void> {
  ports.tally.count(`posts.${result}`);
  try {
    await follow(ports, { roomId, seq }, send, result);
  } catch (error) {
    ports.log.error('A connection could not be settled', { room: roomId, seq, result, error });
    ports.tally.count('failures.settle');
  }
}

function follow(
  ports: BroadcastPorts,
  { roomId, seq }: Pick<DeadLetter, 'roomId' | 'seq'>,
  { connectionId, close }: Send<unknown>,
  result: PostResult,
): Promise<void> | undefined {
  switch (result) {
    case 'delivered':
      return close ? ports.gateway.close(connectionId) : undefined;
    case 'gone':
      return forget(ports, roomId, connectionId);
    case 'failed':
      return ports.bury({ roomId, seq, connectionId });
  }
}

/** `$disconnect` is best effort; a 410 says the same. */
async function forget(ports: BroadcastPorts, roomId: string, connection: string): Promise<void> {
  if (roomId === LOBBY) return forgetVisitor(ports, connection);
  await execute(ports, {
    room: roomId,
    command: { type: 'disconnect', connection, cause: 'gone' },
    by: 'presence',
    commandId: `gone:${connection}`,
  });
}

/** A visitor of the lobby, unless it may only be that `$connect` has not returned yet (aws-facts.md). */
async function forgetVisitor({ store, clock }: Ports, connection: string): Promise<void> {
  const known = await store.connection(connection);
  if (known !== null && clock.now() - known.at < GONE_GRACE_MS) return;
  await store.disconnected(connection);
}

function countOf(results: readonly PostResult[]): Reach {
  const count = (wanted: PostResult): number => results.filter((result) => result === wanted).length;
  return { delivered: count('delivered'), gone: count('gone'), failed: count('failed') };
}
