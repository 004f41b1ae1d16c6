import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { runPhase, runTick } from '../../../src/app/game-phases.ts';
import type { PhaseRequest } from '../../../src/app/game-phases.ts';
import type { RoomEvent } from '../../../src/room/events.ts';
import { createWorld } from '../../support/memory-ports.ts';
import type { World } from '../../support/memory-ports.ts';
import { command, happened, lengthOf, playByItself, typesAfter } from '../../support/players.ts';
import {
  attach,
  declared,
  detached,
  dealt,
  gameAt,
  LAST,
  lastTurn,
  opened,
  PEOPLE,
  ROOM,
  STARTED,
  tableOf,
  TURNS_ENDED,
} from '../../support/room.ts';

let world: World;

beforeEach(() => {
  world = createWorld();
});
afterEach(() => {
  expect(world.faults.left).toEqual([]);
});

/** Asks for a phase of round 1 of game 1. */
function ask(differing: Partial<Extract<PhaseRequest, { token: string }>>): PhaseRequest {
  return { phase: 'turns', roomId: ROOM, game: 1, round: 1, token: 'token', ...differing };
}
const SCORING: PhaseRequest = { phase: 'scoring', roomId: ROOM, game: 1, round: 1 };
const GAME_OVER: PhaseRequest = { phase: 'game_over', roomId: ROOM, game: 1 };
const ABORT: PhaseRequest = { phase: 'abort', roomId: ROOM, game: 1, error: 'States.Timeout' };

/** Everything of round 1 up to its scoring. Ann has taken all piles of the last turn. */
function roundPlayed(settings = {}): readonly RoomEvent[] {
  return [...gameAt('turn', tableOf([1, 2], settings), LAST), ...lastTurn(), TURNS_ENDED];
}

