// What a room is: one union by stage, and inside a game one union by phase, each member holding only what exists then.
// Times are epoch milliseconds and come in with the commits; nothing here reads a clock.

import { SEATS } from '../game/seats.ts';
import type { BySeat, Seat } from '../game/seats.ts';
import type { Piece } from '../game/pieces.ts';
import type { PlayType } from '../game/sets.ts';
import type { Seed } from '../game/deal.ts';

export type RoomId = string;
/** The stored name of a session: a hash of its secret part. */
export type PlayerId = string;
export type ConnectionId = string;
/** A Step Functions task token: what the state machine waits for. A secret. */
export type TaskToken = string;

/** The stage's settings, frozen into a room when it is created (defaults: `src/app/settings.ts`). Seconds unless named otherwise. */
export interface Settings {
  readonly moveSeconds: number;
  readonly redealSeconds: number;
  readonly roundStartSeconds: number;
  readonly turnResultsSeconds: number;
  readonly scoringSeconds: number;
  readonly botThinkSeconds: number;
  readonly graceSeconds: number;
  readonly abandonSeconds: number;
  readonly emptyRoomSeconds: number;
  readonly roomTtlSeconds: number;
  readonly historyDays: number;
  readonly winScore: number;
  readonly maxRounds: number;
}

/** One each of a fixed list, different in a room (protocol.md). */
export const AVATAR_COLOURS = ['blue', 'purple', 'orange', 'red', 'green', 'teal', 'pink', 'yellow'] as const;
export type AvatarColour = (typeof AVATAR_COLOURS)[number];

/**
 * What a connection may do without, since it knows as much from the state (docs/protocol.md): the frame `turn_complete`, and the
 * start of a turn after a turn's result, which comes with the turn's first play then (docs/decisions/0022).
 */
export const DISPENSABLE = ['turn_complete', 'turn_start'] as const;
export type Dispensable = (typeof DISPENSABLE)[number];
/** A connection that hears of a room. `without`: what it need not be told; nothing when that is missing. */
export interface Listener {
  readonly connection: ConnectionId;
  readonly since: number;
  readonly without?: readonly Dispensable[];
}

/** How a human's seat is reached: over a connection; not for a moment (grace runs); or not any more, a bot plays. */
export type Presence =
  | ({ readonly status: 'present' } & Listener)
  | { readonly status: 'away'; readonly since: number }
  | { readonly status: 'replaced'; readonly since: number };

export interface Human {
  readonly kind: 'human';
  readonly name: string;
  readonly colour: AvatarColour;
  readonly player: PlayerId;
  readonly presence: Presence;
}
/** `origin: 'left'` is a human who left the game: the bot has the seat for good. `since`: when it began to play. */
export interface Bot {
  readonly kind: 'bot';
  readonly name: string;
  readonly colour: AvatarColour;
  readonly origin: 'added' | 'left';
  readonly since: number;
}
export type Occupant = Human | Bot;
export type Table = BySeat<Occupant>;

interface Named {
  readonly id: RoomId;
  readonly createdAt: number;
  readonly settings: Settings;
}
/** Whether any human is connected, and since when that has been so. Nothing moves in an empty room. */
export interface Attendance {
  readonly anyone: boolean;
  readonly since: number;
}
/** Somebody who watches: a connection without a seat. */
export type Spectator = Listener;
/** How many may watch one room. */
export const MOST_SPECTATORS = 20;

interface Hosted extends Named {
  readonly host: Seat;
  /** Not listed in the lobby: one joins by link or code. */
  readonly isPrivate: boolean;
  readonly spectators: readonly Spectator[];
  readonly attendance: Attendance;
}

export interface OpenRoom extends Hosted {
  readonly stage: 'open';
  readonly seats: BySeat<Occupant | null>;
}
export interface PlayingRoom extends Hosted {
  readonly stage: 'playing';
  readonly seats: Table;
  readonly game: Game;
}
export interface FinishedRoom extends Hosted {
  readonly stage: 'finished';
  readonly seats: Table;
  readonly result: GameResult;
}
export type ClosedReason = 'host_left' | 'empty' | 'removed' | 'not_found' | 'closed_by_operator';
export interface ClosedRoom extends Named {
  readonly stage: 'closed';
  readonly reason: ClosedReason;
}
/** Before the first commit there is nothing. */
export interface NoRoom {
  readonly stage: 'none';
}
export type LiveRoom = OpenRoom | PlayingRoom | FinishedRoom;
export type Room = NoRoom | LiveRoom | ClosedRoom;

/** Whether there are seats: the room exists and has not closed. */
export function isLive(room: Room): room is LiveRoom {
  return room.stage !== 'none' && room.stage !== 'closed';
}

/** Whether a human sits there with a connection at this moment. */
export function isConnected(occupant: Occupant | null): boolean {
  return occupant?.kind === 'human' && occupant.presence.status === 'present';
}

/** Everybody who hears of a room: those who sit, in the order of their seats, then those who watch. */
export function listenersOf({ seats, spectators }: LiveRoom): readonly Listener[] {
  const seated = SEATS.flatMap((seat) => {
    const occupant = seats[seat];
    return occupant?.kind === 'human' && occupant.presence.status === 'present' ? [occupant.presence] : [];
  });
  return [...seated, ...spectators];
}

