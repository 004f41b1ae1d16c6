import { beforeEach, describe, expect, test } from '@jest/globals';
import { systemDays } from '../../../src/app/days.ts';
import { recordResult } from '../../../src/app/results.ts';
import { gameWith } from '../../support/finished.ts';
import { createWorld } from '../../support/memory-ports.ts';
import type { World } from '../../support/memory-ports.ts';

let world: World;

beforeEach(() => {
  world = createWorld();
});

describe('the system’s days', () => {
  test('are all there, oldest first, with what their games were', async () => {
    const yesterday = world.now - 24 * 3_600_000;
    await recordResult(
      world.ports,
      gameWith({ roomId: 'A', startedAt: yesterday, endedAt: yesterday + 600_000 }),
    );
    await recordResult(
      world.ports,
      gameWith({ roomId: 'B', startedAt: yesterday, endedAt: yesterday + 300_000 }),
    );
    await recordResult(world.ports, gameWith({ roomId: 'C', outcome: 'aborted', endedAt: world.now }));
    const nothing = {
      completed: 0,
      abandoned: 0,
      aborted: 0,
      rounds: 0,
      humans: 0,
      bots: 0,
      left: 0,
      minutes: 0,
    };
    expect(await systemDays(world.ports, 3)).toEqual({
      days: [
        { date: '2025-12-30', ...nothing },
        { date: '2025-12-31', ...nothing, completed: 2, rounds: 24, humans: 2, bots: 6, minutes: 15 },
        { date: '2026-01-01', ...nothing, aborted: 1, rounds: 12, humans: 1, bots: 3 },
      ],
      timestamp: world.now / 1_000,
    });
  });
});
