import { beforeEach, describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { FIRST_RATING } from '../../../src/app/rating.ts';
import { recordResult } from '../../../src/app/results.ts';
import type { GameFinished } from '../../../src/room/finished.ts';
import type { DayCounts, Profile } from '../../../src/store/result-items.ts';
import { gameKeyOf } from '../../../src/store/keys.ts';
import { NO_GAMES } from '../../../src/store/results.ts';
import { gameWith, seatOf, someGames } from '../../support/finished.ts';
import { createWorld, DAWN } from '../../support/memory-ports.ts';
import type { World } from '../../support/memory-ports.ts';

let world: World;

beforeEach(() => {
  world = createWorld();
});

const record = (game: GameFinished): Promise<void> => recordResult(world.ports, game);
const profile = (player: string): Profile => {
  const found = world.results.profiles.get(player);
  if (found === undefined) throw new Error(`${player} has not played`);
  return found;
};

describe('a finished game', () => {
  test('is in its player’s statistics', async () => {
    await record(gameWith());
    expect(profile('ann')).toMatchObject({
      name: 'ann by name',
      ...{ rating: FIRST_RATING + 6, rated: 1, games: 1, wins: 1, left: 0 },
      ...{ rounds: 12, perfectRounds: 3, turnsWon: 8, totalScore: 50, bestScore: 50 },
      lastAt: DAWN + 600_000,
      recent: [{ room: 'ABC234', game: 1, place: 1, score: 50, isWinner: true, change: 6 }],
    });
  });

  test('is in the counts of the day it ended on', async () => {
    const startedAt = Date.UTC(2026, 0, 1, 23, 55);
    await record(gameWith({ startedAt, endedAt: startedAt + 600_000 }));
    expect([...world.results.days.values()]).toMatchObject([
      {
        day: '2026-01-02',
        counts: { ...NO_GAMES, completed: 1, rounds: 12, humans: 1, bots: 3, seconds: 600 },
      },
    ]);
  });

  test('changes nothing but the day when a fault of ours ended it', async () => {
    await record(gameWith({ outcome: 'aborted' }));
    expect(world.results.profiles.size).toBe(0);
    expect([...world.results.days.values()]).toMatchObject([{ counts: { aborted: 1, completed: 0 } }]);
  });

  test('that somebody left is a lost game for them, without a score', async () => {
    await record(
      gameWith({
        seats: [
          seatOf('ann', 50, { left: true, isWinner: true }),
          seatOf('bob', 30),
          seatOf(null, 20),
          seatOf(null, 10),
        ],
      }),
    );
    expect(profile('ann')).toMatchObject({
      games: 1,
      left: 1,
      wins: 0,
      rounds: 0,
      totalScore: 0,
      bestScore: null,
    });
    expect(profile('ann').rating).toBeLessThan(FIRST_RATING);
    expect(profile('ann').recent).toMatchObject([{ place: 4, left: true }]);
    expect(profile('bob')).toMatchObject({ games: 1, left: 0, totalScore: 30 });
    expect(profile('bob').recent).toMatchObject([{ place: 1 }]);
  });

  test('that was abandoned costs only those who left it', async () => {
    const seats = [seatOf('ann', 50, { left: true }), seatOf('bob', 30), seatOf(null, 20), seatOf(null, 10)];
    await record(gameWith({ outcome: 'abandoned', seats }));
    expect(profile('ann')).toMatchObject({ games: 1, left: 1 });
    expect(profile('bob')).toMatchObject({ games: 0, left: 0, rated: 1, rating: FIRST_RATING + 7 });
  });

  test('of a table where one session holds several seats counts once, with the best of them, and unrated', async () => {
    const seats = [
      seatOf('ann', 10),
      seatOf('ann', 50, { isWinner: true }),
      seatOf('ann', 30),
      seatOf(null, 10),
    ];
    await record(gameWith({ seats }));
    expect(profile('ann')).toMatchObject({
      games: 1,
      wins: 1,
      totalScore: 50,
      rating: FIRST_RATING,
      rated: 0,
    });
  });

  test('whose log is gone is counted as aborted, by nobody', async () => {
    await record(gameWith({ outcome: 'aborted', rounds: 0, startedAt: 0, endedAt: DAWN, seats: [] }));
    expect([...world.results.days.values()]).toMatchObject([{ counts: { aborted: 1, humans: 0 } }]);
  });

  test('shows the name that was used last, whichever game is heard of first', async () => {
    const called = (name: string, hours: number, roomId: string): GameFinished =>
      gameWith({
        roomId,
        endedAt: DAWN + hours * 3_600_000,
        seats: [seatOf('ann', 50, { name }), seatOf(null, 1), seatOf(null, 2), seatOf(null, 3)],
      });
    await record(called('Annie', 2, 'ROOM2'));
    await record(called('Ann', 1, 'ROOM1'));
    expect(profile('ann')).toMatchObject({ name: 'Annie', games: 2 });
  });

  test('counts again when the room’s name is used again, for another game of that number', async () => {
    await record(gameWith());
    await record(gameWith({ startedAt: DAWN + 1 }));
    expect(profile('ann').games).toBe(2);
  });
});

describe('an event that comes again', () => {
  test('counts once', async () => {
    await record(gameWith());
    const before = profile('ann');
    await record(gameWith());
    expect(profile('ann')).toEqual(before);
  });

  test('counts once after many other games, though a player remembers only a few', async () => {
    await record(gameWith());
    for (let place = 0; place < 30; place += 1) await record(gameWith({ roomId: `ROOM${place}` }));
    expect(profile('ann').recent).toHaveLength(8);
    await record(gameWith());
    expect(profile('ann').games).toBe(31);
  });

  test('counts once after many other games even when the first try died before it was done', async () => {
    world.faults.refuse('settle');
    await expect(record(gameWith())).rejects.toThrow('settle was refused');
    for (let place = 0; place < 30; place += 1) await record(gameWith({ roomId: `ROOM${place}` }));
    expect(profile('ann').games).toBe(31);
    await record(gameWith());
    expect(profile('ann').games).toBe(31);
    expect(world.results.results.get(gameKeyOf(gameWith()))?.isSettled).toBe(true);
    // From now on it may be forgotten.
    await record(gameWith({ roomId: 'LAST' }));
    expect(profile('ann').recent).toHaveLength(8);
  });

  const four = gameWith({
    seats: [seatOf('ann', 50, { isWinner: true }), seatOf('bob', 30), seatOf('cho', 20), seatOf('dan', 10)],
  });
  const deaths = [
    ...[
      'result',
      'profile ann',
      'profile dan',
      'keep',
      'putProfile ann',
      'putProfile cho',
      'day',
      'putDay',
      'settle',
    ],
  ];
  test.each(deaths.flatMap((call) => [[call, 'before'] as const, [call, 'after'] as const]))(
    'finishes what a try began that died at %s, %s it was done',
    async (call, when) => {
      if (when === 'before') world.faults.refuse(call);
      else world.faults.loseReply(call);
      await expect(record(four)).rejects.toThrow();
      expect(world.faults.left).toEqual([]);
      await record(four);
      expect(['ann', 'bob', 'cho', 'dan'].map((player) => profile(player).rating - FIRST_RATING)).toEqual([
        ...[21, 7, -7, -21],
      ]);
      for (const player of ['ann', 'bob', 'cho', 'dan']) expect(profile(player).games).toBe(1);
      expect([...world.results.days.values()]).toMatchObject([{ counts: { completed: 1, humans: 4 } }]);
    },
  );

  test('keeps the changes of rating that were worked out first', async () => {
    world.faults.refuse('putProfile bob');
    await expect(record(four)).rejects.toThrow();
    await record(
      gameWith({
        roomId: 'OTHER',
        seats: [seatOf('bob', 50), seatOf('eva', 3), seatOf(null, 1), seatOf(null, 2)],
      }),
    );
    const bob = profile('bob').rating;
    await record(four);
    expect(profile('bob').rating).toBe(bob + 7);
    expect(profile('ann').rating).toBe(FIRST_RATING + 21);
  });
});

test('two games of one player that end at one moment both count', async () => {
  await Promise.all([record(gameWith()), record(gameWith({ roomId: 'OTHER' }))]);
  expect(profile('ann')).toMatchObject({ games: 2, version: 2, totalScore: 100 });
});

test('who is outrun again and again gives up, for the queue to try later', async () => {
  for (let time = 0; time < 12; time += 1) world.faults.answer('putProfile', false);
  await expect(record(gameWith())).rejects.toThrow('12 times in a row');
});

// ---- Any order, any number of times, dying anywhere ----

interface Sums {
  readonly games: Readonly<Record<string, unknown>>;
  readonly points: number;
  readonly days: DayCounts;
}

/** What must not depend on how the events came. Ratings do depend on the order, but not what they add up to. */
function sumsOf(): Sums {
  const profiles = [...world.results.profiles.values()].sort((a, b) => (a.player < b.player ? -1 : 1));
  const games = profiles.map(
    ({ player, name, rated, games, left, wins, rounds, totalScore, bestScore, lastAt }) => [
      player,
      { name, rated, games, left, wins, rounds, totalScore, bestScore, lastAt },
    ],
  );
  const days = [...world.results.days.values()].reduce(
    (sum, { counts }) => ({ ...sum, ...addedTo(sum, counts) }),
    NO_GAMES,
  );
  return {
    games: Object.fromEntries(games) as Record<string, unknown>,
    points: profiles.reduce((sum, { rating }) => sum + rating - FIRST_RATING, 0),
    days,
  };
}

function addedTo(sum: DayCounts, counts: DayCounts): DayCounts {
  const names = Object.keys(NO_GAMES) as (keyof DayCounts)[];
  return Object.fromEntries(names.map((name) => [name, sum[name] + counts[name]])) as unknown as DayCounts;
}

/** The sum of what the kept results say they changed. */
function pointsInResults(): number {
  const seats = [...world.results.results.values()].flatMap((result) => result.seats);
  return seats.reduce((sum, { change }) => sum + (change ?? 0), 0);
}

test('events in any order, any number of times, side by side and dying anywhere, give what each once gives', async () => {
  const calls = ['result', 'profile', 'keep', 'putProfile', 'day', 'putDay', 'settle'];
  const deaths = fc.array(fc.tuple(fc.constantFrom(...calls), fc.boolean()), { maxLength: 6 });
  await fc.assert(
    fc.asyncProperty(
      someGames,
      fc.infiniteStream(fc.nat()),
      deaths,
      fc.scheduler(),
      async (games, whims, struck, scheduler) => {
        world = createWorld();
        for (const game of games) await record(game);
        const { games: expected, days } = sumsOf();

        world = createWorld();
        const whim = (bound: number): number => (whims.next().value ?? 0) % bound;
        for (const [call, isAfter] of struck) {
          if (isAfter) world.faults.loseReply(call);
          else world.faults.refuse(call);
        }
        const interleaved = { ...world.ports, results: scheduled(world.ports.results, scheduler) };
        const deliveries = games
          .flatMap((game) => Array.from({ length: 1 + whim(3) }, () => game))
          .map((game) => ({ game, place: whim(1_000) }))
          .sort((a, b) => a.place - b.place);
        const failed: GameFinished[] = [];
        const running = deliveries.map(({ game }) =>
          recordResult(interleaved, game).catch(() => void failed.push(game)),
        );
        await scheduler.waitFor(Promise.all(running));
        // The queue delivers again what failed, until nothing fails any more.
        while (failed.length > 0 || world.faults.left.length > 0) {
          const again = failed.shift() ?? games[0];
          if (again === undefined) break;
          if (failed.length === 0 && world.faults.left.length > 0) world.faults.clear();
          await record(again).catch(() => void failed.push(again));
        }
        const after = sumsOf();
        expect(after.games).toEqual(expected);
        expect(after.days).toEqual(days);
        expect(after.points).toBe(pointsInResults());
        expect([...world.results.results.values()].every(({ isSettled }) => isSettled)).toBe(true);
      },
    ),
    { numRuns: 150 },
  );
});

/** The same port, each call of which goes out when the scheduler says so. */
function scheduled<T extends object>(port: T, scheduler: fc.Scheduler): T {
  return Object.fromEntries(
    Object.entries(port).map(([name, call]) => [
      name,
      async (...given: unknown[]) => {
        await scheduler.schedule(Promise.resolve(), name);
        return (call as (...each: unknown[]) => unknown)(...given);
      },
    ]),
  ) as T;
}
