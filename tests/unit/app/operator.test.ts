import { beforeEach, describe, expect, test } from '@jest/globals';
import { closeRoom, roomDetail } from '../../../src/app/operator.ts';
import { runPhase } from '../../../src/app/game-phases.ts';
import { listingOf } from '../../../src/room/listing.ts';
import { createWorld } from '../../support/memory-ports.ts';
import type { World } from '../../support/memory-ports.ts';
import { command, dataOf, happened, say, speaker, typesAfter } from '../../support/players.ts';
import {
  attached,
  bot,
  by,
  detached,
  entered,
  FOUR_HUMANS,
  gameAt,
  opened,
  PEOPLE,
  ROOM,
  sat,
  tableOf,
} from '../../support/room.ts';
import { SEATS } from '../../../src/game/seats.ts';

let world: World;

beforeEach(() => {
  world = createWorld();
});

describe('a room as an operator sees it', () => {
  test('has its seats, who is connected how, and who watches', async () => {
    happened(world, [opened(), sat(2), bot(3), attached(1), attached(2)]);
    happened(world, [detached(2), { type: 'SpectatorJoined', connection: 'watcher-1234' }]);
    expect(await roomDetail(world.ports, ROOM)).toMatchObject({
      room_id: ROOM,
      stage: 'open',
      phase: 'open',
      round: 0,
      private: false,
      gone: false,
      seq: 2,
      game: null,
      execution: null,
      task: null,
      deadline: null,
      seats: [
        { seat: 1, name: 'Ann', kind: 'human', is_host: true, presence: 'present', connection: 'socket…' },
        { seat: 2, name: 'Ben', kind: 'human', is_host: false, presence: 'away', connection: null },
        { seat: 3, name: 'Bot 3', kind: 'bot', presence: null, connection: null },
        { seat: 4, name: null, kind: null, presence: null, connection: null, is_host: false },
      ],
      spectators: [{ connection: 'watche…', since: world.now }],
    });
  });

  test('shows where its game stands, what it waits for and until when, and its execution', async () => {
    happened(world, gameAt('turn'));
    world.executions.set(`${ROOM}-1-${world.now}`, 'RUNNING');
    const detail = await roomDetail(world.ports, ROOM);
    expect(detail).toMatchObject({
      stage: 'playing',
      phase: 'turn',
      round: 1,
      multiplier: 1,
      turn: 1,
      deadline: world.now + 60_000,
      game: { number: 1, started_at: world.now, ended_at: null, outcome: null },
      execution: { name: `${ROOM}-1-${world.now}`, status: 'RUNNING' },
      task: { phase: 'turns', round: 1 },
    });
    expect(detail?.seats[0]).toMatchObject({
      is_awaited: true,
      hand_size: 8,
      declared: 1,
      piles: 0,
      score: 0,
    });
    expect(detail?.seats[1]).toMatchObject({ is_awaited: false });
  });

  test('waits for nothing of the state machine between two of its tasks', async () => {
    happened(world, gameAt('redeal'));
    expect(await roomDetail(world.ports, ROOM)).toMatchObject({ task: { phase: 'preparation', round: 1 } });
    happened(world, [{ type: 'RoundStarted' }]);
    expect(await roomDetail(world.ports, ROOM)).toMatchObject({ task: { phase: 'preparation', round: 1 } });
    world.pass(5);
    expect(await roomDetail(world.ports, ROOM)).toMatchObject({ phase: 'round_start', task: null });
  });

  test('shows how its game ended', async () => {
    happened(world, [...gameAt('turn'), { type: 'GameEnded', outcome: 'completed', winners: [2] }]);
    expect(await roomDetail(world.ports, ROOM)).toMatchObject({
      stage: 'finished',
      phase: 'finished',
      game: { outcome: 'completed', winners: ['Ben'], ended_at: world.now },
      task: null,
    });
  });

  test('has its latest commits, newest first, each with its time, its events and who made it', async () => {
    happened(world, FOUR_HUMANS);
    for (let commits = 0; commits < 24; commits++) happened(world, [commits % 2 ? attached(2) : detached(2)]);
    world.pass(3);
    await say(world, speaker(1), 'start_game');
    const detail = await roomDetail(world.ports, ROOM);
    expect(detail?.commits.map(({ seq }) => seq)).toEqual(
      Array.from({ length: 20 }, (_, place) => 26 - place),
    );
    expect(detail?.commits[0]).toEqual({
      seq: 26,
      at: world.now,
      by: 'Ann',
      events: [{ type: 'GameStarted', game: 1 }],
    });
  });

  test('says of a command of the system what part of it that was, and of a stranger’s hardly anything', async () => {
    happened(world, gameAt('starting'));
    for (const by of ['phase', 'tick', 'presence', 'a-session-without-a-seat'])
      await command(world, { type: 'spectate', connection: `watcher-of-${by}` }, { by });
    const detail = await roomDetail(world.ports, ROOM);
    expect(detail?.commits.map(({ by }) => by)).toEqual(['a-sess…', 'presence', 'tick', 'phase', 'story…']);
  });

  test.each(['redeal', 'round_start', 'declaration', 'turn'] as const)(
    'never shows a hand, a seed, a token, a session or a whole connection: %s',
    async (phase) => {
      happened(world, [...gameAt(phase), entered('turns', 1, 'secret-task-token')]);
      await command(world, { type: 'spectate', connection: 'watcher-whole' }, { by: PEOPLE[1].player });
      const shown = JSON.stringify(await roomDetail(world.ports, ROOM));
      expect(shown).not.toMatch(/GENERAL|SOLDIER|session-|socket-|watcher-|secret-task-token|"seed"|"hands"/);
    },
  );

  test('is still there when it is closed, and when no player finds it any more', async () => {
    happened(world, [opened(), attached(1)]);
    world.pass(3_601);
    expect(await roomDetail(world.ports, ROOM)).toMatchObject({ gone: true, stage: 'open' });
    happened(world, [{ type: 'RoomClosed', reason: 'host_left' }]);
    expect(await roomDetail(world.ports, ROOM)).toMatchObject({
      gone: true,
      stage: 'closed',
      closed_reason: 'host_left',
      seats: [],
      commits: [{ seq: 2 }, { seq: 1 }],
    });
  });

  test('that never was is not there', async () => {
    expect(await roomDetail(world.ports, ROOM)).toBeNull();
  });
});

