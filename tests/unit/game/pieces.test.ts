import { expect, test } from '@jest/globals';
import { colourOf, DECK, kindOf, label, PIECES, points } from '../../../src/game/pieces.ts';

test.each([
  ['GENERAL', 14, 13, 1],
  ['ADVISOR', 12, 11, 2],
  ['ELEPHANT', 10, 9, 2],
  ['CHARIOT', 8, 7, 2],
  ['HORSE', 6, 5, 2],
  ['CANNON', 4, 3, 2],
  ['SOLDIER', 2, 1, 5],
] as const)('a red %s is worth %i, a black one %i, and each colour has %i', (kind, red, black, copies) => {
  expect(points(`${kind}_RED`)).toBe(red);
  expect(points(`${kind}_BLACK`)).toBe(black);
  expect(DECK.filter((piece) => piece === `${kind}_RED`)).toHaveLength(copies);
  expect(DECK.filter((piece) => piece === `${kind}_BLACK`)).toHaveLength(copies);
});

test('there are 32 pieces, 14 of them distinct, worth 1 to 14', () => {
  expect(DECK).toHaveLength(32);
  expect(new Set(DECK)).toEqual(new Set(PIECES));
  expect(PIECES.map(points).toSorted((a, b) => a - b)).toEqual([
    1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14,
  ]);
});

test('the name of a piece says its kind and its colour', () => {
  for (const piece of PIECES) expect(`${kindOf(piece)}_${colourOf(piece)}`).toBe(piece);
});

test('a piece is written with its points', () => {
  expect(label('ELEPHANT_RED')).toBe('ELEPHANT_RED(10)');
  expect(label('SOLDIER_BLACK')).toBe('SOLDIER_BLACK(1)');
});
