/** The store in memory, on which the tests of the application stand, keeps the promises of the one on DynamoDB. */
import { afterAll, beforeAll, expect, jest, test } from '@jest/globals';
import fc from 'fast-check';
import { applyCommit } from '../../src/room/record.ts';
import type { Commit } from '../../src/room/record.ts';
import { minuteOf } from '../../src/store/counters.ts';
import type { DirectoryEntry } from '../../src/store/items.ts';
import { SNAPSHOT_EVERY } from '../../src/store/log.ts';
import { createStore } from '../../src/store/store.ts';
import type { Store } from '../../src/store/store.ts';
import { MemoryStore } from '../support/memory-store.ts';
import { attached, detached, opened } from '../support/room.ts';
import { startTable } from '../support/table.ts';
import type { StartedTable } from '../support/table.ts';

jest.setTimeout(60_000);

const START = Date.UTC(2026, 0, 1);
const DAYS = 7;
const OPENED = opened();
let started: StartedTable;
let worlds = 0;

beforeAll(async () => {
  started = await startTable();
});
afterAll(() => started.stop());

interface Pair {
  now: number;
  readonly real: Store;
  readonly memory: Store;
  readonly table: MemoryStore;
  /** A name that no other run of the test has used. */
  readonly name: (short: string) => string;
}

function newPair(): Pair {
  const run = worlds++;
  const table = new MemoryStore({ now: () => pair.now, historyDays: DAYS });
  const pair: Pair = {
    now: START + run * 1_000 * 86_400 * 365,
    real: createStore({
      client: started.client,
      table: started.table,
      historyDays: DAYS,
      roomTtlSeconds: 3_600,
      now: () => pair.now,
    }),
    memory: table.asPort(async (_what, work) => work()),
    table,
    name: (short) => `${short}.${run}`,
  };
  return pair;
}

/** One thing asked of both stores; its answers must be the same. */
type Step = (pair: Pair, store: Store) => Promise<unknown>;

const room = fc.constantFrom('A', 'B', 'C');
const socket = fc.constantFrom('s', 't', 'u');
const stage = fc.constantFrom('open', 'playing', 'finished');

/** The next commit of a room, or one that somebody else has made already. */
function commitOf({ table, name, now }: Pair, short: string, back: number): Commit {
  const id = name(short);
  const { records } = table.logOf(id);
  const at = Math.max(0, records.length - 1 - back);
  const record = records[at];
  if (record === undefined) throw new Error('No such record');
  const seq = record.seq + 1;
  const event = seq % 2 === 0 ? attached(1, `socket-${seq}`) : detached(1);
  const commit: Commit = {
    room: id,
    seq,
    at: now,
    by: `player-${seq % 3}`,
    commandId: `command-${seq}-${now}`,
    events: [seq === 1 ? { ...OPENED, room: id } : event],
    ...(seq % 5 === 0 ? { wakeAt: now + 1_000 } : {}),
  };
  return seq % SNAPSHOT_EVERY === 0 ? { ...commit, snapshot: applyCommit(record, commit) } : commit;
}

function entryOf(
  { name, now }: Pair,
  short: string,
  seq: number,
  listed: DirectoryEntry['stage'],
): DirectoryEntry {
  return {
    room: name(short),
    seq,
    stage: listed,
    isPrivate: false,
    createdAt: START + short.charCodeAt(0),
    lastActivity: now,
    hostName: 'Ann',
    seats: [{ name: 'Ann', isBot: false, isHost: true, colour: 'blue' }, null, null, null],
    connectedHumans: 1,
    game: 0,
  };
}

