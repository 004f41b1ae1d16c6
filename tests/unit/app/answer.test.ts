import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { roomIdOf } from '../../../src/app/ids.ts';
import { LOBBY } from '../../../src/app/lobby.ts';
import type { Frame } from '../../../src/protocol/server-frames.ts';
import { createWorld } from '../../support/memory-ports.ts';
import type { World } from '../../support/memory-ports.ts';
import {
  codeOf,
  command,
  dataOf,
  happened,
  inLobby,
  lengthOf,
  say,
  sayText,
  speaker,
  typesAfter,
} from '../../support/players.ts';
import type { Speaker } from '../../support/players.ts';
import {
  attached,
  detached,
  enter,
  gameAt,
  LAST,
  lastTurn,
  opened,
  PEOPLE,
  ROOM,
  sat,
  tableOf,
} from '../../support/room.ts';

let world: World;

beforeEach(() => {
  world = createWorld();
});
afterEach(() => {
  expect(world.faults.left).toEqual([]);
});

const ANN = speaker(1);
const BEN = speaker(2);

/** What every room frame is called, with data that would be good in its place. */
const ROOM_FRAMES: readonly (readonly [string, object])[] = [
  ['client_ready', { player_name: 'Ann' }],
  ['ping', { timestamp: 1 }],
  ['get_room_state', {}],
  ['sync_request', {}],
  ['add_bot', { slot_id: 2 }],
  ['remove_player', { slot_id: 2 }],
  ['leave_room', {}],
  ['start_game', {}],
  ['redeal_decision', { choice: 'accept' }],
  ['accept_redeal', {}],
  ['decline_redeal', {}],
  ['request_redeal', {}],
  ['declare', { value: 1 }],
  ['play', { indices: [0] }],
  ['play_pieces', { piece_indices: [0] }],
  ['player_ready', {}],
  ['start_next_round', {}],
  ['leave_game', {}],
];
const IN_ROOMS_ONLY = ROOM_FRAMES.filter(([event]) => event !== 'client_ready' && event !== 'ping');

/** The frames that the publisher was given for a connection in one piece. */
function published(connection: string): readonly (readonly Frame[])[] {
  return world.deliveries
    .flatMap(({ sends }) => sends)
    .flatMap((send) => (send.connectionId === connection ? [send.frames] : []));
}

