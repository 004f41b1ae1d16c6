// Every frame the server sends, as types. The names are those of the existing Liap Tui client (docs/protocol.md).
// `Frame<S>` is a frame for seat S: the only field that can hold pieces of a hand is branded with S, so a frame
// for one seat cannot carry another's hand, and a frame for a spectator (`Frame<never>`) can carry none.

import type { Seat } from '../game/seats.ts';
import type { PlayType } from '../game/sets.ts';
import type { HandOf } from '../room/room.ts';
import type { RejectionCode } from '../room/rejections.ts';

/** What players can say to each other: no free text, so nothing to moderate. */
export const EMOTES = ['hello', 'well_played', 'thanks', 'hurry', 'oops', 'laugh', 'think', 'wow'] as const;
export type Emote = (typeof EMOTES)[number];

/** A piece as the wire writes it, with its points: `ELEPHANT_RED(10)`. */
export type PieceLabel = string;

/** Who sits somewhere: null is an empty seat. */
export interface SeatSummary {
  readonly name: string;
  readonly is_bot: boolean;
  readonly is_host: boolean;
  readonly avatar_color: string;
}
export type SeatSummaries = readonly (SeatSummary | null)[];
export interface Slots {
  readonly P1: SeatSummary | null;
  readonly P2: SeatSummary | null;
  readonly P3: SeatSummary | null;
  readonly P4: SeatSummary | null;
}

/** A line of the lobby's list. Times are epoch seconds. */
export interface RoomSummary {
  readonly room_id: string;
  readonly host_name: string;
  readonly started: boolean;
  readonly players: SeatSummaries;
  readonly slots: Slots;
  readonly occupied_slots: number;
  readonly total_slots: 4;
  readonly created_at: number;
  readonly last_activity: number;
}

export type ErrorCode =
  | RejectionCode
  | 'INVALID_FRAME'
  | 'UNKNOWN_EVENT'
  | 'VALIDATION_ERROR'
  | 'FRAME_TOO_LARGE'
  | 'RATE_LIMITED'
  | 'ROOM_NOT_FOUND'
  | 'INTERNAL_ERROR';

interface PublicPlayer extends SeatSummary {
  readonly hand_size: number;
  /** Null until the player has declared. */
  readonly declared: number | null;
  readonly captured_piles: number;
  readonly score: number;
  readonly zero_declares_in_a_row: number;
  readonly is_connected: boolean;
  readonly original_is_bot: boolean;
}
export interface OtherPlayer extends PublicPlayer {
  readonly hand?: never;
}
/** The receiver's own entry: the one place of all frames that names pieces still in a hand. */
export interface OwnPlayer<S extends Seat> extends PublicPlayer {
  readonly hand: HandOf<S, PieceLabel>;
}
export type PlayerEntry<S extends Seat> = OtherPlayer | OwnPlayer<S>;

export interface TablePlay {
  readonly pieces: readonly PieceLabel[];
  readonly play_type: PlayType;
  readonly play_value: number;
  readonly is_valid: boolean;
}
export interface WinningPlay {
  readonly pieces: readonly PieceLabel[];
  readonly value: number;
  readonly type: PlayType;
  readonly pilesWon: number;
}
export interface SeatScore {
  readonly declared: number;
  readonly actual: number;
  readonly base_score: number;
  readonly bonus: number;
  readonly hit_value: number;
  readonly multiplier: number;
  readonly final_score: number;
  readonly total_score: number;
}
export interface Ranking {
  readonly name: string;
  readonly score: number;
  readonly rank: number;
  readonly turns_won: number;
  readonly perfect_rounds: number;
}

/** A scored round: what each player declared, took and got. */
export interface SheetRow {
  readonly round: number;
  readonly multiplier: number;
  readonly players: Readonly<
    Record<string, { readonly declared: number; readonly actual: number; readonly score: number }>
  >;
}

/** The deal's fairness proof: the commitment (SHA-256 of the seed) with the deal, the seed when the round is scored. */
export interface DealProof {
  readonly commitment: string;
  readonly seed?: string;
}

export interface PhaseData {
  readonly preparation: {
    readonly dealing_cards: boolean;
    readonly redeal_multiplier: number;
    readonly simultaneous_mode?: true;
    readonly weak_players_awaiting?: readonly string[];
    readonly decisions_received?: number;
    readonly decisions_needed?: number;
    /** Seconds the deciders have from the deal on. */
    readonly decision_timeout?: number;
    readonly deal?: DealProof;
  };
  readonly round_start: {
    readonly current_starter: string;
    readonly starter_reason: StarterReason;
    readonly round_number: number;
    readonly display_duration: number;
    readonly redeal_multiplier: number;
    readonly deal: DealProof;
  };
  readonly declaration: {
    readonly declaration_order: readonly string[];
    readonly current_declarer: string | null;
    readonly declarations: Readonly<Record<string, number>>;
    readonly declaration_total: number;
    readonly redeal_multiplier: number;
    readonly deal: DealProof;
  };
  readonly turn: {
    readonly turn_order: readonly string[];
    readonly current_turn_starter: string;
    readonly current_player: string | null;
    readonly required_piece_count: number | null;
    readonly turn_plays: Readonly<Record<string, TablePlay>>;
    readonly pile_counts: Readonly<Record<string, number>>;
    readonly current_turn_number: number;
    readonly redeal_multiplier: number;
    readonly deal: DealProof;
  };
  readonly turn_results: {
    readonly turn_winner: string;
    readonly turn_order: readonly string[];
    readonly winning_play: WinningPlay;
    readonly turn_plays: Readonly<Record<string, TablePlay>>;
    readonly pile_counts: Readonly<Record<string, number>>;
    readonly current_turn_number: number;
    readonly display_duration: number;
    readonly next_phase: 'turn' | 'scoring';
    /** When the next turn begins, and by when its leader has to play, epoch ms; null when none begins, or nobody is there. */
    readonly next_turn_at: number | null;
    readonly next_deadline: number | null;
    /** Names of the humans who asked to go on (`player_ready`). */
    readonly ready_players: readonly string[];
    readonly redeal_multiplier: number;
    readonly deal: DealProof;
  };
  readonly scoring: {
    readonly round_scores: Readonly<Record<string, SeatScore>>;
    readonly total_scores: Readonly<Record<string, number>>;
    readonly scoring_players_data: readonly {
      readonly name: string;
      readonly is_bot: boolean;
      readonly pile_count: number;
      readonly captured_piles: number;
    }[];
    readonly redeal_multiplier: number;
    readonly score_sheet: readonly SheetRow[];
    readonly game_complete: boolean;
    readonly winners: readonly string[];
    readonly display_duration: number;
    readonly deal: DealProof;
  };
  readonly game_over: {
    readonly winners: readonly string[];
    readonly final_rankings: readonly Ranking[];
    readonly score_sheet: readonly SheetRow[];
    readonly game_stats: {
      readonly total_rounds: number;
      /** Seconds. */
      readonly game_duration: number;
      /** Epoch seconds. */
      readonly start_time: number;
      readonly end_time: number;
    };
  };
}
export type WirePhase = keyof PhaseData;
export type StarterReason = 'accepted_redeal' | 'has_general_red' | 'won_last_turn';

