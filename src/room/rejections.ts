// The reasons a room can give for refusing a command: the codes of docs/protocol.md that a room decides on.

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
