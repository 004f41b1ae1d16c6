// The lobby: the list of rooms one can join, and telling everybody there when it changes.

import { isJoinable, isWatchable } from '../room/listing.ts';
import type { Listing } from '../room/listing.ts';
import { roomList } from '../protocol/frames.ts';
import type { Frame } from '../protocol/server-frames.ts';
import type { Ports } from './ports.ts';
import { publish, reached } from './publish.ts';
import type { ConnectionId } from '../room/room.ts';

/** What the lobby is called where a room's id would stand. */
export const LOBBY = 'lobby';

/** How many rooms a list shows, and how many of the newest open ones are looked at to find them. */
const SHOWN = 50;
const LOOKED_AT = 100;

/** How much later than due an empty room may be closed before it is not shown any more. */
const CLOSING_PATIENCE_SECONDS = 10;

/** How many running games a list shows, the newest. */
const WATCHABLE = 20;

/**
 * The list as it is now: the newest rooms with a free seat and with somebody there, or not yet empty for too long; and the
 * newest games that may be watched.
 */
export async function roomListNow({ store, clock, settings }: Ports): Promise<Frame<never>> {
  const now = clock.now();
  const [open, playing] = await Promise.all([
    store.openRooms(LOOKED_AT),
    store.rooms('playing', { limit: WATCHABLE }),
  ]);
  const { roomTtlSeconds, emptyRoomSeconds } = settings;
  const isFresh = ({ lastActivity }: Listing, seconds: number): boolean =>
    now - lastActivity <= seconds * 1_000;
  const joinable = open.filter((listing) => {
    const patience =
      listing.connectedHumans > 0 ? roomTtlSeconds : emptyRoomSeconds + CLOSING_PATIENCE_SECONDS;
    return isJoinable(listing) && isFresh(listing, patience);
  });
  const running = playing.kind === 'page' ? playing.entries : [];
  const watchable = running.filter((listing) => isWatchable(listing) && isFresh(listing, roomTtlSeconds));
  return roomList({ open: joinable.slice(0, SHOWN), running: watchable }, now);
}

/** How much one call of the broadcaster carries, of 6 MB that it may (aws-facts.md), and to how many. */
const BYTES_AT_ONCE = 5_000_000;
const TOLD_AT_ONCE = 200;
/** Calls of the broadcaster at a time: 40 MB, a fraction of a function's memory. */
const CALLS_AT_ONCE = 8;
/**
 * Posts a second that the lobby may cost in the long run, of the 10,000 requests that an account has for everything
 * (aws-facts.md). A larger lobby is told less often.
 */
const TOLD_A_SECOND = 1_000;

/** Tells the list to all who are in the lobby, and how far the next telling must be from this: what a pulse does. */
export async function tellLobby(ports: Ports): Promise<void> {
  const list = await roomListNow(ports);
  const bytes = Buffer.byteLength(JSON.stringify(list));
  const atOnce = Math.min(TOLD_AT_ONCE, Math.max(1, Math.floor(BYTES_AT_ONCE / bytes)));
  const tell = (members: readonly ConnectionId[]): Promise<void> => {
    const sends = members.map((connectionId) => ({ connectionId, frames: [list] }));
    // What fails has the tick come again.
    return reached(publish(ports, { roomId: LOBBY, seq: 0, sends }).ended);
  };
  let told = 0;
  for await (const members of ports.store.lobbyMembers()) {
    for (const together of chunksOf(chunksOf(members, atOnce), CALLS_AT_ONCE))
      await Promise.all(together.map(tell));
    told += members.length;
  }
  await ports.store.spacePulses(Math.max(1, Math.ceil(told / TOLD_A_SECOND)));
}

function chunksOf<T>(all: readonly T[], size: number): readonly (readonly T[])[] {
  const count = Math.ceil(all.length / size);
  return Array.from({ length: count }, (_, place) => all.slice(place * size, (place + 1) * size));
}
