import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import type { Outcome, Sender } from '../../../src/app/execute.ts';
import type { Seat } from '../../../src/game/seats.ts';
import type { Frame } from '../../../src/protocol/server-frames.ts';
import type { Command } from '../../../src/room/commands.ts';
import type { RoomEvent } from '../../../src/room/events.ts';
import { SNAPSHOT_EVERY } from '../../../src/store/log.ts';
import { createWorld } from '../../support/memory-ports.ts';
import type { World } from '../../support/memory-ports.ts';
import { command, dataOf, happened, lengthOf, typesAfter } from '../../support/players.ts';
import {
  attach,
  attached,
  bot,
  by,
  declared,
  detached,
  disconnect,
  enter,
  FAIR,
  gameAt,
  LAST,
  lastTurn,
  opened,
  PEOPLE,
  played,
  ROOM,
  sat,
  settingsWith,
  tableOf,
  TICK,
} from '../../support/room.ts';

let world: World;

beforeEach(() => {
  world = createWorld();
});
afterEach(() => {
  expect(world.faults.left).toEqual([]);
});

/** The person of a seat as the sender of a command. */
function from(seat: Seat, replyTo?: string): Sender {
  return { connection: PEOPLE[seat].connection, ...(replyTo === undefined ? {} : { replyTo }) };
}
const annDeclares: Command = by(1, { type: 'declare', value: 2 });
const OTHERS = [PEOPLE[2], PEOPLE[3], PEOPLE[4]];

/** Ann has opened the room; all four sit in it and the game has come to this point. */
function gameComesTo(...point: Parameters<typeof gameAt>): number {
  happened(world, gameAt(...point));
  return lengthOf(world);
}

describe('a command that is accepted', () => {
  test('is written once, answered directly, and told to everybody else in one delivery', async () => {
    const seq = gameComesTo('declaration');
    const outcome = await command(world, annDeclares, { sender: from(1, 'frame-1') });
    expect(outcome).toMatchObject({
      kind: 'committed',
      failed: [],
      reply: [{ event: 'phase_change', seq: seq + 1, reply_to: 'frame-1' }],
    });
    expect(typesAfter(world, seq)).toEqual([['Declared']]);
    expect(world.deliveries).toHaveLength(1);
    expect(world.deliveries[0]).toMatchObject({ roomId: ROOM, seq: seq + 1 });
    expect(world.deliveries[0]?.sends.map(({ connectionId }) => connectionId)).toEqual(
      OTHERS.map(({ connection }) => connection),
    );
    for (const { connection } of OTHERS) expect(world.eventsTo(connection)).toEqual(['phase_change']);
  });

  test('costs one load and one append before anybody is told', async () => {
    const seq = gameComesTo('declaration');
    await command(world, annDeclares, { sender: from(1) });
    expect(world.calls.slice(0, 3)).toEqual([
      `load ${ROOM}`,
      `append ${ROOM} ${seq + 1}`,
      `publish ${ROOM} ${seq + 1}`,
    ]);
  });

  test('shows everybody their own hand and nobody another’s', async () => {
    gameComesTo('declaration');
    const outcome = await command(world, annDeclares, { sender: from(1) });
    if (outcome.kind !== 'committed') throw new Error(outcome.kind);
    const seen: readonly (readonly [string, Frame | undefined])[] = [
      ['Ann', outcome.reply[0]],
      ...OTHERS.map(({ name, connection }) => [name, world.framesTo(connection)[0]] as const),
    ];
    for (const [name, frame] of seen) {
      const { players } = dataOf(frame, 'phase_change');
      const hands = Object.values(players).filter((player) => 'hand' in player);
      expect(hands).toEqual([expect.objectContaining({ name })]);
      expect(hands[0]?.hand).toHaveLength(8);
    }
  });

  test('of several frames goes to everybody through the broadcaster, in order, the sender included', async () => {
    gameComesTo('turn', undefined, LAST);
    happened(world, lastTurn().slice(0, 3));
    const outcome = await command(world, by(4, { type: 'play', indices: [0] }), {
      sender: from(4, 'frame-9'),
    });
    expect(outcome).toMatchObject({ kind: 'committed', reply: [] });
    expect(world.deliveries).toHaveLength(1);
    for (const { connection } of Object.values(PEOPLE))
      expect(world.eventsTo(connection)).toEqual(['turn_complete', 'phase_change']);
    expect(world.framesTo(PEOPLE[4].connection).map(({ reply_to }) => reply_to)).toEqual([
      'frame-9',
      'frame-9',
    ]);
    expect(world.framesTo(PEOPLE[1].connection).map(({ reply_to }) => reply_to)).toEqual([
      undefined,
      undefined,
    ]);
  });

  test('is told to nobody who is away, nor to bots', async () => {
    happened(world, gameAt('declaration', tableOf([1, 2, 3])));
    happened(world, [detached(3)]);
    await command(world, annDeclares, { sender: from(1) });
    expect(world.deliveries[0]?.sends.map(({ connectionId }) => connectionId)).toEqual([
      PEOPLE[2].connection,
    ]);
  });

  test('is counted by its events', async () => {
    gameComesTo('declaration');
    await command(world, annDeclares);
    expect(Object.fromEntries(world.counts)).toEqual({ 'events.Declared': 1 });
  });

  test('takes a fresh deal from the outside world when it needs one', async () => {
    gameComesTo('starting');
    await command(world, enter('preparation', 1));
    const dealt = world.table
      .logOf(ROOM)
      .commits.at(-1)
      ?.events.find(({ type }) => type === 'Dealt');
    expect(dealt).toMatchObject({ proof: createWorld().ports.random.proof() });
  });
});

