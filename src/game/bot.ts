/** The reference bot: what it declares and what it lays (rules.md, "Bots"). Asked for a redeal, it accepts. */
import { allowedDeclarations } from './declaring.ts';
import type { Declaring } from './declaring.ts';
import { kindOf, points } from './pieces.ts';
import type { Hand } from './pieces.ts';
import { classify, pick, SET_SIZES, setsIn, totalPoints } from './sets.ts';
import type { PlayType } from './sets.ts';

/** The types the bot counts on to win piles. EXTENDED_STRAIGHT_5 would change nothing: eight of these are in it. */
const COUNTED: ReadonlySet<PlayType> = new Set([
  'THREE_OF_A_KIND',
  'STRAIGHT',
  'FOUR_OF_A_KIND',
  'EXTENDED_STRAIGHT',
  'FIVE_OF_A_KIND',
  'DOUBLE_STRAIGHT',
]);

const OPENING_TYPES: ReadonlySet<PlayType> = new Set(['STRAIGHT', 'EXTENDED_STRAIGHT']);
const OPENING_POINTS = 20;

/** The bot wishes for no fewer and no more piles than these. */
const LEAST = 1;
const MOST = 7;

/** How many piles the bot declares; always one of the allowed values. */
export function botDeclares(seat: Declaring & { readonly hand: Hand; readonly isFirst: boolean }): number {
  const { hand, isFirst } = seat;
  const sets = SET_SIZES.flatMap((size) => findSets(hand, size));
  const counted = sets.filter(({ type }) => COUNTED.has(type)).length;
  const opens =
    hand.some((piece) => kindOf(piece) === 'GENERAL') ||
    sets.some(({ type, worth }) => OPENING_TYPES.has(type) && worth >= OPENING_POINTS);
  const wish = Math.min(MOST, Math.max(LEAST, counted + Number(opens) + Number(isFirst)));
  return settle(wish, allowedDeclarations(seat));
}

/** The wish when it is allowed; else the largest allowed value up to 7 if below the wish, else the smallest. */
function settle(wish: number, allowed: readonly number[]): number {
  if (allowed.includes(wish)) return wish;
  const largest = Math.max(...allowed.filter((value) => value <= MOST));
  return largest < wish ? largest : Math.min(...allowed);
}

/**
 * The positions of the pieces the bot lays, given how many it must lay (null for the leader, who may choose): the
 * set with the most points, the first found of equals, or the cheapest pieces when there is no set.
 */
export function botPlays(hand: Hand, required: number | null): readonly number[] {
  const sizes = required === null ? SET_SIZES : [required];
  const [first, ...others] = sizes.flatMap((size) => findSets(hand, size));
  if (first === undefined) return cheapest(hand, required ?? 0);
  return others.reduce((best, set) => (set.worth > best.worth ? set : best), first).positions;
}

interface FoundSet {
  readonly positions: readonly number[];
  readonly type: PlayType;
  readonly worth: number;
}

function findSets(hand: Hand, size: number): readonly FoundSet[] {
  return setsIn(hand, size).map((positions) => {
    const pieces = pick(hand, positions);
    return { positions, type: classify(pieces), worth: totalPoints(pieces) };
  });
}

/** The positions of this many of the cheapest pieces, cheapest first, equals in hand order. */
function cheapest(hand: Hand, count: number): readonly number[] {
  return hand
    .map((piece, position) => ({ position, worth: points(piece) }))
    .sort((a, b) => a.worth - b.worth)
    .slice(0, count)
    .map(({ position }) => position);
}
