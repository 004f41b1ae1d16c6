/** Generators of the game's things, for the laws. */
import fc from 'fast-check';
import { DECK, HAND_SIZE, PIECES } from '../../../src/game/pieces.ts';
import type { Hand, Piece } from '../../../src/game/pieces.ts';
import { bySeat, SEATS } from '../../../src/game/seats.ts';
import type { BySeat } from '../../../src/game/seats.ts';
import { classify } from '../../../src/game/sets.ts';

export const seats = fc.constantFrom(...SEATS);

export const seeds = fc
  .uint8Array({ minLength: 32, maxLength: 32 })
  .map((bytes) => Buffer.from(bytes).toString('hex'));

/** One to eight pieces of one deck. */
export const hands: fc.Arbitrary<Hand> = fc
  .shuffledSubarray([...DECK.keys()], { minLength: 1, maxLength: HAND_SIZE })
  .map((cards) => cards.flatMap((card) => DECK[card] ?? []));

/** A whole hand, before anything is laid. */
export const fullHands = hands.filter((hand) => hand.length === HAND_SIZE);

/** What one to three others declared before, with the zeros in a row of the one to declare. */
export const declaring = fc.record({
  declared: fc.array(fc.integer({ min: 0, max: 8 }), { maxLength: 3 }),
  zerosInARow: fc.integer({ min: 0, max: 19 }),
});

/** Every way to lay this many pieces of the deck, up to their order. */
export function lays(size: number, distinct: readonly Piece[] = PIECES): readonly (readonly Piece[])[] {
  const [first, ...others] = distinct;
  if (size === 0) return [[]];
  if (first === undefined) return [];
  const copies = DECK.filter((piece) => piece === first);
  return Array.from({ length: Math.min(size, copies.length) + 1 }, (_, taken) =>
    copies.slice(0, taken),
  ).flatMap((taken) => lays(size - taken.length, others).map((rest) => [...taken, ...rest]));
}

/** All the sets there are, by size. */
export const SETS = new Map(
  [1, 2, 3, 4, 5, 6].map((size) => [size, lays(size).filter((pieces) => classify(pieces) !== 'INVALID')]),
);

/** The four plays of a turn, leader first: sets of the leader's size for the most part, else anything. */
export const turns: fc.Arbitrary<readonly (readonly Piece[])[]> = fc
  .integer({ min: 1, max: 6 })
  .chain((size) => {
    const sets = fc.constantFrom(...(SETS.get(size) ?? []));
    const anything = fc.array(fc.constantFrom(...PIECES), { minLength: size, maxLength: size });
    const play = fc.oneof({ weight: 3, arbitrary: sets }, { weight: 1, arbitrary: anything });
    return fc.tuple(sets, play, play, play);
  });

export function numbersBySeat(values: fc.Arbitrary<number>): fc.Arbitrary<BySeat<number>> {
  return fc.tuple(values, values, values, values).map((four) => bySeat((seat) => four[seat - 1] ?? 0));
}
