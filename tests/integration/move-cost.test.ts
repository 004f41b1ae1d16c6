/** What a frame costs at the table: the calls that DynamoDB gets while the functions answer it, whatever makes them. */
import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals';
import type { Seat } from '../../src/game/seats.ts';
import type { Frame } from '../../src/protocol/server-frames.ts';
import type { RoomEvent } from '../../src/room/events.ts';
import { applyCommit, NO_RECORD } from '../../src/room/record.ts';
import { declared, gameAt, LAST, lastTurn, PEOPLE, played, tableOf } from '../support/room.ts';
import { openStage, socketEvent } from '../support/stage.ts';
import type { Stage } from '../support/stage.ts';

/** Everything but `Date`, which stands still: statistics are written every so many seconds (five here), and none of that is a move's. */
const TIMERS = [
  'hrtime',
  'nextTick',
  'performance',
  'queueMicrotask',
  'setImmediate',
  'clearImmediate',
  'setInterval',
  'clearInterval',
  'setTimeout',
  'clearTimeout',
] as const;

let stage: Stage;
let rooms = 0;

beforeAll(async () => {
  stage = await openStage();
  // The rooms of these stories have tokens of no execution: somebody is to wait for them, as in a game.
  jest.spyOn(stage.steps.executions, 'heartbeat').mockReturnValue('accepted');
  jest.spyOn(stage.steps.executions, 'succeed').mockReturnValue('accepted');
  jest.useFakeTimers({ doNotFake: [...TIMERS], now: Date.now() });
  // The first frame that a function answers writes what has been counted until then.
  await cost(await roomWith(gameAt('declaration')), 1, 'declare', { value: 2 });
});
afterAll(async () => {
  jest.useRealTimers();
  await stage.stop();
});

async function roomWith(...commits: readonly (readonly RoomEvent[])[]): Promise<string> {
  const room = `ROOM${rooms++}`;
  let record = NO_RECORD;
  for (const events of commits) {
    const told = events.map((event): RoomEvent => (event.type === 'RoomOpened' ? { ...event, room } : event));
    const seq = record.seq + 1;
    const commit = { room, seq, at: Date.now(), by: 'story', commandId: `story-${seq}`, events: told };
    record = applyCommit(record, commit);
    // Only the first has a snapshot, as between two of every 16th.
    await stage.store.append(seq === 1 ? { ...commit, snapshot: record } : commit);
  }
  return room;
}

/** The table's calls for a frame, from its arrival until the function and all that it called are through; and its answer. */
async function cost(
  room: string,
  seat: Seat,
  event: string,
  data: object = {},
  seen: { readonly seen?: number } = {},
): Promise<{ readonly calls: readonly string[]; readonly reply: Frame | null; readonly deliveries: number }> {
  const { connection, player } = PEOPLE[seat];
  stage.table.calls.splice(0);
  stage.invoked.splice(0);
  const frame = JSON.stringify({ event, data, id: `frame-${rooms++}`, ...seen });
  const { body } = await stage.functions.message(socketEvent('MESSAGE', { connection, player, room }, frame));
  return {
    calls: [...stage.table.calls],
    reply: body === undefined ? null : (JSON.parse(body) as Frame),
    deliveries: stage.invoked.filter(({ name }) => name === 'broadcaster').length,
  };
}

const COMMIT = ['Query', 'PutItem'];

describe('a commit costs one Query and one Put, and nothing else', () => {
  test.each<readonly [string, () => readonly (readonly RoomEvent[])[], Seat, string, object]>([
    ['a declaration', () => [gameAt('declaration')], 1, 'declare', { value: 2 }],
    [
      'the declaration that ends the phase',
      () => [gameAt('declaration'), [declared(1, 1)], [declared(2, 1)], [declared(3, 1)]],
      4,
      'declare',
      { value: 1 },
    ],
    ['an answer to a redeal', () => [gameAt('redeal')], 2, 'accept_redeal', {}],
    ['the play that leads a turn', () => [gameAt('turn')], 1, 'play', { indices: [0] }],
    [
      'a play in the middle of a turn',
      () => [gameAt('turn'), [played(1, [0], 'G')]],
      2,
      'play',
      { indices: [0] },
    ],
    [
      'the play that a bot is to follow',
      () => [gameAt('turn', tableOf([1, 2])), [played(1, [0], 'G')]],
      2,
      'play',
      { indices: [0] },
    ],
  ])('%s: before the direct reply', async (_what, story, seat, event, data) => {
    const { calls, reply, deliveries } = await cost(await roomWith(...story()), seat, event, data);
    expect(reply).toMatchObject({ event: 'phase_change' });
    expect(calls).toEqual(COMMIT);
    expect(deliveries).toBe(1);
  });

  test.each<readonly [string, Parameters<typeof gameAt>[2]]>([
    ['the play that ends a turn', undefined],
    ['the play that ends the last turn', LAST],
  ])('%s: whose frames go to everybody by posts', async (_what, hands) => {
    const [first, second, third] = lastTurn();
    const story = [first, second, third].flatMap((event) => (event === undefined ? [] : [[event]]));
    const room = await roomWith(gameAt('turn', undefined, hands), ...story);
    const { calls, reply, deliveries } = await cost(room, 4, 'play', { indices: [0] });
    expect(reply).toBeNull();
    expect(calls).toEqual(COMMIT);
    expect(deliveries).toBe(1);
  });

  test('however long the log is', async () => {
    const moves = Array.from({ length: 14 }, (_, turn): readonly RoomEvent[] => [
      turn % 2 === 0
        ? { type: 'Detached', seat: 3 }
        : { type: 'Attached', seat: 3, connection: PEOPLE[3].connection },
    ]);
    const { calls } = await cost(await roomWith(gameAt('declaration'), ...moves), 1, 'declare', { value: 2 });
    expect(calls).toEqual(COMMIT);
  });
});