describe('closing a room', () => {
  test('tells everybody at the table and everybody watching how the game ended, and hangs up', async () => {
    happened(world, [...gameAt('turn', tableOf([1, 2])), { type: 'SpectatorJoined', connection: 'watcher' }]);
    expect(await closeRoom(world.ports, ROOM)).toBe('closed');
    const sends = world.deliveries.flatMap((delivery) => delivery.sends);
    expect(sends.map(({ connectionId, close }) => [connectionId, close])).toEqual(
      [PEOPLE[1].connection, PEOPLE[2].connection, 'watcher'].map((connection) => [connection, true]),
    );
    for (const { frames } of sends) {
      expect(frames.map(({ event, seq }) => [event, seq])).toEqual([
        ['game_ended', 2],
        ['room_closed', 2],
      ]);
      expect(dataOf(frames[0], 'game_ended').reason).toBe('aborted');
      expect(dataOf(frames[1], 'room_closed').reason).toBe('closed_by_operator');
    }
  });

  test('tells those who wait or look at the result only that it is closed', async () => {
    happened(world, [...gameAt('turn'), { type: 'GameEnded', outcome: 'completed', winners: [1] }]);
    await closeRoom(world.ports, ROOM);
    for (const seat of SEATS) expect(world.eventsTo(PEOPLE[seat].connection)).toEqual(['room_closed']);
  });

  test('ends the execution of its game: the task it waits for is failed', async () => {
    happened(world, gameAt('turn'));
    await closeRoom(world.ports, ROOM);
    expect(world.phases).toEqual([{ call: 'fail', token: 'turns 1', error: 'GameAbandoned' }]);
  });

  test('ends an execution that is between two tasks with the next one', async () => {
    happened(world, gameAt('round_start'));
    await closeRoom(world.ports, ROOM);
    world.forget();
    const next = { phase: 'declaration', roomId: ROOM, game: 1, round: 1, token: 'next' } as const;
    await runPhase(world.ports, next);
    expect(world.phases).toEqual([{ call: 'fail', token: 'next', error: 'GameAbandoned' }]);
    expect(await runPhase(world.ports, { phase: 'game_over', roomId: ROOM, game: 1 })).toMatchObject({
      roomId: ROOM,
      outcome: 'aborted',
    });
  });

  test('takes it off every list, and leaves nothing that happens by itself', async () => {
    const listing = listingOf(happened(world, [opened(), attached(1)]));
    if (listing === null) throw new Error('It is listed');
    await world.ports.store.project(listing);
    await closeRoom(world.ports, ROOM);
    expect(await world.ports.store.count('open')).toMatchObject({ rooms: 0 });
    expect(world.ticks.map(({ tick }) => tick.kind)).toEqual(['lobby']);
  });

  test('twice is closing it once', async () => {
    happened(world, gameAt('turn'));
    expect(await closeRoom(world.ports, ROOM)).toBe('closed');
    expect(await closeRoom(world.ports, ROOM)).toBe('closed');
    expect(typesAfter(world, 1)).toEqual([['GameEnded', 'RoomClosed']]);
  });

  test('that somebody else has closed is no mistake', async () => {
    happened(world, [opened(), attached(1), { type: 'RoomClosed', reason: 'host_left' }]);
    expect(await closeRoom(world.ports, ROOM)).toBe('closed');
    expect(typesAfter(world, 1)).toEqual([]);
  });

  test('that never was, or that no player finds any more, is none', async () => {
    expect(await closeRoom(world.ports, ROOM)).toBeNull();
    happened(world, [opened(), attached(1)]);
    world.pass(3_601);
    expect(await closeRoom(world.ports, ROOM)).toBeNull();
  });

  test('leaves a move that was just made in the log, and refuses the next', async () => {
    happened(world, gameAt('declaration'));
    world.faults.before('append', () =>
      happened(world, [{ type: 'Declared', seat: 1, value: 1, forced: false }]),
    );
    await closeRoom(world.ports, ROOM);
    expect(typesAfter(world, 1)).toEqual([['Declared'], ['GameEnded', 'RoomClosed']]);
    expect(await command(world, by(2, { type: 'declare', value: 1 }))).toEqual({ kind: 'gone' });
  });
});
