// Everything that can be asked of a room: by a player's frame, by a connection, by the state machine, by the clock.

import type { Seat } from '../game/seats.ts';
import type {
  ConnectionId,
  DealProof,
  Dispensable,
  PlayerId,
  RoomId,
  Settings,
  TaskPhase,
  TaskToken,
} from './room.ts';

/** A player's frame speaks for the seat its connection is attached to; no name in it is believed. */
export type PlayerCommand =
  | { readonly type: 'leaveRoom'; readonly connection: ConnectionId }
  | { readonly type: 'addBot'; readonly connection: ConnectionId; readonly seat: Seat }
  | { readonly type: 'removePlayer'; readonly connection: ConnectionId; readonly seat: Seat }
  | { readonly type: 'startGame'; readonly connection: ConnectionId }
  | { readonly type: 'decideRedeal'; readonly connection: ConnectionId; readonly accept: boolean }
  | { readonly type: 'declare'; readonly connection: ConnectionId; readonly value: number }
  | { readonly type: 'play'; readonly connection: ConnectionId; readonly indices: readonly number[] }
  | { readonly type: 'ready'; readonly connection: ConnectionId }
  | { readonly type: 'leaveGame'; readonly connection: ConnectionId };

/** What the state machine asks for. `round` counts from 1; `game` is the number of the game the execution belongs to. */
export type PhaseCommand =
  | {
      readonly type: 'enterPhase';
      readonly game: number;
      readonly phase: TaskPhase;
      readonly round: number;
      readonly token: TaskToken;
    }
  | { readonly type: 'endGame'; readonly game: number }
  | { readonly type: 'abortGame'; readonly game: number };

export type Command =
  | {
      readonly type: 'openRoom';
      readonly room: RoomId;
      readonly player: PlayerId;
      readonly name: string;
      readonly isPrivate: boolean;
      readonly settings: Settings;
    }
  | { readonly type: 'join'; readonly player: PlayerId; readonly name: string }
  /** `name` null: whichever seat the session has, if it has just one. `without`: what the connection need not be told. */
  | {
      readonly type: 'attach';
      readonly player: PlayerId;
      readonly name: string | null;
      readonly connection: ConnectionId;
      readonly without?: readonly Dispensable[];
    }
  /** To watch without a seat. */
  | {
      readonly type: 'spectate';
      readonly connection: ConnectionId;
      readonly without?: readonly Dispensable[];
    }
  /** `gone`: a post to it was answered with 410, which a connection that is only just opening gets too. */
  | { readonly type: 'disconnect'; readonly connection: ConnectionId; readonly cause: 'closed' | 'gone' }
  | PlayerCommand
  | PhaseCommand
  /** An operator's: whatever goes on in the room ends. */
  | { readonly type: 'closeRoom' }
  /** Something planned is due; whatever that is by now is done. */
  | { readonly type: 'tick' };

/** What comes in from outside with a command: the time, and a fresh provable deal should one be needed. */
export interface Circumstances {
  /** Epoch ms. */
  readonly at: number;
  readonly proof: DealProof;
}