describe('time in the log', () => {
  test('never goes back, even when this machine’s clock is behind the last one’s', async () => {
    gameComesTo('declaration');
    const { now } = world;
    world.pass(-5);
    await command(world, annDeclares);
    expect(world.table.recordOf(ROOM).at).toBe(now);
    expect(world.table.logOf(ROOM).commits.at(-1)?.at).toBe(now);
  });

  test('says when something is due next, if anything is', async () => {
    happened(world, gameAt('declaration', tableOf([1])));
    await command(world, annDeclares);
    expect(world.table.logOf(ROOM).commits.at(-1)?.wakeAt).toBe(world.now + 1_000);
    const other = createWorld();
    happened(other, gameAt('declaration'));
    await command(other, annDeclares);
    expect(other.table.logOf(ROOM).commits.at(-1)).not.toHaveProperty('wakeAt');
  });
});

describe('a snapshot', () => {
  test('is taken on every 16th commit, whatever begins or ends with it, and then only', async () => {
    happened(world, tableOf([1, 2, 3, 4]));
    const expected: number[] = [];
    for (let seq = 2; seq <= 2 * SNAPSHOT_EVERY; seq++) {
      await command(world, seq % 2 === 0 ? disconnect(2) : attach(2));
      if (seq % SNAPSHOT_EVERY === 0) expected.push(seq);
    }
    await command(world, by(1, { type: 'startGame' }));
    await command(world, enter('preparation', 1));
    const snapshots = world.table
      .logOf(ROOM)
      .commits.slice(1)
      .flatMap(({ seq, snapshot }) => (snapshot === undefined ? [] : [seq]));
    expect(snapshots).toEqual(expected);
  });
});

describe('a command that is refused', () => {
  test('changes nothing, tells nobody and asks for nothing', async () => {
    const seq = gameComesTo('declaration');
    const outcome = await command(world, by(2, { type: 'declare', value: 2 }), { sender: from(2) });
    expect(outcome).toEqual({
      kind: 'rejected',
      rejection: { code: 'NOT_YOUR_TURN', message: expect.any(String) },
    });
    expect(lengthOf(world)).toBe(seq);
    expect(world.calls).toEqual([`load ${ROOM}`]);
  });
});

