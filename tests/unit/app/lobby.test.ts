import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { runTick } from '../../../src/app/game-phases.ts';
import { LOBBY, roomListNow, tellLobby } from '../../../src/app/lobby.ts';
import type { RoomEvent } from '../../../src/room/events.ts';
import { listingOf } from '../../../src/room/listing.ts';
import { createWorld } from '../../support/memory-ports.ts';
import type { World } from '../../support/memory-ports.ts';
import { command, dataOf, happened, inLobby, say } from '../../support/players.ts';
import { attached, bot, gameAt, opened, PEOPLE, ROOM, sat, tableOf } from '../../support/room.ts';

let world: World;

beforeEach(() => {
  world = createWorld();
});
afterEach(() => {
  expect(world.faults.left).toEqual([]);
});

/** A room whose listing is in the directory as of now. */
async function list(room: string, events: readonly RoomEvent[]): Promise<void> {
  const [first, ...rest] = events;
  if (first?.type !== 'RoomOpened') throw new Error('A room opens first');
  const listing = listingOf(happened(world, [{ ...first, room }, ...rest], room));
  if (listing === null) throw new Error('It is listed');
  await world.ports.store.project(listing);
}
async function shown(): Promise<readonly string[]> {
  return dataOf(await roomListNow(world.ports), 'room_list_update').rooms.map(({ room_id }) => room_id);
}
const INHABITED = [opened(), attached(1)];

describe('the games to watch', () => {
  const running = async (): Promise<readonly string[]> =>
    dataOf(await roomListNow(world.ports), 'room_list_update').running.map(({ room_id }) => room_id);
  const started: RoomEvent = { type: 'GameStarted', game: 1 };

  test('are those that run, and no room that waits or has ended', async () => {
    await list('WAITS', INHABITED);
    await list('RUNS', [...tableOf([1]), started]);
    await list('ENDED', [...tableOf([1]), started, { type: 'GameEnded', outcome: 'aborted', winners: [] }]);
    expect(await running()).toEqual(['RUNS']);
  });

  test('are not those of private rooms', async () => {
    const [first, ...rest] = tableOf([1]);
    await list('SECRET', [{ ...opened(), isPrivate: true }, ...rest, started]);
    expect(first?.type).toBe('RoomOpened');
    expect(await running()).toEqual([]);
  });
});

describe('the list of rooms', () => {
  test('shows the newest rooms with a free seat first, in full', async () => {
    await list('OLDER', INHABITED);
    world.pass(1);
    await list('NEWER', [...INHABITED, sat(2), bot(3)]);
    expect(await roomListNow(world.ports)).toEqual({
      event: 'room_list_update',
      data: {
        rooms: [
          {
            room_id: 'NEWER',
            host_name: 'Ann',
            started: false,
            players: [
              { name: 'Ann', is_bot: false, is_host: true, avatar_color: 'blue' },
              { name: 'Ben', is_bot: false, is_host: false, avatar_color: 'purple' },
              { name: 'Bot 3', is_bot: true, is_host: false, avatar_color: 'orange' },
              null,
            ],
            slots: expect.objectContaining({ P3: expect.objectContaining({ name: 'Bot 3' }), P4: null }),
            occupied_slots: 3,
            total_slots: 4,
            created_at: world.now / 1_000,
            last_activity: world.now / 1_000,
          },
          expect.objectContaining({ room_id: 'OLDER' }),
        ],
        running: [],
        timestamp: world.now / 1_000,
      },
    });
  });

  test('leaves out rooms that are full, playing or finished', async () => {
    await list('FULL', tableOf([1]));
    await list('PLAYING', gameAt('turn'));
    await list('FINISHED', [...gameAt('turn'), { type: 'GameEnded', outcome: 'aborted', winners: [] }]);
    expect(await shown()).toEqual([]);
  });

  test('leaves out rooms that are idle for an hour', async () => {
    await list('IDLE', INHABITED);
    world.pass(3_600);
    expect(await shown()).toEqual(['IDLE']);
    world.pass(0.001);
    expect(await shown()).toEqual([]);
  });

  test('leaves out empty rooms that should have been closed by now', async () => {
    await list('EMPTY', [opened()]);
    world.pass(70);
    expect(await shown()).toEqual(['EMPTY']);
    world.pass(0.001);
    expect(await shown()).toEqual([]);
  });

  test('shows fifty at the most', async () => {
    for (let room = 0; room < 60; room++) await list(`R${room}`, INHABITED);
    expect(await shown()).toHaveLength(50);
  });
});

