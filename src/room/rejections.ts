// How a room answers a command: with events, or with one of the codes of docs/protocol.md that a room decides on.

import type { RoomEvent } from './events.ts';

export type RejectionCode =
  | 'ROOM_FULL'
  | 'GAME_ALREADY_STARTED'
  | 'NAME_TAKEN'
  | 'NOT_IN_ROOM'
  | 'PERMISSION_DENIED'
  | 'NOT_ENOUGH_PLAYERS'
  | 'SEAT_EMPTY'
  | 'SEAT_TAKEN'
  | 'WRONG_PHASE'
  | 'NOT_YOUR_TURN'
  | 'ALREADY_DECIDED'
  | 'INVALID_DECLARATION'
  | 'INVALID_PLAY'
  | 'PIECE_COUNT_MISMATCH';

/** A refused command: nothing has changed. `message` is a sentence the player can act on. */
export interface Rejection {
  readonly code: RejectionCode;
  readonly message: string;
}

export type Decision =
  | { readonly kind: 'accepted'; readonly events: readonly RoomEvent[] }
  | { readonly kind: 'rejected'; readonly rejection: Rejection };

/** Accepted; without events when there is nothing to do. */
export function accept(...events: readonly RoomEvent[]): Decision {
  return { kind: 'accepted', events };
}

export function reject(code: RejectionCode, message: string): Decision {
  return { kind: 'rejected', rejection: { code, message } };
}
