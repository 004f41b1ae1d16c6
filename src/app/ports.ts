// What the application needs from the world, as interfaces. `src/aws` has them on AWS, tests and simulations in memory.

import type { Frame } from '../protocol/server-frames.ts';
import type { RoomRecord } from '../room/record.ts';
import type { ConnectionId, DealProof, PlayerId, RoomId, Settings, TaskToken } from '../room/room.ts';
import type { Usage } from '../room/usage.ts';
import type { Errand } from './effects.ts';
import type { ExecutionInput } from './executions.ts';
import type { Store } from '../store/store.ts';

/** Frames for one connection, in order; `close` ends it after them. */
export interface Send<F = Frame> {
  readonly connectionId: ConnectionId;
  readonly frames: readonly F[];
  readonly close?: true;
}
/** What a commit (or a list's change) has to tell, all connections at once. `roomId` is `lobby` for the lobby. */
export interface Delivery<F = Frame> {
  readonly roomId: RoomId;
  readonly seq: number;
  readonly sends: readonly Send<F>[];
  /** What is to be done for the room beside the posts. */
  readonly errands?: readonly Errand[];
}
/**
 * How far the broadcaster has come with a delivery. Each moment is told by a value, the error or null, so that one nobody
 * waits for is no unhandled rejection. Who misses a frame notices by the next frame's gap or the next ping.
 */
export interface Publishing {
  /** It has the delivery and runs; or is certain to get it, as far as the caller can do anything about that. */
  readonly begun: Promise<Error | null>;
  /** It has posted. A delivery that did not begin has ended with the same error. May be seen late: after a function froze. */
  readonly ended: Promise<Error | null>;
}
export interface Publisher {
  /** Has the broadcaster deliver. */
  publish(delivery: Delivery): Publishing;
}

/** How a post ended: `gone` is a 410, `failed` what retries did not help. */
export type PostResult = 'delivered' | 'gone' | 'failed';
/** The management API of the WebSocket gateway; only the broadcaster uses it. */
export interface Gateway {
  post(connection: ConnectionId, text: string): Promise<PostResult>;
  close(connection: ConnectionId): Promise<void>;
}

/** Seconds without a heartbeat after which the state machine enters a task again: of the moves, and of the redeals. */
export interface Clocks {
  readonly moveHeartbeat: number;
  readonly redealHeartbeat: number;
}
/** The state machine. Starting a running execution again is harmless; callbacks tell whether anybody waits for the token. */
export interface Phases {
  /** False when the name is taken by an execution that has closed, or by one with another input. */
  start(name: string, input: ExecutionInput): Promise<boolean>;
  heartbeat(token: TaskToken): Promise<boolean>;
  complete(token: TaskToken, output: { readonly round: number }): Promise<boolean>;
  fail(token: TaskToken, error: string, cause: string): Promise<boolean>;
  /** The status of an execution by name; null when there is none. */
  statusOf(name: string): Promise<string | null>;
  probe(): Promise<void>;
}

export type Tick =
  | { readonly kind: 'room'; readonly roomId: RoomId; readonly seq: number; readonly due: number }
  | { readonly kind: 'lobby' };
export interface Ticks {
  /** Delivers a tick after so many whole seconds, 900 at the most; at least once. */
  schedule(tick: Tick, delaySeconds: number): Promise<void>;
}

/** How many messages wait in the queues: of all ticks, those to come as well. */
export interface Queues {
  ticks(): Promise<number>;
  deadLetters(): Promise<number>;
}

export interface Random {
  /** A fresh seed from a CSPRNG with its commitment. */
  proof(): DealProof;
  /** Uniform in [0, 1), for jitter. */
  fraction(): number;
}

/** Sessions: unguessable signed tokens, verifiable without a read. */
export interface Identity {
  issue(): { readonly token: string; readonly player: PlayerId };
  /** The player behind a token; null when it is not one of ours. */
  playerOf(token: string): PlayerId | null;
}

/** One line a happening, with fields; never a hand, a token or a seed. */
export interface Log {
  info(message: string, fields: Readonly<Record<string, unknown>>): void;
  warn(message: string, fields: Readonly<Record<string, unknown>>): void;
  error(message: string, fields: Readonly<Record<string, unknown>>): void;
}

/** Counts for operators, gathered in memory and written now and then. */
export interface Tally {
  count(name: string, by?: number): void;
  /** Writes what has gathered if it is time to. */
  flush(): Promise<void>;
}

/** What rooms use of AWS, gathered in this function instance until a commit of theirs carries it. */
export interface Meter {
  use(room: RoomId, usage: Partial<Usage>): void;
  /** What a commit is to carry: what has gathered, and what it will use itself; undefined where nothing is counted. */
  bill(room: RoomId, own: Partial<Usage>): Usage | undefined;
  /** A commit that carries this was written. */
  paid(room: RoomId, usage: Usage): void;
  /** Nobody asks what this room uses: it has no game. */
  forget(room: RoomId): void;
}

/** Whether a connection may have another frame answered; `shut out` when it went on and on after being refused. */
export type Limit = (connection: ConnectionId) => 'admitted' | 'refused' | 'shut out';

/** The last records of rooms that this function instance has seen; each may be behind the log. */
export interface Memory {
  recall(room: RoomId): RoomRecord | null;
  /** For what was just loaded or appended, and nothing else. */
  keep(room: RoomId, record: RoomRecord): void;
}

export interface Clock {
  /** Epoch ms. */
  now(): number;
  pause(ms: number): Promise<void>;
}

export interface Ports {
  readonly store: Store;
  readonly memory: Memory;
  readonly meter: Meter;
  readonly publisher: Publisher;
  readonly phases: Phases;
  readonly ticks: Ticks;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
  readonly tally: Tally;
  readonly limit: Limit;
  /** The same for emotes alone. */
  readonly emoteLimit: Limit;
  /** The stage's settings, for rooms yet to be created. */
  readonly settings: Settings;
}
