import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { botDeclares, botPlays } from '../../../src/game/bot.ts';
import { allowedDeclarations } from '../../../src/game/declaring.ts';
import { points } from '../../../src/game/pieces.ts';
import type { Hand } from '../../../src/game/pieces.ts';
import { classify, pick, setsIn, totalPoints } from '../../../src/game/sets.ts';
import { declaring, fullHands, hands } from './arbitraries.ts';

/** No set of three and more, no general. */
const POOR: Hand = [
  'ELEPHANT_RED',
  'ELEPHANT_BLACK',
  'CHARIOT_BLACK',
  'HORSE_RED',
  'CANNON_RED',
  'SOLDIER_RED',
  'SOLDIER_BLACK',
  'SOLDIER_BLACK',
];
/** A red straight of 18 points, too few to open with. */
const STRAIGHT: Hand = ['CHARIOT_RED', ...POOR.slice(1)];
/** The same with another horse: two straights and an extended one of 24 points, a strong opener. */
const EXTENDED: Hand = ['CHARIOT_RED', 'HORSE_RED', ...POOR.slice(2)];
/** The general alone makes a strong opener. */
const GENERAL: Hand = ['GENERAL_BLACK', ...POOR.slice(1)];
/** Sets of five soldiers: ten of three, five of four, one of five. */
const SOLDIERS: Hand = [
  'SOLDIER_RED',
  'SOLDIER_RED',
  'SOLDIER_RED',
  'SOLDIER_RED',
  'SOLDIER_RED',
  'CANNON_BLACK',
  'HORSE_BLACK',
  'ELEPHANT_BLACK',
];

function declares(hand: Hand, declared: readonly number[], zerosInARow = 0): number {
  return botDeclares({ hand, declared, zerosInARow, isFirst: declared.length === 0 });
}

describe('the bot declares', () => {
  test('1 at least, with nothing in hand', () => {
    expect(declares(POOR, [2])).toBe(1);
  });

  test('the number of its sets', () => {
    expect(declares([...STRAIGHT.slice(0, 5), 'SOLDIER_BLACK', 'SOLDIER_BLACK', 'SOLDIER_BLACK'], [2])).toBe(
      2,
    );
  });

  test('one more with a general', () => {
    const soldiers: Hand = ['SOLDIER_RED', 'SOLDIER_RED', 'SOLDIER_RED'];
    expect(declares([...POOR.slice(0, 4), 'CANNON_RED', ...soldiers], [2])).toBe(1);
    expect(declares([...GENERAL.slice(0, 4), 'CANNON_RED', ...soldiers], [2])).toBe(2);
  });

  test('one more with an extended straight of twenty points and more, not with a straight below', () => {
    expect(declares(STRAIGHT, [2])).toBe(1);
    expect(declares(EXTENDED, [2])).toBe(4);
  });

  test('one more when first', () => {
    expect(declares(STRAIGHT, [])).toBe(2);
  });

  test('7 at most', () => {
    expect(declares(SOLDIERS, [])).toBe(7);
    // Four soldiers make five sets, the straight one; with the general and being first that would be 8.
    const eight: Hand = [...SOLDIERS.slice(1), 'CHARIOT_BLACK'];
    expect(declares(['GENERAL_RED', ...eight.filter((piece) => piece !== 'ELEPHANT_BLACK')], [])).toBe(7);
  });

  test('the smallest allowed when its wish is forbidden and a larger one is not', () => {
    expect(declares(POOR, [3, 2, 2])).toBe(0);
    expect(declares(POOR, [3, 2, 2], 2)).toBe(2);
  });

  test('6 when 7 is its wish and forbidden', () => {
    expect(declares(SOLDIERS, [1, 0, 0])).toBe(6);
  });

  test('always a value that is allowed', () => {
    fc.assert(
      fc.property(fullHands, declaring, (hand, { declared, zerosInARow }) => {
        expect(allowedDeclarations({ declared, zerosInARow })).toContain(
          declares(hand, declared, zerosInARow),
        );
      }),
    );
  });
});

describe('the bot lays', () => {
  const laid = (hand: Hand, required: number | null) => pick(hand, botPlays(hand, required));

  test('as leader the set with the most points, whatever its size', () => {
    expect(laid(EXTENDED, null)).toEqual(['CHARIOT_RED', 'HORSE_RED', 'HORSE_RED', 'CANNON_RED']);
    expect(laid(GENERAL, null)).toEqual(['GENERAL_BLACK']);
  });

  test('as leader the smaller of two sets with the same points', () => {
    expect(laid(['SOLDIER_RED', 'CANNON_RED', 'SOLDIER_RED'], null)).toEqual(['CANNON_RED']);
  });

  test('the dearest set of the required size', () => {
    expect(laid(['HORSE_RED', 'SOLDIER_RED', 'HORSE_RED', 'CHARIOT_BLACK', 'CHARIOT_BLACK'], 2)).toEqual([
      'CHARIOT_BLACK',
      'CHARIOT_BLACK',
    ]);
  });

  test('the first found of equal sets', () => {
    expect(botPlays(['SOLDIER_RED', 'ADVISOR_RED', 'ADVISOR_RED'], 1)).toEqual([1]);
    expect(botPlays(['SOLDIER_RED', 'SOLDIER_BLACK', 'SOLDIER_RED', 'SOLDIER_RED'], 2)).toEqual([0, 2]);
  });

  test('the cheapest pieces, cheapest first, when it has no set of the required size', () => {
    expect(
      botPlays(['ADVISOR_RED', 'CANNON_BLACK', 'SOLDIER_RED', 'HORSE_BLACK', 'CANNON_BLACK'], 4),
    ).toEqual([2, 1, 4, 3]);
  });

  test('nothing from an empty hand', () => {
    expect(botPlays([], null)).toEqual([]);
  });

  test('a set as leader, and no set in its hand is worth more', () => {
    fc.assert(
      fc.property(hands, (hand) => {
        const pieces = laid(hand, null);
        expect(classify(pieces)).not.toBe('INVALID');
        for (const set of [1, 2, 3, 4, 5, 6].flatMap((size) => setsIn(hand, size))) {
          expect(totalPoints(pick(hand, set))).toBeLessThanOrEqual(totalPoints(pieces));
        }
      }),
    );
  });

  test('as many different pieces of its hand as required: the dearest set, or else the least it can', () => {
    const asked = hands.chain((hand) =>
      fc.tuple(fc.constant(hand), fc.integer({ min: 1, max: Math.min(6, hand.length) })),
    );
    fc.assert(
      fc.property(asked, ([hand, required]) => {
        const positions = botPlays(hand, required);
        expect(new Set(positions).size).toBe(required);
        expect(pick(hand, positions)).toHaveLength(required);
        const worths = setsIn(hand, required).map((set) => totalPoints(pick(hand, set)));
        const cheapest = hand
          .map(points)
          .toSorted((a, b) => a - b)
          .slice(0, required);
        const worth = worths.length > 0 ? Math.max(...worths) : cheapest.reduce((sum, value) => sum + value);
        expect(totalPoints(pick(hand, positions))).toBe(worth);
      }),
    );
  });
});
