import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { createWorld } from '../../support/memory-ports.ts';
import { happened, say, speaker } from '../../support/players.ts';
import { tableOf } from '../../support/room.ts';
import { latencyCount, latencyOf, latencySamples } from '../../../src/app/latency.ts';

/** The latency of commands that took so long each, ms. */
function latencyOfAll(times: readonly number[]) {
  const counts: Record<string, number> = {};
  for (const ms of times) counts[latencyCount(ms)] = (counts[latencyCount(ms)] ?? 0) + 1;
  return latencyOf(counts);
}

describe('the latency of commands', () => {
  test('is unknown without any', () => {
    expect(latencyOf({ frames: 12, 'errors.NOT_YOUR_TURN': 3 })).toEqual({
      commands: 0,
      p50_ms: null,
      p99_ms: null,
    });
  });

  test('is counted in buckets that widen with the time', () => {
    expect([0, 1, 1.2, 7, 8, 199, 9_999, 60_000].map(latencyCount)).toEqual([
      'ms.1',
      'ms.1',
      'ms.2',
      'ms.7',
      'ms.10',
      'ms.200',
      'ms.10000',
      'ms.10000',
    ]);
  });

  test('is counted for each frame that asks for something, and not for those that keep a connection up', async () => {
    const world = createWorld();
    happened(world, tableOf([1, 2]));
    world.faults.before('load', () => world.pass(0.18));
    await say(world, speaker(1), 'get_room_state');
    await say(world, speaker(1), 'ping', { timestamp: 1 });
    await say(world, speaker(1), 'ack', { sequence: 1, client_id: 'me' });
    await say(world, speaker(1), 'no_such_event');
    await say(world, speaker(1), 'declare', { value: 1 });
    const counted = [...world.counts].filter(([name]) => name.startsWith('ms.'));
    expect(Object.fromEntries(counted)).toEqual({ 'ms.200': 1, 'ms.1': 1 });
  });

  test('tells the slow few from the fast many', () => {
    const { commands, p50_ms, p99_ms } = latencyOfAll([
      ...Array<number>(980).fill(6),
      ...Array<number>(20).fill(900),
    ]);
    expect(commands).toBe(1_000);
    expect(p50_ms).toBeCloseTo(6, 0);
    expect(p99_ms).toBeGreaterThan(700);
    expect(p99_ms).toBeLessThanOrEqual(1_000);
  });

  test('is never off by more than the bucket that the command in question fell into', () => {
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: 1, max: 10_000 }), { minLength: 1, maxLength: 200 }),
        (times) => {
          const sorted = times.toSorted((a, b) => a - b);
          const { p50_ms, p99_ms } = latencyOfAll(times);
          for (const [told, share] of [
            [p50_ms, 0.5],
            [p99_ms, 0.99],
          ] as const) {
            const exact = sorted[Math.ceil(share * sorted.length) - 1] ?? 0;
            expect(told).not.toBeNull();
            expect(told ?? 0).toBeGreaterThanOrEqual(exact / 2 - 0.1);
            expect(told ?? 0).toBeLessThanOrEqual(2 * exact);
          }
        },
      ),
    );
  });
});

describe('samples of the latency, for metrics that take a hundred values a line', () => {
  const countsOf = (times: readonly number[]): Record<string, number> => {
    const counts: Record<string, number> = {};
    for (const ms of times) counts[latencyCount(ms)] = (counts[latencyCount(ms)] ?? 0) + 1;
    return counts;
  };

  test('are all commands while there are few', () => {
    expect(latencySamples(countsOf([4, 4, 90]), 100)).toEqual([5, 5, 100]);
  });

  test('are never more than allowed, in order, and the slowest command is among them', () => {
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: 0, max: 10_000 }), { minLength: 1, maxLength: 700 }),
        (times) => {
          const samples = latencySamples(countsOf(times), 100);
          expect(samples).toHaveLength(Math.min(100, times.length));
          expect(samples).toEqual([...samples].sort((a, b) => a - b));
          expect(samples.at(-1)).toBeGreaterThanOrEqual(Math.max(...times));
        },
      ),
    );
  });
});
