/** Which pieces form a set, how sets compare, and who wins a turn. */
import { colourOf, kindOf, KINDS, points } from './pieces.ts';
import type { Colour, Hand, Kind, Piece } from './pieces.ts';

export const PLAY_TYPES = [
  'SINGLE',
  'PAIR',
  'THREE_OF_A_KIND',
  'STRAIGHT',
  'FOUR_OF_A_KIND',
  'EXTENDED_STRAIGHT',
  'FIVE_OF_A_KIND',
  'EXTENDED_STRAIGHT_5',
  'DOUBLE_STRAIGHT',
  'INVALID',
] as const;

export type PlayType = (typeof PLAY_TYPES)[number];
export type SetType = Exclude<PlayType, 'INVALID'>;

/** The largest set has six pieces, so a turn is of one to six. */
export const SET_SIZES = [1, 2, 3, 4, 5, 6] as const;

const COURT = ['GENERAL', 'ADVISOR', 'ELEPHANT'] as const;
const FIELD = ['CHARIOT', 'HORSE', 'CANNON'] as const;

/** What each type is made of, as kinds in any order and of one colour (rules.md, "Sets"). */
const MADE_OF: Readonly<Record<SetType, readonly (readonly Kind[])[]>> = {
  SINGLE: KINDS.map((kind) => [kind]),
  PAIR: KINDS.map((kind) => [kind, kind]),
  THREE_OF_A_KIND: [Array<Kind>(3).fill('SOLDIER')],
  STRAIGHT: [COURT, FIELD],
  FOUR_OF_A_KIND: [Array<Kind>(4).fill('SOLDIER')],
  EXTENDED_STRAIGHT: [COURT, FIELD].flatMap((three) => three.map((doubled) => [...three, doubled])),
  FIVE_OF_A_KIND: [Array<Kind>(5).fill('SOLDIER')],
  EXTENDED_STRAIGHT_5: [COURT, FIELD].flatMap((three) =>
    three.map((single) => [...three, ...three.filter((kind) => kind !== single)]),
  ),
  DOUBLE_STRAIGHT: [[...FIELD, ...FIELD]],
};

/** One octal digit for each kind: up to seven of a kind add without carrying. */
const DIGIT: Readonly<Record<Kind, number>> = {
  GENERAL: 0o1,
  ADVISOR: 0o10,
  ELEPHANT: 0o100,
  CHARIOT: 0o1_000,
  HORSE: 0o10_000,
  CANNON: 0o100_000,
  SOLDIER: 0o1_000_000,
};

/** How many of each kind there are, as one number: the same for every order of the pieces. */
function tally(kinds: readonly Kind[]): number {
  return kinds.reduce((sum, kind) => sum + DIGIT[kind], 0);
}

const TYPE_OF: ReadonlyMap<number, SetType> = new Map(
  PLAY_TYPES.filter((type) => type !== 'INVALID').flatMap((type) =>
    MADE_OF[type].map((kinds): [number, SetType] => [tally(kinds), type]),
  ),
);

/** The type of the set these pieces form, whatever their order; INVALID when they form none. */
export function classify(pieces: readonly Piece[]): PlayType {
  const [first] = pieces;
  if (first === undefined || pieces.length > SET_SIZES.length) return 'INVALID';
  const colour = colourOf(first);
  if (pieces.some((piece) => colourOf(piece) !== colour)) return 'INVALID';
  return TYPE_OF.get(tally(pieces.map(kindOf))) ?? 'INVALID';
}

/** The points of all the pieces together; what a play is shown to be worth. */
export function totalPoints(pieces: readonly Piece[]): number {
  return pieces.reduce((sum, piece) => sum + points(piece), 0);
}

/** What plays of one type compare by: the points of all, or in the extended straights one of each kind. */
export function strength(pieces: readonly Piece[]): number {
  const type = classify(pieces);
  const extended = type === 'EXTENDED_STRAIGHT' || type === 'EXTENDED_STRAIGHT_5';
  return totalPoints(extended ? [...new Set(pieces)] : pieces);
}

/**
 * Index of the play that wins a turn, given the plays in play order, leader first. Only plays of the leader's
 * type can win; among equals the earlier one does. The leader must have played a set (rules.md, "A round" 5).
 */
export function winnerOf(plays: readonly (readonly Piece[])[]): number {
  const type = classify(plays[0] ?? []);
  if (type === 'INVALID') throw new RangeError('a turn begins with a set');
  let winner = 0;
  let best = 0;
  for (const [index, play] of plays.entries()) {
    if (classify(play) !== type || strength(play) <= best) continue;
    winner = index;
    best = strength(play);
  }
  return winner;
}

/**
 * Every set of this size in the hand, as rising positions in it. Sets come in hand order: the way the words of a
 * dictionary do, with positions for letters.
 */
export function setsIn(hand: Hand, size: number): readonly (readonly number[])[] {
  return choices(hand, size).filter((positions) => classify(pick(hand, positions)) !== 'INVALID');
}

/** The pieces at these positions, in the order named; a position outside the hand names none. */
export function pick(hand: Hand, positions: readonly number[]): readonly Piece[] {
  return positions.flatMap((position) => hand[position] ?? []);
}

/** All ways to choose this many pieces of one colour from position `from` on, in dictionary order. */
function choices(hand: Hand, size: number, from = 0, colour?: Colour): readonly (readonly number[])[] {
  if (size === 0) return [[]];
  const found: (readonly number[])[] = [];
  for (const [position, piece] of hand.entries()) {
    const own = colourOf(piece);
    if (position < from || (colour !== undefined && own !== colour)) continue;
    for (const rest of choices(hand, size - 1, position + 1, own)) found.push([position, ...rest]);
  }
  return found;
}
