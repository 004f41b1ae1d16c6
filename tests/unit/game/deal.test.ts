import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { deal, dealStrong, isWeak } from '../../../src/game/deal.ts';
import { DECK, HAND_SIZE, points } from '../../../src/game/pieces.ts';
import type { Hand } from '../../../src/game/pieces.ts';
import { SEATS } from '../../../src/game/seats.ts';
import type { BySeat } from '../../../src/game/seats.ts';
import { fullHands, seeds } from './arbitraries.ts';

const SEED = '000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f';

const draws = fc.integer({ min: 0, max: 2 ** 32 - 1 });

function written(hands: BySeat<Hand>): string[] {
  return SEATS.map((seat) => hands[seat].join(' '));
}

test('a deal can be repeated in another language', () => {
  // Dealt by a Python program that was written from the description in deal.ts, with the stream of `openssl`.
  expect(written(deal(SEED, 0))).toEqual([
    'SOLDIER_RED CHARIOT_BLACK ADVISOR_BLACK HORSE_BLACK GENERAL_BLACK SOLDIER_BLACK ADVISOR_RED CANNON_BLACK',
    'SOLDIER_BLACK ELEPHANT_RED HORSE_RED SOLDIER_RED GENERAL_RED SOLDIER_BLACK ADVISOR_BLACK ELEPHANT_BLACK',
    'CHARIOT_BLACK HORSE_BLACK SOLDIER_BLACK CANNON_RED CANNON_RED SOLDIER_RED CHARIOT_RED SOLDIER_RED',
    'HORSE_RED SOLDIER_BLACK CANNON_BLACK ELEPHANT_RED CHARIOT_RED ADVISOR_RED ELEPHANT_BLACK SOLDIER_RED',
  ]);
  expect(written(deal(SEED, 258))).toEqual([
    'CHARIOT_RED CANNON_BLACK ADVISOR_RED SOLDIER_RED CHARIOT_BLACK HORSE_RED CANNON_RED ELEPHANT_BLACK',
    'SOLDIER_BLACK CANNON_BLACK SOLDIER_RED ELEPHANT_BLACK GENERAL_RED SOLDIER_BLACK HORSE_RED ADVISOR_BLACK',
    'GENERAL_BLACK CHARIOT_BLACK CHARIOT_RED ADVISOR_BLACK SOLDIER_BLACK SOLDIER_RED SOLDIER_BLACK SOLDIER_BLACK',
    'HORSE_BLACK SOLDIER_RED ELEPHANT_RED HORSE_BLACK ELEPHANT_RED CANNON_RED ADVISOR_RED SOLDIER_RED',
  ]);
});

test('every deal gives out the whole deck, eight pieces a seat', () => {
  fc.assert(
    fc.property(seeds, draws, (seed, draw) => {
      const hands = deal(seed, draw);
      expect(SEATS.map((seat) => hands[seat].length)).toEqual(SEATS.map(() => HAND_SIZE));
      expect(SEATS.flatMap((seat) => hands[seat]).toSorted()).toEqual(DECK.toSorted());
    }),
  );
});

test('the same seed and draw give the same deal', () => {
  fc.assert(fc.property(seeds, draws, (seed, draw) => expect(deal(seed, draw)).toEqual(deal(seed, draw))));
});

test('another draw or another seed gives another deal', () => {
  fc.assert(
    fc.property(
      fc.uniqueArray(seeds, { minLength: 2, maxLength: 2 }),
      draws,
      ([one = '', other = ''], draw) => {
        expect(deal(other, draw)).not.toEqual(deal(one, draw));
        expect(deal(one, draw === 0 ? 1 : draw - 1)).not.toEqual(deal(one, draw));
      },
    ),
  );
});

test('over many deals every place gets the red general about equally often', () => {
  const rounds = 6400;
  const places = Array.from({ length: rounds }, (_, draw) =>
    written(deal(SEED, draw)).join(' ').split(' ').indexOf('GENERAL_RED'),
  );
  const expected = rounds / DECK.length;
  const chiSquare = DECK.map((_, place) => places.filter((found) => found === place).length)
    .map((found) => (found - expected) ** 2 / expected)
    .reduce((sum, term) => sum + term, 0);
  // 31 degrees of freedom: a fair shuffle is above 61.1 once in a thousand seeds, and this seed is fixed.
  expect(chiSquare).toBeLessThan(61.1);
});

test.each([
  ['one digit short', SEED.slice(1)],
  ['one digit long', `${SEED}0`],
  ['in capitals', SEED.toUpperCase()],
  ['not hex', `g${SEED.slice(1)}`],
  ['empty', ''],
])('a seed that is %s is refused', (_, seed) => {
  expect(() => deal(seed, 0)).toThrow('64 lower-case hex digits');
});

test.each([-1, 0.5, 2 ** 32, Number.NaN])('draw %p is refused', (draw) => {
  expect(() => deal(SEED, draw)).toThrow('32-bit number');
});

test('a hand is weak when no piece is above nine points', () => {
  const weak: Hand = [
    'ELEPHANT_BLACK',
    'ELEPHANT_BLACK',
    'CHARIOT_RED',
    'HORSE_RED',
    'CANNON_RED',
    'SOLDIER_RED',
    'SOLDIER_BLACK',
    'SOLDIER_BLACK',
  ];
  expect(isWeak(weak)).toBe(true);
  expect(isWeak([...weak.slice(1), 'ELEPHANT_RED'])).toBe(false);
});

test('a hand is weak just when its best piece is worth nine or less', () => {
  fc.assert(fc.property(fullHands, (hand) => expect(isWeak(hand)).toBe(Math.max(...hand.map(points)) <= 9)));
});

test('a strong deal is the first draw without a weak hand', () => {
  fc.assert(
    fc.property(seeds, (seed) => {
      const hands = dealStrong(seed);
      const isStrong = (draw: number) => Object.values(deal(seed, draw)).every((hand) => !isWeak(hand));
      const draw = Array.from({ length: 100 }, (_, draw) => draw).find(isStrong) ?? Number.NaN;
      expect(hands).toEqual(deal(seed, draw));
    }),
  );
});

test('a strong deal passes over as many weak draws as there are', () => {
  const seed = '5'.padStart(64, '0');
  const weak = [0, 1, 2].map((draw) => SEATS.filter((seat) => isWeak(deal(seed, draw)[seat])).length);
  expect(Math.min(...weak)).toBeGreaterThan(0);
  expect(dealStrong(seed)).toEqual(deal(seed, 3));
});
