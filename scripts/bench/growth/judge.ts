// What must be flat, and what must be bounded: a sentence for everything that is not.

import * as z from 'zod/mini';
import { SNAPSHOT_EVERY } from '../../../src/store/log.ts';
import type { Cost } from './counted.ts';
import { ANY_MOVE } from './measure.ts';
import type { Axis, Sample } from './measure.ts';

/** Limits of `scripts/bench/budgets.json`, key `growth`. */
export const GrowthBudgets = z.strictObject({
  /** Of one move, whatever has grown: on average over a round. */
  moveReadUnits: z.number(),
  moveWriteUnits: z.number(),
  /** Items that a move reads at the most. */
  moveItems: z.number(),
  getRoomsReadUnits: z.number(),
  statisticsReadUnits: z.number(),
  roomPageReadUnits: z.number(),
  lobbyPostsASecond: z.number(),
});
export type GrowthBudgets = z.output<typeof GrowthBudgets>;

const MOVES: readonly string[] = ['declare', 'play', 'play that ends a turn', ANY_MOVE];
/** What does not depend on others at all; with `sync_request` and `ping`, which are no moves. */
const IN_A_ROOM: readonly string[] = [...MOVES, 'ping', 'sync_request'];
/** A longer game has a longer score sheet in its snapshots, which costs a read unit now and then; no more than that. */
const LONGER = 1.5;
/** Shorter logs are read whole, so they cost less. */
const LONG_ENOUGH = SNAPSHOT_EVERY;

/** Everything that grew where it should not have; nothing when all is as it should be. */
export function judgeGrowth(samples: readonly Sample[], budgets: GrowthBudgets): readonly string[] {
  return [
    ...flat(samples, 'rooms', IN_A_ROOM, ['readUnits', 'writeUnits', 'items', 'posts', 'messages']),
    ...flat(samples, 'lobby', IN_A_ROOM, ['readUnits', 'writeUnits', 'items', 'posts', 'messages']),
    ...flat(samples, 'spectators', IN_A_ROOM, ['items']),
    ...flat(samples, 'length', ['declare', 'play'], ['posts', 'messages']),
    ...flat(samples, 'lobby', ['get_rooms'], ['readUnits', 'items', 'messages']),
    ...sameCalls(samples, 'rooms', ['operator: statistics', 'get_rooms']),
    ...longer(samples),
    ...within(samples, budgets),
  ];
}

type Figure = Exclude<keyof Cost, 'calls'>;

function flat(
  samples: readonly Sample[],
  axis: Axis,
  operations: readonly string[],
  figures: readonly Figure[],
): readonly string[] {
  const grown = compared(samples, axis, operations).flatMap(([least, most]) =>
    figures.flatMap((figure) =>
      least.mean[figure] === most.mean[figure]
        ? []
        : [
            `${placeOf(most)}: ${figure} are ${most.mean[figure]}, at ${axis} ${least.size} ${least.mean[figure]}.`,
          ],
    ),
  );
  return [...grown, ...sameCalls(samples, axis, operations)];
}

function sameCalls(samples: readonly Sample[], axis: Axis, operations: readonly string[]): readonly string[] {
  return compared(samples, axis, operations).flatMap(([least, most]) => {
    const [before, after] = [least, most].map(({ mean }) => JSON.stringify(mean.calls));
    return before === after
      ? []
      : [`${placeOf(most)}: calls are ${after ?? ''}, at ${axis} ${least.size} ${before ?? ''}.`];
  });
}

/** What a move reads hardly grows with the length of a game. */
function longer(samples: readonly Sample[]): readonly string[] {
  const long = samples.filter(({ size }) => size >= LONG_ENOUGH);
  return compared(long, 'length', [ANY_MOVE]).flatMap(([least, most]) => {
    const { readUnits } = most.mean;
    return readUnits <= least.mean.readUnits * LONGER
      ? []
      : [`${placeOf(most)}: ${readUnits} read units, at length ${least.size} ${least.mean.readUnits}.`];
  });
}

function within(samples: readonly Sample[], budgets: GrowthBudgets): readonly string[] {
  return samples.flatMap((sample) => {
    const { operation, mean, most, spacing } = sample;
    const limits: readonly (readonly [what: string, is: number, limit: number])[] = [
      ...(operation === ANY_MOVE
        ? ([
            ['read units', mean.readUnits, budgets.moveReadUnits],
            ['write units', mean.writeUnits, budgets.moveWriteUnits],
            ['items read', most.items, budgets.moveItems],
          ] as const)
        : []),
      ...(operation === 'get_rooms'
        ? ([['read units', mean.readUnits, budgets.getRoomsReadUnits]] as const)
        : []),
      ...(operation === 'operator: statistics'
        ? ([['read units', mean.readUnits, budgets.statisticsReadUnits]] as const)
        : []),
      ...(operation === 'operator: a page of 20 rooms'
        ? ([['read units', mean.readUnits, budgets.roomPageReadUnits]] as const)
        : []),
      ...(spacing === undefined
        ? []
        : ([['posts a second', mean.posts / spacing, budgets.lobbyPostsASecond]] as const)),
    ];
    return limits.flatMap(([what, is, limit]) =>
      is <= limit ? [] : [`${placeOf(sample)}: ${is} ${what}, the budget is ${limit}.`],
    );
  });
}

/** For each operation the sample of the smallest size with each of the larger ones. */
function compared(
  samples: readonly Sample[],
  axis: Axis,
  operations: readonly string[],
): readonly (readonly [least: Sample, other: Sample])[] {
  return operations.flatMap((operation) => {
    const along = samples
      .filter((sample) => sample.axis === axis && sample.operation === operation)
      .toSorted((a, b) => a.size - b.size);
    const [least, ...others] = along;
    return least === undefined ? [] : others.map((other) => [least, other] as const);
  });
}

function placeOf({ axis, size, operation }: Sample): string {
  return `${operation} at ${axis} ${size}`;
}
