// A room as lists show it: the projection that the directory keeps.

import { SEATS } from '../game/seats.ts';
import { isBotPlayed } from './due.ts';
import { isConnected } from './room.ts';
import type { RoomRecord } from './record.ts';
import { isLive } from './room.ts';
import type { AvatarColour, GameOutcome, RoomId } from './room.ts';

export interface ListedSeat {
  readonly name: string;
  readonly isBot: boolean;
  readonly isHost: boolean;
  readonly colour: AvatarColour;
}
/** What lists know of a live room; times in epoch ms, `seq` of the commit it was made from. */
export interface Listing {
  readonly room: RoomId;
  readonly seq: number;
  readonly stage: 'open' | 'playing' | 'finished';
  readonly createdAt: number;
  readonly lastActivity: number;
  readonly isPrivate: boolean;
  readonly hostName: string;
  /** In seat order, null where nobody sits. */
  readonly seats: readonly (ListedSeat | null)[];
  readonly connectedHumans: number;
  /** Number of the game that runs or ran last; 0 before the first. */
  readonly game: number;
  readonly outcome?: GameOutcome;
}

/** The listing of a live room; null for a room that no list shows. */
export function listingOf({ room, seq, at }: RoomRecord): Listing | null {
  if (!isLive(room)) return null;
  const { id, createdAt, host, isPrivate } = room;
  const seats = SEATS.map((seat) => room.seats[seat]);
  return {
    room: id,
    seq,
    stage: room.stage,
    createdAt,
    lastActivity: at,
    isPrivate,
    hostName: room.seats[host]?.name ?? '',
    seats: SEATS.map((seat, index) => listedSeat(seats[index] ?? null, seat === host)),
    connectedHumans: seats.filter(isConnected).length,
    game: room.stage === 'open' ? 0 : room.stage === 'playing' ? room.game.number : room.result.game,
    ...(room.stage === 'finished' ? { outcome: room.result.outcome } : {}),
  };
}

/** Whether two listings differ in anything but when they were made. */
export function isSameListing(one: Listing | null, other: Listing | null): boolean {
  return JSON.stringify(undated(one)) === JSON.stringify(undated(other));
}

/** Whether the lobby shows the room: anybody can join it. */
export function isJoinable(listing: Listing | null): listing is Listing {
  return listing?.stage === 'open' && !listing.isPrivate && listing.seats.includes(null);
}

/** Whether the lobby shows the room's game to who likes to watch. */
export function isWatchable(listing: Listing): boolean {
  return listing.stage === 'playing' && !listing.isPrivate;
}

function undated(listing: Listing | null): unknown {
  return listing === null ? null : { ...listing, seq: 0, lastActivity: 0 };
}

function listedSeat(occupant: Parameters<typeof isBotPlayed>[0] | null, isHost: boolean): ListedSeat | null {
  if (occupant === null) return null;
  const { name, colour } = occupant;
  return { name, isBot: isBotPlayed(occupant), isHost, colour };
}