describe('the same command again', () => {
  const again = { by: 'ann', commandId: 'the-same' };

  test('changes nothing, is answered again, and everybody is told again', async () => {
    const seq = gameComesTo('declaration');
    const first = await command(world, annDeclares, { ...again, sender: from(1, 'frame-1') });
    world.forget();
    const second = await command(world, annDeclares, { ...again, sender: from(1, 'frame-1') });
    expect(lengthOf(world)).toBe(seq + 1);
    expect(second.kind).toBe('repeated');
    expect(first).toMatchObject({ reply: [{ event: 'phase_change', seq: seq + 1, reply_to: 'frame-1' }] });
    expect(second).toMatchObject({ reply: [{ event: 'phase_change', seq: seq + 1, reply_to: 'frame-1' }] });
    for (const { connection } of OTHERS) expect(world.eventsTo(connection)).toEqual(['phase_change']);
  });

  test('asks again for everything that its first try may have died before', async () => {
    happened(world, tableOf([1]));
    world.faults.refuse('start');
    world.faults.refuse('schedule room');
    world.faults.refuse('project');
    const start = by(1, { type: 'startGame' });
    const first = await command(world, start, again);
    expect(first).toMatchObject({ failed: ['startExecution', 'scheduleTick', 'list'] });
    expect(world.phases).toEqual([]);
    await command(world, start, again);
    expect(world.phases).toEqual([expect.objectContaining({ call: 'start', room: ROOM, game: 1 })]);
    expect(world.ticks).toEqual([
      { tick: { kind: 'room', roomId: ROOM, seq: 2, due: world.now + 2_000 }, delaySeconds: 2 },
      { tick: { kind: 'lobby' }, delaySeconds: 0 },
    ]);
    expect(await world.ports.store.count('playing')).toEqual({ rooms: 1, isComplete: true });
  });

  test('by somebody else is another command', async () => {
    gameComesTo('declaration');
    await command(world, annDeclares, again);
    const outcome = await command(world, by(2, { type: 'declare', value: 1 }), { ...again, by: 'ben' });
    expect(outcome.kind).toBe('committed');
  });

  test('is known for what it is however many others came in between', async () => {
    happened(world, tableOf([1]));
    happened(world, [{ type: 'SeatVacated', seat: 2, reason: 'removed' }]);
    const adding = by(1, { type: 'addBot', seat: 2 });
    await command(world, adding, again);
    for (let turns = 0; turns < 41; turns++) {
      const removing = turns % 2 === 0;
      const next = by(1, removing ? { type: 'removePlayer', seat: 2 } : { type: 'addBot', seat: 2 });
      expect((await command(world, next, { by: 'ann' })).kind).toBe('committed');
      world.pass(1);
    }
    const length = lengthOf(world);
    expect((await command(world, adding, again)).kind).toBe('repeated');
    expect(lengthOf(world)).toBe(length);
  });
});