describe('telling the lobby', () => {
  const come = async (...members: readonly string[]) => {
    for (const connection of members)
      await world.ports.store.connected({ connection, room: LOBBY, player: 'zoe', at: world.now });
  };

  test('tells everybody in it the same list', async () => {
    await list(ROOM, INHABITED);
    await come('a', 'b');
    await tellLobby(world.ports);
    const frames = [await roomListNow(world.ports)];
    expect(world.deliveries).toEqual([
      {
        roomId: LOBBY,
        seq: 0,
        sends: ['a', 'b'].map((connectionId) => ({ connectionId, frames })),
      },
    ]);
  });

  test('tells nobody when nobody is there', async () => {
    await tellLobby(world.ports);
    expect(world.deliveries).toEqual([]);
  });

  test('fits what one call of the broadcaster may carry, however many are there', async () => {
    const named = (event: RoomEvent, name: string) => ({ ...event, name }) as RoomEvent;
    const longest = ['\u{1F468}', '\u{1F469}', '\u{1F9D1}'].map((character) => character.repeat(50));
    const [ann = '', ben = '', cat = ''] = longest;
    const seated = [named(opened(), ann), attached(1), named(sat(2), ben), named(sat(3), cat)];
    for (let room = 0; room < 50; room++) await list(`R${room}`, seated);
    const crowd = Array.from({ length: 1_000 }, (_, place) => `connection-${place}`);
    await come(...crowd);
    await tellLobby(world.ports);
    // A message may have 128 KB, a request to a function 6 MB (aws-facts.md).
    expect(Buffer.byteLength(JSON.stringify(await roomListNow(world.ports)))).toBeLessThan(128 * 1024);
    for (const delivery of world.deliveries) {
      const bytes = Buffer.byteLength(JSON.stringify(delivery));
      expect(bytes).toBeLessThan(6_000_000);
    }
    const told = world.deliveries.flatMap(({ sends }) => sends.map(({ connectionId }) => connectionId));
    expect(told.toSorted()).toEqual(crowd.toSorted());
  });

  test('is done so seldom that it costs a thousand posts a second at the most', async () => {
    const pulses = async (size: number): Promise<number | undefined> => {
      await come(...Array.from({ length: size }, (_, place) => `connection-${place}`));
      await tellLobby(world.ports);
      world.pass(10);
      await world.ports.store.pulseLobby(world.now);
      return (await world.ports.store.pulseLobby(world.now))?.delaySeconds;
    };
    expect(await pulses(1_000)).toBe(1);
    expect(await pulses(1_001)).toBe(2);
    expect(await pulses(4_500)).toBe(5);
  });

  test('has eight calls of the broadcaster under way at the most', async () => {
    await come(...Array.from({ length: 5_000 }, (_, place) => `connection-${place}`));
    let underWay = 0;
    let most = 0;
    const publisher: typeof world.ports.publisher = {
      publish: () => {
        most = Math.max(most, ++underWay);
        const ended = new Promise<null>((done) => {
          setImmediate(() => {
            underWay -= 1;
            done(null);
          });
        });
        return { begun: Promise.resolve(null), ended };
      },
    };
    await tellLobby({ ...world.ports, publisher });
    expect(most).toBe(8);
  });

  test('fails when the broadcaster cannot be reached, so that the tick comes again', async () => {
    await come('a');
    world.faults.refuse('publish');
    await expect(runTick(world.ports, { kind: 'lobby' })).rejects.toThrow('publish');
  });
});

describe('changes of the list', () => {
  test('are told after the directory knows of them, at once when the last were told long ago', async () => {
    await say(world, inLobby(1), 'create_room', { player_name: 'Ann' });
    expect(world.ticks.filter(({ tick }) => tick.kind === 'lobby')).toEqual([
      { tick: { kind: 'lobby' }, delaySeconds: 0 },
    ]);
    const order = world.calls.filter((call) => /^(project|pulseLobby|schedule lobby)/.test(call));
    expect(order).toEqual([expect.stringMatching(/^project/), 'pulseLobby', 'schedule lobby']);
  });

  test('are told once a second at the most, whatever their rate', async () => {
    happened(world, INHABITED);
    for (let step = 0; step < 40; step++) {
      const bot = { connection: PEOPLE[1].connection, seat: 2 } as const;
      await command(world, { type: step % 2 === 0 ? 'addBot' : 'removePlayer', ...bot });
      world.pass(0.1);
    }
    const told = world.ticks.filter(({ tick }) => tick.kind === 'lobby');
    expect(told[0]).toEqual({ tick: { kind: 'lobby' }, delaySeconds: 0 });
    expect(told.slice(1).every(({ delaySeconds }) => delaySeconds === 1)).toBe(true);
    expect(told.length).toBeLessThanOrEqual(5);
  });

  test('are told although the directory had them from another try', async () => {
    world.faults.refuse('pulseLobby');
    const order = { by: 'ann', commandId: 'once' };
    happened(world, INHABITED);
    const adding = { type: 'addBot', connection: PEOPLE[1].connection, seat: 2 } as const;
    expect(await command(world, adding, order)).toMatchObject({ failed: ['list'] });
    await command(world, adding, order);
    expect(world.ticks).toEqual([{ tick: { kind: 'lobby' }, delaySeconds: 0 }]);
  });
});
