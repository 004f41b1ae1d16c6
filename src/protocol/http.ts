// What the HTTP API answers, as types (docs/protocol.md, "HTTP"): for the functions that answer and the pages that ask.

import type { Seat } from '../game/seats.ts';
import type { RoomEvent } from '../room/events.ts';
import type { Listing } from '../room/listing.ts';
import type { GameOutcome, Room, RoomId, Settings } from '../room/room.ts';
import type { RoomSummary } from './server-frames.ts';

/** The stages that have a list. */
export type ListedStage = Listing['stage'];

/** How asking one dependency went. */
export interface Probed {
  readonly status: 'ok' | 'failed';
  readonly latency_ms: number;
}
export type Dependency = 'table' | 'state_machine' | 'management_api' | 'queues';
export type Health = {
  readonly status: 'ok' | 'degraded';
  /** Epoch seconds. */
  readonly timestamp: number;
  readonly service: string;
  readonly version: string;
} & Readonly<Record<Dependency, Probed>>;

/** Of some commands: how many, and the ms within which half and 99 of a hundred were answered; null without any. */
export interface Latency {
  readonly commands: number;
  readonly p50_ms: number | null;
  readonly p99_ms: number | null;
}

export interface SystemStats {
  readonly rooms: Readonly<Record<ListedStage, number>>;
  /** Games that ended within 24 hours, by outcome. */
  readonly games: Readonly<Record<GameOutcome, number>>;
  readonly players_connected: number;
  readonly moves_per_minute: number;
  readonly frames_per_minute: number;
  /** Of the commands of this minute and the one before. */
  readonly latency: Latency;
  /** Messages in the queues; null when they cannot be asked. */
  readonly dead_letters: number | null;
  readonly ticks_waiting: number | null;
  /** By code, of the last 24 hours. */
  readonly errors: Readonly<Record<string, number>>;
  readonly failures: Readonly<Record<string, number>>;
  readonly posts: Readonly<Record<string, number>>;
  /** False when there are more rooms than were counted. */
  readonly complete: boolean;
  /** Epoch seconds. */
  readonly timestamp: number;
}

/** What happened in one minute. */
export interface MinuteStats extends Latency {
  /** When it began, epoch seconds. */
  readonly at: number;
  readonly moves: number;
  readonly frames: number;
  readonly errors: number;
  readonly failures: number;
}
/** Minutes, oldest first; the last one still runs. */
export interface SystemSeries {
  readonly minutes: readonly MinuteStats[];
  readonly timestamp: number;
}

/** The games that ended on one day, UTC. */
export interface DayStats extends Readonly<Record<GameOutcome, number>> {
  /** `2026-11-24` */
  readonly date: string;
  readonly rounds: number;
  /** Seats at the end, by whose they were; and how many had been left for good. */
  readonly humans: number;
  readonly bots: number;
  readonly left: number;
  /** From start to end, of all games together. */
  readonly minutes: number;
}
/** Days, oldest first, each there whether or not anything happened; the last one still runs. */
export interface SystemDays {
  readonly days: readonly DayStats[];
  readonly timestamp: number;
}

/** A player in the ranking. `handle` is public: it tells players of one name apart, and nothing can be done with it. */
export interface RankedPlayer {
  /** Equals share a place. */
  readonly place: number;
  readonly handle: string;
  readonly name: string;
  readonly rating: number;
  readonly games: number;
  readonly wins: number;
  readonly average_score: number | null;
  readonly best_score: number | null;
}
export interface LeaderboardPage {
  readonly players: readonly RankedPlayer[];
  readonly next: string | null;
  /** Rated games after which a player is ranked. */
  readonly ranked_after: number;
  /** When it was read, epoch seconds. */
  readonly timestamp: number;
}

/** What is known of who asks. */
export interface OwnStatistics {
  readonly handle: string;
  /** The last one used; null before the first game. */
  readonly name: string | null;
  readonly rating: number;
  readonly rated_games: number;
  readonly ranked_after: number;
  /** Games played to their end, or left; the sums are of the former. */
  readonly games: number;
  readonly wins: number;
  readonly left: number;
  readonly rounds: number;
  readonly perfect_rounds: number;
  readonly turns_won: number;
  readonly average_score: number | null;
  readonly best_score: number | null;
  /** The latest games, newest first. */
  readonly recent: readonly PlayedGame[];
}
export interface PlayedGame {
  readonly room_id: RoomId;
  readonly game: number;
  /** Epoch seconds. */
  readonly ended_at: number;
  readonly outcome: GameOutcome;
  readonly score: number;
  readonly place: number;
  readonly is_winner: boolean;
  /** The player left it for good. */
  readonly left: boolean;
  /** Null when the game was not rated for this player. */
  readonly rating_change: number | null;
}

