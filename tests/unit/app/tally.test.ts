import { beforeEach, expect, test } from '@jest/globals';
import { createTally } from '../../../src/app/tally.ts';
import { minuteOf } from '../../../src/store/counters.ts';
import { createWorld } from '../../support/memory-ports.ts';
import type { World } from '../../support/memory-ports.ts';

let world: World;
let tally: ReturnType<typeof createTally>;
let emitted: Readonly<Record<string, number>>[];

beforeEach(() => {
  world = createWorld();
  emitted = [];
  tally = createTally(world.ports.store, world.ports.clock, {
    everySeconds: 5,
    emit: (gathered) => void emitted.push(gathered),
  });
});

function written(): Promise<Readonly<Record<string, number>>> {
  return world.ports.store.tallies(minuteOf(world.now - 60_000), minuteOf(world.now));
}
function writes(): number {
  return world.calls.filter((call) => call === 'tally').length;
}

test('counts are added up and written together, in the minute of the writing', async () => {
  tally.count('moves');
  tally.count('moves', 2);
  tally.count('errors.X');
  await tally.flush();
  expect(await written()).toEqual({ moves: 3, 'errors.X': 1 });
  expect(writes()).toBe(1);
});

test('nothing counted is nothing written', async () => {
  await tally.flush();
  expect(world.calls).toEqual([]);
});

test('counts are written every so many seconds at the most, and none is lost', async () => {
  for (let tenth = 0; tenth < 100; tenth++) {
    tally.count('moves');
    await tally.flush();
    world.pass(0.1);
  }
  expect(writes()).toBe(2);
  await tally.flush();
  expect(await written()).toEqual({ moves: 100 });
  expect(emitted.reduce((sum, { moves = 0 }) => sum + moves, 0)).toBe(100);
  expect(emitted).toHaveLength(3);
});

test('counts that could not be written go with the next ones, and nobody suffers', async () => {
  tally.count('moves', 2);
  world.faults.refuse('tally');
  await tally.flush();
  tally.count('moves');
  world.pass(5);
  await tally.flush();
  expect(await written()).toEqual({ moves: 3 });
});