describe('a phase with a token', () => {
  test.each([
    ['preparation', 'starting', 0, ['TaskEntered', 'Dealt']],
    ['declaration', 'round_start', 1, ['TaskEntered', 'DeclarationOpened']],
    ['turns', 'declared', 1, ['TaskEntered', 'TurnStarted']],
  ] as const)('%s is entered, its token kept, and everybody told', async (phase, point, round, types) => {
    happened(world, gameAt(point));
    expect(await runPhase(world.ports, ask({ phase, round }))).toEqual({ entered: true });
    expect(typesAfter(world, 1)).toEqual([types]);
    expect(world.table.recordOf(ROOM).room).toMatchObject({
      game: { task: { phase, round: 1, token: 'token' } },
    });
    for (const { connection } of Object.values(PEOPLE))
      expect(world.eventsTo(connection)).toEqual(['phase_change']);
  });

  test('is entered once however often it is asked for with the same token, and everybody told again', async () => {
    happened(world, gameAt('declared'));
    await runPhase(world.ports, ask({}));
    world.forget();
    expect(await runPhase(world.ports, ask({}))).toEqual({ entered: true });
    expect(lengthOf(world)).toBe(2);
    expect(world.eventsTo(PEOPLE[3].connection)).toEqual(['phase_change']);
  });

  test('that died between its commit and the telling is told when it is asked for again', async () => {
    happened(world, gameAt('declared'));
    world.faults.loseReply('append');
    await expect(runPhase(world.ports, ask({}))).rejects.toThrow('lost');
    expect(world.deliveries).toEqual([]);
    await runPhase(world.ports, ask({}));
    expect(typesAfter(world, 1)).toEqual([['TaskEntered', 'TurnStarted']]);
    expect(world.deliveries).toHaveLength(1);
  });

  test('entered again because the clock ran out takes the new token and makes the move that is overdue', async () => {
    happened(world, gameAt('turn'));
    world.pass(60);
    await runPhase(world.ports, ask({ token: 'second' }));
    expect(typesAfter(world, 1)).toEqual([['TaskEntered', 'Played']]);
    expect(world.table.recordOf(ROOM).room).toMatchObject({ game: { task: { token: 'second' } } });
    expect(world.phases).toEqual([]);
  });

  test('entered again before the move is overdue only takes the new token', async () => {
    happened(world, gameAt('turn'));
    world.pass(59.9);
    await runPhase(world.ports, ask({ token: 'second' }));
    expect(typesAfter(world, 1)).toEqual([['TaskEntered']]);
  });

  test('whose overdue move is its last completes the token it came with', async () => {
    happened(world, [...gameAt('declaration'), declared(1, 1), declared(2, 1), declared(3, 1)]);
    world.pass(60);
    await runPhase(world.ports, ask({ phase: 'declaration', token: 'second' }));
    expect(typesAfter(world, 1)).toEqual([['TaskEntered', 'Declared']]);
    expect(world.phases).toEqual([{ call: 'complete', token: 'second', round: 1 }]);
  });

  test('that is over already is completed at once, as often as it is asked for', async () => {
    happened(world, gameAt('turn'));
    for (const round of [1, 2]) {
      expect(await runPhase(world.ports, ask({ phase: 'declaration', token: `late ${round}` }))).toEqual({
        entered: true,
      });
    }
    expect(lengthOf(world)).toBe(1);
    expect(world.phases).toEqual([
      { call: 'complete', token: 'late 1', round: 1 },
      { call: 'complete', token: 'late 2', round: 1 },
    ]);
  });

  test('of a game that has ended is failed, so that its execution ends', async () => {
    happened(world, [...gameAt('turn'), { type: 'GameEnded', outcome: 'abandoned', winners: [] }]);
    await runPhase(world.ports, ask({}));
    expect(world.phases).toEqual([{ call: 'fail', token: 'token', error: 'GameAbandoned' }]);
  });

  test('of an earlier game of the room is failed', async () => {
    happened(world, [
      ...gameAt('turn'),
      { type: 'GameEnded', outcome: 'aborted', winners: [] },
      { type: 'GameStarted', game: 2 },
    ]);
    await runPhase(world.ports, ask({}));
    expect(world.phases).toEqual([{ call: 'fail', token: 'token', error: 'GameAbandoned' }]);
    expect(lengthOf(world)).toBe(1);
  });

  test('of a room that is gone is failed', async () => {
    happened(world, gameAt('turn'));
    world.pass(3_601);
    expect(await runPhase(world.ports, ask({}))).toEqual({ entered: true });
    expect(world.phases).toEqual([{ call: 'fail', token: 'token', error: 'GameAbandoned' }]);
  });

  test('finds nobody there for too long, and ends the game', async () => {
    happened(world, gameAt('turn', tableOf([1])));
    happened(world, [detached(1)]);
    world.pass(301);
    await runPhase(world.ports, ask({ token: 'second' }));
    expect(typesAfter(world, 2)).toEqual([['BotTookOver', 'GameEnded']]);
    // The new token ends too, although the room never took it: an execution does not outlive its game.
    expect(world.phases).toContainEqual({ call: 'fail', token: 'second', error: 'GameAbandoned' });
  });

  test('that ended the game and could not fail its token does so when it is asked for again', async () => {
    happened(world, gameAt('turn', tableOf([1])));
    happened(world, [detached(1)]);
    world.pass(301);
    world.faults.refuse('fail second');
    await expect(runPhase(world.ports, ask({ token: 'second' }))).rejects.toThrow('failTask');
    await runPhase(world.ports, ask({ token: 'second' }));
    expect(world.phases).toContainEqual({ call: 'fail', token: 'second', error: 'GameAbandoned' });
    expect(lengthOf(world)).toBe(3);
  });

  test('that could not complete its token fails, and does it when it is asked for again', async () => {
    happened(world, [...gameAt('declaration'), declared(1, 1), declared(2, 1), declared(3, 1)]);
    world.pass(60);
    world.faults.refuse('complete');
    const again = ask({ phase: 'declaration', token: 'second' });
    await expect(runPhase(world.ports, again)).rejects.toThrow('completeTask');
    expect(await runPhase(world.ports, again)).toEqual({ entered: true });
    expect(world.phases).toEqual([{ call: 'complete', token: 'second', round: 1 }]);
    expect(lengthOf(world)).toBe(2);
  });

  test('that could not plan its first tick fails, and does it when it is asked for again', async () => {
    // Cat and Dan are bots, and Cat starts.
    happened(world, [...gameAt('starting', tableOf([1, 2])), dealt({ starter: 3 })]);
    world.faults.refuse('schedule');
    const entering = ask({ phase: 'declaration' });
    await expect(runPhase(world.ports, entering)).rejects.toThrow('scheduleTick');
    await runPhase(world.ports, entering);
    expect(world.ticks[0]).toMatchObject({ tick: { kind: 'room', seq: 2 }, delaySeconds: 1 });
  });

  test('of a table that is out of reach fails', async () => {
    happened(world, gameAt('declared'));
    world.faults.refuse('load');
    await expect(runPhase(world.ports, ask({}))).rejects.toThrow('load was refused');
  });
});