describe('when somebody else’s commit comes first', () => {
  test('the command is decided again on top of it, without another load, and both are in the log once', async () => {
    const seq = gameComesTo('redeal');
    world.faults.before('append', () => command(world, by(4, { type: 'decideRedeal', accept: false })));
    const outcome = await command(world, by(2, { type: 'decideRedeal', accept: false }), { sender: from(2) });
    expect(outcome.kind).toBe('committed');
    expect(typesAfter(world, seq)).toEqual([['RedealDecided'], ['RedealDecided', 'RoundStarted']]);
    expect(world.calls.filter((call) => call.startsWith('load'))).toHaveLength(2);
  });

  test('and it cannot be read, the room is loaded again', async () => {
    const seq = gameComesTo('declaration');
    world.faults.answer('append', { kind: 'conflict', winner: null });
    const outcome = await command(world, annDeclares);
    expect(outcome.kind).toBe('committed');
    expect(lengthOf(world)).toBe(seq + 1);
    expect(world.calls.filter((call) => call.startsWith('load'))).toHaveLength(2);
  });

  test('the command may have become impossible, and is refused', async () => {
    const seq = gameComesTo('declaration');
    world.faults.before('append', () => happened(world, [declared(1, 3, 'forced')]));
    expect(await command(world, annDeclares)).toMatchObject({
      kind: 'rejected',
      rejection: { code: 'NOT_YOUR_TURN' },
    });
    expect(lengthOf(world)).toBe(seq + 1);
  });

  test('the command may have become needless', async () => {
    happened(world, tableOf([1, 2]));
    world.faults.before('append', () => happened(world, [detached(2)]));
    expect((await command(world, disconnect(2))).kind).toBe('unchanged');
  });

  test('the room may be gone', async () => {
    happened(world, tableOf([1, 2]));
    world.faults.before('append', () => happened(world, [{ type: 'RoomClosed', reason: 'host_left' }]));
    expect(await command(world, by(2, { type: 'leaveRoom' }))).toEqual({ kind: 'gone' });
  });

  test('and it is the same command from another try, it is applied once and answered twice', async () => {
    const seq = gameComesTo('redeal');
    const order = { by: 'ben', commandId: 'twin', sender: from(2) };
    const answer = by(2, { type: 'decideRedeal', accept: true });
    // The twin runs at another moment, so its commit is not the very same.
    world.faults.before('append', async () => {
      world.pass(1);
      expect((await command(world, answer, order)).kind).toBe('committed');
    });
    const outcome = await command(world, answer, order);
    expect(outcome).toMatchObject({ kind: 'repeated', reply: [{ event: 'phase_change', seq: seq + 1 }] });
    expect(typesAfter(world, seq)).toEqual([['RedealDecided']]);
  });

  test('a dozen times in a row, the room is too busy and nothing is written', async () => {
    const seq = gameComesTo('declaration');
    for (let tries = 0; tries < 12; tries++)
      world.faults.answer('append', { kind: 'conflict', winner: null });
    await expect(command(world, annDeclares)).rejects.toThrow(`Room ${ROOM} is too busy`);
    expect(lengthOf(world)).toBe(seq);
    expect(world.deliveries).toEqual([]);
  });

  test('again and again, it waits ever longer by chance, but not at first', async () => {
    gameComesTo('declaration');
    for (let tries = 0; tries < 11; tries++)
      world.faults.answer('append', { kind: 'conflict', winner: null });
    expect((await command(world, annDeclares)).kind).toBe('committed');
    expect(world.pauses).toHaveLength(10);
    world.pauses.forEach((ms, place) => {
      expect(ms).toBeGreaterThanOrEqual(0);
      expect(ms).toBeLessThanOrEqual(10 * (place + 2));
    });
    expect(new Set(world.pauses).size).toBeGreaterThan(5);
  });
});

describe('when the table fails', () => {
  test('at the load, nothing has happened', async () => {
    const seq = gameComesTo('declaration');
    world.faults.refuse('load');
    await expect(command(world, annDeclares)).rejects.toThrow('load was refused');
    expect(lengthOf(world)).toBe(seq);
  });

  test('at the write, nothing has happened and nobody is told', async () => {
    const seq = gameComesTo('declaration');
    world.faults.refuse('append');
    await expect(command(world, annDeclares)).rejects.toThrow('append was refused');
    expect(lengthOf(world)).toBe(seq);
    expect(world.deliveries).toEqual([]);
  });

  test('to say that the write was done, the next try of the same command finds it and tells everybody', async () => {
    const seq = gameComesTo('declaration');
    const order = { by: 'ann', commandId: 'once', sender: from(1, 'frame-1') };
    world.faults.loseReply('append');
    await expect(command(world, annDeclares, order)).rejects.toThrow('lost');
    expect(world.deliveries).toEqual([]);
    expect(await command(world, annDeclares, order)).toMatchObject({
      kind: 'repeated',
      reply: [{ event: 'phase_change', reply_to: 'frame-1' }],
    });
    expect(lengthOf(world)).toBe(seq + 1);
    expect(world.deliveries).toHaveLength(1);
  });
});

