// Counters: what happened in each minute, for operators, and how often somebody has asked for something.

import { paginateQuery, UpdateCommand } from '@aws-sdk/lib-dynamodb';
import { itemToHits, itemToTally, countAttribute } from './items.ts';
import type { MinuteTally } from './items.ts';
import { DAY, rateKey, SHARDS, tallyPartition, ttlAfter } from './keys.ts';
import type { Table } from './table.ts';

/** A minute as ISO 8601 writes it, in UTC: `2026-11-24T05:42`. */
export type Minute = string;

/** What was counted, by name. */
export type Counts = Readonly<Record<string, number>>;

export interface Counters {
  /** Adds to the counts of a minute. Kept for a day. */
  tally(minute: Minute, counts: Counts): Promise<void>;
  /** What was counted in each minute from one to another, both included; minutes without counts are left out. */
  talliesByMinute(from: Minute, to: Minute): Promise<ReadonlyMap<Minute, Counts>>;
  /** The sums of each count over the same. */
  tallies(from: Minute, to: Minute): Promise<Counts>;
  /** Whether this, now, is within `limit` in its window; windows follow each other from epoch 0. It counts either way. */
  hit(key: string, windowSeconds: number, at: number, limit: number): Promise<boolean>;
}

export function createCounters(table: Table): Counters {
  return {
    tally: (minute, counts) => tally(table, minute, Object.entries(counts)),
    talliesByMinute: (from, to) => talliesByMinute(table, from, to),
    tallies: async (from, to) => sumOf([...(await talliesByMinute(table, from, to)).values()]),
    hit: (key, windowSeconds, at, limit) => hit(table, { key, windowSeconds, at, limit }),
  };
}

/** The minute of a time (epoch ms). */
export function minuteOf(at: number): Minute {
  return new Date(at).toISOString().slice(0, 'yyyy-mm-ddThh:mm'.length);
}

async function tally(
  { client, name, now }: Table,
  minute: Minute,
  counts: readonly (readonly [name: string, count: number])[],
): Promise<void> {
  if (counts.length === 0) return;
  const shard = Math.floor(Math.random() * SHARDS.length);
  await client.send(
    new UpdateCommand({
      TableName: name,
      Key: { PK: tallyPartition(shard), SK: minute },
      UpdateExpression: `SET #ttl = :ttl ADD ${counts.map((_, place) => `#${place} :${place}`).join(', ')}`,
      ExpressionAttributeNames: {
        '#ttl': 'ttl',
        ...Object.fromEntries(counts.map(([count], place) => [`#${place}`, countAttribute(count)])),
      },
      ExpressionAttributeValues: {
        ':ttl': ttlAfter(now(), DAY),
        ...Object.fromEntries(counts.map(([, count], place) => [`:${place}`, count])),
      },
    }),
  );
}

async function talliesByMinute(table: Table, from: Minute, to: Minute): Promise<ReadonlyMap<Minute, Counts>> {
  const shards = await Promise.all(SHARDS.map((shard) => talliesOfShard(table, shard, { from, to })));
  const byMinute = Map.groupBy(shards.flat(), ({ minute }) => minute);
  return new Map(
    [...byMinute].map(([minute, tallies]) => [minute, sumOf(tallies.map(({ counts }) => counts))]),
  );
}

/** The sum of each count over some. */
export function sumOf(tallies: readonly Counts[]): Counts {
  const sums: Record<string, number> = {};
  for (const counts of tallies) {
    for (const [name, count] of Object.entries(counts)) sums[name] = (sums[name] ?? 0) + count;
  }
  return sums;
}

async function talliesOfShard(
  { client, name }: Table,
  shard: number,
  { from, to }: { readonly from: Minute; readonly to: Minute },
): Promise<readonly MinuteTally[]> {
  const tallies: MinuteTally[] = [];
  const pages = paginateQuery(
    { client },
    {
      TableName: name,
      KeyConditionExpression: 'PK = :shard AND SK BETWEEN :from AND :to',
      ExpressionAttributeValues: { ':shard': tallyPartition(shard), ':from': from, ':to': to },
    },
  );
  // A busy day of minutes is more than the 1 MB of a page.
  for await (const { Items = [] } of pages) tallies.push(...Items.map(itemToTally));
  return tallies;
}

async function hit(
  { client, name }: Table,
  { key, windowSeconds, at, limit }: { key: string; windowSeconds: number; at: number; limit: number },
): Promise<boolean> {
  const window = Math.floor(at / 1000 / windowSeconds);
  const { Attributes = {} } = await client.send(
    new UpdateCommand({
      TableName: name,
      Key: rateKey(key, window),
      UpdateExpression: 'SET #ttl = :ttl ADD hits :one',
      ExpressionAttributeNames: { '#ttl': 'ttl' },
      ExpressionAttributeValues: { ':ttl': (window + 1) * windowSeconds, ':one': 1 },
      ReturnValues: 'ALL_NEW',
    }),
  );
  return itemToHits(Attributes) <= limit;
}
