import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import type { Seat } from '../../../src/game/seats.ts';
import { runPhase, runTick } from '../../../src/app/game-phases.ts';
import type { PhaseRequest } from '../../../src/app/game-phases.ts';
import { bySeat } from '../../../src/game/seats.ts';
import type { RoomEvent } from '../../../src/room/events.ts';
import { NO_USAGE } from '../../../src/room/usage.ts';
import { createWorld } from '../../support/memory-ports.ts';
import type { World } from '../../support/memory-ports.ts';
import { command, happened, lengthOf, playByItself, typesAfter } from '../../support/players.ts';
import {
  attach,
  declared,
  detached,
  dealt,
  FAIR,
  gameAt,
  LAST,
  lastTurn,
  opened,
  PEOPLE,
  ROOM,
  STARTED,
  tableOf,
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
const GAME_OVER: PhaseRequest = { phase: 'game_over', roomId: ROOM, game: 1 };
const ABORT: PhaseRequest = { phase: 'abort', roomId: ROOM, game: 1, error: 'States.Timeout' };

/** Everything of round 1 up to its scoring, which is due in 7 s. Ann has taken all piles of the last turn. */
function roundPlayed(settings = {}): readonly RoomEvent[] {
  return [...gameAt('turn', tableOf([1, 2], settings), LAST), ...lastTurn()];
}
/** Lets the result of the last turn be shown, and the round be scored. */
async function score(): Promise<void> {
  world.pass(7);
  await runTick(world.ports, { kind: 'room', roomId: ROOM, seq: 1, due: world.now });
}

describe('a phase with a token', () => {
  test.each([
    ['preparation', 'starting', 0, ['TaskEntered', 'Dealt']],
    ['declaration', 'round_start', 1, ['TaskEntered', 'DeclarationOpened']],
    ['turns', 'declared', 1, ['TaskEntered']],
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
    expect(typesAfter(world, 1)).toEqual([['TaskEntered']]);
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
    expect(typesAfter(world, 1)).toEqual([['TaskEntered', 'Declared', 'TurnStarted']]);
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

describe('a pause at the end of a task', () => {
  const tick = (due: number) => ({ kind: 'room', roomId: ROOM, seq: 1, due }) as const;

  test('ends with a tick, which changes nothing in the room and completes the token', async () => {
    happened(world, gameAt('round_start'));
    world.pass(5);
    await runTick(world.ports, tick(world.now));
    expect(world.phases).toEqual([{ call: 'complete', token: 'preparation 1', round: 1 }]);
    expect(lengthOf(world)).toBe(1);
    expect(world.deliveries).toEqual([]);
  });

  test('is waited out by a tick that comes too early', async () => {
    happened(world, gameAt('round_start'));
    const due = world.now + 5_000;
    world.pass(4.5);
    await runTick(world.ports, tick(due));
    expect(world.phases).toEqual([]);
    expect(world.ticks).toEqual([{ tick: tick(due), delaySeconds: 1 }]);
  });

  test('after the scores ends the round, or the game when it is decided', async () => {
    happened(world, roundPlayed());
    await score();
    expect(typesAfter(world, 1)).toEqual([['RoundScored']]);
    world.pass(7);
    await runTick(world.ports, tick(world.now));
    expect(world.phases).toContainEqual({ call: 'complete', token: 'turns 1', round: 1 });
    const others = (world = createWorld());
    happened(others, roundPlayed({ maxRounds: 1 }));
    await score();
    others.pass(6.9);
    await runTick(others.ports, tick(others.now));
    expect(others.phases.filter(({ call }) => call !== 'heartbeat')).toEqual([]);
    others.pass(0.1);
    await runTick(others.ports, tick(others.now));
    expect(others.phases).toContainEqual({ call: 'fail', token: 'turns 1', error: 'GameDecided' });
    expect(lengthOf(others)).toBe(2);
  });

  test('is no pause where the stage wants none: the commit itself tells the state machine', async () => {
    happened(world, roundPlayed({ scoringSeconds: 0 }));
    await score();
    expect(world.phases).toEqual([{ call: 'complete', token: 'turns 1', round: 1 }]);
    expect(world.ticks).toEqual([]);
  });

  test('whose tick is lost is ended by whoever passes by two seconds later', async () => {
    happened(world, gameAt('round_start'));
    world.pass(7);
    await command(world, attach(1));
    expect(world.ticks).toEqual([]);
    world.pass(0.1);
    await command(world, attach(1));
    expect(world.ticks).toEqual([{ tick: tick(world.now - 2_100), delaySeconds: 0 }]);
    await runTick(world.ports, tick(world.now));
    expect(world.phases).toEqual([{ call: 'complete', token: 'preparation 1', round: 1 }]);
  });

  test('whose tick is lost is ended by the heartbeat, and the new token with it', async () => {
    happened(world, gameAt('round_start'));
    world.pass(33);
    await runPhase(world.ports, ask({ phase: 'preparation', round: 0, token: 'again' }));
    expect(world.phases).toEqual([{ call: 'complete', token: 'again', round: 1 }]);
    expect(lengthOf(world)).toBe(1);
  });

  test('goes on for a token that comes while it lasts', async () => {
    happened(world, gameAt('round_start'));
    world.pass(4);
    await runPhase(world.ports, ask({ phase: 'preparation', round: 0, token: 'again' }));
    expect(typesAfter(world, 1)).toEqual([['TaskEntered']]);
    expect(world.phases).toEqual([]);
    world.pass(1);
    await runTick(world.ports, tick(world.now));
    expect(world.phases).toEqual([{ call: 'complete', token: 'again', round: 1 }]);
  });

  test('whose end could not be told fails its tick, so that the queue delivers it again', async () => {
    happened(world, gameAt('round_start'));
    world.pass(5);
    world.faults.refuse('complete');
    await expect(runTick(world.ports, tick(world.now))).rejects.toThrow('completeTask');
    await runTick(world.ports, tick(world.now));
    expect(world.phases).toEqual([{ call: 'complete', token: 'preparation 1', round: 1 }]);
  });
});

describe('the turns', () => {
  /** The turns have begun, but the state machine has not heard of it: the callback of the declarations was lost. */
  const BEGUN = gameAt('declared');
  const play = { type: 'play', connection: PEOPLE[1].connection, indices: [0] } as const;

  test('are played before the state machine has entered them, and no heartbeat is sent', async () => {
    happened(world, BEGUN);
    world.pass(9);
    await command(world, play);
    expect(typesAfter(world, 1)).toEqual([['Played']]);
    expect(world.phases).toEqual([]);
    await runPhase(world.ports, ask({}));
    world.pass(4);
    await command(world, { ...play, connection: PEOPLE[2].connection });
    expect(world.phases).toEqual([{ call: 'heartbeat', token: 'token' }]);
  });

  test('hold the deadline that players see even when they are never entered: a tick watches over it', async () => {
    happened(world, BEGUN);
    world.pass(9);
    await command(world, play);
    expect(world.ticks).toEqual([
      { tick: { kind: 'room', roomId: ROOM, seq: 2, due: world.now + 60_000 }, delaySeconds: 60 },
    ]);
    world.pass(60);
    await runTick(world.ports, { kind: 'room', roomId: ROOM, seq: 2, due: world.now });
    expect(typesAfter(world, 2)).toEqual([['Played']]);
  });

  test('are entered after all when a tick finds that the callback was lost', async () => {
    happened(world, [...gameAt('declared', tableOf([2]), FAIR), { type: 'LeftForGood', seat: 1 }]);
    world.pass(1);
    await runTick(world.ports, { kind: 'room', roomId: ROOM, seq: 1, due: world.now });
    expect(typesAfter(world, 1)).toEqual([['Played']]);
    expect(world.phases).toEqual([{ call: 'complete', token: 'declaration 1', round: 1 }]);
  });

  test('are entered after all when the heartbeat of the declarations runs out, and make the overdue move', async () => {
    happened(world, BEGUN);
    world.pass(63);
    await runPhase(world.ports, ask({ phase: 'declaration', token: 'again' }));
    expect(world.phases).toEqual([{ call: 'complete', token: 'again', round: 1 }]);
    expect(lengthOf(world)).toBe(1);
    await runPhase(world.ports, ask({ token: 'turns' }));
    expect(typesAfter(world, 1)).toEqual([['TaskEntered', 'Played']]);
  });

  test('that were over before they could be entered are left at once', async () => {
    const scores = bySeat(() => ({
      declared: 1,
      captured: 2,
      base: -1,
      bonus: 0,
      hitValue: -1,
      final: -1,
      total: -1,
    }));
    const last = gameAt('declared', tableOf([1, 2]), LAST);
    happened(world, [...last, ...lastTurn(), { type: 'RoundScored', scores, winners: [] }]);
    world.pass(7);
    await runTick(world.ports, { kind: 'room', roomId: ROOM, seq: 1, due: world.now });
    await runPhase(world.ports, ask({}));
    expect(world.phases).toEqual([
      { call: 'complete', token: 'declaration 1', round: 1 },
      { call: 'complete', token: 'token', round: 1 },
    ]);
    expect(lengthOf(world)).toBe(1);
  });
});

describe('the end of a game', () => {
  test('is written, told to everybody, and described for whoever listens', async () => {
    happened(world, roundPlayed({ maxRounds: 1 }));
    await score();
    world.pass(7);
    world.forget();
    const finished = await runPhase(world.ports, GAME_OVER);
    const { room } = world.table.recordOf(ROOM);
    if (room.stage !== 'finished') throw new Error(room.stage);
    const nothing = { isWinner: false, turnsWon: 0, perfectRounds: 0, left: false };
    const { tally } = room.result;
    const seat = (number: Seat, told: object) => ({ ...nothing, score: tally[number].total, ...told });
    expect(finished).toEqual({
      roomId: ROOM,
      game: 1,
      outcome: 'completed',
      rounds: 1,
      startedAt: world.now - 14_000,
      usage: NO_USAGE,
      endedAt: world.now,
      seats: [
        seat(1, { name: 'Ann', player: PEOPLE[1].player, isWinner: true, turnsWon: 1, perfectRounds: 1 }),
        seat(2, { name: 'Ben', player: PEOPLE[2].player }),
        seat(3, { name: 'Bot 3', player: null }),
        seat(4, { name: 'Bot 4', player: null }),
      ],
    });
    for (const seat of [1, 2] as const)
      expect(world.eventsTo(PEOPLE[seat].connection)).toEqual(['game_ended', 'phase_change']);
    expect(await world.ports.store.count('finished')).toEqual({ rooms: 1, isComplete: true });
  });

  test('asked for again is described again and happens once', async () => {
    happened(world, roundPlayed({ maxRounds: 1 }));
    await score();
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

  test('of a room of which nothing is left is described as an abort of which nothing is known', async () => {
    expect(await runPhase(world.ports, GAME_OVER)).toEqual({
      ...{
        roomId: ROOM,
        game: 1,
        outcome: 'aborted',
        rounds: 0,
        startedAt: 0,
        endedAt: world.now,
        seats: [],
      },
    });
  });

  test('of a room that is gone is described as its log has it', async () => {
    happened(world, [...gameAt('turn'), { type: 'GameEnded', outcome: 'abandoned', winners: [] }]);
    const first = await runPhase(world.ports, GAME_OVER);
    world.pass(3_601);
    expect(await runPhase(world.ports, GAME_OVER)).toEqual(first);
    expect(first).toMatchObject({ outcome: 'abandoned' });
  });

  test('is described alike when its reply is lost and the host has begun the next game meanwhile', async () => {
    happened(world, roundPlayed({ maxRounds: 1 }));
    await score();
    const first = await runPhase(world.ports, GAME_OVER);
    expect(first).toMatchObject({ game: 1, outcome: 'completed' });
    happened(world, [{ type: 'GameStarted', game: 2 }]);
    const length = lengthOf(world);
    expect(await runPhase(world.ports, GAME_OVER)).toEqual(first);
    expect(lengthOf(world)).toBe(length);
  });

  test('is described alike when an operator has closed the room', async () => {
    happened(world, gameAt('turn'));
    await command(world, { type: 'closeRoom' }, { by: 'operator' });
    expect(await runPhase(world.ports, GAME_OVER)).toMatchObject({
      game: 1,
      outcome: 'aborted',
      seats: { length: 4 },
    });
  });

  test('names who left it, though a bot sits there now, and not who left after it', async () => {
    happened(world, [...gameAt('turn'), { type: 'LeftForGood', seat: 2 }]);
    happened(world, [{ type: 'GameEnded', outcome: 'abandoned', winners: [] }]);
    happened(world, [{ type: 'LeftForGood', seat: 1 }]);
    expect(await runPhase(world.ports, GAME_OVER)).toMatchObject({
      seats: [
        { player: PEOPLE[1].player, left: false },
        { player: PEOPLE[2].player, left: true },
        { left: false },
        { left: false },
      ],
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