export type GameOutcome = 'completed' | 'abandoned' | 'aborted';
export interface GameResult {
  readonly game: number;
  readonly outcome: GameOutcome;
  readonly winners: readonly Seat[];
  readonly tally: BySeat<SeatTally>;
  readonly sheet: readonly SheetLine[];
  readonly startedAt: number;
  readonly endedAt: number;
}

/** What a seat has gathered over the rounds of a game. */
export interface SeatTally {
  readonly total: number;
  readonly zerosInARow: number;
  readonly turnsWon: number;
  readonly perfectRounds: number;
}

/** A scored round in the score sheet: declared and captured piles and the score of each seat. */
export interface SheetLine {
  readonly round: number;
  readonly multiplier: number;
  readonly seats: BySeat<readonly [declared: number, captured: number, score: number]>;
}

/** A token task of the state machine. `round` is the round in play, for preparation the one it asks for. */
export type TaskPhase = 'preparation' | 'declaration' | 'turns';
export interface Task {
  readonly phase: TaskPhase;
  readonly round: number;
  readonly token: TaskToken;
}

export interface Game {
  readonly number: number;
  readonly startedAt: number;
  readonly tally: BySeat<SeatTally>;
  /** The rounds that have been scored, in order. */
  readonly sheet: readonly SheetLine[];
  /** Who won the last turn of the last round, and so starts the next. */
  readonly lastTurnWinner: Seat | null;
  readonly task: Task | null;
  /** When the move clock (the task's heartbeat) was last wound. */
  readonly beatAt: number;
  readonly lastAction: LastMove | null;
  readonly phase: Phase;
}

export type LastMove =
  | { readonly kind: 'redeal'; readonly seat: Seat; readonly accept: boolean; readonly forced: boolean }
  | { readonly kind: 'declare'; readonly seat: Seat; readonly value: number; readonly forced: boolean }
  | {
      readonly kind: 'play';
      readonly seat: Seat;
      readonly pieces: readonly Piece[];
      readonly forced: boolean;
    };

/** A provable deal: `commitment` is the SHA-256 of `seed`; `deal(seed)` gives the hands again. */
export interface DealProof {
  readonly seed: Seed;
  readonly commitment: string;
}
export type StarterReason = 'accepted_redeal' | 'has_general_red' | 'won_last_turn';

declare const HELD_BY: unique symbol;
/** The pieces in seat S's hand. The seat is part of the type: one seat's hand does not fit where another's belongs. */
export type HandOf<S extends Seat, P = Piece> = readonly P[] & { readonly [HELD_BY]?: S };
export type Hands = { readonly [S in Seat]: HandOf<S> };

/** What holds from the deal to the end of a round. */
export interface Round {
  readonly number: number;
  readonly multiplier: number;
  readonly proof: DealProof;
  readonly hands: Hands;
  readonly starter: Seat;
  readonly starterReason: StarterReason;
}
/** Piles each seat has declared. */
export type Declarations = BySeat<number>;

export interface Play {
  readonly seat: Seat;
  readonly pieces: readonly Piece[];
  readonly type: PlayType;
}
/** How a turn ended: `plays` in order, `pieces` of each, the winner takes that many piles. */
export interface TurnResult {
  readonly number: number;
  readonly plays: readonly Play[];
  readonly winner: Seat;
  readonly size: number;
}
interface Turning {
  readonly round: Round;
  readonly declared: Declarations;
  readonly piles: BySeat<number>;
}

export interface SeatScore {
  readonly declared: number;
  readonly captured: number;
  readonly base: number;
  readonly bonus: number;
  readonly hitValue: number;
  readonly final: number;
  readonly total: number;
}

export type Phase =
  /** The game has started, its execution has not entered Preparation yet. */
  | { readonly name: 'starting'; readonly since: number }
  /** Weak hands: their holders are asked, all at once. */
  | {
      readonly name: 'redeal';
      readonly round: Round;
      readonly redeals: number;
      readonly weak: readonly Seat[];
      readonly decisions: readonly { readonly seat: Seat; readonly accept: boolean }[];
      readonly since: number;
    }
  | { readonly name: 'round_start'; readonly round: Round; readonly since: number }
  /** `values` in declaration order; the commit of the fourth begins the first turn. */
  | {
      readonly name: 'declaration';
      readonly round: Round;
      readonly values: readonly number[];
      readonly since: number;
    }
  | ({
      readonly name: 'turn';
      readonly number: number;
      readonly leader: Seat;
      readonly plays: readonly Play[];
      readonly since: number;
    } & Turning)
  | ({
      readonly name: 'turn_results';
      readonly result: TurnResult;
      readonly ready: readonly Seat[];
      readonly since: number;
    } & Turning)
  | {
      readonly name: 'scoring';
      readonly round: Round;
      readonly scores: BySeat<SeatScore>;
      /** Empty while the game goes on. */
      readonly winners: readonly Seat[];
      readonly since: number;
    };
export type PhaseName = Phase['name'];