describe('what fails after the commit', () => {
  test('is named and logged; everything else is done, and the sender is answered', async () => {
    happened(world, tableOf([1, 2]));
    world.faults.refuse('start');
    const outcome = await command(world, by(1, { type: 'startGame' }), { sender: from(1) });
    expect(outcome).toMatchObject({ kind: 'committed', failed: ['startExecution'] });
    expect(world.eventsTo(PEOPLE[2].connection)).toEqual(['game_started', 'phase_change']);
    expect(world.ticks.map(({ tick }) => tick.kind)).toEqual(['room', 'lobby']);
    expect(world.lines).toEqual([
      {
        level: 'error',
        message: 'An effect failed',
        fields: { room: ROOM, command: 'startGame', effect: 'startExecution', error: expect.any(Error) },
      },
    ]);
    expect(world.counts.get('failures.startExecution')).toBe(1);
  });

  test('is no reason to fail the command when nobody could be told of it', async () => {
    gameComesTo('declaration');
    world.faults.refuse('publish');
    const outcome = await command(world, annDeclares, { sender: from(1) });
    expect(outcome).toMatchObject({ kind: 'committed', failed: [], reply: [{ event: 'phase_change' }] });
    expect(world.lines).toMatchObject([
      { level: 'error', message: 'A delivery failed', fields: { room: ROOM } },
    ]);
    expect(world.counts.get('failures.publish')).toBe(1);
  });

  test('is told to operators also when the answer went out before it was known', async () => {
    gameComesTo('declaration');
    const { promise: ending, resolve: end } = Promise.withResolvers<Error | null>();
    world.endings.push(ending);
    const outcome = await command(world, annDeclares, { sender: from(1) });
    expect(outcome).toMatchObject({ kind: 'committed', failed: [] });
    expect(world.lines).toEqual([]);
    end(new Error('half way'));
    await new Promise(setImmediate);
    expect(world.lines).toMatchObject([
      { level: 'error', message: 'A delivery failed', fields: { room: ROOM } },
    ]);
    expect(world.counts.get('failures.publish')).toBe(1);
  });
});

describe('while the frames of a commit are still being posted', () => {
  const { promise: never } = Promise.withResolvers<Error | null>();
  /** How a command ends, or `waits` when it does not although everything else has. */
  const stateOf = async (running: Promise<Outcome>): Promise<string> => {
    const pause = new Promise<'waits'>((resolve) => setImmediate(() => setImmediate(() => resolve('waits'))));
    return Promise.race([running.then(({ kind }) => kind), pause]);
  };
  const isStarted = (): boolean => world.phases.some(({ call }) => call === 'start');

  test('the sender has its answer', async () => {
    gameComesTo('declaration');
    world.endings.push(never);
    expect(await stateOf(command(world, annDeclares, { sender: from(1) }))).toBe('committed');
    expect(world.deliveries).toHaveLength(1);
  });

  test('what leads to the next commit waits, and the answer with it', async () => {
    happened(world, tableOf([1, 2]));
    const { promise: ending, resolve: end } = Promise.withResolvers<Error | null>();
    world.endings.push(ending);
    const running = command(world, by(1, { type: 'startGame' }), { sender: from(1) });
    expect(await stateOf(running)).toBe('waits');
    expect(isStarted()).toBe(false);
    end(null);
    expect((await running).kind).toBe('committed');
    expect(isStarted()).toBe(true);
  });

  test('a command without a sender waits: the state machine may go on to the next', async () => {
    gameComesTo('declaration');
    world.endings.push(never);
    expect(await stateOf(command(world, disconnect(1)))).toBe('waits');
  });
});

