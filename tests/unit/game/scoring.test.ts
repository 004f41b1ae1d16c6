import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { gameResult, rank, scoreSeat } from '../../../src/game/scoring.ts';
import { bySeat, SEATS } from '../../../src/game/seats.ts';
import { numbersBySeat } from './arbitraries.ts';

const piles = fc.integer({ min: 0, max: 8 });
const multipliers = fc.integer({ min: 1, max: 9 });
const totals = numbersBySeat(fc.integer({ min: -60, max: 80 }));
/** Few different values, so that seats tie often. */
const closeTotals = numbersBySeat(fc.integer({ min: 48, max: 51 }));

describe('the score of a round', () => {
  test.each([
    { story: 'nothing declared, nothing captured', declared: 0, captured: 0, base: 3, bonus: 3, hitValue: 0 },
    { story: 'nothing declared, two captured', declared: 0, captured: 2, base: -2, bonus: 0, hitValue: -2 },
    { story: 'four declared, four captured', declared: 4, captured: 4, base: 9, bonus: 5, hitValue: 4 },
    { story: 'all eight declared and captured', declared: 8, captured: 8, base: 13, bonus: 5, hitValue: 8 },
    { story: 'one too few', declared: 3, captured: 2, base: -1, bonus: 0, hitValue: -1 },
    { story: 'five too many', declared: 1, captured: 6, base: -5, bonus: 0, hitValue: -5 },
  ])('$story gives $base, tripled after two redeals', ({ declared, captured, base, bonus, hitValue }) => {
    expect(scoreSeat({ declared, captured, multiplier: 1 })).toEqual({ base, bonus, hitValue, final: base });
    expect(scoreSeat({ declared, captured, multiplier: 3 })).toEqual({
      base,
      bonus,
      hitValue,
      final: 3 * base,
    });
  });

  test('is above zero for a hit and minus the difference for a miss, times the multiplier', () => {
    fc.assert(
      fc.property(piles, piles, multipliers, (declared, captured, multiplier) => {
        const { base, bonus, hitValue, final } = scoreSeat({ declared, captured, multiplier });
        expect(bonus + hitValue).toBe(base);
        expect(final).toBe(base * multiplier);
        if (declared === captured) expect(base).toBeGreaterThanOrEqual(3);
        else expect(base).toBe(-Math.abs(declared - captured));
      }),
    );
  });
});

describe('the game', () => {
  const rules = { winScore: 50, maxRounds: 20 };

  test('goes on while everybody is below 50 and rounds are left', () => {
    expect(gameResult({ ...rules, totals: { 1: 49, 2: -10, 3: 49, 4: 0 }, round: 19 })).toEqual({
      over: false,
    });
  });

  test('ends when somebody has 50', () => {
    const totals = { 1: 49, 2: 50, 3: 12, 4: 0 };
    expect(gameResult({ ...rules, totals, round: 7 })).toEqual({ over: true, winners: [2] });
  });

  test('is won by the highest when two have passed 50', () => {
    const totals = { 1: 51, 2: 50, 3: 53, 4: 0 };
    expect(gameResult({ ...rules, totals, round: 7 })).toEqual({ over: true, winners: [3] });
  });

  test('is shared by those who have the same highest total', () => {
    const totals = { 1: 55, 2: 50, 3: 55, 4: 0 };
    expect(gameResult({ ...rules, totals, round: 7 })).toEqual({ over: true, winners: [1, 3] });
  });

  test('ends after round 20 and is won by the highest, even below zero', () => {
    const totals = { 1: -7, 2: -3, 3: -3, 4: -30 };
    expect(gameResult({ ...rules, totals, round: 20 })).toEqual({ over: true, winners: [2, 3] });
  });

  test('is over just when a total or the rounds have reached their limit, and those in first place win', () => {
    const rounds = fc.integer({ min: 1, max: 20 });
    fc.assert(
      fc.property(fc.oneof(totals, closeTotals), rounds, (totals, round) => {
        const result = gameResult({ ...rules, totals, round });
        expect(result.over).toBe(round === 20 || SEATS.some((seat) => totals[seat] >= 50));
        if (result.over) expect(result.winners).toEqual(SEATS.filter((seat) => rank(totals)[seat] === 1));
      }),
    );
  });
});

describe('the ranking', () => {
  test('gives equal totals the same place and leaves out the places after it', () => {
    expect(rank({ 1: 20, 2: 55, 3: 20, 4: -4 })).toEqual({ 1: 2, 2: 1, 3: 2, 4: 4 });
    expect(rank({ 1: 0, 2: 0, 3: 0, 4: 0 })).toEqual({ 1: 1, 2: 1, 3: 1, 4: 1 });
  });

  test('puts more points before fewer and counts the seats before', () => {
    fc.assert(
      fc.property(fc.oneof(totals, closeTotals), (totals) => {
        const places = rank(totals);
        const before = bySeat((seat) => SEATS.filter((other) => places[other] < places[seat]).length);
        for (const seat of SEATS) {
          expect(places[seat]).toBe(before[seat] + 1);
          for (const other of SEATS) expect(places[seat] < places[other]).toBe(totals[seat] > totals[other]);
        }
      }),
    );
  });
});
