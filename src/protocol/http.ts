// What the HTTP API answers operators, as types (docs/protocol.md, "HTTP"): for the functions that answer and the page that asks.

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

/** The answer to closing a room. */
export interface Closed {
  readonly room_id: RoomId;
  readonly stage: 'closed';
}
export interface ApiError {
  readonly error: { readonly code: string; readonly message: string };
}
