import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { broadcast } from '../../../src/app/broadcast.ts';
import { LOBBY } from '../../../src/app/lobby.ts';
import { createWorld } from '../../support/memory-ports.ts';
import type { World } from '../../support/memory-ports.ts';
import { happened, lengthOf, typesAfter } from '../../support/players.ts';
import { attached, detached, gameAt, PEOPLE, ROOM } from '../../support/room.ts';

let world: World;

beforeEach(() => {
  world = createWorld();
});
afterEach(() => {
  expect(world.faults.left).toEqual([]);
});

function deliver(
  roomId: string,
  ...sends: readonly { connectionId: string; frames: object[]; close?: true }[]
) {
  return broadcast(world.ports, { roomId, seq: 7, sends });
}
function send(connectionId: string, ...frames: object[]) {
  return { connectionId, frames };
}
const BEN = PEOPLE[2].connection;

test('frames of one connection are posted in order, each when the one before has arrived', async () => {
  let arrive: (() => void) | undefined;
  world.faults.before('post a', () => new Promise<void>((resolve) => (arrive = resolve)));
  const delivering = deliver(ROOM, send('a', { n: 1 }, { n: 2 }), send('b', { n: 3 }, { n: 4 }));
  await new Promise(setImmediate);
  // The other connection does not wait for it.
  expect(world.posts).toEqual([
    { connection: 'b', text: '{"n":3}' },
    { connection: 'b', text: '{"n":4}' },
  ]);
  expect(world.calls.filter((call) => call === 'post a')).toHaveLength(1);
  arrive?.();
  expect(await delivering).toEqual({ delivered: 2, gone: 0, failed: 0 });
  expect(world.posts.slice(2)).toEqual([
    { connection: 'a', text: '{"n":1}' },
    { connection: 'a', text: '{"n":2}' },
  ]);
});

test('what became of it is counted and logged, without what was in it', async () => {
  world.reach.set('b', 'failed');
  world.reach.set('c', 'gone');
  await deliver(
    ROOM,
    send('a', { hand: 'secret' }),
    send('b', { hand: 'secret' }),
    send('c', { hand: 'secret' }),
  );
  expect(Object.fromEntries(world.counts)).toEqual({
    'posts.delivered': 1,
    'posts.failed': 1,
    'posts.gone': 1,
  });
  expect(world.lines).toEqual([
    { level: 'info', message: 'broadcast', fields: { room: ROOM, seq: 7, delivered: 1, gone: 1, failed: 1 } },
  ]);
});

test('what went as it should is no line: who ordered it has written one', async () => {
  await deliver(ROOM, send('a', { n: 1 }));
  expect(world.lines).toEqual([]);
});

describe('a connection that is to be closed', () => {
  test('is closed once it has all its frames', async () => {
    await deliver(ROOM, { ...send('a', { n: 1 }, { n: 2 }), close: true }, send('b', { n: 1 }));
    expect(world.calls.filter((call) => call.endsWith(' a'))).toEqual(['post a', 'post a', 'close a']);
    expect(world.closed).toEqual(['a']);
  });

  test('and is gone by itself or out of reach is not closed', async () => {
    world.reach.set('a', 'gone');
    world.reach.set('b', 'failed');
    await deliver(ROOM, { ...send('a', { n: 1 }), close: true }, { ...send('b', { n: 1 }), close: true });
    expect(world.closed).toEqual([]);
  });
});

describe('a connection out of reach', () => {
  test('gets no later frame before an earlier one, and leaves a letter that says who missed what', async () => {
    world.reach.set('a', 'failed');
    expect(await deliver(ROOM, send('a', { n: 1 }, { n: 2 }))).toEqual({ delivered: 0, gone: 0, failed: 1 });
    expect(world.calls.filter((call) => call === 'post a')).toHaveLength(1);
    expect(world.buried).toEqual([{ roomId: ROOM, seq: 7, connectionId: 'a' }]);
  });
});

