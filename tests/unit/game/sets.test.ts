import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import type { Hand, Piece } from '../../../src/game/pieces.ts';
import {
  classify,
  pick,
  PLAY_TYPES,
  setsIn,
  strength,
  totalPoints,
  winnerOf,
} from '../../../src/game/sets.ts';
import { hands, lays, SETS, turns } from './arbitraries.ts';

/** How the kinds are written here, since C is taken when it comes to the cannon. */
const INITIALS = {
  G: 'GENERAL',
  A: 'ADVISOR',
  E: 'ELEPHANT',
  C: 'CHARIOT',
  H: 'HORSE',
  N: 'CANNON',
  S: 'SOLDIER',
} as const;

function pieces(initials: string, colour: 'RED' | 'BLACK'): readonly Piece[] {
  return Array.from(initials, (initial): Piece => `${INITIALS[initial as keyof typeof INITIALS]}_${colour}`);
}

const red = (initials: string) => pieces(initials, 'RED');
const black = (initials: string) => pieces(initials, 'BLACK');

describe('pieces of one colour form', () => {
  test.each([
    ['G', 'SINGLE'],
    ['S', 'SINGLE'],
    ['AA', 'PAIR'],
    ['SS', 'PAIR'],
    ['SSS', 'THREE_OF_A_KIND'],
    ['GAE', 'STRAIGHT'],
    ['NHC', 'STRAIGHT'],
    ['SSSS', 'FOUR_OF_A_KIND'],
    ['GAAE', 'EXTENDED_STRAIGHT'],
    ['CHHN', 'EXTENDED_STRAIGHT'],
    ['SSSSS', 'FIVE_OF_A_KIND'],
    ['GAAEE', 'EXTENDED_STRAIGHT_5'],
    ['CCHNN', 'EXTENDED_STRAIGHT_5'],
    ['CHNCHN', 'DOUBLE_STRAIGHT'],
    ['', 'INVALID'],
    ['AE', 'INVALID'],
    ['AEC', 'INVALID'],
    ['CCH', 'INVALID'],
    ['CCHH', 'INVALID'],
    ['GAEC', 'INVALID'],
    ['CCHHNS', 'INVALID'],
    ['GAAEES', 'INVALID'],
    ['CHNCHNS', 'INVALID'],
    ['CCHHNNSS', 'INVALID'],
    ['GGGGGGGG', 'INVALID'],
  ])('%j: %s', (initials, type) => {
    expect(classify(red(initials))).toBe(type);
    expect(classify(black(initials))).toBe(type);
  });

  test('no set when a piece of the other colour is among them', () => {
    expect(classify(['HORSE_RED', 'HORSE_BLACK'])).toBe('INVALID');
    expect(classify([...red('SS'), ...black('S')])).toBe('INVALID');
    expect(classify([...red('GA'), ...black('E')])).toBe('INVALID');
    expect(classify([...red('CHN'), ...black('CHN')])).toBe('INVALID');
  });

  test('a set or none whatever their order', () => {
    const someSet = fc.constantFrom(...[...SETS.values()].flat());
    const shuffled = fc
      .oneof(someSet, hands)
      .chain((laid) =>
        fc.tuple(fc.constant(laid), fc.shuffledSubarray([...laid.keys()], { minLength: laid.length })),
      );
    fc.assert(
      fc.property(shuffled, ([laid, order]) => expect(classify(pick(laid, order))).toBe(classify(laid))),
    );
  });
});

test('of all that the deck allows to lay, just these many are sets', () => {
  const all = [1, 2, 3, 4, 5, 6].flatMap((size) => lays(size));
  const found = PLAY_TYPES.map((type) => [type, all.filter((laid) => classify(laid) === type).length]);
  expect(Object.fromEntries(found.filter(([type]) => type !== 'INVALID'))).toEqual({
    SINGLE: 14,
    PAIR: 12, // no second general
    THREE_OF_A_KIND: 2,
    STRAIGHT: 4,
    FOUR_OF_A_KIND: 2,
    EXTENDED_STRAIGHT: 10, // advisor or elephant doubled, chariot, horse or cannon doubled
    FIVE_OF_A_KIND: 2,
    EXTENDED_STRAIGHT_5: 8,
    DOUBLE_STRAIGHT: 2,
  });
});

