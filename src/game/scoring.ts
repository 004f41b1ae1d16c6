/** What a round is worth to a seat, when the game is over, and who stands where. */
import { bySeat, SEATS } from './seats.ts';
import type { BySeat, Seat } from './seats.ts';

export interface RoundScore {
  /** Points before the multiplier: `bonus + hitValue`. */
  readonly base: number;
  /** 3 for a hit with 0 declared, 5 for any other hit, 0 for a miss. */
  readonly bonus: number;
  /** The declared piles of a hit, or the (negative) price of a miss. */
  readonly hitValue: number;
  /** What the round adds to the seat's total: `base` times the multiplier. */
  readonly final: number;
}

/** One seat's score of one round, from the piles declared and captured (rules.md, "A round" 6). */
export function scoreSeat(round: {
  readonly declared: number;
  readonly captured: number;
  readonly multiplier: number;
}): RoundScore {
  const { declared, captured, multiplier } = round;
  const miss = Math.abs(declared - captured);
  const bonus = miss > 0 ? 0 : declared === 0 ? 3 : 5;
  const hitValue = miss > 0 ? -miss : declared;
  const base = bonus + hitValue;
  return { base, bonus, hitValue, final: base * multiplier };
}

export type GameResult =
  { readonly over: false } | { readonly over: true; readonly winners: readonly Seat[] };

/**
 * Whether the game ends after this round. It does when a total has reached `winScore` or `round` (rounds scored
 * so far) has reached `maxRounds`; the highest total wins, ties share, winners in seat order.
 */
export function gameResult(game: {
  readonly totals: BySeat<number>;
  readonly round: number;
  readonly winScore: number;
  readonly maxRounds: number;
}): GameResult {
  const { totals, round, winScore, maxRounds } = game;
  const highest = Math.max(...SEATS.map((seat) => totals[seat]));
  if (highest < winScore && round < maxRounds) return { over: false };
  return { over: true, winners: SEATS.filter((seat) => totals[seat] === highest) };
}

/** The place of every seat, 1 the best. Equal totals share a place and the places after it stay empty (1, 1, 3, 4). */
export function rank(totals: BySeat<number>): BySeat<number> {
  return bySeat((seat) => 1 + SEATS.filter((other) => totals[other] > totals[seat]).length);
}
