// The lobby: the list of rooms one can join, and telling everybody there when it changes.

import { isJoinable } from '../room/listing.ts';
import { roomList } from '../protocol/frames.ts';
import type { Frame } from '../protocol/server-frames.ts';
import type { Ports } from './ports.ts';

/** What the lobby is called where a room's id would stand. */
export const LOBBY = 'lobby';

/** How many rooms a list shows, and how many of the newest open ones are looked at to find them. */
const SHOWN = 50;
const LOOKED_AT = 100;

/** How much later than due an empty room may be closed before it is not shown any more. */
const CLOSING_PATIENCE_MS = 10_000;

/** The list as it is now: the newest rooms with a free seat and with somebody there, or not yet empty for too long. */
export async function roomListNow({ store, clock, settings }: Ports): Promise<Frame<never>> {
  const now = clock.now();
  const open = await store.openRooms(LOOKED_AT);
  const joinable = open.filter((listing) => {
    const { roomTtlSeconds, emptyRoomSeconds } = settings;
    const patience =
      listing.connectedHumans > 0 ? roomTtlSeconds * 1_000 : emptyRoomSeconds * 1_000 + CLOSING_PATIENCE_MS;
    return isJoinable(listing) && now - listing.lastActivity <= patience;
  });
  return roomList(joinable.slice(0, SHOWN), now);
}

/** How much one call of the broadcaster carries, of 6 MB that it may (aws-facts.md), and to how many. */
const BYTES_AT_ONCE = 5_000_000;
const TOLD_AT_ONCE = 200;

/** Tells the list to all who are in the lobby: what a pulse does, once a second at the most. */
export async function tellLobby(ports: Ports): Promise<void> {
  const list = await roomListNow(ports);
  const bytes = Buffer.byteLength(JSON.stringify(list));
  const atOnce = Math.min(TOLD_AT_ONCE, Math.max(1, Math.floor(BYTES_AT_ONCE / bytes)));
  for await (const members of ports.store.lobbyMembers()) {
    for (let first = 0; first < members.length; first += atOnce) {
      const some = members.slice(first, first + atOnce);
      const sends = some.map((connectionId) => ({ connectionId, frames: [list] }));
      await ports.publisher.publish({ roomId: LOBBY, seq: 0, sends });
    }
  }
}
