// What a function instance remembers of rooms: the last record it loaded or appended to. It may be behind the log; whoever
// decides on it must have that proved or confirmed (src/app/execute.ts).

import type { RoomRecord } from '../room/record.ts';
import type { RoomId } from '../room/room.ts';
import type { Clock, Memory } from './ports.ts';

/** Some 10 KB each. */
const MOST_ROOMS = 500;
/** Far below the day that a commit is kept at least: no record outlives the log it was made from. */
const KEPT_MS = 5 * 60_000;

/** A memory of the rooms that were in use last. */
export function createMemory({ now }: Pick<Clock, 'now'>): Memory {
  const rooms = new Map<RoomId, { readonly record: RoomRecord; readonly at: number }>();
  const recall = (room: RoomId): RoomRecord | null => {
    const known = rooms.get(room);
    return known === undefined || now() - known.at > KEPT_MS ? null : known.record;
  };
  return {
    recall,
    keep: (room, record) => {
      const known = recall(room);
      // An id without a room can become one elsewhere; and of two that run side by side the later may have read earlier.
      if (record.seq === 0 || (known !== null && known.seq > record.seq)) return;
      rooms.delete(room);
      rooms.set(room, { record, at: now() });
      const [oldest] = rooms.keys();
      if (rooms.size > MOST_ROOMS && oldest !== undefined) rooms.delete(oldest);
    },
  };
}
