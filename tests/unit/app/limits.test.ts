// What nobody may do too much of: frames, rooms, watching.

import { beforeEach, describe, expect, test } from '@jest/globals';
import { createLimit, FRAMES } from '../../../src/app/rate-limit.ts';
import type { Seat } from '../../../src/game/seats.ts';
import { createWorld } from '../../support/memory-ports.ts';
import type { World } from '../../support/memory-ports.ts';
import { codeOf, happened, inLobby, say, speaker } from '../../support/players.ts';
import { attached, gameAt, LAST, lastTurn, opened, ROOM } from '../../support/room.ts';

describe('the frames of one connection', () => {
  let now = 0;
  beforeEach(() => {
    now = 0;
  });
  const admissions = (
    limit: ReturnType<typeof createLimit>,
    frames: number,
    connection = 'a',
  ): readonly string[] => Array.from({ length: frames }, () => limit(connection));

  test('twenty may come at once, then ten a second', () => {
    const limit = createLimit(() => now, FRAMES);
    expect(admissions(limit, 20)).toEqual(Array.from({ length: 20 }, () => 'admitted'));
    expect(limit('a')).toBe('refused');
    now += 1_000;
    expect(admissions(limit, 11)).toEqual([...Array.from({ length: 10 }, () => 'admitted'), 'refused']);
  });

  test('are counted for each connection by itself', () => {
    const limit = createLimit(() => now, FRAMES);
    admissions(limit, 25, 'a');
    expect(limit('b')).toBe('admitted');
  });

  test('refused fifty times in a row shut the connection out', () => {
    const limit = createLimit(() => now, FRAMES);
    const seen = admissions(limit, 71);
    expect(seen.slice(20, 70)).toEqual(Array.from({ length: 50 }, () => 'refused'));
    expect(seen[70]).toBe('shut out');
  });

  test('a pause forgives', () => {
    const limit = createLimit(() => now, FRAMES);
    admissions(limit, 60);
    now += 2_000;
    expect(limit('a')).toBe('admitted');
    expect(admissions(limit, 20).at(-1)).toBe('refused');
  });

  test('of a connection long silent are forgotten, so that memory does not grow', () => {
    const limit = createLimit(() => now, FRAMES);
    admissions(limit, 21, 'first');
    for (let other = 0; other < 5_000; other++) limit(`other-${other}`);
    expect(limit('first')).toBe('admitted');
  });
});

describe('a connection that is too fast', () => {
  test('gets RATE_LIMITED with its id, and nothing is done', async () => {
    const world = createWorld();
    happened(world, [opened(), attached(1)]);
    const ports = { ...world.ports, limit: () => 'refused' as const };
    const reply = await say({ ...world, ports }, speaker(1), 'add_bot', { slot_id: 2 }, 'f1');
    expect(codeOf(reply)).toBe('RATE_LIMITED');
    expect(reply?.reply_to).toBe('f1');
    expect(world.table.recordOf(ROOM).seq).toBe(1);
    expect(world.calls).toEqual([]);
  });

  test('and does not stop is told once more and closed by the server', async () => {
    const world = createWorld();
    const ports = { ...world.ports, limit: () => 'shut out' as const };
    expect(await say({ ...world, ports }, speaker(1), 'ping')).toBeNull();
    expect(world.deliveries).toMatchObject([
      { sends: [{ connectionId: 'socket-ann', frames: [{ data: { code: 'RATE_LIMITED' } }], close: true }] },
    ]);
  });
});

describe('the rooms of one player', () => {
  let world: World;
  beforeEach(() => {
    world = createWorld();
  });
  /** The code of the refusal, undefined for a room that was made. */
  const create = async (id: string, seat: Seat = 1): Promise<string | undefined> => {
    const reply = await say(world, inLobby(seat), 'create_room', { player_name: 'Ann' }, id);
    return reply?.event === 'error' ? reply.data.code : undefined;
  };

  test('five may be open, the sixth is refused and not made', async () => {
    for (let room = 0; room < 5; room++) expect(await create(`r${room}`)).toBeUndefined();
    expect(await create('r5')).toBe('RATE_LIMITED');
    expect(world.table.roomIds()).toHaveLength(5);
  });

  test('one that was made already is answered again although it is the fifth', async () => {
    for (let room = 0; room < 5; room++) await create(`r${room}`);
    expect(await create('r4')).toBeUndefined();
  });

  test('one that closed makes place for another', async () => {
    for (let room = 0; room < 5; room++) await create(`r${room}`);
    const [first = ''] = world.table.roomIds();
    happened(world, [{ type: 'RoomClosed', reason: 'host_left' }], first);
    expect(await create('r5')).toBeUndefined();
  });

  test('thirty an hour may be made, whether they are open or not', async () => {
    for (let room = 0; room < 30; room++) {
      expect(await create(`r${room}`)).toBeUndefined();
      const made = world.table.roomIds().at(-1) ?? '';
      happened(world, [{ type: 'RoomClosed', reason: 'host_left' }], made);
    }
    expect(await create('r30')).toBe('RATE_LIMITED');
  });

  test('of others do not count', async () => {
    for (let room = 0; room < 5; room++) await create(`r${room}`);
    expect(await create('r5', 2)).toBeUndefined();
  });
});

describe('spectating', () => {
  test('is answered with the whole public view, and everybody is told', async () => {
    const world = createWorld();
    happened(world, [opened(), attached(1)]);
    const watcher = speaker(2, { connection: 'watcher' });
    const reply = await say(world, watcher, 'spectate', { room_id: ROOM }, 's1');
    expect(reply).toMatchObject({ event: 'room_update', data: { spectators: 1 }, reply_to: 's1' });
    expect(world.deliveries).toMatchObject([
      {
        sends: [{ connectionId: 'socket-ann', frames: [{ event: 'room_update', data: { spectators: 1 } }] }],
      },
    ]);
  });

  test('hears of what happens from then on', async () => {
    const world = createWorld();
    happened(world, [opened(), attached(1), { type: 'SpectatorJoined', connection: 'watcher' }]);
    await say(world, speaker(1), 'add_bot', { slot_id: 2 });
    expect(world.deliveries).toMatchObject([
      { sends: [{ connectionId: 'watcher', frames: [{ event: 'room_update' }] }] },
    ]);
  });

  test('hears of the end of a turn once or twice, as each who watches chose', async () => {
    const world = createWorld();
    happened(world, gameAt('turn', undefined, LAST));
    happened(world, lastTurn().slice(0, 3));
    const watcher = (connection: string) => speaker(2, { player: connection, connection });
    await say(world, watcher('terse'), 'spectate', { without: ['turn_complete'] });
    await say(world, watcher('old-fashioned'), 'spectate');
    world.forget();
    await say(world, speaker(4), 'play', { indices: [0] });
    expect(world.eventsTo('terse')).toEqual(['phase_change']);
    expect(world.eventsTo('old-fashioned')).toEqual(['turn_complete', 'phase_change']);
  });

  test('of another room needs a connection to it', async () => {
    const world = createWorld();
    happened(world, [opened()]);
    expect(codeOf(await say(world, speaker(2), 'spectate', { room_id: 'XYZ789' }))).toBe('VALIDATION_ERROR');
  });

  test('ends with the room: the spectator is told and closed', async () => {
    const world = createWorld();
    happened(world, [opened(), attached(1), { type: 'SpectatorJoined', connection: 'watcher' }]);
    await say(world, speaker(1), 'leave_room');
    expect(world.deliveries).toMatchObject([
      { sends: [{ connectionId: 'watcher', frames: [{ event: 'room_closed' }], close: true }] },
    ]);
  });
});