describe('in the lobby', () => {
  test('a ping is answered with the time and what it carried, and costs nothing', async () => {
    const reply = await say(world, inLobby(1), 'ping', { timestamp: 77 }, 'p1');
    expect(reply).toEqual({
      event: 'pong',
      data: { timestamp: 77, server_time: world.now / 1_000 },
      reply_to: 'p1',
    });
    expect(world.calls).toEqual([]);
  });

  test('an ack is not answered', async () => {
    expect(await say(world, inLobby(1), 'ack', { sequence: 3 })).toBeNull();
    expect(world.calls).toEqual([]);
  });

  test.each(['client_ready', 'get_rooms', 'request_room_list'])(
    '%s is answered with the rooms',
    async (event) => {
      await say(world, inLobby(1), 'create_room', { player_name: 'Ann' });
      const reply = await say(world, inLobby(2), event, {}, 'r1');
      expect(reply).toMatchObject({ event: 'room_list_update', reply_to: 'r1' });
      expect(dataOf(reply, 'room_list_update').rooms).toMatchObject([
        { host_name: 'Ann', occupied_slots: 1, total_slots: 4, started: false },
      ]);
    },
  );

  test.each(IN_ROOMS_ONLY)('%s is refused: it belongs in a room', async (event, data) => {
    const reply = await say(world, inLobby(1), event, data, 'r1');
    expect(reply).toMatchObject({ event: 'error', reply_to: 'r1', data: { code: 'NOT_IN_ROOM' } });
    expect(world.table.roomIds()).toEqual([]);
  });

  describe('create_room', () => {
    test('opens a room with its sender in seat 1 as the host', async () => {
      const reply = await say(world, inLobby(1), 'create_room', { player_name: ' Ann ' }, 'c1');
      const { room_id } = dataOf(reply, 'room_created');
      expect(reply).toEqual({
        event: 'room_created',
        data: { room_id, host_name: 'Ann', success: true },
        reply_to: 'c1',
      });
      expect(room_id).toMatch(/^[A-HJ-NP-Z2-9]{6}$/);
      expect(world.table.recordOf(room_id).room).toMatchObject({
        stage: 'open',
        host: 1,
        seats: { 1: { kind: 'human', name: 'Ann', player: PEOPLE[1].player }, 2: null, 3: null, 4: null },
      });
    });

    test('gives the room the stage’s settings', async () => {
      const other = createWorld({ settings: { winScore: 20 } });
      const reply = await say(other, inLobby(1), 'create_room', { player_name: 'Ann' });
      const { room } = other.table.recordOf(dataOf(reply, 'room_created').room_id);
      expect(room).toMatchObject({ settings: other.ports.settings });
      expect(other.ports.settings.winScore).toBe(20);
    });

    test('costs one load and one append, and a look at what else the player made', async () => {
      await say(world, inLobby(1), 'create_room', { player_name: 'Ann' });
      expect(world.calls.slice(0, 4)).toEqual([
        expect.stringMatching(/^hit create/),
        expect.stringMatching(/^roomsOf/),
        expect.stringMatching(/^load/),
        expect.stringMatching(/^append \w+ 1$/),
      ]);
      expect(world.calls.filter((call) => /^(load|append)/.test(call))).toHaveLength(2);
    });

    test('twice under one id opens one room and is answered twice', async () => {
      const first = await say(world, inLobby(1), 'create_room', { player_name: 'Ann' }, 'c1');
      const second = await say(world, inLobby(1), 'create_room', { player_name: 'Ann' }, 'c1');
      expect(second).toEqual(first);
      expect(world.table.roomIds()).toHaveLength(1);
    });

    test('twice at the same moment under one id opens one room and is answered twice', async () => {
      const twins = [1, 2].map(() => say(world, inLobby(1), 'create_room', { player_name: 'Ann' }, 'c1'));
      const [first, second] = await Promise.all(twins);
      expect(first).toMatchObject({ event: 'room_created' });
      expect(second).toEqual(first);
      expect(world.table.roomIds()).toHaveLength(1);
    });

    test('twice without an id opens two rooms', async () => {
      await say(world, inLobby(1), 'create_room', { player_name: 'Ann' });
      await say(world, inLobby(1), 'create_room', { player_name: 'Ann' });
      expect(world.table.roomIds()).toHaveLength(2);
    });

    test('by two sessions under one id opens two rooms', async () => {
      await say(world, inLobby(1), 'create_room', { player_name: 'Ann' }, 'c1');
      await say(world, inLobby(2), 'create_room', { player_name: 'Ben' }, 'c1');
      expect(world.table.roomIds()).toHaveLength(2);
    });

    test('takes another id when somebody has that one, even if they took it at the last moment', async () => {
      const [first, second] = [0, 1].map((candidate) => roomIdOf(`${PEOPLE[1].player}:c1`, candidate));
      if (first === undefined || second === undefined) throw new Error('There are two');
      world.faults.before('append', () => happened(world, [{ ...opened(), room: first }], first));
      const reply = await say(world, inLobby(1), 'create_room', { player_name: 'Ann' }, 'c1');
      expect(dataOf(reply, 'room_created').room_id).toBe(second);
      expect(lengthOf(world, first)).toBe(1);
    });

    test('apologises when there is no end to taken ids', async () => {
      for (let candidate = 0; candidate < 8; candidate++) {
        const room = roomIdOf(`${PEOPLE[1].player}:c1`, candidate);
        happened(world, [opened()], room);
      }
      const reply = await say(world, inLobby(1), 'create_room', { player_name: 'Ann' }, 'c1');
      expect(codeOf(reply)).toBe('INTERNAL_ERROR');
      expect(world.table.roomIds()).toHaveLength(8);
    });

    test.each([['name'], [{ player_name: '' }], [{ player_name: 'a\u0007b' }], [{}]])(
      'refuses %j for a name',
      async (data) => {
        const reply = await sayText(
          world,
          inLobby(1),
          JSON.stringify({ event: 'create_room', data, id: 'c1' }),
        );
        expect(reply).toMatchObject({ event: 'error', reply_to: 'c1', data: { type: 'validation_error' } });
        expect(world.table.roomIds()).toEqual([]);
      },
    );
  });

  describe('join_room', () => {
    const join = (who: Speaker, name: string, id?: string, room: string = ROOM) =>
      say(world, who, 'join_room', { room_id: room, player_name: name }, id);

    test('takes the first free seat, and everybody in the room sees who came', async () => {
      happened(world, [opened(), attached(1)]);
      const reply = await join(inLobby(2), 'Ben', 'j1');
      expect(reply).toEqual({
        event: 'room_joined',
        data: { room_id: ROOM, player_name: 'Ben', assigned_slot: 2, success: true },
        seq: 2,
        reply_to: 'j1',
      });
      expect(published(PEOPLE[1].connection)).toEqual([
        [expect.objectContaining({ event: 'room_update', seq: 2 })],
      ]);
    });

    test('finds a room however its id is written', async () => {
      happened(world, [opened()]);
      expect(await join(inLobby(2), 'Ben', undefined, ROOM.toLowerCase())).toMatchObject({
        event: 'room_joined',
      });
    });

    test('twice takes one seat and is answered twice', async () => {
      happened(world, [opened()]);
      const first = await join(inLobby(2), 'Ben', 'j1');
      expect(await join(inLobby(2), 'Ben', 'j1')).toEqual(first);
      // Even as a new frame: the seat of that name is the sender's already.
      expect(await join(inLobby(2), 'Ben')).toMatchObject({
        event: 'room_joined',
        data: { assigned_slot: 2 },
      });
      expect(lengthOf(world)).toBe(2);
    });

    test('takes another seat for another name of the same session', async () => {
      happened(world, [opened()]);
      await join(inLobby(2), 'Ben');
      expect(await join(inLobby(2), 'Bob')).toMatchObject({ data: { assigned_slot: 3 } });
    });

    test('again after the seat was lost is answered with what is so now', async () => {
      happened(world, [opened()]);
      await join(inLobby(2), 'Ben', 'j1');
      happened(world, [{ type: 'SeatVacated', seat: 2, reason: 'removed' }]);
      const reply = await join(inLobby(2), 'Ben', 'j1');
      expect(reply).toMatchObject({ event: 'error', reply_to: 'j1', data: { code: 'NOT_IN_ROOM' } });
      happened(world, [{ type: 'RoomClosed', reason: 'host_left' }]);
      expect(codeOf(await join(inLobby(2), 'Ben', 'j1'))).toBe('NOT_IN_ROOM');
    });

    const refusals: readonly (readonly [string, string, () => void, string])[] = [
      ['no such room', 'ROOM_NOT_FOUND', () => undefined, 'Ben'],
      [
        'a room that was closed',
        'ROOM_NOT_FOUND',
        () => happened(world, [opened(), { type: 'RoomClosed', reason: 'empty' }]),
        'Ben',
      ],
      ['a full room', 'ROOM_FULL', () => happened(world, tableOf([1])), 'Ben'],
      ['a room whose game runs', 'GAME_ALREADY_STARTED', () => happened(world, gameAt('turn')), 'Zoe'],
      ['a name that is taken', 'NAME_TAKEN', () => happened(world, [opened()]), 'ANN'],
    ];
    test.each(refusals)('is refused for %s', async (_what, code, given, name) => {
      given();
      const length = lengthOf(world);
      const reply = await join(inLobby(2), name, 'j1');
      expect(reply).toMatchObject({
        event: 'error',
        reply_to: 'j1',
        data: { code, type: 'join_room_error', message: expect.stringMatching(/^[A-Z].+\.$/) },
      });
      expect(lengthOf(world)).toBe(length);
      expect(world.deliveries).toEqual([]);
    });
  });
});

