/** Which execution drives a game: its names, and what is found when one of them is taken. */
import { beforeEach, describe, expect, test } from '@jest/globals';
import {
  ensureExecution,
  executionName,
  latestExecution,
  startExecution,
} from '../../../src/app/executions.ts';
import { createWorld, type World } from '../../support/memory-ports.ts';

const RUN = { roomId: 'ABC234', game: 2, startedAt: 1_767_225_600_000 };
const CLOCKS = { moveHeartbeat: 63, redealHeartbeat: 33 };
const FIRST = 'ABC234-2-1767225600000';

let world: World;

beforeEach(() => {
  world = createWorld();
});

const started = () => world.phases.flatMap((each) => (each.call === 'start' ? [each.name] : []));

test('the name of an execution tells its game from any other there ever was', () => {
  expect(executionName(RUN)).toBe(FIRST);
  expect(executionName({ ...RUN, startedAt: RUN.startedAt + 1 })).not.toBe(FIRST);
  const longest = executionName({ roomId: 'X'.repeat(6), game: 999_999, startedAt: 9_999_999_999_999 }, 5);
  expect(longest).toMatch(/^[\w-]{1,80}$/);
});

describe('the start of a game', () => {
  test('asks for nothing but the execution', async () => {
    world.faults.refuse('statusOf');
    const driven = await startExecution(world.ports.phases, RUN, CLOCKS);
    expect(driven).toEqual({ kind: 'started', name: FIRST, closed: [] });
    expect(started()).toEqual([FIRST]);
    expect(world.faults.left).toEqual(['statusOf']);
    world.faults.clear();
  });

  test('whose execution has closed already is driven by another', async () => {
    world.executions.set(FIRST, 'SUCCEEDED');
    const driven = await startExecution(world.ports.phases, RUN, CLOCKS);
    expect(driven).toEqual({ kind: 'started', name: `${FIRST}-2`, closed: [FIRST] });
    expect(started()).toEqual([`${FIRST}-2`]);
  });
});

describe('a game in play', () => {
  test.each([
    ['the version before started', 'ABC234-2'],
    ['that began with it', FIRST],
    ['that took the place of a closed one', `${FIRST}-2`],
  ])('keeps the running execution %s', async (_which, name) => {
    if (name.startsWith(`${FIRST}-`)) world.executions.set(FIRST, 'ABORTED');
    world.executions.set(name, 'RUNNING');
    expect(await ensureExecution(world.ports.phases, RUN, CLOCKS)).toEqual({ kind: 'running' });
    expect(started()).toEqual([]);
  });

  test('of another life of the room does not stop it from getting its own', async () => {
    world.executions.set('ABC234-2', 'SUCCEEDED');
    expect(await ensureExecution(world.ports.phases, RUN, CLOCKS)).toMatchObject({ name: FIRST, closed: [] });
  });

  test('whose executions all closed is an error, and no sixth is started', async () => {
    for (let attempt = 1; attempt <= 5; attempt += 1)
      world.executions.set(executionName(RUN, attempt), 'FAILED');
    await expect(ensureExecution(world.ports.phases, RUN, CLOCKS)).rejects.toThrow(`${FIRST}-5`);
    expect(started()).toEqual([]);
  });

  test('is shown with the latest of its executions', async () => {
    const latest = () => latestExecution(world.ports.phases, RUN);
    expect(await latest()).toEqual({ name: FIRST, status: null });
    world.executions.set('ABC234-2', 'RUNNING');
    expect(await latest()).toEqual({ name: 'ABC234-2', status: 'RUNNING' });
    world.executions.set(FIRST, 'FAILED');
    expect(await latest()).toEqual({ name: FIRST, status: 'FAILED' });
    world.executions.set(`${FIRST}-2`, 'RUNNING');
    expect(await latest()).toEqual({ name: `${FIRST}-2`, status: 'RUNNING' });
  });
});
