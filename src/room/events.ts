// Everything that can have happened in a room. A commit holds one or more of these; `evolve` folds them into the room.

import type { BySeat, Seat } from '../game/seats.ts';
import type { Hand, Piece } from '../game/pieces.ts';
import type { PlayType } from '../game/sets.ts';
import type {
  AvatarColour,
  ClosedReason,
  ConnectionId,
  DealProof,
  Dispensable,
  GameOutcome,
  PlayerId,
  RoomId,
  SeatScore,
  Settings,
  StarterReason,
  Task,
} from './room.ts';

/** A connection begins to hear of the room. `without`: what it need not be told, if there is anything. */
interface Listening {
  readonly connection: ConnectionId;
  readonly without?: readonly Dispensable[];
}

export type RoomEvent =
  | {
      readonly type: 'RoomOpened';
      readonly room: RoomId;
      readonly settings: Settings;
      readonly host: Seat;
      readonly isPrivate: boolean;
      readonly name: string;
      readonly player: PlayerId;
      readonly colour: AvatarColour;
    }
  | {
      readonly type: 'SeatTaken';
      readonly seat: Seat;
      readonly name: string;
      readonly player: PlayerId;
      readonly colour: AvatarColour;
    }
  | { readonly type: 'BotAdded'; readonly seat: Seat; readonly name: string; readonly colour: AvatarColour }
  | { readonly type: 'SeatVacated'; readonly seat: Seat; readonly reason: 'left' | 'removed' }
  | { readonly type: 'RoomClosed'; readonly reason: ClosedReason }
  // Presence
  | ({ readonly type: 'Attached'; readonly seat: Seat } & Listening)
  | { readonly type: 'Detached'; readonly seat: Seat }
  | { readonly type: 'BotTookOver'; readonly seat: Seat }
  | { readonly type: 'LeftForGood'; readonly seat: Seat }
  | { readonly type: 'HostChanged'; readonly host: Seat }
  | ({ readonly type: 'SpectatorJoined' } & Listening)
  | { readonly type: 'SpectatorLeft'; readonly connection: ConnectionId }
  // The game
  | { readonly type: 'GameStarted'; readonly game: number }
  | ({ readonly type: 'TaskEntered' } & Task)
  | {
      readonly type: 'Dealt';
      readonly round: number;
      readonly redeals: number;
      readonly multiplier: number;
      readonly proof: DealProof;
      readonly hands: BySeat<Hand>;
      readonly starter: Seat;
      readonly starterReason: StarterReason;
      /** Who is asked about a redeal; with nobody the round starts at once. */
      readonly weak: readonly Seat[];
    }
  | {
      readonly type: 'RedealDecided';
      readonly seat: Seat;
      readonly accept: boolean;
      readonly forced: boolean;
    }
  | { readonly type: 'RoundStarted' }
  | { readonly type: 'DeclarationOpened' }
  | { readonly type: 'Declared'; readonly seat: Seat; readonly value: number; readonly forced: boolean }
  | { readonly type: 'TurnStarted'; readonly number: number; readonly leader: Seat }
  | {
      readonly type: 'Played';
      readonly seat: Seat;
      /** Positions in the seat's hand at that moment, and the pieces that lay there. */
      readonly indices: readonly number[];
      readonly pieces: readonly Piece[];
      readonly play: PlayType;
      readonly forced: boolean;
    }
  | { readonly type: 'TurnResolved'; readonly winner: Seat; readonly piles: number }
  | { readonly type: 'PlayerReady'; readonly seat: Seat }
  | { readonly type: 'RoundScored'; readonly scores: BySeat<SeatScore>; readonly winners: readonly Seat[] }
  | { readonly type: 'GameEnded'; readonly outcome: GameOutcome; readonly winners: readonly Seat[] };

export type EventType = RoomEvent['type'];
