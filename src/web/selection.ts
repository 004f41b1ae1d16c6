// What the chosen pieces are, and whether and why not they may be played. Pure.

import { botPlays } from '../game/bot.ts';
import { colourOf, points } from '../game/pieces.ts';
import type { Hand } from '../game/pieces.ts';
import { classify, pick, SET_SIZES, setsIn, strength, totalPoints } from '../game/sets.ts';
import type { PlayType } from '../game/sets.ts';
import type { TablePlay } from '../protocol/server-frames.ts';
import { piecesOf } from './pieces.ts';
import { entryOf } from '../protocol/by-name.ts';

/** Why chosen pieces may not be played. */
export type Obstacle =
  | { readonly kind: 'nothing' }
  | { readonly kind: 'count'; readonly required: number; readonly chosen: number }
  | { readonly kind: 'too_many' }
  | { readonly kind: 'colours' }
  | { readonly kind: 'no_set' };

export interface Selection {
  readonly type: PlayType;
  /** All points together. */
  readonly worth: number;
  /** Null when they may be played. */
  readonly obstacle: Obstacle | null;
  /** Whether they would be the best play so far; a leader's set always is. */
  readonly wins: boolean;
}

/** What lies on the table for a follower: how many pieces to lay, and the play to beat. */
export interface Required {
  readonly count: number;
  readonly best: readonly string[];
}

/** The chosen pieces (as the wire writes them) as a play of the leader (null) or of a follower. */
export function judgeSelection(chosen: readonly string[], required: Required | null): Selection {
  const pieces = piecesOf(chosen);
  const type = classify(pieces);
  const obstacle = obstacleTo(chosen, type, required);
  const best = piecesOf(required?.best ?? []);
  const beats = type === classify(best) && strength(pieces) > strength(best);
  return {
    type,
    worth: totalPoints(pieces),
    obstacle,
    wins: obstacle === null && type !== 'INVALID' && (required === null || beats),
  };
}

function obstacleTo(chosen: readonly string[], type: PlayType, required: Required | null): Obstacle | null {
  if (chosen.length === 0) return { kind: 'nothing' };
  if (required !== null) {
    if (chosen.length === required.count) return null;
    return { kind: 'count', required: required.count, chosen: chosen.length };
  }
  if (chosen.length > SET_SIZES.length) return { kind: 'too_many' };
  if (type !== 'INVALID') return null;
  return new Set(piecesOf(chosen).map(colourOf)).size > 1 ? { kind: 'colours' } : { kind: 'no_set' };
}

/** Whose play is the best so far, in play order: the leader's type, the most points, the earlier of equals. */
export function bestSoFar(
  order: readonly string[],
  plays: Readonly<Record<string, TablePlay>>,
): string | null {
  const laid = order.filter((name) => Object.hasOwn(plays, name));
  const [leader] = laid;
  if (leader === undefined) return null;
  const piecesBy = (name: string) => piecesOf(entryOf(plays, name)?.pieces ?? []);
  return laid.reduce((best, name) => {
    const isOfType = classify(piecesBy(name)) === classify(piecesBy(leader));
    return isOfType && strength(piecesBy(name)) > strength(piecesBy(best)) ? name : best;
  }, leader);
}

/**
 * Positions to suggest to a beginner: the leader's best set as a bot would choose it; for a follower the strongest set
 * that beats the best so far, or the cheapest pieces when none does.
 */
export function suggestPlay(hand: Hand, required: Required | null): readonly number[] {
  if (required === null) return botPlays(hand, null);
  const best = piecesOf(required.best);
  const strengthAt = (positions: readonly number[]) => strength(pick(hand, positions));
  const [first, ...others] = setsIn(hand, required.count).filter(
    (positions) =>
      classify(pick(hand, positions)) === classify(best) && strengthAt(positions) > strength(best),
  );
  if (first === undefined) return cheapest(hand, required.count);
  return others.reduce(
    (found, positions) => (strengthAt(positions) > strengthAt(found) ? positions : found),
    first,
  );
}

function cheapest(hand: Hand, count: number): readonly number[] {
  return hand
    .map((piece, position) => ({ position, worth: points(piece) }))
    .toSorted((a, b) => a.worth - b.worth)
    .slice(0, count)
    .map(({ position }) => position);
}