describe('a room', () => {
  test('that never was is gone', async () => {
    expect(await command(world, annDeclares)).toEqual({ kind: 'gone' });
    expect(world.calls).toEqual([`load ${ROOM}`]);
  });

  test('that was closed is gone', async () => {
    happened(world, tableOf([1, 2]));
    happened(world, [{ type: 'RoomClosed', reason: 'empty' }]);
    expect(await command(world, attach(2))).toEqual({ kind: 'gone' });
  });

  test('that was idle for an hour is gone a moment later, and not before', async () => {
    happened(world, [opened(), bot(2)]);
    world.pass(3_600);
    expect((await command(world, attach(1))).kind).toBe('committed');
    world.pass(3_600.001);
    expect(await command(world, disconnect(1))).toEqual({ kind: 'gone' });
  });

  test('is opened under an id that nobody has', async () => {
    const outcome = await command(world, openRoom());
    expect(outcome.kind).toBe('committed');
    expect(typesAfter(world, 0)).toEqual([['RoomOpened']]);
  });

  test('cannot be opened under an id that somebody has, whether seen at once or at the write', async () => {
    happened(world, tableOf([1]));
    expect(await command(world, openRoom())).toEqual({ kind: 'gone' });
    const other = createWorld();
    other.faults.before('append', () => happened(other, [opened(), sat(2)]));
    expect(await command(other, openRoom())).toEqual({ kind: 'gone' });
    expect(lengthOf(other)).toBe(1);
  });
});

function openRoom(): Command {
  return {
    type: 'openRoom',
    room: ROOM,
    player: 'zoe',
    name: 'Zoe',
    isPrivate: false,
    settings: settingsWith(),
  };
}

describe('a command that changes nothing', () => {
  test('is answered with the state as it is, and writes nothing', async () => {
    const seq = gameComesTo('declaration');
    const outcome = await command(world, by(1, { type: 'ready' }), { sender: from(1, 'frame-1') });
    expect(outcome).toMatchObject({
      kind: 'unchanged',
      reply: [{ event: 'phase_change', seq, reply_to: 'frame-1' }],
    });
    expect(world.calls).toEqual([`load ${ROOM}`, 'flush']);
  });

  test('completes the token of a phase that is over already', async () => {
    gameComesTo('turn');
    await command(world, enter('declaration', 1, 'late'));
    expect(world.phases).toEqual([{ call: 'complete', token: 'late', round: 1 }]);
  });

  test('fails the token of a game that is over', async () => {
    gameComesTo('turn');
    happened(world, [{ type: 'GameEnded', outcome: 'abandoned', winners: [] }]);
    expect((await command(world, enter('turns', 1, 'late'))).kind).toBe('unchanged');
    expect(world.phases).toEqual([{ call: 'fail', token: 'late', error: 'GameAbandoned' }]);
  });

  test('sees to a tick that should have come seconds ago', async () => {
    happened(world, gameAt('declaration', tableOf([1])));
    happened(world, [declared(1, 2)]);
    const due = world.now + 1_000;
    world.pass(3);
    await command(world, by(1, { type: 'ready' }));
    expect(world.ticks).toEqual([]);
    world.pass(0.001);
    await command(world, by(1, { type: 'ready' }));
    expect(world.ticks).toEqual([
      { tick: { kind: 'room', roomId: ROOM, seq: lengthOf(world), due }, delaySeconds: 0 },
    ]);
  });
});