describe('in a room', () => {
  test('an ack is not answered, and costs nothing', async () => {
    expect(await say(world, ANN, 'ack', { sequence: 3 })).toBeNull();
    expect(world.calls).toEqual([]);
  });

  test.each([
    ['get_rooms', {}],
    ['request_room_list', {}],
    ['create_room', { player_name: 'Ann' }],
    ['join_room', { player_name: 'Ann', room_id: ROOM }],
  ])('%s is refused: it belongs in the lobby', async (event, data) => {
    happened(world, tableOf([1]));
    expect(await say(world, ANN, event, data, 'r1')).toMatchObject({
      event: 'error',
      reply_to: 'r1',
      data: { code: 'VALIDATION_ERROR', type: 'validation_error' },
    });
    expect(world.table.roomIds()).toEqual([ROOM]);
  });

  describe('ping', () => {
    test('is answered with the last commit’s number, from that alone', async () => {
      happened(world, tableOf([1]));
      const reply = await say(world, ANN, 'ping', { timestamp: 5 }, 'p1');
      expect(reply).toEqual({
        event: 'pong',
        data: { timestamp: 5, server_time: world.now / 1_000, seq: 1 },
        reply_to: 'p1',
      });
      expect(world.calls).toEqual([`head ${ROOM}`]);
    });

    test('has a tick that did not come sent again, two seconds after its time', async () => {
      happened(world, gameAt('declaration', tableOf([1])));
      await command(world, { type: 'declare', connection: PEOPLE[1].connection, value: 2 });
      world.forget();
      const due = world.now + 1_000;
      world.pass(3);
      await say(world, ANN, 'ping');
      expect(world.ticks).toEqual([]);
      world.pass(0.001);
      await say(world, ANN, 'ping');
      expect(world.ticks).toEqual([{ tick: { kind: 'room', roomId: ROOM, seq: 2, due }, delaySeconds: 0 }]);
    });
  });

  describe('client_ready', () => {
    test('attaches the connection to the session’s seat of that name and tells the others', async () => {
      happened(world, [opened(), sat(2), attached(1)]);
      const reply = await say(world, BEN, 'client_ready', { player_name: 'Ben', room_id: ROOM }, 'r1');
      expect(reply).toEqual({
        event: 'room_state_update',
        data: { slots: expect.objectContaining({ P3: null }), host_name: 'Ann' },
        seq: 2,
        reply_to: 'r1',
      });
      expect(typesAfter(world, 1)).toEqual([['Attached']]);
      expect(published(PEOPLE[1].connection)).toHaveLength(1);
    });

    test('during a game shows the seats and then the phase, in order, through the broadcaster', async () => {
      happened(world, gameAt('turn'));
      happened(world, [detached(1)]);
      expect(await say(world, ANN, 'client_ready', { player_name: 'Ann' }, 'r1')).toBeNull();
      const [frames] = published(PEOPLE[1].connection);
      expect(frames).toMatchObject([
        { event: 'room_state_update', seq: 3, reply_to: 'r1' },
        { event: 'phase_change', seq: 3, reply_to: 'r1', data: { phase: 'turn', sequence: 3 } },
      ]);
      expect(dataOf(frames?.[1], 'phase_change').players['Ann']).toHaveProperty('hand');
      expect(published(PEOPLE[1].connection)).toHaveLength(1);
    });

    test('again on the same connection changes nothing and is answered in full', async () => {
      happened(world, gameAt('turn'));
      for (const id of ['r1', 'r1', 'r2']) {
        world.forget();
        expect(await say(world, ANN, 'client_ready', { player_name: 'Ann' }, id)).toBeNull();
        expect(world.eventsTo(PEOPLE[1].connection)).toEqual(['room_state_update', 'phase_change']);
        expect(world.framesTo(PEOPLE[1].connection).map(({ reply_to }) => reply_to)).toEqual([id, id]);
      }
      expect(lengthOf(world)).toBe(1);
    });

    test('with an id that was used on an earlier connection attaches the new one', async () => {
      happened(world, [opened()]);
      await say(world, ANN, 'client_ready', { player_name: 'Ann' }, 'r1');
      await say(world, { ...ANN, connection: 'new-socket' }, 'client_ready', { player_name: 'Ann' }, 'r1');
      expect(world.table.recordOf(ROOM).room).toMatchObject({
        seats: { 1: { presence: { connection: 'new-socket' } } },
      });
    });

    test('without a name finds the session’s only seat', async () => {
      happened(world, [opened(), sat(2)]);
      await say(world, BEN, 'client_ready');
      expect(typesAfter(world, 1)).toEqual([['Attached']]);
    });

    test('by somebody without a seat shows who sits there, and no phase', async () => {
      happened(world, gameAt('turn'));
      const stranger = speaker(1, { player: 'stranger', connection: 'strange-socket' });
      const reply = await say(world, stranger, 'client_ready', { player_name: 'Ann' }, 'r1');
      expect(reply).toMatchObject({ event: 'room_state_update', reply_to: 'r1' });
      expect(lengthOf(world)).toBe(1);
      expect(world.deliveries).toEqual([]);
    });
  });

  describe('what only reads', () => {
    test('get_room_state shows the seats', async () => {
      happened(world, gameAt('turn'));
      const reply = await say(world, ANN, 'get_room_state', {}, 'r1');
      expect(reply).toMatchObject({
        event: 'room_update',
        seq: 1,
        reply_to: 'r1',
        data: { room_id: ROOM, host_name: 'Ann', started: true, operation_id: `${ROOM}-1` },
      });
      expect(dataOf(reply, 'room_update').players).toHaveLength(4);
    });

    test('sync_request shows everything in one go', async () => {
      happened(world, gameAt('turn'));
      expect(await say(world, BEN, 'sync_request', {}, 'r1')).toBeNull();
      expect(published(PEOPLE[2].connection)).toEqual([
        [
          expect.objectContaining({ event: 'room_update', reply_to: 'r1' }),
          expect.objectContaining({ event: 'phase_change', reply_to: 'r1' }),
        ],
      ]);
      const other = createWorld();
      happened(other, tableOf([1]));
      expect(await say(other, ANN, 'sync_request', {}, 'r1')).toMatchObject({
        event: 'room_update',
        reply_to: 'r1',
      });
      expect(other.deliveries).toEqual([]);
    });

    test('start_next_round shows the state: the state machine goes on by itself', async () => {
      happened(world, gameAt('turn'));
      expect(await say(world, BEN, 'start_next_round', {}, 'r1')).toMatchObject({
        event: 'phase_change',
        reply_to: 'r1',
      });
    });

    test('shows somebody without a seat no hand', async () => {
      happened(world, gameAt('turn'));
      const stranger = speaker(1, { player: 'stranger', connection: 'strange-socket' });
      const shown = [
        await say(world, stranger, 'get_room_state'),
        await say(world, stranger, 'start_next_round'),
        await say(world, stranger, 'sync_request'),
        ...world.framesTo('strange-socket'),
      ];
      expect(shown.filter((frame) => frame !== null)).toHaveLength(4);
      expect(JSON.stringify(shown)).not.toContain('"hand"');
    });

    test('writes nothing', async () => {
      happened(world, gameAt('turn'));
      for (const event of ['get_room_state', 'sync_request', 'start_next_round', 'ping'])
        await say(world, ANN, event);
      expect(lengthOf(world)).toBe(1);
      expect(world.calls.filter((call) => !/^(load|head|publish)/.test(call))).toEqual([]);
    });
  });

  describe('before the game', () => {
    test('the host adds a bot and removes it, and everybody sees it', async () => {
      happened(world, [opened(), sat(2), attached(1), attached(2)]);
      expect(await say(world, ANN, 'add_bot', { slot_id: 3 }, 'a1')).toMatchObject({
        event: 'room_update',
        reply_to: 'a1',
        data: { players: [expect.anything(), expect.anything(), { name: 'Bot 3', is_bot: true }, null] },
      });
      expect(await say(world, ANN, 'remove_player', { slot_id: 3 }, 'a2')).toMatchObject({
        event: 'room_update',
        reply_to: 'a2',
      });
      expect(world.eventsTo(PEOPLE[2].connection)).toEqual(['room_update', 'room_update']);
      expect(typesAfter(world, 1)).toEqual([['BotAdded'], ['SeatVacated']]);
    });

    test('a guest who leaves is told so, and the others see it', async () => {
      happened(world, tableOf([1, 2]));
      expect(await say(world, BEN, 'leave_room', { player_name: 'whoever' }, 'l1')).toEqual({
        event: 'player_left',
        data: { player_name: 'Ben', success: true, room_closed: false },
        seq: 2,
        reply_to: 'l1',
      });
      expect(world.eventsTo(PEOPLE[1].connection)).toEqual(['room_update']);
      expect(world.framesTo(PEOPLE[2].connection)).toEqual([]);
    });

    test('the host who leaves closes the room', async () => {
      happened(world, tableOf([1, 2]));
      expect(await say(world, ANN, 'leave_room', {}, 'l1')).toMatchObject({
        event: 'player_left',
        data: { player_name: 'Ann', room_closed: true },
        reply_to: 'l1',
      });
      expect(world.eventsTo(PEOPLE[2].connection)).toEqual(['room_closed']);
      expect(world.table.recordOf(ROOM).room.stage).toBe('closed');
    });

    test('leaving twice under one id is answered twice', async () => {
      happened(world, tableOf([1, 2]));
      await say(world, BEN, 'leave_room', { player_name: 'Ben' }, 'l1');
      expect(await say(world, BEN, 'leave_room', { player_name: 'Ben' }, 'l1')).toMatchObject({
        event: 'player_left',
        data: { player_name: 'Ben', success: true },
      });
      await say(world, ANN, 'leave_room', {}, 'l2');
      expect(await say(world, ANN, 'leave_room', {}, 'l2')).toMatchObject({
        event: 'player_left',
        data: { success: true, room_closed: true },
      });
      expect(lengthOf(world)).toBe(3);
    });

    test('the host starts the game: everybody hears of it in order, and the execution begins', async () => {
      happened(world, tableOf([1, 2]));
      expect(await say(world, ANN, 'start_game', {}, 's1')).toBeNull();
      for (const seat of [1, 2] as const)
        expect(world.eventsTo(PEOPLE[seat].connection)).toEqual(['game_started', 'phase_change']);
      expect(world.phases).toEqual([
        {
          call: 'start',
          name: `${ROOM}-1-${world.now}`,
          room: ROOM,
          game: 1,
          clocks: { moveHeartbeat: 63, redealHeartbeat: 33 },
        },
      ]);
    });
  });

  describe('in a game', () => {
    test.each([
      ['accept_redeal', {}, true],
      ['request_redeal', {}, true],
      ['decline_redeal', {}, false],
      ['redeal_decision', { choice: 'accept' }, true],
      ['redeal_decision', { choice: 'decline' }, false],
    ])('%s %j answers the redeal', async (event, data, accept) => {
      happened(world, gameAt('redeal'));
      expect(await say(world, BEN, event, data, 'd1')).toMatchObject({
        event: 'phase_change',
        reply_to: 'd1',
      });
      expect(world.table.logOf(ROOM).commits.at(-1)?.events).toMatchObject([
        { type: 'RedealDecided', seat: 2, accept, forced: false },
      ]);
    });

    test('declare declares', async () => {
      happened(world, gameAt('declaration'));
      expect(await say(world, ANN, 'declare', { value: 3, player_name: 'Ben' }, 'd1')).toMatchObject({
        event: 'phase_change',
        reply_to: 'd1',
        data: { last_action: { player: 'Ann', kind: 'declare', value: 3 } },
      });
    });

    test.each([
      ['play', { indices: [0] }],
      ['play', { piece_indices: [0] }],
      ['play_pieces', { piece_indices: [0] }],
    ])('%s %j plays', async (event, data) => {
      happened(world, gameAt('turn'));
      expect(await say(world, ANN, event, { ...data, player_name: 'Ben' }, 'd1')).toMatchObject({
        event: 'phase_change',
        reply_to: 'd1',
        data: { last_action: { player: 'Ann', kind: 'play', pieces: ['GENERAL_RED(14)'] } },
      });
    });

    test('player_ready of everybody ends a turn’s result', async () => {
      happened(world, [...gameAt('turn', tableOf([1, 2])), ...lastTurn()]);
      const length = lengthOf(world);
      expect(await say(world, ANN, 'player_ready', {}, 'y1')).toMatchObject({
        event: 'phase_change',
        reply_to: 'y1',
      });
      expect(await say(world, BEN, 'player_ready', {}, 'y2')).toMatchObject({
        event: 'phase_change',
        reply_to: 'y2',
      });
      expect(typesAfter(world, length)).toEqual([['PlayerReady'], ['PlayerReady', 'TurnStarted']]);
    });

    test('leave_game gives the seat to a bot for good', async () => {
      happened(world, gameAt('turn'));
      expect(await say(world, BEN, 'leave_game', {}, 'l1')).toEqual({
        event: 'leave_game_success',
        data: { player_name: 'Ben', success: true },
        seq: 2,
        reply_to: 'l1',
      });
      expect(await say(world, BEN, 'leave_game', { player_name: 'Ben' }, 'l1')).toMatchObject({
        event: 'leave_game_success',
        data: { player_name: 'Ben' },
      });
      expect(codeOf(await say(world, BEN, 'play', { indices: [0] }))).toBe('NOT_IN_ROOM');
      expect(lengthOf(world)).toBe(2);
    });

    test('the play that ends a turn reaches its sender through the broadcaster like everybody else', async () => {
      happened(world, gameAt('turn', undefined, LAST));
      happened(world, lastTurn().slice(0, 3));
      expect(await say(world, speaker(4), 'play', { indices: [0] }, 'd1')).toBeNull();
      expect(published(PEOPLE[4].connection)).toMatchObject([
        [
          { event: 'turn_complete', reply_to: 'd1' },
          { event: 'phase_change', reply_to: 'd1' },
        ],
      ]);
    });

    test('the play that ends a turn is answered at once with the state when that is all its sender wants', async () => {
      happened(world, gameAt('turn', undefined, LAST));
      happened(world, lastTurn().slice(0, 3));
      const dan = speaker(4, { connection: 'terse-socket' });
      await say(world, dan, 'client_ready', { player_name: 'Dan', without: ['turn_complete'] });
      world.forget();
      expect(await say(world, dan, 'play', { indices: [0] }, 'd1')).toMatchObject({
        event: 'phase_change',
        data: { phase: 'turn_results', phase_data: { turn_winner: 'Ann' } },
        reply_to: 'd1',
      });
      expect(world.eventsTo('terse-socket')).toEqual([]);
      for (const seat of [1, 2, 3] as const)
        expect(world.eventsTo(PEOPLE[seat].connection)).toEqual(['turn_complete', 'phase_change']);
    });

    test('a choice of what need not be told is gone with its connection', async () => {
      happened(world, gameAt('turn', undefined, LAST));
      happened(world, lastTurn().slice(0, 3));
      const ben = (connection: string) => speaker(2, { connection });
      await say(world, ben('terse-socket'), 'client_ready', {
        player_name: 'Ben',
        without: ['turn_complete'],
      });
      await say(world, ben('next-socket'), 'client_ready', { player_name: 'Ben' });
      world.forget();
      await say(world, speaker(4), 'play', { indices: [0] });
      expect(world.eventsTo('next-socket')).toEqual(['turn_complete', 'phase_change']);
      expect(world.eventsTo('terse-socket')).toEqual([]);
    });

    const refusals: readonly (readonly [string, string, object, Speaker, Parameters<typeof gameAt>[0]])[] = [
      ['NOT_YOUR_TURN', 'play', { indices: [0] }, BEN, 'turn'],
      ['WRONG_PHASE', 'play', { indices: [0] }, ANN, 'declaration'],
      ['WRONG_PHASE', 'declare', { value: 1 }, ANN, 'turn'],
      ['WRONG_PHASE', 'accept_redeal', {}, ANN, 'turn'],
      ['INVALID_PLAY', 'play', { indices: [0, 7] }, ANN, 'turn'],
      ['INVALID_PLAY', 'play', { indices: [9] }, ANN, 'turn'],
      ['NOT_YOUR_TURN', 'declare', { value: 1 }, BEN, 'declaration'],
      ['GAME_ALREADY_STARTED', 'add_bot', { slot_id: 2 }, ANN, 'turn'],
      ['GAME_ALREADY_STARTED', 'start_game', {}, ANN, 'turn'],
    ];
    test.each(refusals)('%s refuses %s %j', async (code, event, data, who, point) => {
      happened(world, gameAt(point));
      expect(await say(world, who, event, data, 'd1')).toMatchObject({
        event: 'error',
        reply_to: 'd1',
        data: { code, message: expect.stringMatching(/^[A-Z].+\.$/), type: expect.any(String), details: {} },
      });
      expect(lengthOf(world)).toBe(1);
      expect(world.deliveries).toEqual([]);
    });
  });

  describe('a seat', () => {
    test('cannot be had by another session, whatever name it gives', async () => {
      happened(world, gameAt('turn'));
      const thief = speaker(1, { player: 'thief', connection: 'thief-socket' });
      await say(world, thief, 'client_ready', { player_name: 'Ann' });
      for (const [event, data] of [
        ['play', { indices: [0], player_name: 'Ann' }],
        ['leave_game', { player_name: 'Ann' }],
        ['player_ready', { player_name: 'Ann' }],
        ['start_game', { player_name: 'Ann' }],
      ] as const)
        expect(codeOf(await say(world, thief, event, data))).toBe('NOT_IN_ROOM');
      expect(lengthOf(world)).toBe(1);
      expect(JSON.stringify([...world.deliveries])).not.toContain('thief-socket');
    });

    test('is used over the connection that is attached to it and no other of the same session', async () => {
      happened(world, gameAt('turn'));
      const tab = { ...ANN, connection: 'another-tab' };
      expect(codeOf(await say(world, tab, 'play', { indices: [0] }))).toBe('NOT_IN_ROOM');
      await say(world, tab, 'client_ready', { player_name: 'Ann' });
      expect(codeOf(await say(world, ANN, 'play', { indices: [0] }))).toBe('NOT_IN_ROOM');
      expect(await say(world, tab, 'play', { indices: [0] })).toMatchObject({ event: 'phase_change' });
    });

    test('is one of several that one session may have, each over its own connection', async () => {
      happened(world, [opened()]);
      await say(world, inLobby(1), 'join_room', { room_id: ROOM, player_name: 'Amy' });
      const amy = { ...ANN, connection: 'amy-socket' };
      await say(world, ANN, 'client_ready', { player_name: 'Ann' });
      await say(world, amy, 'client_ready', { player_name: 'Amy' });
      expect(codeOf(await say(world, amy, 'add_bot', { slot_id: 3 }))).toBe('PERMISSION_DENIED');
      expect(await say(world, ANN, 'add_bot', { slot_id: 3 })).toMatchObject({ event: 'room_update' });
    });
  });

  describe('the same frame twice', () => {
    test('is applied once and answered twice', async () => {
      happened(world, gameAt('declaration'));
      const first = await say(world, ANN, 'declare', { value: 3 }, 'd1');
      const second = await say(world, ANN, 'declare', { value: 3 }, 'd1');
      expect(second).toEqual(first);
      expect(typesAfter(world, 1)).toEqual([['Declared']]);
    });

    test('at the same moment is applied once and answered twice', async () => {
      happened(world, gameAt('turn'));
      const twins = [1, 2].map(() => say(world, ANN, 'play', { indices: [0] }, 'd1'));
      const [first, second] = await Promise.all(twins);
      expect(first).toMatchObject({ event: 'phase_change', seq: 2, reply_to: 'd1' });
      expect(second).toEqual(first);
      expect(typesAfter(world, 1)).toEqual([['Played']]);
    });

    test('with something else in it is still the first', async () => {
      happened(world, gameAt('declaration'));
      await say(world, ANN, 'declare', { value: 3 }, 'd1');
      await say(world, ANN, 'declare', { value: 5 }, 'd1');
      const { room } = world.table.recordOf(ROOM);
      expect(room).toMatchObject({ game: { phase: { values: [3] } } });
    });

    test('from two players is two frames', async () => {
      happened(world, gameAt('redeal'));
      await say(world, BEN, 'accept_redeal', {}, 'd1');
      await say(world, speaker(4), 'decline_redeal', {}, 'd1');
      expect(typesAfter(world, 1)).toEqual([['RedealDecided'], ['RedealDecided', 'Dealt']]);
    });

    test('without an id is two frames', async () => {
      happened(world, gameAt('declaration'));
      expect(await say(world, ANN, 'declare', { value: 3 })).not.toHaveProperty('reply_to');
      expect(codeOf(await say(world, ANN, 'declare', { value: 3 }))).toBe('NOT_YOUR_TURN');
    });
  });

  test('two answers to a redeal at the same moment are both applied, once each', async () => {
    happened(world, gameAt('redeal'));
    const both = await Promise.all([
      say(world, BEN, 'decline_redeal', {}, 'd1'),
      say(world, speaker(4), 'decline_redeal', {}, 'd2'),
    ]);
    expect(both).toMatchObject([{ event: 'phase_change' }, { event: 'phase_change' }]);
    expect(typesAfter(world, 1)).toEqual([['RedealDecided'], ['RedealDecided', 'RoundStarted']]);
    const seats = world.table
      .logOf(ROOM)
      .commits.slice(1)
      .map(({ events: [first] }) => (first?.type === 'RedealDecided' ? first.seat : null));
    expect(new Set(seats)).toEqual(new Set([2, 4]));
  });
});

