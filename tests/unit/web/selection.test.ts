// The pieces chosen: what they are called, why they may not be played, what beats what lies, and what to suggest.
import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { DECK, label, points } from '../../../src/game/pieces.ts';
import type { Piece } from '../../../src/game/pieces.ts';
import { classify, pick, setsIn, winnerOf } from '../../../src/game/sets.ts';
import { texts } from '../../../src/web/language.ts';
import { bestSoFar, judgeSelection, suggestPlay } from '../../../src/web/selection.ts';
import type { Required } from '../../../src/web/selection.ts';

const labels = (...pieces: Piece[]) => pieces.map(label);
const hands = (least: number, most: number) =>
  fc.shuffledSubarray([...DECK], { minLength: least, maxLength: most });

describe('a leader', () => {
  test.each([
    [[], 'nothing'],
    [labels('HORSE_RED', 'HORSE_BLACK'), 'colours'],
    [labels('HORSE_RED', 'CANNON_RED'), 'no_set'],
    [Array<string>(7).fill(label('SOLDIER_RED')), 'too_many'],
  ])('cannot lead with %j: %s', (chosen, kind) => {
    const { obstacle, wins } = judgeSelection(chosen, null);
    expect(obstacle?.kind).toBe(kind);
    expect(wins).toBe(false);
    expect(obstacle && texts().obstacle(obstacle)).toMatch(/\.$/);
  });

  test('may lead with any set, which is named with its points', () => {
    const selection = judgeSelection(labels('CHARIOT_RED', 'HORSE_RED', 'CANNON_RED'), null);
    expect(selection).toEqual({ type: 'STRAIGHT', worth: 18, obstacle: null, wins: true });
    expect(texts().setWorth(selection.type, selection.worth)).toBe('Straight, 18');
  });

  test('meets an obstacle exactly when the pieces are no set', () => {
    fc.assert(
      fc.property(hands(0, 8), (pieces) => {
        expect(judgeSelection(pieces.map(label), null).obstacle === null).toBe(
          classify(pieces) !== 'INVALID',
        );
      }),
    );
  });
});

describe('a follower', () => {
  const pair: Required = { count: 2, best: labels('CHARIOT_BLACK', 'CHARIOT_BLACK') };

  test('must choose as many pieces as were led, and is told how many are chosen', () => {
    const { obstacle } = judgeSelection(labels('HORSE_RED'), pair);
    expect(obstacle).toEqual({ kind: 'count', required: 2, chosen: 1 });
    expect(obstacle && texts().obstacle(obstacle)).toBe('Choose 2: you have chosen 1.');
  });

  test.each([
    [labels('CHARIOT_RED', 'CHARIOT_RED'), true],
    [labels('CHARIOT_BLACK', 'CHARIOT_BLACK'), false],
    [labels('GENERAL_RED', 'ADVISOR_RED'), false],
  ])('may lay %j; that it wins so far: %s', (chosen, wins) => {
    expect(judgeSelection(chosen, pair)).toMatchObject({ obstacle: null, wins });
  });
});

describe('the best play so far', () => {
  test('is the one the rules would have win', () => {
    fc.assert(
      fc.property(hands(12, 12), fc.integer({ min: 1, max: 3 }), (pieces, count) => {
        const [lead] = setsIn(pieces.slice(0, 6), count);
        fc.pre(lead !== undefined);
        const rest = pieces.slice(6);
        const plays = [pick(pieces, lead), rest.slice(0, count), rest.slice(count, 2 * count)];
        const names = ['Ann', 'Bea', 'Cid'];
        const laid = Object.fromEntries(
          plays.map((play, index) => [
            names[index] ?? '',
            { pieces: play.map(label), play_type: classify(play), play_value: 0, is_valid: true },
          ]),
        );
        expect(bestSoFar([...names, 'Dee'], laid)).toBe(names[winnerOf(plays)]);
      }),
    );
  });

  test('is nobody’s before anything lies on the table', () => {
    expect(bestSoFar(['Ann', 'Bea'], {})).toBeNull();
  });
});

describe('the hint', () => {
  test('can always be played, and wins whenever some pieces of the hand would', () => {
    fc.assert(
      fc.property(hands(8, 8), hands(1, 4), (hand, led) => {
        fc.pre(classify(led) !== 'INVALID' && led.length <= hand.length);
        const required: Required = { count: led.length, best: led.map(label) };
        const judge = (positions: readonly number[]) =>
          judgeSelection(pick(hand, positions).map(label), required);
        const suggested = judge(suggestPlay(hand, required));
        expect(suggested.obstacle).toBeNull();
        expect(suggested.wins).toBe(setsIn(hand, led.length).some((positions) => judge(positions).wins));
      }),
    );
  });

  test('throws the cheapest away when nothing wins', () => {
    const hand: Piece[] = ['ADVISOR_RED', 'SOLDIER_BLACK', 'HORSE_RED', 'CANNON_BLACK'];
    const required: Required = { count: 2, best: labels('ELEPHANT_RED', 'ELEPHANT_RED') };
    expect(pick(hand, suggestPlay(hand, required)).map(points)).toEqual([1, 3]);
  });
});