describe('scoring', () => {
  test('scores the round, tells everybody, and says whether the game is over', async () => {
    happened(world, roundPlayed());
    expect(await runPhase(world.ports, SCORING)).toEqual({ over: false });
    expect(typesAfter(world, 1)).toEqual([['RoundScored']]);
    expect(world.eventsTo(PEOPLE[2].connection)).toEqual(['phase_change']);
    const last = createWorld();
    happened(last, roundPlayed({ maxRounds: 1 }));
    expect(await runPhase(last.ports, SCORING)).toEqual({ over: true });
  });

  test('scores once, and says the same again', async () => {
    happened(world, roundPlayed({ winScore: 1 }));
    expect(await runPhase(world.ports, SCORING)).toEqual({ over: true });
    expect(await runPhase(world.ports, SCORING)).toEqual({ over: true });
    expect(typesAfter(world, 1)).toEqual([['RoundScored']]);
  });

  test('says the same even when the next round has begun', async () => {
    happened(world, roundPlayed());
    await runPhase(world.ports, SCORING);
    await runPhase(world.ports, ask({ phase: 'preparation', round: 1, token: 'next' }));
    expect(await runPhase(world.ports, SCORING)).toEqual({ over: false });
  });

  test('of a round that is still being played fails, to be tried again', async () => {
    happened(world, gameAt('turn'));
    await expect(runPhase(world.ports, SCORING)).rejects.toThrow(
      'Round 1 of room ABC234 cannot be scored yet',
    );
    expect(lengthOf(world)).toBe(1);
  });

  test('of a game that has ended meanwhile, or a room that is gone, is over', async () => {
    happened(world, [...gameAt('turn'), { type: 'GameEnded', outcome: 'abandoned', winners: [] }]);
    expect(await runPhase(world.ports, SCORING)).toEqual({ over: true });
    expect(await runPhase(createWorld().ports, SCORING)).toEqual({ over: true });
  });
});

describe('the end of a game', () => {
  test('is written, told to everybody, and described for whoever listens', async () => {
    happened(world, roundPlayed({ maxRounds: 1 }));
    await runPhase(world.ports, SCORING);
    world.pass(7);
    world.forget();
    const finished = await runPhase(world.ports, GAME_OVER);
    const { room } = world.table.recordOf(ROOM);
    if (room.stage !== 'finished') throw new Error(room.stage);
    expect(finished).toEqual({
      roomId: ROOM,
      game: 1,
      outcome: 'completed',
      rounds: 1,
      startedAt: world.now - 7_000,
      endedAt: world.now,
      seats: [
        { name: 'Ann', player: PEOPLE[1].player, score: room.result.tally[1].total, isWinner: true },
        { name: 'Ben', player: PEOPLE[2].player, score: room.result.tally[2].total, isWinner: false },
        { name: 'Bot 3', player: null, score: room.result.tally[3].total, isWinner: false },
        { name: 'Bot 4', player: null, score: room.result.tally[4].total, isWinner: false },
      ],
    });
    for (const seat of [1, 2] as const)
      expect(world.eventsTo(PEOPLE[seat].connection)).toEqual(['game_ended', 'phase_change']);
    expect(await world.ports.store.count('finished')).toEqual({ rooms: 1, isComplete: true });
  });

  test('asked for again is described again and happens once', async () => {
    happened(world, roundPlayed({ maxRounds: 1 }));
    await runPhase(world.ports, SCORING);
    const first = await runPhase(world.ports, GAME_OVER);
    const length = lengthOf(world);
    world.pass(5);
    expect(await runPhase(world.ports, GAME_OVER)).toEqual(first);
    expect(lengthOf(world)).toBe(length);
  });

  test('of a game that is not decided fails, to be tried again', async () => {
    happened(world, roundPlayed());
    await expect(runPhase(world.ports, GAME_OVER)).rejects.toThrow('The game of room ABC234 is not over yet');
  });

  test('of a room that is gone is described as an abort of which nothing is known', async () => {
    expect(await runPhase(world.ports, GAME_OVER)).toEqual({
      roomId: ROOM,
      game: 1,
      outcome: 'aborted',
      rounds: 0,
      startedAt: 0,
      endedAt: 0,
      seats: [],
    });
  });

  test('of a game that was abandoned keeps that outcome', async () => {
    happened(world, [...gameAt('turn'), { type: 'GameEnded', outcome: 'abandoned', winners: [] }]);
    expect(await runPhase(world.ports, GAME_OVER)).toMatchObject({ outcome: 'abandoned', rounds: 0 });
    expect(lengthOf(world)).toBe(1);
  });
});

describe('an abort', () => {
  test('ends the game at any point and tells the players', async () => {
    happened(world, gameAt('turn'));
    expect(await runPhase(world.ports, ABORT)).toMatchObject({ outcome: 'aborted', game: 1 });
    expect(typesAfter(world, 1)).toEqual([['GameEnded']]);
    expect(world.eventsTo(PEOPLE[1].connection)).toEqual(['game_ended', 'phase_change']);
    expect(world.framesTo(PEOPLE[1].connection)[0]).toMatchObject({ data: { reason: 'aborted' } });
  });

  test('happens once, and never to another game of the room', async () => {
    happened(world, gameAt('turn'));
    await runPhase(world.ports, ABORT);
    await runPhase(world.ports, ABORT);
    happened(world, [{ type: 'GameStarted', game: 2 }]);
    expect(await runPhase(world.ports, ABORT)).toMatchObject({ outcome: 'aborted', game: 1 });
    expect(typesAfter(world, 1)).toEqual([['GameEnded'], ['GameStarted']]);
    expect(world.table.recordOf(ROOM).room.stage).toBe('playing');
  });
});