describe('a room that is not there', () => {
  const gone: readonly (readonly [string, () => void])[] = [
    ['never was', () => undefined],
    ['was closed', () => happened(world, [opened(), { type: 'RoomClosed', reason: 'empty' }])],
    [
      'was left alone for an hour',
      () => {
        happened(world, gameAt('turn'));
        world.pass(3_601);
      },
    ],
  ];
  const asked = ROOM_FRAMES.flatMap(([event, data]) =>
    gone.map(([what, given]) => [event, data, what, given] as const),
  )
    // Of a closed room the last commit is all that a ping looks at; its connections were closed with it.
    .filter(([event, , what]) => event !== 'ping' || what !== 'was closed');

  test.each(asked)(
    'answers %s %j with room_closed when it %s, and hangs up',
    async (event, data, _what, given) => {
      given();
      const length = lengthOf(world);
      expect(await say(world, ANN, event, data, 'r1')).toBeNull();
      expect(world.deliveries).toEqual([
        {
          roomId: ROOM,
          seq: 0,
          sends: [
            {
              connectionId: ANN.connection,
              frames: [
                {
                  event: 'room_closed',
                  data: { message: expect.any(String), reason: 'not_found' },
                  reply_to: 'r1',
                },
              ],
              close: true,
            },
          ],
        },
      ]);
      expect(lengthOf(world)).toBe(length);
    },
  );
});