describe('a tick', () => {
  test('asks for the execution again when it did not start', async () => {
    gameComesTo('starting');
    world.pass(2);
    const outcome = await command(world, TICK, { by: 'tick' });
    expect(outcome.kind).toBe('unchanged');
    expect(world.phases).toEqual([expect.objectContaining({ call: 'start', room: ROOM, game: 1 })]);
  });

  test('before its time does nothing at all', async () => {
    gameComesTo('starting');
    world.pass(1.999);
    expect((await command(world, TICK, { by: 'tick' })).kind).toBe('unchanged');
    expect(world.phases).toEqual([]);
    expect(world.ticks).toEqual([]);
  });

  test('plans the next bot’s move although that is due at the very moment at which this one was', async () => {
    happened(world, gameAt('declaration', tableOf([1], { botThinkSeconds: 0 })));
    happened(world, [declared(1, 2)]);
    await command(world, TICK, { by: 'tick' });
    const seq = lengthOf(world);
    expect(typesAfter(world, seq - 1)).toEqual([['Declared']]);
    const next = { kind: 'room', roomId: ROOM, seq, due: world.now } as const;
    expect(world.ticks).toEqual([{ tick: next, delaySeconds: 0 }]);
  });
});

describe('those who lose their seat', () => {
  test('because the host left are told so and hung up on', async () => {
    happened(world, tableOf([1, 2, 3]));
    await command(world, by(1, { type: 'leaveRoom' }), { sender: from(1) });
    expect(world.deliveries[0]?.sends).toEqual(
      [PEOPLE[2], PEOPLE[3]].map(({ connection }) => ({
        connectionId: connection,
        frames: [
          { event: 'room_closed', data: { message: expect.any(String), reason: 'host_left' }, seq: 2 },
        ],
        close: true,
      })),
    );
  });

  test('because the host removed them are told so and hung up on, while the others see who is left', async () => {
    happened(world, tableOf([1, 2, 3]));
    await command(world, by(1, { type: 'removePlayer', seat: 2 }), { sender: from(1) });
    expect(world.deliveries[0]?.sends).toEqual([
      { connectionId: PEOPLE[3].connection, frames: [expect.objectContaining({ event: 'room_update' })] },
      {
        connectionId: PEOPLE[2].connection,
        frames: [expect.objectContaining({ event: 'room_closed' })],
        close: true,
      },
    ]);
  });

  test('because they left are not told by anybody but the answer', async () => {
    happened(world, tableOf([1, 2, 3]));
    const outcome = await command(world, by(2, { type: 'leaveRoom' }), {
      sender: { ...from(2), answer: () => [{ event: 'pong', data: { timestamp: 1, server_time: 2 } }] },
    });
    expect(outcome).toMatchObject({ reply: [{ event: 'pong' }] });
    expect(world.framesTo(PEOPLE[2].connection)).toEqual([]);
    expect(world.eventsTo(PEOPLE[1].connection)).toEqual(['room_update']);
  });
});

test('an older connection of a seat hears nothing any more', async () => {
  gameComesTo('declaration');
  await command(world, attach(2, 'new-socket'));
  world.forget();
  await command(world, annDeclares);
  expect(world.framesTo(PEOPLE[2].connection)).toEqual([]);
  expect(world.eventsTo('new-socket')).toEqual(['phase_change']);
});

test('a play of several pieces keeps the hands of all others as they are', async () => {
  gameComesTo('turn');
  await command(world, by(1, { type: 'play', indices: [6, 7] }));
  const { room } = world.table.recordOf(ROOM);
  if (room.stage !== 'playing' || room.game.phase.name !== 'turn') throw new Error('A turn is being played');
  expect(room.game.phase.round.hands).toEqual({ ...FAIR, 1: FAIR[1].slice(0, 6) });
  expect(played(1, [6, 7], 'S S')).toEqual(world.table.logOf(ROOM).commits.at(-1)?.events[0]);
});