describe('plays are worth', () => {
  test('all their points together', () => {
    expect(totalPoints(red('GAE'))).toBe(36);
    expect(totalPoints(black('CHHN'))).toBe(20);
    expect(totalPoints([])).toBe(0);
  });

  test('when compared, all their points too, in most types', () => {
    expect(strength(red('GAE'))).toBe(36);
    expect(strength(black('SSSS'))).toBe(4);
    expect(strength(black('CCHHNN'))).toBe(30);
  });

  test('when compared as extended straights, one piece of each kind', () => {
    expect(strength(red('CCHN'))).toBe(18);
    expect(strength(red('CHNN'))).toBe(18);
    expect(strength(black('CCHHN'))).toBe(15);
    expect(strength(black('GAAEE'))).toBe(33);
  });
});

describe('a turn is won by', () => {
  test.each([
    ['the best single', [black('E'), black('A'), red('S'), black('S')], 1],
    ['the earlier of equals', [red('CC'), black('SS'), red('AA'), red('AA')], 2],
    ['the leader when nobody follows with the type', [black('SSS'), red('GAE'), red('CHN'), black('GAE')], 0],
    [
      'the leader when the others lay no sets',
      [black('SS'), red('GA'), [...red('A'), ...black('A')], red('GE')],
      0,
    ],
    [
      "a better set of the leader's type behind other sets",
      [black('CHN'), red('SSS'), red('CHN'), black('CHN')],
      2,
    ],
    [
      'the earlier of extended straights that differ only in what is doubled',
      [red('CHNN'), red('CCHN'), red('CHHN'), red('SSSS')],
      0,
    ],
    [
      'the better three kinds, not the dearer doubles',
      [black('CCHHN'), red('CHHNN'), black('CCHHN'), red('SSSSS')],
      1,
    ],
  ])('%s', (_, plays, winner) => {
    expect(winnerOf(plays)).toBe(winner);
  });

  test("the earliest of the best plays of the leader's type", () => {
    fc.assert(
      fc.property(turns, (plays) => {
        const winner = winnerOf(plays);
        const contenders = plays.flatMap((play, index) =>
          classify(play) === classify(plays[0] ?? []) ? [{ index, strength: strength(play) }] : [],
        );
        const best = Math.max(...contenders.map((play) => play.strength));
        expect(winner).toBe(contenders.find((play) => play.strength === best)?.index);
      }),
    );
  });

  test('the same player when the pieces of each play lie in another order', () => {
    fc.assert(
      fc.property(turns, (plays) =>
        expect(winnerOf(plays.map((play) => play.toReversed()))).toBe(winnerOf(plays)),
      ),
    );
  });

  test('nobody before it begins, or when it begins without a set', () => {
    expect(() => winnerOf([])).toThrow('begins with a set');
    expect(() => winnerOf([red('AE'), red('CC'), red('S'), red('S')])).toThrow('begins with a set');
  });
});

describe('the sets in a hand', () => {
  const hand: Hand = [
    'CHARIOT_RED',
    'SOLDIER_BLACK',
    'HORSE_RED',
    'CHARIOT_RED',
    'CANNON_RED',
    'SOLDIER_BLACK',
  ];

  test('are found in hand order, and each combination of equal pieces counts', () => {
    expect(setsIn(hand, 1)).toEqual([[0], [1], [2], [3], [4], [5]]);
    expect(setsIn(hand, 2)).toEqual([
      [0, 3],
      [1, 5],
    ]);
    expect(setsIn(hand, 3)).toEqual([
      [0, 2, 4],
      [2, 3, 4],
    ]);
    expect(setsIn(hand, 4)).toEqual([[0, 2, 3, 4]]);
    expect(setsIn(hand, 5)).toEqual([]);
  });

  test('are none of no size or of more pieces than the hand has', () => {
    expect([-1, 0, 7].map((size) => setsIn(hand, size))).toEqual([[], [], []]);
  });

  test('are just the choices of its pieces that form a set', () => {
    fc.assert(
      fc.property(hands, fc.integer({ min: 1, max: 6 }), (hand, size) => {
        // Every choice is a number whose binary digits, read from the first piece on, say which are in.
        const choices = Array.from({ length: 2 ** hand.length }, (_, bits) =>
          [...hand.keys()].filter((position) => (bits >> (hand.length - 1 - position)) & 1),
        ).reverse();
        const sets = choices.filter(
          (chosen) => chosen.length === size && classify(pick(hand, chosen)) !== 'INVALID',
        );
        expect(setsIn(hand, size)).toEqual(sets);
      }),
    );
  });
});