describe('a frame that makes no sense', () => {
  const frames: readonly (readonly [string, string, string])[] = [
    ['bad JSON', '{"event":', 'INVALID_FRAME'],
    ['no object', '"play"', 'INVALID_FRAME'],
    ['an unknown event', '{"event":"cheat","data":{},"id":"x1"}', 'UNKNOWN_EVENT'],
    ['a wrong type', '{"event":"declare","data":{"value":"2"},"id":"x1"}', 'VALIDATION_ERROR'],
    ['a value out of range', '{"event":"declare","data":{"value":9},"id":"x1"}', 'VALIDATION_ERROR'],
    ['a position twice', '{"event":"play","data":{"indices":[1,1]},"id":"x1"}', 'VALIDATION_ERROR'],
    [
      '5 KB',
      JSON.stringify({ event: 'declare', data: { value: 2 }, id: 'x1', pad: 'x'.repeat(5_000) }),
      'FRAME_TOO_LARGE',
    ],
    [
      'control characters',
      '{"event":"client_ready","data":{"player_name":"A\\u0000nn"},"id":"x1"}',
      'VALIDATION_ERROR',
    ],
  ];
  test.each(frames)(
    'with %s is answered with its error, and nothing is read or written',
    async (_what, text, code) => {
      happened(world, gameAt('declaration'));
      const reply = await sayText(world, ANN, text);
      expect(codeOf(reply)).toBe(code);
      expect(reply?.reply_to).toBe(text.includes('"x1"') ? 'x1' : undefined);
      expect(world.calls).toEqual([]);
      expect(world.counts.get(`errors.${code}`)).toBe(1);
      expect(lengthOf(world)).toBe(1);
    },
  );
});

