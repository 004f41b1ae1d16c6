import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { GetCommand } from '@aws-sdk/lib-dynamodb';
import { randomUUID } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import { createLeaderboard } from '../../src/app/leaderboard.ts';
import { handleOf } from '../../src/app/ids.ts';
import { FIRST_RATING } from '../../src/app/rating.ts';
import { recordResult } from '../../src/app/results.ts';
import type { ResultPorts } from '../../src/app/results.ts';
import type { GameFinished } from '../../src/room/finished.ts';
import type { Profile } from '../../src/store/result-items.ts';
import { gameKeyOf, profileKey, resultKey } from '../../src/store/keys.ts';
import { createResults } from '../../src/store/results.ts';
import type { Results } from '../../src/store/results.ts';
import { gameWith, seatOf } from '../support/finished.ts';
import { DAWN } from '../support/memory-ports.ts';
import { startTable } from '../support/table.ts';
import type { StartedTable } from '../support/table.ts';

const DAY_MS = 24 * 3_600_000;
const NO_LOG = { info: () => undefined, warn: () => undefined, error: () => undefined };

let table: StartedTable;
let now = DAWN;
let results: Results;
let ports: ResultPorts;

beforeAll(async () => {
  table = await startTable();
  results = createResults({ client: table.client, name: table.table, now: () => now });
  ports = portsWith(results);
});
afterAll(() => table.stop());

function portsWith(store: Results): ResultPorts {
  const clock = { now: () => now, pause: async (ms: number) => pause(ms) };
  return { results: store, clock, random: { fraction: () => Math.random() }, log: NO_LOG };
}
/** A game of these people, best first, in a room of its own. */
function gameOf(players: readonly string[], changes: Partial<GameFinished> = {}): GameFinished {
  const seats = players.map((player, place) => seatOf(player, 50 - 10 * place, { isWinner: place === 0 }));
  return gameWith({ roomId: randomUUID().slice(0, 6), seats, ...changes });
}
const people = (): readonly string[] => Array.from({ length: 4 }, () => `player-${randomUUID()}`);
const ratingsOf = async (players: readonly string[]): Promise<readonly number[]> =>
  (await Promise.all(players.map(async (player) => results.profile(player)))).map(
    (profile) => profile?.rating ?? 0,
  );
const attributesOf = async (key: { PK: string; SK: string }) =>
  (await table.client.send(new GetCommand({ TableName: table.table, Key: key }))).Item ?? {};

describe('a result in the table', () => {
  test('is recorded once, however often and however many at once are told of it', async () => {
    const players = people();
    const game = gameOf(players);
    await Promise.all([1, 2, 3, 4].map(() => recordResult(ports, game)));
    await recordResult(ports, game);
    expect((await ratingsOf(players)).map((rating) => rating - FIRST_RATING)).toEqual([21, 7, -7, -21]);
    expect(await results.profile(players[0] ?? '')).toMatchObject({ games: 1, wins: 1, version: 1 });
    expect(await results.result(gameKeyOf(game))).toMatchObject({ isSettled: true });
  });

  test('of many games of the same people at once is in every sum', async () => {
    const players = people();
    const games = Array.from({ length: 6 }, (_, place) =>
      gameOf(place % 2 === 0 ? players : players.toReversed(), { endedAt: DAWN + 20 * DAY_MS + place }),
    );
    // As the queue does: what was outrun too often comes again.
    for (let waiting: readonly GameFinished[] = games; waiting.length > 0;) {
      const tried = await Promise.allSettled(waiting.map((game) => recordResult(ports, game)));
      waiting = waiting.filter((_, place) => tried[place]?.status === 'rejected');
    }
    for (const player of players)
      expect(await results.profile(player)).toMatchObject({ games: 6, rated: 6, rounds: 72 });
    const sum = (await ratingsOf(players)).reduce((total, rating) => total + rating, 0);
    expect(sum).toBe(4 * FIRST_RATING);
    const days = await results.days('2026-01-21', '2026-01-21');
    expect(days.reduce((total, { counts }) => total + counts.completed, 0)).toBe(6);
  });

  test('half applied by a function that died is finished by the next delivery', async () => {
    const players = people();
    const game = gameOf(players);
    let written = 0;
    const dying: Results = {
      ...results,
      putProfile: async (profile) => {
        written += 1;
        if (written > 2) throw new Error('The function died');
        return results.putProfile(profile);
      },
    };
    await expect(recordResult(portsWith(dying), game)).rejects.toThrow('died');
    await recordResult(ports, game);
    expect((await ratingsOf(players)).map((rating) => rating - FIRST_RATING)).toEqual([21, 7, -7, -21]);
  });

  test('and its player are forgotten in time', async () => {
    const [ann = '', ...others] = people();
    const game = gameOf([ann, ...others]);
    await recordResult(ports, game);
    const ends = game.endedAt / 1_000;
    expect(await attributesOf(resultKey(gameKeyOf(game)))).toMatchObject({
      ttl: ends + (90 * DAY_MS) / 1_000,
    });
    expect(await attributesOf(profileKey(ann))).toMatchObject({ ttl: ends + (365 * DAY_MS) / 1_000 });
  });
});