describe('a function that remembers the room', () => {
  /** What was asked of the log, in order. */
  const logCalls = (): readonly string[] => world.calls.filter((call) => /^(load|append)/.test(call));
  /** The instance has served the room before, and knows it as it is now. */
  async function remember(...story: readonly (readonly RoomEvent[])[]): Promise<number> {
    for (const events of story) happened(world, events);
    await command(world, { type: 'disconnect', connection: 'nobody', cause: 'closed' });
    world.forget();
    return lengthOf(world);
  }
  /** Somebody else's commit, by a function elsewhere. */
  const elsewhere = (...events: RoomEvent[]): void => void happened(world, events);

  test('decides without a read for who has seen no more, and writes once', async () => {
    const seq = await remember(gameAt('declaration'));
    expect((await command(world, annDeclares, { seen: seq })).kind).toBe('committed');
    expect(logCalls()).toEqual([`append ${ROOM} ${seq + 1}`]);
    expect((await command(world, by(2, { type: 'declare', value: 1 }), { seen: seq + 1 })).kind).toBe(
      'committed',
    );
    expect(logCalls()).toEqual([`append ${ROOM} ${seq + 1}`, `append ${ROOM} ${seq + 2}`]);
  });

  test('reads for who does not say, and for who has seen more', async () => {
    const seq = await remember(gameAt('declaration'));
    elsewhere(detached(3));
    expect((await command(world, annDeclares)).kind).toBe('committed');
    expect(logCalls()[0]).toBe(`load ${ROOM}`);
    world.forget();
    await command(world, by(2, { type: 'declare', value: 1 }), { seen: seq + 9 });
    expect(logCalls()[0]).toBe(`load ${ROOM}`);
  });

  test('that is one commit behind learns of it by the refused write, and needs no read', async () => {
    const seq = await remember(gameAt('declaration'));
    elsewhere(detached(3));
    expect((await command(world, annDeclares, { seen: seq })).kind).toBe('committed');
    expect(logCalls()).toEqual([`append ${ROOM} ${seq + 1}`, `append ${ROOM} ${seq + 2}`]);
  });

  test('that is further behind tries no third time without a read', async () => {
    const seq = await remember(gameAt('declaration'));
    elsewhere(detached(3));
    elsewhere(detached(4));
    expect((await command(world, annDeclares, { seen: seq })).kind).toBe('committed');
    expect(logCalls()).toEqual([
      `append ${ROOM} ${seq + 1}`,
      `append ${ROOM} ${seq + 2}`,
      `load ${ROOM}`,
      `append ${ROOM} ${seq + 3}`,
    ]);
  });

  test('refuses nothing on memory alone: it reads, and may find that it must not refuse', async () => {
    const seq = await remember(gameAt('declaration'));
    const benDeclares = by(2, { type: 'declare', value: 1 });
    expect(await command(world, benDeclares, { seen: seq })).toMatchObject({ kind: 'rejected' });
    expect(logCalls()).toEqual([`load ${ROOM}`]);
    await remember();
    elsewhere(declared(1, 2));
    expect((await command(world, benDeclares, { seen: seq })).kind).toBe('committed');
    expect(logCalls()).toEqual([`load ${ROOM}`, `append ${ROOM} ${seq + 2}`]);
  });

  test('takes no room for gone on memory alone', async () => {
    world = createWorld({ settings: { roomTtlSeconds: 100 } });
    const seq = await remember([
      opened({ roomTtlSeconds: 100, emptyRoomSeconds: 10, abandonSeconds: 10 }),
      attached(1),
    ]);
    world.pass(60);
    elsewhere(bot(2));
    world.pass(60);
    expect((await command(world, by(1, { type: 'addBot', seat: 3 }), { seen: seq })).kind).toBe('committed');
    expect(logCalls()).toEqual([`load ${ROOM}`, `append ${ROOM} ${seq + 2}`]);
  });

  test('knows a repeated command by its log, be it in memory or not', async () => {
    const seq = await remember(gameAt('declaration'));
    const again = { seen: seq, commandId: 'same' };
    expect((await command(world, annDeclares, again)).kind).toBe('committed');
    world.forget();
    expect((await command(world, annDeclares, again)).kind).toBe('repeated');
    expect(logCalls()).toEqual([`load ${ROOM}`]);
  });
});
