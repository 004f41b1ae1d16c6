// Quick play: which of the lobby's rooms to try, in which order. Pure.

import type { RoomSummary } from '../protocol/server-frames.ts';

/** Codes of the rooms with a free seat, the one that has waited longest first; rooms with that name taken come not at all. */
export function roomsToTry(rooms: readonly RoomSummary[], name: string): readonly string[] {
  const isOpen = ({ started, occupied_slots, total_slots, players }: RoomSummary) =>
    !started && occupied_slots < total_slots && !players.some((player) => player?.name === name);
  return rooms
    .filter(isOpen)
    .toSorted((a, b) => a.created_at - b.created_at)
    .map((room) => room.room_id);
}