/** What the last move was; `forced` says that the system made it for an absent or too slow player. */
export type LastAction =
  | {
      readonly player: string;
      readonly kind: 'redeal';
      readonly value: 'accept' | 'decline';
      readonly forced: boolean;
    }
  | { readonly player: string; readonly kind: 'declare'; readonly value: number; readonly forced: boolean }
  | {
      readonly player: string;
      readonly kind: 'play';
      readonly pieces: readonly PieceLabel[];
      readonly forced: boolean;
    };

/** `phase_change`: the whole view of one receiver; whoever missed everything is right again after one. */
export type PhaseChange<S extends Seat> = {
  readonly [P in WirePhase]: {
    readonly phase: P;
    readonly phase_data: PhaseData[P];
    readonly round: number;
    readonly allowed_actions: readonly string[];
    readonly reason: string;
    /** The room's commit number, the same as the frame's `seq`. */
    readonly sequence: number;
    /** Epoch seconds. */
    readonly timestamp: number;
    readonly players: Readonly<Record<string, PlayerEntry<S>>>;
    /** Epoch ms by which the current player(s) must move; null when nobody is awaited. */
    readonly deadline: number | null;
    readonly last_action: LastAction | null;
  };
}[WirePhase];

/** Event name to data of every server frame. */
export interface ServerEvents<S extends Seat> {
  readonly pong: { readonly timestamp: number | null; readonly server_time: number; readonly seq?: number };
  readonly error: {
    readonly message: string;
    readonly type: string;
    readonly code: ErrorCode;
    readonly details: Readonly<Record<string, unknown>>;
  };
  readonly room_list_update: {
    /** Those one can join. */
    readonly rooms: readonly RoomSummary[];
    /** Running games that anybody may watch. */
    readonly running: readonly RoomSummary[];
    readonly timestamp: number;
  };
  readonly room_created: { readonly room_id: string; readonly host_name: string; readonly success: true };
  readonly room_joined: {
    readonly room_id: string;
    readonly player_name: string;
    readonly assigned_slot: Seat;
    readonly success: true;
  };
  readonly room_update: {
    readonly room_id: string;
    readonly players: SeatSummaries;
    readonly host_name: string;
    readonly started: boolean;
    readonly operation_id: string;
    /** How many watch without a seat. */
    readonly spectators: number;
    /** Not in the lobby's list: one joins by link or code. */
    readonly private: boolean;
  };
  readonly room_state_update: { readonly slots: Slots; readonly host_name: string };
  readonly room_closed: { readonly message: string; readonly reason: string };
  readonly player_left: {
    readonly player_name: string;
    readonly success: true;
    readonly room_closed: boolean;
  };
  readonly game_started: { readonly room_id: string; readonly success: true };
  readonly phase_change: PhaseChange<S>;
  readonly turn_complete: {
    readonly winner: string;
    readonly winning_play: WinningPlay;
    readonly player_piles: Readonly<Record<string, number>>;
    readonly turn_players_data: readonly {
      readonly name: string;
      readonly captured_piles: number;
      readonly declared: number;
    }[];
    readonly turn_number: number;
    readonly next_starter: string;
    readonly all_hands_empty: boolean;
    readonly will_continue: boolean;
  };
  readonly game_ended: {
    readonly winners: readonly string[];
    readonly final_scores: Readonly<Record<string, number>>;
    readonly reason: string;
  };
  readonly player_disconnected: Presence;
  readonly player_reconnected: Presence;
  readonly host_changed: { readonly new_host: string };
  /** What somebody at the table shows; in no log, so without a commit. */
  readonly emote: { readonly player_name: string; readonly emote: Emote };
  readonly leave_game_success: { readonly player_name: string; readonly success: true };
}
interface Presence {
  readonly player_name: string;
  readonly is_bot: boolean;
  readonly resumed_control: boolean;
}
export type ServerEvent = keyof ServerEvents<Seat>;

/** A server frame for seat S. `seq` is the room's commit number, `reply_to` the client frame's `id`. */
export type Frame<S extends Seat = Seat> = {
  readonly [E in ServerEvent]: {
    readonly event: E;
    readonly data: ServerEvents<S>[E];
    readonly seq?: number;
    readonly reply_to?: string;
  };
}[ServerEvent];
