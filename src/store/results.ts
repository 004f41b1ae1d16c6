// Results of games and what they add up to: a player's statistics and rating, the ranking, and the games of each day. Every
// sum is an item with a version, written on the condition that nobody was faster; which games are in it, it says itself.

import { GetCommand, PutCommand, QueryCommand, UpdateCommand } from '@aws-sdk/lib-dynamodb';
import type { PlayerId } from '../room/room.ts';
import type { Item } from './items.ts';
import { itemToDay, itemToProfile, itemToResult } from './result-items.ts';
import type { DayCounts, DayTally, KeptResult, Profile } from './result-items.ts';
import {
  DAY,
  dayKey,
  dayPartition,
  gameKeyOf,
  profileKey,
  RANK_SORT,
  rankPartition,
  rankSort,
  resultKey,
  SHARDS,
  shardOf,
  ttlAfter,
} from './keys.ts';
import type { Day, GameKey, Key } from './keys.ts';
import { shardPages } from './shards.ts';
import { guarded } from './table.ts';
import type { Table } from './table.ts';

/** Rated games after which a player has a place in the ranking. */
export const RANKED_AFTER = 5;

/** Dead letters live for 14 days, so no event comes later than that; games of the last weeks can be looked up. */
const RESULT_DAYS = 90;
/** A player who has not played for so long is forgotten. */
const PROFILE_DAYS = 365;
const DAY_TALLY_DAYS = 400;

/** The counts of a day without games. */
export const NO_GAMES: DayCounts = {
  completed: 0,
  abandoned: 0,
  aborted: 0,
  rounds: 0,
  humans: 0,
  bots: 0,
  left: 0,
  seconds: 0,
};

/** A player in the ranking; equals share a place. */
export interface Ranked {
  readonly place: number;
  readonly profile: Profile;
}
export type RankingPage =
  | { readonly kind: 'page'; readonly ranked: readonly Ranked[]; readonly cursor: string | null }
  /** The cursor is none that a page came with. */
  | { readonly kind: 'bad_cursor' };

export interface Results {
  /** Null when that game has none. */
  result(game: GameKey): Promise<KeptResult | null>;
  /** Keeps a result unless there is one; gives the one that is kept. */
  keep(result: KeptResult): Promise<KeptResult>;
  /** Notes that a result is in every sum. */
  settle(game: GameKey): Promise<void>;
  /** Null for who has not played. */
  profile(player: PlayerId): Promise<Profile | null>;
  /** Writes a profile whose version is one more than that of the one it was made from; false when somebody was faster. */
  putProfile(profile: Profile): Promise<boolean>;
  day(shard: number, day: Day): Promise<DayTally | null>;
  putDay(shard: number, tally: DayTally): Promise<boolean>;
  /** Every shard's tallies from one day to another, both included; days without games are left out. */
  days(from: Day, to: Day): Promise<readonly DayTally[]>;
  /** Some players of the ranking, the best first; `cursor` asks for the following page, null after the last. */
  ranking(page: { readonly limit: number; readonly cursor?: string | undefined }): Promise<RankingPage>;
}

export function createResults(table: Table): Results {
  const { client, name: TableName } = table;
  return {
    result: async (game) => {
      const item = await get(table, resultKey(game));
      return item === null ? null : itemToResult(item);
    },
    keep: (result) => keep(table, result),
    settle: async (game) => {
      const settling = new UpdateCommand({
        TableName,
        Key: resultKey(game),
        UpdateExpression: 'SET isSettled = :true',
        ConditionExpression: 'attribute_exists(PK)',
        ExpressionAttributeValues: { ':true': true },
      });
      await guarded(client.send(settling));
    },
    profile: async (player) => {
      const item = await get(table, profileKey(player));
      return item === null ? null : itemToProfile(item);
    },
    putProfile: (profile) =>
      putNext(table, profile, {
        ...profile,
        ...profileKey(profile.player),
        ...rankAttributes(profile),
        ttl: ttlAfter(profile.lastAt, PROFILE_DAYS * DAY),
      }),
    day: async (shard, day) => {
      const item = await get(table, dayKey(shard, day));
      return item === null ? null : itemToDay(item);
    },
    putDay: (shard, tally) =>
      putNext(table, tally, {
        ...tally,
        ...dayKey(shard, tally.day),
        ttl: ttlAfter(Date.parse(tally.day), DAY_TALLY_DAYS * DAY),
      }),
    days: async (from, to) =>
      (await Promise.all(SHARDS.map((shard) => daysOfShard(table, shard, { from, to })))).flat(),
    ranking: (page) => ranking(table, page),
  };
}

