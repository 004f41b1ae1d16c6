// What players show each other without a move, and rooms that are not for everybody.

import { beforeEach, describe, expect, test } from '@jest/globals';
import { roomListNow } from '../../../src/app/lobby.ts';
import { createLimit, EMOTES } from '../../../src/app/rate-limit.ts';
import { createWorld } from '../../support/memory-ports.ts';
import type { World } from '../../support/memory-ports.ts';
import { codeOf, dataOf, happened, inLobby, lengthOf, say, speaker } from '../../support/players.ts';
import { attached, opened, sat } from '../../support/room.ts';

let world: World;
beforeEach(() => {
  world = createWorld();
});

describe('an emote', () => {
  beforeEach(() => {
    happened(world, [
      opened(),
      attached(1),
      sat(2),
      attached(2),
      { type: 'SpectatorJoined', connection: 'watcher' },
    ]);
  });

  test('is shown to all others, who sit or watch, and returned to who shows it', async () => {
    const reply = await say(world, speaker(1), 'emote', { emote: 'wow' }, 'e1');
    const frame = { event: 'emote', data: { player_name: 'Ann', emote: 'wow' } };
    expect(reply).toEqual({ ...frame, reply_to: 'e1' });
    expect(world.deliveries.flatMap(({ sends }) => sends)).toEqual([
      { connectionId: 'socket-ben', frames: [frame] },
      { connectionId: 'watcher', frames: [frame] },
    ]);
  });

  test('leaves no trace in the log', async () => {
    await say(world, speaker(1), 'emote', { emote: 'oops' });
    expect(lengthOf(world)).toBe(1);
  });

  test('is one of eight, and no text of the player', async () => {
    expect(codeOf(await say(world, speaker(1), 'emote', { emote: '<b>' }))).toBe('VALIDATION_ERROR');
  });

  test('is not for who only watches', async () => {
    const watcher = speaker(3, { connection: 'watcher' });
    expect(codeOf(await say(world, watcher, 'emote', { emote: 'wow' }))).toBe('NOT_IN_ROOM');
  });

  test('comes once in two seconds', async () => {
    const ports = { ...world.ports, emoteLimit: createLimit(() => world.now, EMOTES) };
    const show = async () => say({ ...world, ports }, speaker(1), 'emote', { emote: 'laugh' });
    expect((await show())?.event).toBe('emote');
    expect(codeOf(await show())).toBe('RATE_LIMITED');
    world.pass(2);
    expect((await show())?.event).toBe('emote');
  });
});

describe('a private room', () => {
  test('is in no list, and can be joined by who knows its code', async () => {
    const made = await say(world, inLobby(1), 'create_room', { player_name: 'Ann', private: true });
    const { room_id } = dataOf(made, 'room_created');
    expect((await roomListNow(world.ports)).data).toMatchObject({ rooms: [] });
    const joined = await say(world, inLobby(2), 'join_room', { room_id, player_name: 'Ben' });
    expect(joined?.event).toBe('room_joined');
  });

  test('says so in room_update, as an open one says that it is not', async () => {
    happened(world, [{ ...opened(), isPrivate: true }, attached(1)]);
    expect(dataOf(await say(world, speaker(1), 'get_room_state'), 'room_update').private).toBe(true);
  });
});