describe('a tick', () => {
  const tick = (seq: number, due: number) => ({ kind: 'room', roomId: ROOM, seq, due }) as const;

  test('does what is due, and plans what comes next', async () => {
    happened(world, [...gameAt('declaration', tableOf([1])), declared(1, 2)]);
    const due = world.now + 1_000;
    world.pass(1);
    await runTick(world.ports, tick(1, due));
    expect(typesAfter(world, 1)).toEqual([['Declared']]);
    expect(world.ticks).toEqual([{ tick: tick(2, world.now + 1_000), delaySeconds: 1 }]);
  });

  test('that comes twice does it once', async () => {
    happened(world, [...gameAt('declaration', tableOf([1])), declared(1, 2)]);
    const due = world.now + 1_000;
    world.pass(1);
    await Promise.all([runTick(world.ports, tick(1, due)), runTick(world.ports, tick(1, due))]);
    await runTick(world.ports, tick(1, due));
    expect(typesAfter(world, 1)).toEqual([['Declared']]);
  });

  test('for something that will not happen any more does nothing', async () => {
    happened(world, [...gameAt('turn', tableOf([1, 2])), detached(2)]);
    const due = world.now + 5_000;
    await command(world, attach(2));
    world.forget();
    world.pass(5);
    await runTick(world.ports, tick(1, due));
    expect(lengthOf(world)).toBe(2);
    expect(world.calls).toEqual([`load ${ROOM}`, 'flush']);
  });

  test('before its time is sent again for the rest of it: the queue’s delay has an end', async () => {
    happened(world, [opened({ emptyRoomSeconds: 2_000 })]);
    const due = world.now + 2_000_000;
    world.pass(900);
    await runTick(world.ports, tick(1, due));
    world.pass(900);
    await runTick(world.ports, tick(1, due));
    expect(world.ticks).toEqual([
      { tick: tick(1, due), delaySeconds: 900 },
      { tick: tick(1, due), delaySeconds: 200 },
    ]);
    expect(lengthOf(world)).toBe(1);
    world.pass(200);
    await runTick(world.ports, tick(1, due));
    expect(world.table.recordOf(ROOM).room.stage).toBe('closed');
  });

  test('before its time for something that is planned for another time by now is not sent again', async () => {
    happened(world, [opened({ emptyRoomSeconds: 2_000 })]);
    const due = world.now + 2_000_000;
    world.pass(10);
    await command(world, attach(1));
    await command(world, { type: 'disconnect', connection: PEOPLE[1].connection, cause: 'closed' });
    world.forget();
    world.pass(890);
    await runTick(world.ports, tick(1, due));
    expect(world.ticks).toEqual([]);
  });

  test('for a room that is gone does nothing', async () => {
    await runTick(world.ports, tick(1, world.now));
    expect(world.calls).toEqual([`load ${ROOM}`]);
  });

  test('fails when an effect of it does, so that the queue delivers it again', async () => {
    happened(world, [...gameAt('declaration', tableOf([1])), declared(1, 2)]);
    world.pass(1);
    world.faults.refuse('schedule');
    await expect(runTick(world.ports, tick(1, world.now))).rejects.toThrow('scheduleTick');
  });

  test('fails when the table does', async () => {
    happened(world, gameAt('turn'));
    world.faults.refuse('load');
    await expect(runTick(world.ports, tick(1, world.now))).rejects.toThrow('load was refused');
  });

  test('of the lobby tells it the rooms', async () => {
    await world.ports.store.connected({ connection: 'l1', room: 'lobby', player: 'zoe', at: world.now });
    await runTick(world.ports, { kind: 'lobby' });
    expect(world.eventsTo('l1')).toEqual(['room_list_update']);
  });
});

test('phases and ticks alone play a game of four bots’ rules to its end, each round scored once', async () => {
  happened(world, [...tableOf([1]), STARTED]);
  const rounds = await playByItself(world);
  const events = world.table.logOf(ROOM).commits.flatMap((commit) => commit.events);
  expect(events.filter(({ type }) => type === 'RoundScored')).toHaveLength(rounds);
  expect(events.at(-1)).toMatchObject({ type: 'GameEnded', outcome: 'completed' });
  expect(rounds).toBeGreaterThan(1);
});
