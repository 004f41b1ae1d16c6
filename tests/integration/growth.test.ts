// What must not grow does not: the cost of moves, lists and statistics, measured small on a table that counts.

import { beforeAll, describe, expect, jest, test } from '@jest/globals';
import { judgeGrowth } from '../../scripts/bench/growth/judge.ts';
import type { GrowthBudgets } from '../../scripts/bench/growth/judge.ts';
import { measureGrowth } from '../../scripts/bench/growth/measure.ts';
import type { Sample } from '../../scripts/bench/growth/measure.ts';
import budgets from '../../scripts/bench/budgets.json' with { type: 'json' };

jest.setTimeout(60_000);

const growth: GrowthBudgets = budgets.growth;
let samples: readonly Sample[];

beforeAll(async () => {
  const sizes = { rooms: [2, 40], spectators: [0, 4], lobby: [3, 30], length: [20, 120] };
  samples = await measureGrowth(sizes, () => undefined);
});

function sampleOf(axis: Sample['axis'], size: number, operation: string): Sample {
  const found = samples.find(
    (sample) => sample.axis === axis && sample.size === size && sample.operation === operation,
  );
  if (found === undefined) throw new Error(`${operation} was not measured at ${axis} ${size}`);
  return found;
}

test('a move costs the same among few rooms and many, and nothing is dearer than its budget', () => {
  expect(judgeGrowth(samples, growth)).toEqual([]);
  expect(sampleOf('rooms', 40, 'play').mean).toEqual(sampleOf('rooms', 2, 'play').mean);
});

test('a move is one read and one write, and a frame for each who is there but its player', () => {
  for (const spectators of [0, 4]) {
    const { mean } = sampleOf('spectators', spectators, 'play');
    expect(mean.calls).toEqual({ PutItem: 1, Query: 1 });
    expect(mean).toMatchObject({ posts: 3 + spectators, messages: 4 + spectators });
  }
});

test('the lobby is told in as many frames as there are people in it', () => {
  expect(sampleOf('lobby', 30, 'lobby told').mean.posts).toBe(30);
});

describe('it is noticed when', () => {
  /** The samples with one of them dearer. */
  const withDearer = (axis: Sample['axis'], size: number, operation: string, mean: Partial<Sample['mean']>) =>
    samples.map((sample) =>
      sample.axis === axis && sample.size === size && sample.operation === operation
        ? { ...sample, mean: { ...sample.mean, ...mean } }
        : sample,
    );

  test('a move reads more because there are more rooms', () => {
    const grown = withDearer('rooms', 40, 'play', { readUnits: 2.5 });
    expect(judgeGrowth(grown, growth)).toEqual([
      expect.stringMatching(/^play at rooms 40: readUnits are 2\.5, at rooms 2 /),
    ]);
  });

  test('a move makes another call because a game is longer', () => {
    const grown = withDearer('length', 120, 'declare', { calls: { PutItem: 1, Query: 2 } });
    expect(judgeGrowth(grown, growth)).toEqual([expect.stringMatching(/^declare at length 120: calls are /)]);
  });

  test('the lobby is told too often for its size', () => {
    const grown = samples.map((sample) =>
      sample.operation === 'lobby told' && sample.axis === 'lobby' && sample.size === 30
        ? { ...sample, mean: { ...sample.mean, posts: 5_000 }, spacing: 2 }
        : sample,
    );
    expect(judgeGrowth(grown, growth)).toEqual([
      'lobby told at lobby 30: 2500 posts a second, the budget is 1000.',
    ]);
  });
});
