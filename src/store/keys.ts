// Where everything lies in the single table (docs/architecture.md, 3): the keys of every item, and how long it stays.

import type { ConnectionId, PlayerId, RoomId } from '../room/room.ts';

export interface Key {
  readonly PK: string;
  readonly SK: string;
}

/** Over how many partitions a list that everybody writes is spread: one takes 1,000 writes a second (aws-facts.md). */
const SHARD_COUNT = 4;
export const SHARDS: readonly number[] = Array.from({ length: SHARD_COUNT }, (_, shard) => shard);

const MINUTE = 60;
const HOUR = 60 * MINUTE;
export const DAY = 24 * HOUR;
/** A connection lives two hours at most (aws-facts.md), so after three nothing can still need its item. */
export const CONNECTION_SECONDS = 3 * HOUR;

const SEQ_DIGITS = 8;
const TIME_DIGITS = 15;

export function commitKey(room: RoomId, seq: number): Key {
  return { PK: roomPartition(room), SK: commitSort(seq) };
}
export const COMMIT_PREFIX = 'C#';
/** A commit's sort key: padded, so that the order of the keys is the order of the commits. */
export function commitSort(seq: number): string {
  return `${COMMIT_PREFIX}${padded(seq, SEQ_DIGITS)}`;
}
/** After every commit that there can be. */
export const LAST_COMMIT_SORT = `${COMMIT_PREFIX}${'9'.repeat(SEQ_DIGITS)}`;
export function seqOf(commitSort: string): number {
  return Number(commitSort.slice(COMMIT_PREFIX.length));
}

const ROOM_PREFIX = 'ROOM#';
export function roomPartition(room: RoomId): string {
  return `${ROOM_PREFIX}${room}`;
}
export function roomOf(partition: string): RoomId {
  return partition.slice(ROOM_PREFIX.length);
}
/** The room that an item of this partition belongs to; null for other items. */
export function roomIn(partition: string): RoomId | null {
  return partition.startsWith(ROOM_PREFIX) ? roomOf(partition) : null;
}
export function metaKey(room: RoomId): Key {
  return { PK: roomPartition(room), SK: 'META' };
}

/** The stages that have a list. */
export const LISTED_STAGES = ['open', 'playing', 'finished'] as const;
export type ListedStage = (typeof LISTED_STAGES)[number];
const LIST: Readonly<Record<ListedStage, string>> = {
  open: 'OPEN',
  playing: 'PLAYING',
  finished: 'FINISHED',
};

/** One shard of a stage's list, a partition of the index GSI1. */
export function listPartition(stage: ListedStage, shard: number): string {
  return `${LIST[stage]}#${shard}`;
}
/** A room's place in its list: by age, and by name among those of one moment. */
export function listSort(createdAt: number, room: RoomId): string {
  return `${padded(createdAt, TIME_DIGITS)}#${room}`;
}
export const LIST_SORT = new RegExp(`^\\d{${TIME_DIGITS}}#.{1,64}$`);

const CONNECTION_PREFIX = 'CONN#';
export function connectionKey(connection: ConnectionId): Key {
  return { PK: `${CONNECTION_PREFIX}${connection}`, SK: 'CONN' };
}
export function memberKey(connection: ConnectionId): Key {
  return { PK: lobbyPartition(shardOf(connection)), SK: `${CONNECTION_PREFIX}${connection}` };
}
/** The connection of a lobby member's sort key or of a connection's partition. */
export function connectionOf(key: string): ConnectionId {
  return key.slice(CONNECTION_PREFIX.length);
}
export function lobbyPartition(shard: number): string {
  return `LOBBY#${shard}`;
}
/** A room that a player made, beside the others of that player. */
export function madeKey(player: PlayerId, room: RoomId): Key {
  return { PK: playerPartition(player), SK: `${ROOM_PREFIX}${room}` };
}
export function playerPartition(player: PlayerId): string {
  return `PLAYER#${player}`;
}
export const MADE_PREFIX = ROOM_PREFIX;

export const PULSE_KEY: Key = { PK: 'LOBBY', SK: 'PULSE' };

export function tallyPartition(shard: number): string {
  return `STATS#${shard}`;
}
export function rateKey(key: string, window: number): Key {
  return { PK: `RATE#${key}#${window}`, SK: 'RATE' };
}
/** A game that is over: of this room, this number, begun at that time (epoch ms), so that a room's id may be used again. */
export type GameKey = string;
export function gameKeyOf(game: {
  readonly roomId: RoomId;
  readonly game: number;
  readonly startedAt: number;
}): GameKey {
  return `${game.roomId}-${game.game}@${game.startedAt}`;
}
export function resultKey(game: GameKey): Key {
  return { PK: `GAME#${game}`, SK: 'RESULT' };
}
export function profileKey(player: PlayerId): Key {
  return { PK: playerPartition(player), SK: 'PROFILE' };
}
/** One shard of the ranking, a partition of the index GSI1. */
export function rankPartition(shard: number): string {
  return `RANK#${shard}`;
}
/** Ratings may fall below zero, which a text cannot; no rating gets so far down. */
const RATING_SHIFT = 100_000;
const RATING_DIGITS = 6;
/** A player's place in the ranking: by rating, and by handle among equals. */
export function rankSort(rating: number, handle: string): string {
  return `${padded(rating + RATING_SHIFT, RATING_DIGITS)}#${handle}`;
}
export const RANK_SORT = new RegExp(`^\\d{${RATING_DIGITS}}#[A-Z0-9]{1,16}$`);

/** A day as ISO 8601 writes it, in UTC: `2026-11-24`. */
export type Day = string;
export function dayOf(at: number): Day {
  return new Date(at).toISOString().slice(0, 'yyyy-mm-dd'.length);
}
export function dayPartition(shard: number): string {
  return `DAYS#${shard}`;
}
export function dayKey(shard: number, day: Day): Key {
  return { PK: dayPartition(shard), SK: day };
}

/** No item has this key: asking for it costs next to nothing. */
export const PROBE_KEY: Key = { PK: 'PROBE', SK: 'PROBE' };

/** Always the same shard for the same id, and about equally many ids for each. */
export function shardOf(id: string): number {
  let sum = 0;
  for (const character of id) sum += character.codePointAt(0) ?? 0;
  return sum % SHARD_COUNT;
}

/** The table's `ttl` (epoch seconds) of what is to stay this many seconds after `at` (epoch ms). */
export function ttlAfter(at: number, seconds: number): number {
  return Math.ceil(at / 1000 + seconds);
}

function padded(number: number, digits: number): string {
  return String(Math.floor(number)).padStart(digits, '0');
}