/** Who has no place yet has no attributes for the index, and so is not in it. */
function rankAttributes({ player, rated, rating, handle }: Profile): Item {
  if (rated < RANKED_AFTER) return {};
  return { GSI1PK: rankPartition(shardOf(player)), GSI1SK: rankSort(rating, handle) };
}

async function get({ client, name }: Table, Key: Key): Promise<Item | null> {
  const { Item } = await client.send(new GetCommand({ TableName: name, Key, ConsistentRead: true }));
  return Item ?? null;
}

async function keep(table: Table, result: KeptResult): Promise<KeptResult> {
  const game = gameKeyOf(result);
  const put = new PutCommand({
    TableName: table.name,
    Item: { ...result, ...resultKey(game), ttl: ttlAfter(result.endedAt, RESULT_DAYS * DAY) },
    ConditionExpression: 'attribute_not_exists(PK)',
    ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
  });
  const outcome = await guarded(table.client.send(put));
  if (outcome.kind === 'done') return result;
  const first = outcome.by ?? (await get(table, resultKey(game)));
  return first === null ? result : itemToResult(first);
}

async function putNext(
  { client, name }: Table,
  { version }: { readonly version: number },
  Item: Item,
): Promise<boolean> {
  const put = new PutCommand({
    TableName: name,
    Item,
    ...(version === 1
      ? { ConditionExpression: 'attribute_not_exists(PK)' }
      : {
          ConditionExpression: 'version = :before',
          ExpressionAttributeValues: { ':before': version - 1 },
        }),
  });
  return (await guarded(client.send(put))).kind === 'done';
}

async function daysOfShard(
  { client, name }: Table,
  shard: number,
  { from, to }: { readonly from: Day; readonly to: Day },
): Promise<readonly DayTally[]> {
  // A year of days is a fraction of the 1 MB of a page.
  const { Items = [] } = await client.send(
    new QueryCommand({
      TableName: name,
      KeyConditionExpression: 'PK = :shard AND SK BETWEEN :from AND :to',
      ExpressionAttributeValues: { ':shard': dayPartition(shard), ':from': from, ':to': to },
    }),
  );
  return Items.map(itemToDay);
}

/** Where a page ends: how many players are before that, and the place and position of the last of them. */
interface Mark {
  readonly count: number;
  readonly place: number;
  readonly sort: string;
}

async function ranking(
  table: Table,
  { limit, cursor }: { readonly limit: number; readonly cursor?: string | undefined },
): Promise<RankingPage> {
  const mark = cursor === undefined ? null : readCursor(cursor);
  if (mark === undefined) return { kind: 'bad_cursor' };
  const before = mark?.sort ?? null;
  const shards = await Promise.all(
    SHARDS.map((shard) => bestOfShard(table, rankPartition(shard), { limit: limit + 1, before })),
  );
  const found = shards.flat().sort((a, b) => (sortOf(a) < sortOf(b) ? 1 : -1));
  return rankingPage(found, { limit, mark });
}

/** A page of profiles that come in order after a mark, of which there may be more than fit. */
function rankingPage(
  found: readonly Profile[],
  { limit, mark }: { readonly limit: number; readonly mark: Mark | null },
): RankingPage {
  const ranked: Ranked[] = [];
  let last: Mark = mark ?? { count: 0, place: 0, sort: '' };
  for (const profile of found.slice(0, limit)) {
    const sort = sortOf(profile);
    const count = last.count + 1;
    const place = isEqual(sort, last.sort) ? last.place : count;
    ranked.push({ place, profile });
    last = { count, place, sort };
  }
  return { kind: 'page', ranked, cursor: found.length > limit ? writeCursor(last) : null };
}

function sortOf({ rating, handle }: Profile): string {
  return rankSort(rating, handle);
}

function isEqual(sort: string, other: string): boolean {
  return sort.split('#')[0] === other.split('#')[0];
}

function writeCursor({ count, place, sort }: Mark): string {
  return Buffer.from(`${count}.${place}.${sort}`).toString('base64url');
}

function readCursor(cursor: string): Mark | undefined {
  const [, count, place, sort] =
    /^(\d{1,9})\.(\d{1,9})\.(.+)$/.exec(Buffer.from(cursor, 'base64url').toString()) ?? [];
  if (sort === undefined || !RANK_SORT.test(sort)) return undefined;
  return { count: Number(count), place: Number(place), sort };
}

async function bestOfShard(
  table: Table,
  partition: string,
  { limit, before }: { readonly limit: number; readonly before: string | null },
): Promise<readonly Profile[]> {
  const found: Profile[] = [];
  for await (const { Items = [] } of shardPages(table, partition, { before, Limit: limit })) {
    found.push(...Items.map(itemToProfile));
    if (found.length >= limit) break;
  }
  return found;
}
