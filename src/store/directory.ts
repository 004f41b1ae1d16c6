// The directory: what lists show of the rooms, projected from their logs into one item a room and one index.

import { PutCommand } from '@aws-sdk/lib-dynamodb';
import type { RoomId } from '../room/room.ts';
import { itemToEntry } from './items.ts';
import type { DirectoryEntry, Item } from './items.ts';
import { DAY, LIST_SORT, listPartition, listSort, metaKey, SHARDS, shardOf, ttlAfter } from './keys.ts';
import type { ListedStage } from './keys.ts';
import { shardPages } from './shards.ts';
import { guarded } from './table.ts';
import type { Table } from './table.ts';

/** Some entries, newest room first; `cursor` asks for the following page, null after the last. */
export type DirectoryPage =
  | { readonly kind: 'page'; readonly entries: readonly DirectoryEntry[]; readonly cursor: string | null }
  /** The cursor is none that a page came with. */
  | { readonly kind: 'bad_cursor' };

/** `isComplete` false: there are more, but nobody waits for so many pages. */
export interface RoomCount {
  readonly rooms: number;
  readonly isComplete: boolean;
}

export interface Directory {
  /** Lists a room as it was at `entry.seq`. Nothing happens when the directory knows something newer. */
  project(entry: DirectoryEntry): Promise<void>;
  /** Takes a closed room off every list, under the same guard. */
  unlist(room: RoomId, seq: number): Promise<void>;
  rooms(
    stage: ListedStage,
    page: { readonly limit: number; readonly cursor?: string },
  ): Promise<DirectoryPage>;
  /** The newest rooms that wait for players, full ones among them. */
  openRooms(limit: number): Promise<readonly DirectoryEntry[]>;
  count(stage: ListedStage): Promise<RoomCount>;
}

/** Pages of at most 1 MB that a count follows in each shard, some five thousand rooms a page. */
const COUNT_PAGES = 1;

export function createDirectory(table: Table, settings: { readonly historyDays: number }): Directory {
  /** How long an entry stays when nothing more is projected: a game lasts an hour, its result as long as its log. */
  const stays: Readonly<Record<ListedStage, number>> = {
    open: DAY,
    playing: DAY,
    finished: settings.historyDays * DAY,
  };
  return {
    project: (entry) =>
      putNewer(table, entry, {
        ...entry,
        GSI1PK: listPartition(entry.stage, shardOf(entry.room)),
        GSI1SK: listSort(entry.createdAt, entry.room),
        ttl: ttlAfter(entry.lastActivity, stays[entry.stage]),
      }),
    unlist: (room, seq) => putNewer(table, { room, seq }, { seq, ttl: ttlAfter(table.now(), DAY) }),
    rooms: (stage, page) => rooms(table, stage, page),
    openRooms: async (limit) => (await newest(table, 'open', { limit, before: null })).slice(0, limit),
    count: (stage) => count(table, stage),
  };
}

async function putNewer(
  { client, name }: Table,
  { room, seq }: { readonly room: RoomId; readonly seq: number },
  fields: Item,
): Promise<void> {
  await guarded(
    client.send(
      new PutCommand({
        TableName: name,
        Item: { ...fields, ...metaKey(room) },
        ConditionExpression: 'attribute_not_exists(seq) OR seq < :seq',
        ExpressionAttributeValues: { ':seq': seq },
      }),
    ),
  );
}

async function rooms(
  table: Table,
  stage: ListedStage,
  { limit, cursor }: { readonly limit: number; readonly cursor?: string },
): Promise<DirectoryPage> {
  const before = cursor === undefined ? null : readCursor(cursor);
  if (before === undefined) return { kind: 'bad_cursor' };
  const found = await newest(table, stage, { limit: limit + 1, before });
  const entries = found.slice(0, limit);
  const last = entries.at(-1);
  return { kind: 'page', entries, cursor: found.length > limit && last ? writeCursor(last) : null };
}

/** A cursor is the place of the last room of a page in the list, the same for every shard. */
function writeCursor({ createdAt, room }: DirectoryEntry): string {
  return Buffer.from(listSort(createdAt, room)).toString('base64url');
}

function readCursor(cursor: string): string | undefined {
  const place = Buffer.from(cursor, 'base64url').toString();
  return LIST_SORT.test(place) ? place : undefined;
}

interface Slice {
  readonly limit: number;
  /** Only rooms further down the list than this place. */
  readonly before: string | null;
}

/** The newest rooms of all shards, newest first: at least `limit` of them if there are so many. */
async function newest(table: Table, stage: ListedStage, slice: Slice): Promise<readonly DirectoryEntry[]> {
  const shards = await Promise.all(
    SHARDS.map((shard) => newestOfShard(table, listPartition(stage, shard), slice)),
  );
  const placed = shards.flat().map((entry) => ({ entry, place: listSort(entry.createdAt, entry.room) }));
  return placed.sort((a, b) => (a.place < b.place ? 1 : -1)).map(({ entry }) => entry);
}

async function newestOfShard(
  table: Table,
  partition: string,
  slice: Slice,
): Promise<readonly DirectoryEntry[]> {
  const found: DirectoryEntry[] = [];
  for await (const { Items = [] } of shardPages(table, partition, {
    before: slice.before,
    Limit: slice.limit,
  })) {
    found.push(...Items.map(itemToEntry));
    if (found.length >= slice.limit) break;
  }
  return found;
}

async function count(table: Table, stage: ListedStage): Promise<RoomCount> {
  const shards = await Promise.all(SHARDS.map((shard) => countShard(table, listPartition(stage, shard))));
  return {
    rooms: shards.reduce((sum, { rooms }) => sum + rooms, 0),
    isComplete: shards.every(({ isComplete }) => isComplete),
  };
}

async function countShard(table: Table, partition: string): Promise<RoomCount> {
  let rooms = 0;
  let pages = 0;
  for await (const page of shardPages(table, partition, { before: null, Select: 'COUNT' })) {
    rooms += page.Count ?? 0;
    pages += 1;
    if (pages === COUNT_PAGES) return { rooms, isComplete: page.LastEvaluatedKey === undefined };
  }
  return { rooms, isComplete: true };
}
