import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { BOT_RATING, expected, FIRST_RATING, ratingChanges } from '../../../src/app/rating.ts';
import type { Contestant } from '../../../src/app/rating.ts';

const human = (player: string, score: number, changes: Partial<Contestant> = {}): Contestant => ({
  player,
  score,
  standing: { rating: FIRST_RATING, rated: 0 },
  left: false,
  ...changes,
});
const bot = (score: number): Contestant => ({ player: null, score, standing: null, left: false });

const ratings = fc.integer({ min: -500, max: 3_500 });
const seat = fc.record({
  isHuman: fc.boolean(),
  rating: ratings,
  rated: fc.integer({ min: 0, max: 60 }),
  score: fc.integer({ min: -60, max: 80 }),
  left: fc.boolean(),
});
/** Four seats; bots have no rating and leave nothing. */
const tables = fc
  .array(seat, { minLength: 4, maxLength: 4 })
  .map((seats) =>
    seats.map(({ isHuman, rating, rated, score, left }, place) =>
      isHuman ? human(`player ${place}`, score, { standing: { rating, rated }, left }) : bot(score),
    ),
  );
const outcomes = fc.constantFrom('completed', 'abandoned', 'aborted' as const);
const sum = (changes: readonly (number | null)[]): number =>
  changes.reduce<number>((total, change) => total + (change ?? 0), 0);

describe('a rating', () => {
  test('expects of equals half the points, and ten to one of 400 points more', () => {
    expect(expected(1_500, 1_500)).toBe(0.5);
    expect(expected(1_900, 1_500)).toBeCloseTo(10 / 11);
    expect(expected(1_500, 1_900)).toBeCloseTo(1 / 11);
  });

  test('of four beginners moves by their places, as worked out in docs/ratings.md', () => {
    const table = [human('a', 50), human('b', 30), human('c', 20), human('d', 10)];
    expect(ratingChanges(table, 'completed')).toEqual([21, 7, -7, -21]);
  });

  test('of an equal score does not move among equals', () => {
    const table = ['a', 'b', 'c', 'd'].map((player) => human(player, 20));
    expect(ratingChanges(table, 'completed')).toEqual([0, 0, 0, 0]);
  });

  test('of a player alone with bots moves against what bots are taken for; bots have none', () => {
    const won = ratingChanges([bot(10), human('a', 50), bot(20), bot(30)], 'completed');
    const lost = ratingChanges([bot(10), human('a', 5), bot(20), bot(30)], 'completed');
    const share = 1 - expected(FIRST_RATING, BOT_RATING);
    expect(won).toEqual([null, 3 * Math.round((40 / 3) * share), null, null]);
    expect(lost).toEqual([null, -3 * Math.round((40 / 3) * (1 - share)), null, null]);
  });

  test('cannot be raised for ever by winning against bots', () => {
    let rating = FIRST_RATING;
    for (let rated = 0; rated < 2_000; rated += 1) {
      const table = [human('a', 50, { standing: { rating, rated } }), bot(1), bot(2), bot(3)];
      rating += ratingChanges(table, 'completed')[0] ?? 0;
    }
    const next = [human('a', 50, { standing: { rating, rated: 2_000 } }), bot(1), bot(2), bot(3)];
    expect(ratingChanges(next, 'completed')[0]).toBe(0);
    expect(rating).toBeLessThan(BOT_RATING + 500);
  });

  test('of who left loses against those who stayed, whatever the score that a bot made of it', () => {
    const table = [human('a', 70, { left: true }), human('b', 10), human('c', 10), bot(10)];
    // 7 points of each of the two equals, 11 of the bot; they lose 5 for a draw with it.
    expect(ratingChanges(table, 'completed')).toEqual([-25, 2, 2, null]);
  });

  test('moves in an abandoned game only between those who left and those who did not', () => {
    const table = [human('a', 70, { left: true }), human('b', 10), human('c', 30), bot(10)];
    const [a, b, c] = ratingChanges(table, 'abandoned');
    expect(a).toBeLessThan(0);
    expect(b).toBe(c);
    const waiting = [human('a', 9), human('b', 1), human('c', 3), bot(10)];
    expect(ratingChanges(waiting, 'abandoned')).toEqual([null, null, null, null]);
  });

  test('of who holds two seats does not move, and nor does anybody by those seats', () => {
    const table = [human('a', 70), human('a', 10), human('b', 30), human('c', 20)];
    expect(ratingChanges(table, 'completed')).toEqual([null, null, 7, -7]);
  });

  test('never moves by a fault of ours', () => {
    fc.assert(
      fc.property(tables, (table) => {
        expect(ratingChanges(table, 'aborted')).toEqual([null, null, null, null]);
      }),
    );
  });
});

describe('the laws of rating', () => {
  test('what some win the others lose, when all are rated and move equally fast', () => {
    const humans = tables.map((seats) =>
      seats.map((each, place) => {
        const rating = each.standing?.rating ?? 1_000;
        return { ...each, player: `player ${place}`, standing: { rating, rated: 0 } };
      }),
    );
    fc.assert(
      fc.property(humans, outcomes, (table, outcome) => {
        // `+ 0`: a sum of nothing but negative zeros is none.
        expect(sum(ratingChanges(table, outcome)) + 0).toBe(0);
      }),
    );
  });

  test('whoever does better than all others never loses, and whoever does worse never wins', () => {
    fc.assert(
      fc.property(tables, (table) => {
        const changes = ratingChanges(table, 'completed');
        for (const [place, one] of table.entries()) {
          const others = table.filter((each) => each !== one);
          const change = changes[place] ?? 0;
          if (!one.left && others.every((other) => other.left || other.score < one.score))
            expect(change).toBeGreaterThanOrEqual(0);
          if (!one.left && others.every((other) => !other.left && other.score > one.score))
            expect(change).toBeLessThanOrEqual(0);
          if (one.left && others.every((other) => !other.left)) expect(change).toBeLessThanOrEqual(0);
        }
      }),
    );
  });

  test('no game moves a rating by more than its K and the rounding of three pairs', () => {
    fc.assert(
      fc.property(tables, outcomes, (table, outcome) => {
        for (const [place, change] of ratingChanges(table, outcome).entries()) {
          const k = (table[place]?.standing?.rated ?? 0) < 30 ? 40 : 20;
          expect(Math.abs(change ?? 0)).toBeLessThanOrEqual(k + 1.5);
          expect(Number.isInteger(change ?? 0)).toBe(true);
        }
      }),
    );
  });

  test('it does not matter who sits where', () => {
    fc.assert(
      fc.property(tables, outcomes, (table, outcome) => {
        const turned = ratingChanges(table.toReversed(), outcome).toReversed();
        expect(turned).toEqual(ratingChanges(table, outcome));
      }),
    );
  });

  test('a better score never costs points', () => {
    fc.assert(
      fc.property(tables, fc.integer({ min: 1, max: 30 }), (table, more) => {
        const [first, ...rest] = table;
        if (first?.standing == null) return;
        const better = [{ ...first, score: first.score + more }, ...rest];
        expect(ratingChanges(better, 'completed')[0] ?? 0).toBeGreaterThanOrEqual(
          ratingChanges(table, 'completed')[0] ?? 0,
        );
      }),
    );
  });
});