describe('when something breaks', () => {
  test('the player gets an apology that names the frame, and the fault is logged', async () => {
    happened(world, gameAt('declaration'));
    world.faults.refuse('load');
    const reply = await say(world, ANN, 'declare', { value: 2 }, 'd1');
    expect(reply).toMatchObject({
      event: 'error',
      reply_to: 'd1',
      data: { code: 'INTERNAL_ERROR', type: 'internal_error' },
    });
    expect(world.lines).toMatchObject([{ level: 'error', fields: { event: 'declare', room: ROOM } }]);
    expect(world.counts.get('errors.INTERNAL_ERROR')).toBe(1);
  });

  test('the same frame again does what the first could not say it had done', async () => {
    happened(world, gameAt('declaration'));
    world.faults.loseReply('append');
    expect(codeOf(await say(world, ANN, 'declare', { value: 2 }, 'd1'))).toBe('INTERNAL_ERROR');
    expect(await say(world, ANN, 'declare', { value: 2 }, 'd1')).toMatchObject({ event: 'phase_change' });
    expect(typesAfter(world, 1)).toEqual([['Declared']]);
  });

  test('an answer that the broadcaster could not take is apologised for', async () => {
    happened(world, gameAt('turn'));
    world.faults.refuse('publish');
    expect(codeOf(await say(world, ANN, 'sync_request', {}, 's1'))).toBe('INTERNAL_ERROR');
  });
});

