// The log of a room: append is one conditional write, load one Query. Whoever writes a commit's seq first has it.

import { GetCommand, PutCommand, QueryCommand } from '@aws-sdk/lib-dynamodb';
import type { QueryCommandInput } from '@aws-sdk/lib-dynamodb';
import { isDeepStrictEqual } from 'node:util';
import { applyCommit, NO_RECORD } from '../room/record.ts';
import type { Commit, RoomRecord } from '../room/record.ts';
import type { RoomId } from '../room/room.ts';
import { commitToItem, itemToCommit, itemToHead } from './items.ts';
import type { Head, Item } from './items.ts';
import {
  COMMIT_PREFIX,
  commitKey,
  commitSort,
  DAY,
  LAST_COMMIT_SORT,
  roomPartition,
  ttlAfter,
} from './keys.ts';
import { guarded } from './table.ts';
import type { Table } from './table.ts';

/** A snapshot is on every 16th commit: a load reads this many, one snapshot among them, and no more (docs/decisions/0016). */
export const SNAPSHOT_EVERY = 16;

/**
 * How much longer the first commit of a room stays than the others. It is what holds the room's id, and DynamoDB
 * deletes in no order and days late: a new room must never grow into what is left of an old one.
 */
const FIRST_STAYS = 3 * DAY;

export type Appended =
  | { readonly kind: 'appended' }
  /** Another commit has that seq: `winner`, or null when it could not be read. */
  | { readonly kind: 'conflict'; readonly winner: Commit | null };

/** Some commits in order; `next` is the `after` of the following page, null after the last. */
export interface CommitPage {
  readonly commits: readonly Commit[];
  readonly next: number | null;
}

export interface CommitRange {
  readonly after: number;
  readonly limit: number;
  readonly isConsistent?: boolean;
}

export interface Log {
  /** The room after all its commits; `NO_RECORD` when it has none. Throws `BrokenLog` or `CorruptItem`. */
  load(room: RoomId): Promise<RoomRecord>;
  /** The last commit's place and times, for a fraction of a load; null for a room without commits. */
  head(room: RoomId): Promise<Head | null>;
  /** Writes a commit as the next of its room, once: if it is there already it was written by an earlier try. */
  append(commit: Commit): Promise<Appended>;
  /** At most `limit` commits after that seq, oldest first. `isConsistent`: with all that has been written by now, for twice the price. */
  commits(room: RoomId, page: CommitRange): Promise<CommitPage>;
}

/** The commits of a room do not add up to one: some are missing, or the newest snapshot lies too far back. */
export class BrokenLog extends Error {
  readonly room: RoomId;
  constructor(room: RoomId, what: string) {
    super(`Broken log of room ${room}: ${what}`);
    this.name = 'BrokenLog';
    this.room = room;
  }
}

export interface LogSettings {
  /** How long a commit is kept. */
  readonly historyDays: number;
  /** After so long without a commit a room is gone. */
  readonly roomTtlSeconds: number;
}

export function createLog(table: Table, settings: LogSettings): Log {
  return {
    load: (room) => load(table, settings, room),
    head: async (room) => {
      const [newest] = await newestCommits(table, room, 1, {
        ProjectionExpression: 'PK, SK, #at, wakeAt',
        ExpressionAttributeNames: { '#at': 'at' },
      });
      return newest === undefined ? null : itemToHead(newest);
    },
    append: (commit) => append(table, settings, commit),
    commits: (room, page) => commits(table, room, page),
  };
}

async function load(table: Table, { roomTtlSeconds }: LogSettings, room: RoomId): Promise<RoomRecord> {
  const items = await newestCommits(table, room, SNAPSHOT_EVERY);
  try {
    return fold(room, items);
  } catch (error) {
    const [newest] = items;
    const isGone =
      newest !== undefined && ttlAfter(itemToHead(newest).at, roomTtlSeconds) * 1000 < table.now();
    // What is left of a room that is gone anyway, while DynamoDB deletes its commits one by one.
    if (error instanceof BrokenLog && isGone) return NO_RECORD;
    throw error;
  }
}