describe('a connection that is gone', () => {
  beforeEach(() => {
    happened(world, gameAt('turn'));
    world.reach.set(BEN, 'gone');
  });

  test('is taken for disconnected, and the others are told', async () => {
    world.pass(2);
    expect(await deliver(ROOM, send(BEN, { n: 1 }, { n: 2 }))).toEqual({ delivered: 0, gone: 1, failed: 0 });
    expect(world.calls.filter((call) => call === `post ${BEN}`)).toHaveLength(1);
    expect(typesAfter(world, 1)).toEqual([['Detached']]);
    expect(world.eventsTo(PEOPLE[1].connection)).toEqual(['phase_change']);
    expect(world.buried).toEqual([]);
  });

  test('within two seconds of its coming may only not be there yet', async () => {
    world.pass(1.999);
    await deliver(ROOM, send(BEN, { n: 1 }));
    expect(lengthOf(world)).toBe(1);
  });

  test('that nobody speaks for any more is no loss', async () => {
    happened(world, [detached(2), attached(2, 'new-socket')]);
    world.pass(10);
    await deliver(ROOM, send(BEN, { n: 1 }));
    expect(lengthOf(world)).toBe(2);
  });

  test('twice is disconnected once', async () => {
    world.pass(2);
    await deliver(ROOM, send(BEN, { n: 1 }));
    await deliver(ROOM, send(BEN, { n: 2 }));
    expect(lengthOf(world)).toBe(2);
  });
});

describe('in the lobby, a connection that is gone', () => {
  const come = () =>
    world.ports.store.connected({ connection: 'a', room: LOBBY, player: 'zoe', at: world.now });
  const members = async () => {
    const all: string[] = [];
    for await (const some of world.ports.store.lobbyMembers()) all.push(...some);
    return all;
  };

  test('is forgotten', async () => {
    await come();
    world.pass(2);
    world.reach.set('a', 'gone');
    await deliver(LOBBY, send('a', { n: 1 }));
    expect(await members()).toEqual([]);
    expect(await world.ports.store.connection('a')).toBeNull();
  });

  test('within two seconds of its coming may only not be there yet, and stays', async () => {
    await come();
    world.pass(1.999);
    world.reach.set('a', 'gone');
    await deliver(LOBBY, send('a', { n: 1 }));
    expect(await members()).toEqual(['a']);
  });

  test('and not even known is forgotten all the same', async () => {
    await world.ports.store.enterLobby({ connection: 'a', at: world.now });
    world.reach.set('a', 'gone');
    await deliver(LOBBY, send('a', { n: 1 }));
    expect(await members()).toEqual([]);
  });
});

describe('trouble with one connection', () => {
  test.each([
    ['its letter cannot be written', 'failed', 'bury'],
    ['it cannot be closed', 'delivered', 'close a'],
    ['its room cannot be told', 'gone', 'load'],
  ] as const)('is logged and is no reason to post to all others again: %s', async (_what, result, call) => {
    happened(world, gameAt('turn'));
    world.reach.set('a', result);
    world.faults.refuse(call);
    const reach = await deliver(ROOM, { ...send('a', { n: 1 }), close: true }, send('b', { n: 1 }));
    expect(reach).toMatchObject({ [result]: result === 'delivered' ? 2 : 1 });
    expect(world.lines[0]).toMatchObject({ level: 'error', fields: { room: ROOM, seq: 7, result } });
  });
});

describe('errands', () => {
  const heartbeat = { effect: 'heartbeat', token: 'a token' } as const;
  const tick = { effect: 'scheduleTick', seq: 7, due: 10_000, delaySeconds: 7 } as const;
  const run = () =>
    broadcast(world.ports, {
      roomId: ROOM,
      seq: 7,
      sends: [send('a', { n: 1 })],
      errands: [heartbeat, tick],
    });

  test('are run beside the posts', async () => {
    expect(await run()).toEqual({ delivered: 1, gone: 0, failed: 0 });
    expect(world.phases).toEqual([expect.objectContaining({ token: 'a token' })]);
    expect(world.ticks).toEqual([
      { tick: { kind: 'room', roomId: ROOM, seq: 7, due: 10_000 }, delaySeconds: 7 },
    ]);
  });

  test('that fail are logged and counted, and cost nobody a frame or the other errand', async () => {
    world.faults.refuse('heartbeat');
    expect(await run()).toEqual({ delivered: 1, gone: 0, failed: 0 });
    expect(world.ticks).toHaveLength(1);
    expect(Object.fromEntries(world.counts)).toMatchObject({ 'failures.heartbeat': 1 });
    expect(JSON.stringify(world.lines)).not.toContain('a token');
  });
});
