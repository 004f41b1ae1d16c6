// The rating: Elo's formula for four at a table, pair by pair (docs/ratings.md). Pure.

import type { GameOutcome, PlayerId } from '../room/room.ts';

/** What a player begins with, and what bots are taken for. A bot plays by a simple rule, so a human is expected to beat it. */
export const FIRST_RATING = 1_500;
export const BOT_RATING = 1_200;

/** 400 points are odds of ten to one, as in chess (FIDE Handbook B.02, 8.1.2). */
const SCALE = 400;
/** How far one game may move a rating: newcomers find their place sooner (FIDE Handbook B.02, 8.3.3). */
const NEWCOMER_GAMES = 30;
const NEWCOMER_K = 40;
const SETTLED_K = 20;
/** Each of four plays three pairs, which share K. */
const OPPONENTS = 3;

/** How a player stood before the game. */
export interface Standing {
  readonly rating: number;
  /** Rated games so far. */
  readonly rated: number;
}

/** A seat at the end of a game. */
export interface Contestant {
  /** Null for a bot. */
  readonly player: PlayerId | null;
  readonly standing: Standing | null;
  readonly score: number;
  /** Left the game for good. */
  readonly left: boolean;
}

/** The chance, by Elo, that one of these ratings does better than the other: 0 to 1. */
export function expected(rating: number, other: number): number {
  return 1 / (1 + 10 ** ((other - rating) / SCALE));
}

/**
 * What each seat's rating changes by, in whole points, in the order of the seats; null for who is not rated by this game.
 * Every pair is a match of its own, rounded by itself, so that what one of two equally fast movers wins the other loses.
 */
export function ratingChanges(
  contestants: readonly Contestant[],
  outcome: GameOutcome,
): readonly (number | null)[] {
  const changes = contestants.map((): number | null => null);
  const add = (place: number, points: number): void => {
    changes[place] = (changes[place] ?? 0) + points;
  };
  for (const [place, one] of contestants.entries()) {
    for (const [further, other] of contestants.slice(place + 1).entries()) {
      const result = resultOf(one, other, outcome);
      if (result === null || isTwice(one, contestants) || isTwice(other, contestants)) continue;
      const surprise = result - expected(ratingOf(one), ratingOf(other));
      if (one.standing !== null) add(place, pointsOf(one.standing, surprise));
      if (other.standing !== null) add(place + 1 + further, -pointsOf(other.standing, surprise));
    }
  }
  return changes;
}

/** 1 when the first did better, 0 when the second did, 0.5 when neither; null when the game does not compare them. */
function resultOf(one: Contestant, other: Contestant, outcome: GameOutcome): number | null {
  // A fault of ours is nobody's defeat.
  if (outcome === 'aborted') return null;
  if (one.left !== other.left) return one.left ? 0 : 1;
  if (one.left || outcome === 'abandoned') return null;
  return one.score === other.score ? 0.5 : Number(one.score > other.score);
}

/** Whoever holds several seats plays against nobody: they could win against themselves. */
function isTwice({ player }: Contestant, contestants: readonly Contestant[]): boolean {
  return player !== null && contestants.filter((each) => each.player === player).length > 1;
}

function ratingOf({ standing }: Contestant): number {
  return standing?.rating ?? BOT_RATING;
}

function pointsOf({ rated }: Standing, surprise: number): number {
  const k = rated < NEWCOMER_GAMES ? NEWCOMER_K : SETTLED_K;
  const points = (k / OPPONENTS) * surprise;
  // Away from zero on both sides alike; `+ 0` for no negative zero.
  return Math.sign(points) * Math.round(Math.abs(points)) + 0;
}