/** The newest snapshot and the commits after it, applied. What is older than the snapshot is not even parsed. */
function fold(room: RoomId, newestFirst: readonly Item[]): RoomRecord {
  const tail: Commit[] = [];
  let record = NO_RECORD;
  for (const item of newestFirst) {
    const commit = itemToCommit(item);
    if (commit.snapshot !== undefined) {
      record = commit.snapshot;
      break;
    }
    tail.unshift(commit);
  }
  for (const commit of tail) {
    if (commit.seq !== record.seq + 1) throw new BrokenLog(room, missing(record.seq, commit.seq));
    record = applyCommit(record, commit);
  }
  return record;
}

function missing(before: number, after: number): string {
  return before === 0
    ? `no snapshot before commit ${after}`
    : `nothing between commits ${before} and ${after}`;
}

/** Strongly consistent: a decision on an old state would only lose the race for the next seq. */
async function newestCommits(
  { client, name }: Table,
  room: RoomId,
  limit: number,
  projection: Pick<QueryCommandInput, 'ProjectionExpression' | 'ExpressionAttributeNames'> = {},
): Promise<readonly Item[]> {
  const { Items = [] } = await client.send(
    new QueryCommand({
      TableName: name,
      KeyConditionExpression: 'PK = :room AND begins_with(SK, :commits)',
      ExpressionAttributeValues: { ':room': roomPartition(room), ':commits': COMMIT_PREFIX },
      ScanIndexForward: false,
      ConsistentRead: true,
      Limit: limit,
      ...projection,
    }),
  );
  return Items;
}

async function append(table: Table, { historyDays }: LogSettings, commit: Commit): Promise<Appended> {
  const { client, name } = table;
  const stays = historyDays * DAY + (commit.seq === 1 ? FIRST_STAYS : 0);
  const outcome = await guarded(
    client.send(
      new PutCommand({
        TableName: name,
        Item: { ...commitToItem(commit), ttl: ttlAfter(commit.at, stays) },
        ConditionExpression: 'attribute_not_exists(PK)',
        ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
      }),
    ),
  );
  if (outcome.kind === 'done') return { kind: 'appended' };
  const item = outcome.by ?? (await readCommit(table, commit));
  const winner = item && itemToCommit(item);
  // Our own write whose reply was lost. The same command decided elsewhere at the same time is not: it may have drawn
  // another seed, and only one of the two is in the log.
  return isDeepStrictEqual(winner, commit) ? { kind: 'appended' } : { kind: 'conflict', winner };
}

async function readCommit({ client, name }: Table, { room, seq }: Commit): Promise<Item | null> {
  const { Item } = await client.send(
    new GetCommand({ TableName: name, Key: commitKey(room, seq), ConsistentRead: true }),
  );
  return Item ?? null;
}

async function commits(
  { client, name }: Table,
  room: RoomId,
  { after, limit, isConsistent = false }: CommitRange,
): Promise<CommitPage> {
  const { Items = [], LastEvaluatedKey } = await client.send(
    new QueryCommand({
      TableName: name,
      KeyConditionExpression: 'PK = :room AND SK BETWEEN :first AND :last',
      ExpressionAttributeValues: {
        ':room': roomPartition(room),
        ':first': commitSort(after + 1),
        ':last': LAST_COMMIT_SORT,
      },
      Limit: limit + 1,
      ConsistentRead: isConsistent,
    }),
  );
  const page = Items.slice(0, limit).map(itemToCommit);
  // A page of DynamoDB's ends at 1 MB as well.
  const isLast = Items.length <= limit && LastEvaluatedKey === undefined;
  return { commits: page, next: isLast ? null : (page.at(-1)?.seq ?? null) };
}