describe('the log of the functions', () => {
  test('has one line for each command, with the room, its commit, the outcome and the time, and none for a ping', async () => {
    happened(world, gameAt('declaration'));
    await say(world, ANN, 'declare', { value: 2 });
    await say(world, ANN, 'declare', { value: 2 });
    await say(world, inLobby(3), 'get_rooms');
    await say(world, ANN, 'ping');
    await say(world, ANN, 'ack');
    expect(world.lines).toEqual([
      { level: 'info', message: 'frame', fields: { command: 'declare', room: ROOM, seq: 2, ms: 0 } },
      {
        level: 'info',
        message: 'frame',
        fields: { command: 'declare', room: ROOM, code: 'NOT_YOUR_TURN', ms: 0 },
      },
      { level: 'info', message: 'frame', fields: { command: 'get_rooms', room: LOBBY, ms: 0 } },
    ]);
    expect(world.counts.get('frames')).toBe(5);
  });

  test('never names a session, a hand, a seed or a token', async () => {
    happened(world, tableOf([1, 2]));
    world.faults.refuse('start');
    world.faults.refuse('publish');
    await say(world, ANN, 'start_game', {}, 's1');
    await command(world, enter('preparation', 1, 'secret-token'));
    await say(world, ANN, 'sync_request');
    await say(world, ANN, 'client_ready', { player_name: 'Ann' });
    const lines = JSON.stringify(world.lines);
    const dealt = world.table
      .logOf(ROOM)
      .commits.flatMap(({ events }) => events)
      .find((event) => event.type === 'Dealt');
    if (dealt === undefined) throw new Error('A round was dealt');
    expect(world.lines.length).toBeGreaterThan(3);
    for (const secret of [PEOPLE[1].player, dealt.proof.seed, 'secret-token', 'GENERAL', 'SOLDIER'])
      expect(lines).not.toContain(secret);
  });
});
