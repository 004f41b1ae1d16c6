import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { allowedDeclarations, PILES } from '../../../src/game/declaring.ts';
import { declaring } from './arbitraries.ts';

const ALL = [0, 1, 2, 3, 4, 5, 6, 7, 8];

describe('a player may declare', () => {
  test('0 to 8 when first', () => {
    expect(allowedDeclarations({ declared: [], zerosInARow: 0 })).toEqual(ALL);
  });

  test('what makes the total 8 when others are yet to declare', () => {
    expect(allowedDeclarations({ declared: [3, 2], zerosInARow: 0 })).toEqual(ALL);
  });

  test('not what makes the total 8 when last', () => {
    expect(allowedDeclarations({ declared: [3, 2, 0], zerosInARow: 0 })).toEqual([0, 1, 2, 4, 5, 6, 7, 8]);
  });

  test('anything when last and the others are above 8 already', () => {
    expect(allowedDeclarations({ declared: [4, 4, 1], zerosInARow: 0 })).toEqual(ALL);
  });

  test('0 again after one round with 0', () => {
    expect(allowedDeclarations({ declared: [2], zerosInARow: 1 })).toEqual(ALL);
  });

  test('at least 1 after two rounds with 0', () => {
    expect(allowedDeclarations({ declared: [2], zerosInARow: 2 })).toEqual([1, 2, 3, 4, 5, 6, 7, 8]);
  });

  test('neither 0 nor what makes 8 when both limits hold', () => {
    expect(allowedDeclarations({ declared: [5, 2, 0], zerosInARow: 2 })).toEqual([2, 3, 4, 5, 6, 7, 8]);
    expect(allowedDeclarations({ declared: [5, 2, 1], zerosInARow: 2 })).toEqual([1, 2, 3, 4, 5, 6, 7, 8]);
  });
});

test('seven declarations or more always remain, from 0 to 8 and rising', () => {
  fc.assert(
    fc.property(declaring, (given) => {
      const allowed = allowedDeclarations(given);
      expect(allowed.length).toBeGreaterThanOrEqual(7);
      expect(ALL.filter((value) => allowed.includes(value))).toEqual(allowed);
    }),
  );
});

test('four declarations never make a total of 8', () => {
  const choices = fc.array(fc.nat(), { minLength: 4, maxLength: 4 });
  fc.assert(
    fc.property(choices, fc.integer({ min: 0, max: 3 }), (choices, zerosInARow) => {
      const declared = choices.reduce<readonly number[]>((declared, choice) => {
        const allowed = allowedDeclarations({ declared, zerosInARow });
        return [...declared, ...allowed.slice(choice % allowed.length).slice(0, 1)];
      }, []);
      expect(declared).toHaveLength(4);
      expect(declared.reduce((sum, value) => sum + value)).not.toBe(PILES);
    }),
  );
});

test('whoever chooses freely never declares 0 three times in a row', () => {
  const rounds = fc.array(fc.tuple(fc.array(fc.integer({ min: 0, max: 8 }), { maxLength: 3 }), fc.boolean()));
  fc.assert(
    fc.property(rounds, (rounds) => {
      let zerosInARow = 0;
      for (const [declared, wantsZero] of rounds) {
        const declaresZero = wantsZero && allowedDeclarations({ declared, zerosInARow }).includes(0);
        zerosInARow = declaresZero ? zerosInARow + 1 : 0;
        expect(zerosInARow).toBeLessThan(3);
      }
    }),
  );
});