describe('the ranking', () => {
  /** A player as if after many games. */
  const put = async (name: string, rating: number, changes: Partial<Profile> = {}): Promise<void> => {
    const player = `ranked-${randomUUID()}`;
    await results.putProfile({
      ...{ player, version: 1, handle: handleOf(player), name, rating, rated: 9, games: 9, left: 0, wins: 3 },
      ...{
        rounds: 90,
        perfectRounds: 30,
        turnsWon: 300,
        totalScore: 270,
        bestScore: 55,
        lastAt: now,
        recent: [],
      },
      ...changes,
    });
  };
  const all = async (limit: number) => {
    const pages = [];
    let cursor: string | undefined;
    do {
      const page = await results.ranking({ limit, cursor });
      if (page.kind === 'bad_cursor') throw new Error('It came with a page');
      pages.push(page.ranked.map(({ place, profile }) => [place, profile.name, profile.rating]));
      cursor = page.cursor ?? undefined;
    } while (cursor !== undefined);
    return pages;
  };

  test('has who played five rated games, best first, with shared places, page by page', async () => {
    now = DAWN + 500 * DAY_MS;
    await Promise.all([
      put('second', 1_700),
      put('first', 1_800),
      put('newcomer', 2_500, { rated: 4 }),
      put('second too', 1_700),
      put('last', -20),
      put('fourth', 1_600),
      // Has not played for so long that DynamoDB should have deleted it by now.
      put('forgotten', 2_000, { lastAt: DAWN }),
    ]);
    const [everybody = []] = await all(50);
    expect(everybody.map(([place, , rating]) => [place, rating])).toEqual([
      ...[
        [1, 1_800],
        [2, 1_700],
        [2, 1_700],
        [4, 1_600],
        [5, -20],
      ],
    ]);
    expect(everybody.map(([, name]) => name).toSorted()).toEqual([
      'first',
      'fourth',
      'last',
      'second',
      'second too',
    ]);
    for (const limit of [1, 2, 3]) {
      const pages = await all(limit);
      expect(pages.flat()).toEqual(everybody);
      expect(pages.every((page) => page.length <= limit)).toBe(true);
    }
  });

  test('reads four shards of a page’s length for a page, whatever the number of players', async () => {
    await Promise.all(Array.from({ length: 60 }, async (_, place) => put(`player ${place}`, 3_000 + place)));
    table.calls.splice(0);
    await results.ranking({ limit: 2 });
    expect(table.calls).toEqual(['Query', 'Query', 'Query', 'Query']);
  });

  test.each([
    '',
    'x',
    Buffer.from('1.1.nonsense').toString('base64url'),
    Buffer.from('C#00000001').toString('base64url'),
  ])('knows a cursor that no page came with: %j', async (cursor) => {
    expect(await results.ranking({ limit: 2, cursor })).toEqual({ kind: 'bad_cursor' });
  });

  test('is read once in ten seconds, and again after them or after a failure', async () => {
    const leaderboard = createLeaderboard(results, { now: () => now });
    table.calls.splice(0);
    await Promise.all([leaderboard({ limit: 2 }), leaderboard({ limit: 2 })]);
    now += 9_999;
    await leaderboard({ limit: 2 });
    expect(table.calls).toHaveLength(4);
    now += 1;
    await leaderboard({ limit: 2 });
    expect(table.calls).toHaveLength(8);

    let isBroken = true;
    const fragile = createLeaderboard(
      { ranking: (page) => (isBroken ? Promise.reject(new Error('broken')) : results.ranking(page)) },
      { now: () => now },
    );
    await expect(fragile({ limit: 2 })).rejects.toThrow('broken');
    isBroken = false;
    expect((await fragile({ limit: 2 }))?.players).toHaveLength(2);
  });

  test('shows nothing by which one could act as a player', async () => {
    const page = await createLeaderboard(results, { now: () => now })({ limit: 50 });
    const found = await results.ranking({ limit: 50 });
    if (found.kind === 'bad_cursor') throw new Error('There was no cursor');
    expect(found.ranked.length).toBeGreaterThan(0);
    const told = JSON.stringify(page) + Buffer.from(found.cursor ?? '', 'base64url').toString();
    for (const { profile } of found.ranked) expect(told).not.toContain(profile.player);
  });
});