const steps: fc.Arbitrary<Step> = fc.oneof(
  fc.tuple(room, fc.constantFrom(0, 0, 0, 1, 2)).map(([short, back]): Step => {
    // Both stores are given the same commit: it is made from the log in memory before that has it.
    const made = new WeakMap<Pair, Commit>();
    return (pair, store) => {
      const commit = made.get(pair) ?? commitOf(pair, short, back);
      made.set(pair, commit);
      // Twice: the second try finds its own commit there, or the same winner again.
      return store.append(commit).then(async (first) => [first, await store.append(commit)]);
    };
  }),
  room.map(
    (short): Step =>
      (pair, store) =>
        store.load(pair.name(short)),
  ),
  room.map(
    (short): Step =>
      (pair, store) =>
        store.head(pair.name(short)),
  ),
  fc.tuple(room, fc.nat(20), fc.integer({ min: 1, max: 10 })).map(
    ([short, after, limit]): Step =>
      (pair, store) =>
        store.commits(pair.name(short), { after, limit }),
  ),
  fc.tuple(room, fc.nat(9), stage).map(
    ([short, seq, listed]): Step =>
      (pair, store) =>
        store.project(entryOf(pair, short, seq, listed)),
  ),
  fc.tuple(room, fc.nat(9)).map(
    ([short, seq]): Step =>
      (pair, store) =>
        store.unlist(pair.name(short), seq),
  ),
  fc.tuple(room, socket, fc.boolean()).map(
    ([short, its, inLobby]): Step =>
      (pair, store) =>
        store.connected({
          connection: pair.name(its),
          room: inLobby ? 'lobby' : pair.name(short),
          player: 'ann',
          at: pair.now,
        }),
  ),
  socket.map(
    (its): Step =>
      (pair, store) =>
        store.disconnected(pair.name(its)),
  ),
  socket.map(
    (its): Step =>
      (pair, store) =>
        store.connection(pair.name(its)),
  ),
  socket.map(
    (its): Step =>
      (pair, store) =>
        store.enterLobby({ connection: pair.name(its), at: pair.now }),
  ),
  socket.map(
    (its): Step =>
      (pair, store) =>
        store.leaveLobby(pair.name(its)),
  ),
  fc.constant<Step>(async (pair, store) => {
    const members: string[] = [];
    for await (const some of store.lobbyMembers()) members.push(...some);
    return members.filter((member) => member.endsWith(pair.name(''))).sort();
  }),
  fc.constant<Step>(({ now }, store) => store.pulseLobby(now)),
  fc.constantFrom(1, 2, 40, 1_000).map(
    (seconds): Step =>
      (_pair, store) =>
        store.spacePulses(seconds),
  ),
  fc.tuple(fc.constantFrom('moves', 'errors.X'), fc.nat(5)).map(
    ([name, by]): Step =>
      (pair, store) =>
        store.tally(minuteOf(pair.now), { [name]: by }),
  ),
  fc.constant<Step>(({ now }, store) => store.tallies(minuteOf(now - 300_000), minuteOf(now))),
  fc.constant<Step>(async ({ now }, store) =>
    Object.fromEntries(await store.talliesByMinute(minuteOf(now - 300_000), minuteOf(now))),
  ),
  fc.integer({ min: 1, max: 3 }).map(
    (limit): Step =>
      (pair, store) =>
        store.hit(pair.name('k'), 60, pair.now, limit),
  ),
);

/** What happens: a step, or so many seconds that go by. */
const happenings = fc.array(
  fc.oneof({ weight: 8, arbitrary: steps }, fc.constantFrom(0.4, 1, 30, 90, 4_000)),
  {
    minLength: 20,
    maxLength: 80,
  },
);

test('the store in memory answers everything as the one on DynamoDB does', async () => {
  await fc.assert(
    fc.asyncProperty(happenings, async (happened) => {
      const pair = newPair();
      // The pulse is one for all runs.
      await pair.real.spacePulses(1);
      for (const happening of happened) {
        if (typeof happening === 'number') {
          pair.now += happening * 1_000;
          continue;
        }
        const expected = await happening(pair, pair.real);
        expect(await happening(pair, pair.memory)).toEqual(expected);
      }
    }),
    { numRuns: 20 },
  );
});

test('lists in memory are paged as on DynamoDB, and forget what has expired', async () => {
  const pair = newPair();
  // Rooms of other runs are listed on DynamoDB too, but they have expired in this one's time.
  for (const [seq, short] of ['P', 'Q', 'R', 'S', 'T'].entries()) {
    for (const store of [pair.real, pair.memory]) await store.project(entryOf(pair, short, seq, 'open'));
    pair.now += 1_000;
  }
  const pages = async (store: Store): Promise<unknown> => {
    const first = await store.rooms('open', { limit: 2 });
    if (first.kind !== 'page' || first.cursor === null) throw new Error('There is a second page');
    const second = await store.rooms('open', { limit: 2, cursor: first.cursor });
    if (second.kind !== 'page' || second.cursor === null) throw new Error('There is a third page');
    const third = await store.rooms('open', { limit: 2, cursor: second.cursor });
    return [first, second, third, await store.rooms('open', { limit: 1, cursor: 'made up' })];
  };
  expect(await pages(pair.memory)).toEqual(await pages(pair.real));
  expect(await pair.memory.openRooms(3)).toEqual(await pair.real.openRooms(3));
  expect(await pair.memory.count('open')).toEqual(await pair.real.count('open'));
  pair.now += 86_400_000;
  expect(await pair.memory.rooms('open', { limit: 5 })).toEqual({ kind: 'page', entries: [], cursor: null });
  expect(await pair.real.rooms('open', { limit: 5 })).toEqual({ kind: 'page', entries: [], cursor: null });
});