/** A game's execution; `status` null when the state machine knows none of that name. */
export interface Execution {
  readonly name: string;
  readonly status: string | null;
}

export interface RoomStats extends RoomSummary {
  readonly stage: ListedStage;
  readonly phase: string;
  readonly round: number;
  readonly seq: number;
  /** Seconds since the room was created, and since its last commit. */
  readonly age: number;
  readonly idle: number;
  readonly connected: number;
  readonly execution: Execution | null;
}
export interface RoomStatsPage {
  readonly total_rooms: number;
  readonly active_games: number;
  readonly total_players: number;
  readonly rooms: readonly RoomStats[];
  readonly next: string | null;
}

/** What of an event is public. */
export type EventFields = { readonly type: RoomEvent['type'] } & Readonly<Record<string, unknown>>;
/** An event of the log with its commit's place and time (epoch ms). */
export type PublicEvent = { readonly seq: number; readonly at: number } & EventFields;
export interface EventsPage {
  readonly room_id: RoomId;
  readonly events: readonly PublicEvent[];
  readonly next: number | null;
}

/** One room in every detail that is public: no hand in play, no seed, token, session or whole connection id. Times in epoch ms. */
export interface RoomDetail {
  readonly room_id: RoomId;
  readonly stage: Exclude<Room['stage'], 'none'>;
  /** Why it was closed. */
  readonly closed_reason: string | null;
  /** Closed, or idle for so long that no player finds it any more; its log is still here. */
  readonly gone: boolean;
  readonly private: boolean | null;
  readonly phase: string;
  readonly round: number;
  readonly multiplier: number | null;
  readonly turn: number | null;
  readonly seq: number;
  readonly created_at: number;
  readonly last_activity: number;
  /** When something happens by itself, and until when a player has time to move. */
  readonly wake_at: number | null;
  readonly deadline: number | null;
  readonly seats: readonly SeatDetail[];
  readonly spectators: readonly { readonly connection: string; readonly since: number }[];
  readonly game: {
    readonly number: number;
    readonly started_at: number;
    readonly ended_at: number | null;
    readonly outcome: GameOutcome | null;
    readonly winners: readonly string[];
  } | null;
  /** Of this game; null without one. */
  readonly bill: GameBill | null;
  readonly execution: Execution | null;
  /** What the state machine waits for. */
  readonly task: { readonly phase: string; readonly round: number } | null;
  readonly settings: Settings;
  /** Newest first. */
  readonly commits: readonly CommitDetail[];
}
export interface SeatDetail {
  readonly seat: Seat;
  /** Null for an empty seat, and so are the others then. */
  readonly name: string | null;
  readonly kind: 'human' | 'bot' | null;
  readonly avatar_color: string | null;
  readonly is_host: boolean;
  /** `present`, `away` or `replaced` by a bot; null for bots. */
  readonly presence: string | null;
  readonly since: number | null;
  readonly connection: string | null;
  readonly is_awaited: boolean;
  readonly hand_size: number | null;
  readonly declared: number | null;
  readonly piles: number | null;
  readonly score: number | null;
}
export interface CommitDetail {
  readonly seq: number;
  readonly at: number;
  /** A player's name, `phase`, `tick`, `presence`, `operator`, or the beginning of the id of who has no seat any more. */
  readonly by: string;
  readonly events: readonly EventFields[];
}

/** What a game has cost so far, or did (src/app/prices.ts); what is exact and what estimated: docs/cost.md. */
export interface GameBill {
  readonly dollars: number;
  readonly lines: readonly {
    readonly service: string;
    readonly unit: string;
    readonly units: number;
    readonly dollars: number;
  }[];
}

/** The answer to closing a room. */
export interface Closed {
  readonly room_id: RoomId;
  readonly stage: 'closed';
}
export interface ApiError {
  readonly error: { readonly code: string; readonly message: string };
}