describe('a function that has served the room before', () => {
  /** The first declaration, without `seen`: two calls, and the function knows the room. */
  async function knownRoom(): Promise<string> {
    const room = await roomWith(gameAt('declaration'));
    expect((await cost(room, 1, 'declare', { value: 2 })).calls).toEqual(COMMIT);
    return room;
  }
  /** dynalite does not bring the winner along, as DynamoDB does (`ALL_OLD`): it is read. */
  const REFUSED_PUT = ['PutItem', 'GetItem'];
  async function elsewhere(room: string, event: RoomEvent): Promise<void> {
    const { seq } = await stage.store.load(room);
    const commit = {
      room,
      seq: seq + 1,
      at: Date.now(),
      by: 'elsewhere',
      commandId: `e-${seq}`,
      events: [event],
    };
    expect(await stage.store.append(commit)).toEqual({ kind: 'appended' });
  }

  test('commits with one Put for who says to have seen no more than it remembers', async () => {
    const { calls, reply } = await cost(await knownRoom(), 2, 'declare', { value: 1 }, { seen: 2 });
    expect(reply).toMatchObject({ event: 'phase_change', seq: 3 });
    expect(calls).toEqual(['PutItem']);
  });

  test('reads for who does not say, and for who has seen more', async () => {
    expect((await cost(await knownRoom(), 2, 'declare', { value: 1 })).calls).toEqual(COMMIT);
    const room = await knownRoom();
    await elsewhere(room, { type: 'Detached', seat: 3 });
    expect((await cost(room, 2, 'declare', { value: 1 }, { seen: 3 })).calls).toEqual(COMMIT);
  });

  test('pays for being one commit behind with one more Put, and for more with a Query on top', async () => {
    const room = await knownRoom();
    await elsewhere(room, { type: 'Detached', seat: 3 });
    const { calls, reply } = await cost(room, 2, 'declare', { value: 1 }, { seen: 2 });
    expect(reply).toMatchObject({ event: 'phase_change', seq: 4 });
    expect(calls).toEqual([...REFUSED_PUT, 'PutItem']);
    const far = await knownRoom();
    await elsewhere(far, { type: 'Detached', seat: 3 });
    await elsewhere(far, { type: 'Detached', seat: 4 });
    const late = await cost(far, 2, 'declare', { value: 1 }, { seen: 2 });
    expect(late.reply).toMatchObject({ event: 'phase_change', seq: 5 });
    expect(late.calls).toEqual([...REFUSED_PUT, ...REFUSED_PUT, 'Query', 'PutItem']);
  });

  test('refuses with a Query, as it would have without a memory', async () => {
    const { calls, reply } = await cost(await knownRoom(), 4, 'declare', { value: 1 }, { seen: 2 });
    expect(reply).toMatchObject({ event: 'error', data: { code: 'NOT_YOUR_TURN' } });
    expect(calls).toEqual(['Query']);
  });
});

describe('what commits nothing', () => {
  test('costs one Query when the room refuses it', async () => {
    const { calls, reply } = await cost(await roomWith(gameAt('turn')), 2, 'play', { indices: [0] });
    expect(reply).toMatchObject({ event: 'error', data: { code: 'NOT_YOUR_TURN' } });
    expect(calls).toEqual(['Query']);
  });

  test.each([
    ['a ping', 'ping', {}, ['Query']],
    ['a look at the room', 'get_room_state', {}, ['Query']],
    ['an ack', 'ack', {}, []],
    ['a frame that makes no sense', 'declare', { value: 9 }, []],
  ])('costs no more than it must: %s', async (_what, event, data, expected) => {
    const { calls } = await cost(await roomWith(gameAt('turn')), 1, event, data);
    expect(calls).toEqual(expected);
  });
});

test('statistics cost each function that took part one write more, every five seconds at the most', async () => {
  const measure = async () => (await cost(await roomWith(gameAt('turn')), 1, 'play', { indices: [0] })).calls;
  jest.setSystemTime(Date.now() + 4_999);
  expect(await measure()).toEqual(COMMIT);
  jest.setSystemTime(Date.now() + 1);
  expect([...(await measure())].sort()).toEqual(['PutItem', 'Query', 'UpdateItem', 'UpdateItem']);
  expect(await measure()).toEqual(COMMIT);
});
