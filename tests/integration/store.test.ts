import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { DeleteCommand, GetCommand, UpdateCommand } from '@aws-sdk/lib-dynamodb';
import { marshall } from '@aws-sdk/util-dynamodb';
import fc from 'fast-check';
import { createServer } from 'node:http';
import type { RoomEvent } from '../../src/room/events.ts';
import { applyCommit, NO_RECORD } from '../../src/room/record.ts';
import type { Commit, RoomRecord } from '../../src/room/record.ts';
import type { Settings } from '../../src/room/room.ts';
import { LOBBY } from '../../src/store/connections.ts';
import { minuteOf } from '../../src/store/counters.ts';
import { commitToItem } from '../../src/store/items.ts';
import type { DirectoryEntry } from '../../src/store/items.ts';
import {
  commitKey,
  connectionKey,
  DAY,
  memberKey,
  metaKey,
  PULSE_KEY,
  rateKey,
  shardOf,
} from '../../src/store/keys.ts';
import type { Key } from '../../src/store/keys.ts';
import { SNAPSHOT_EVERY } from '../../src/store/log.ts';
import { createStore } from '../../src/store/store.ts';
import type { Store } from '../../src/store/store.ts';
import { close, documentClient, listen, startTable } from '../support/table.ts';
import type { StartedTable } from '../support/table.ts';

const START = Date.UTC(2026, 10, 24, 12);
const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
const SETTINGS: Settings = {
  moveSeconds: 60,
  redealSeconds: 30,
  roundStartSeconds: 5,
  turnResultsSeconds: 7,
  scoringSeconds: 7,
  botThinkSeconds: 1,
  graceSeconds: 5,
  abandonSeconds: 300,
  emptyRoomSeconds: 60,
  roomTtlSeconds: 3600,
  historyDays: 7,
  winScore: 50,
  maxRounds: 20,
};

let started: StartedTable;
let store: Store;
let now = START;
/** The names of the calls made to the table, in order. */
let calls: string[] = [];
let rooms = 0;

beforeAll(async () => {
  started = await startTable();
  const { client, table } = started;
  client.middlewareStack.add(
    (next, context) => (args) => {
      calls.push(String(context['commandName']));
      return next(args);
    },
    { step: 'initialize' },
  );
  store = createStore({ client, table, historyDays: 7, roomTtlSeconds: 3600, now: () => now });
});
afterAll(() => started.stop());
beforeEach(() => {
  now = START;
  calls = [];
});

function newRoom(): string {
  rooms += 1;
  return `RM${String(rooms).padStart(3, '0')}`;
}

/** The next commit of a room: it is opened, and then its host comes and goes for ever. */
function nextCommit(record: RoomRecord, room: string, its: Partial<Commit> = {}): Commit {
  const seq = record.seq + 1;
  const coming: RoomEvent = { type: 'Attached', seat: 1, connection: `socket-${seq}` };
  const commit = {
    room,
    seq,
    at: now,
    by: 'host',
    commandId: `command-${seq}`,
    events: [seq === 1 ? opened(room) : seq % 2 === 0 ? coming : ({ type: 'Detached', seat: 1 } as const)],
    ...its,
  };
  const isSnapshotDue = seq % SNAPSHOT_EVERY === 0 && its.snapshot === undefined;
  return isSnapshotDue ? { ...commit, snapshot: applyCommit(record, commit) } : commit;
}

function opened(room: string): RoomEvent {
  return {
    type: 'RoomOpened',
    room,
    settings: SETTINGS,
    host: 1,
    isPrivate: false,
    name: 'Ann',
    player: 'host',
    colour: 'red',
  };
}

/** A room of so many commits, a second apart, and its record after each. */
async function grow(room: string, length: number): Promise<readonly RoomRecord[]> {
  const records = [NO_RECORD];
  for (let seq = 1; seq <= length; seq += 1) {
    now += 1000;
    const before = records.at(-1) ?? NO_RECORD;
    const commit = nextCommit(before, room);
    expect(await store.append(commit)).toEqual({ kind: 'appended' });
    records.push(applyCommit(before, commit));
  }
  return records;
}

async function read(key: Key) {
  const { Item } = await started.client.send(
    new GetCommand({ TableName: started.table, Key: key, ConsistentRead: true }),
  );
  return Item;
}
async function remove(key: Key) {
  await started.client.send(new DeleteCommand({ TableName: started.table, Key: key }));
}

describe('the log of a room', () => {
  test('of nobody is no room at all', async () => {
    const room = newRoom();
    expect(await store.load(room)).toBe(NO_RECORD);
    expect(await store.head(room)).toBeNull();
    expect(await store.commits(room, { after: 0, limit: 10 })).toEqual({ commits: [], next: null });
  });

  test('loads as its commits add up to, after each of more than three snapshots’ worth of them', async () => {
    const room = newRoom();
    let record = NO_RECORD;
    for (let seq = 1; seq <= 3 * SNAPSHOT_EVERY + 5; seq += 1) {
      now += 1000;
      const commit = nextCommit(record, room);
      record = applyCommit(record, commit);
      await store.append(commit);
      expect(await store.load(room)).toEqual(record);
    }
    expect(record).toMatchObject({
      seq: 53,
      at: START + 53_000,
      room: { stage: 'open', seats: { 1: { name: 'Ann' } } },
    });
  });

  test('loads with one Query and grows with one Put', async () => {
    const room = newRoom();
    const records = await grow(room, 20);
    calls = [];
    const record = await store.load(room);
    await store.append(nextCommit(record, room));
    expect(calls).toEqual(['QueryCommand', 'PutItemCommand']);
    expect(record).toEqual(records.at(-1));
  });

  test('loads from a snapshot between the sixteenths as well, as at the entry of a phase', async () => {
    const room = newRoom();
    const before = (await grow(room, 20)).at(-1) ?? NO_RECORD;
    const entry = nextCommit(before, room, { by: 'phase' });
    const after = applyCommit(before, entry);
    await store.append({ ...entry, snapshot: after });
    await remove(commitKey(room, 16));
    expect(await store.load(room)).toEqual(after);
    const more = nextCommit(after, room);
    await store.append(more);
    expect(await store.load(room)).toEqual(applyCommit(after, more));
  });

  test('tells its head: the last commit’s seq and time, and when something is due', async () => {
    const room = newRoom();
    const record = (await grow(room, 3)).at(-1) ?? NO_RECORD;
    expect(await store.head(room)).toEqual({ seq: 3, at: now });
    await store.append(nextCommit(record, room, { wakeAt: now + 60_000 }));
    expect(await store.head(room)).toEqual({ seq: 4, at: now, wakeAt: now + 60_000 });
  });

  test('is read forward page by page, snapshots and due times included', async () => {
    const room = newRoom();
    const records = await grow(room, 33);
    const last = nextCommit(records.at(-1) ?? NO_RECORD, room, { wakeAt: now + 1 });
    await store.append(last);
    const read: Commit[] = [];
    const pages: (number | null)[] = [];
    for (let after: number | null = 0; after !== null;) {
      const { commits, next } = await store.commits(room, { after, limit: 17 });
      read.push(...commits);
      pages.push(next);
      after = next;
    }
    expect(pages).toEqual([17, null]);
    expect(read.map(({ seq }) => seq)).toEqual(Array.from({ length: 34 }, (_, index) => index + 1));
    expect(read[15]?.snapshot).toEqual(records[16]);
    expect(read.at(-1)).toEqual(last);
    expect(read.reduce(applyCommit, NO_RECORD)).toEqual(await store.load(room));
  });

  test('keeps every commit for the history’s days, and the first, which holds the room’s id, longer than all', async () => {
    const room = newRoom();
    await grow(room, 2);
    const start = START / 1000;
    expect(await read(commitKey(room, 1))).toMatchObject({ ttl: start + 1 + (7 + 3) * DAY });
    expect(await read(commitKey(room, 2))).toMatchObject({ ttl: start + 2 + 7 * DAY });
  });
});

describe('writers of one room', () => {
  test.each([2, 10])('racing for a seq, %i of them: one has it and the others learn who', async (writers) => {
    const room = newRoom();
    const before = (await grow(room, 5)).at(-1) ?? NO_RECORD;
    const tries = Array.from({ length: writers }, (_, writer) =>
      nextCommit(before, room, { by: `player-${writer}`, commandId: 'the same id by chance' }),
    );
    const outcomes = await Promise.all(tries.map((commit) => store.append(commit)));
    const won = tries.filter((_, writer) => outcomes[writer]?.kind === 'appended');
    expect(won).toHaveLength(1);
    const lost = outcomes.filter(({ kind }) => kind === 'conflict');
    expect(lost).toEqual(Array(writers - 1).fill({ kind: 'conflict', winner: won[0] }));
    expect((await store.commits(room, { after: 5, limit: 99 })).commits).toEqual(won);
  });

  test('that try again until they are in lose nothing and write nothing twice', async () => {
    const room = newRoom();
    await grow(room, 1);
    const writers = Array.from({ length: 10 }, (_, writer) => `player-${writer}`);
    await Promise.all(
      writers.map(async (by) => {
        for (;;) {
          const commit = nextCommit(await store.load(room), room, { by, commandId: `of ${by}` });
          if ((await store.append(commit)).kind === 'appended') return;
        }
      }),
    );
    const { commits } = await store.commits(room, { after: 1, limit: 99 });
    expect(commits.map(({ by }) => by).sort()).toEqual(writers);
    expect(commits.map(({ seq }) => seq)).toEqual(writers.map((_, index) => index + 2));
    expect((await store.load(room)).seq).toBe(11);
  });

  test('whose reply was lost find their own commit and count it as appended', async () => {
    const room = newRoom();
    const records = await grow(room, SNAPSHOT_EVERY - 1);
    const commit = nextCommit(records.at(-1) ?? NO_RECORD, room, { wakeAt: now + 5000 });
    expect(commit.snapshot).toBeDefined();
    expect(await store.append(commit)).toEqual({ kind: 'appended' });
    expect(await store.append(commit)).toEqual({ kind: 'appended' });
    expect((await store.load(room)).seq).toBe(SNAPSHOT_EVERY);
  });

  test('that decided the same command differently are told what is in the log', async () => {
    const room = newRoom();
    const before = (await grow(room, 1)).at(-1) ?? NO_RECORD;
    const first = nextCommit(before, room);
    const second = {
      ...first,
      events: [{ type: 'Attached', seat: 1, connection: 'another socket' }],
    } as const;
    expect(await store.append(first)).toEqual({ kind: 'appended' });
    expect(await store.append(second)).toEqual({ kind: 'conflict', winner: first });
  });

  test('of different rooms do not meet', async () => {
    const names = [newRoom(), newRoom()];
    const outcomes = await Promise.all(names.map((room) => store.append(nextCommit(NO_RECORD, room))));
    expect(outcomes).toEqual([{ kind: 'appended' }, { kind: 'appended' }]);
  });
});

describe('a log that does not add up', () => {
  test('is an error when a commit is missing after the snapshot', async () => {
    const room = newRoom();
    await grow(room, 20);
    await remove(commitKey(room, 18));
    await expect(store.load(room)).rejects.toThrow(
      `Broken log of room ${room}: nothing between commits 17 and 19`,
    );
  });

  test('is an error when its beginning is missing before any snapshot', async () => {
    const room = newRoom();
    await grow(room, 4);
    await remove(commitKey(room, 1));
    await expect(store.load(room)).rejects.toThrow(`Broken log of room ${room}: no snapshot before commit 2`);
  });

  test('is an error when the newest snapshot lies too far back', async () => {
    const room = newRoom();
    let record = NO_RECORD;
    for (let seq = 1; seq <= SNAPSHOT_EVERY + 1; seq += 1) {
      const { snapshot: _left, ...commit } = nextCommit(record, room);
      record = applyCommit(record, commit);
      await store.append(commit);
    }
    await expect(store.load(room)).rejects.toThrow(`Broken log of room ${room}: no snapshot before commit 2`);
  });

  test('is no room any more once it has been idle so long that DynamoDB may be deleting it', async () => {
    const room = newRoom();
    await grow(room, 20);
    await remove(commitKey(room, 18));
    now += HOUR_MS - 1000;
    await expect(store.load(room)).rejects.toThrow('Broken log');
    now += 2000;
    expect(await store.load(room)).toBe(NO_RECORD);
  });

  test('is still told from a room that is only old', async () => {
    const room = newRoom();
    const record = (await grow(room, 20)).at(-1);
    now += 30 * DAY_MS;
    expect(await store.load(room)).toEqual(record);
  });

  test('is an error that names room, seq and field when an item is corrupt, and says nothing of what it holds', async () => {
    const room = newRoom();
    await grow(room, 4);
    await started.client.send(
      new UpdateCommand({
        TableName: started.table,
        Key: commitKey(room, 3),
        UpdateExpression: 'SET events[0].seat = :wrong',
        ExpressionAttributeValues: { ':wrong': 'a secret' },
      }),
    );
    const where = `Corrupt item ROOM#${room} C#00000003 at events.0.seat`;
    await expect(store.load(room)).rejects.toThrow(new Error(where));
    await expect(store.commits(room, { after: 0, limit: 9 })).rejects.toThrow(new Error(where));
    await expect(store.append(nextCommit({ ...NO_RECORD, seq: 2 }, room))).rejects.toThrow(new Error(where));
  });
});

describe('the directory', () => {
  function entry(room: string, its: Partial<DirectoryEntry> = {}): DirectoryEntry {
    const ann = { name: 'Ann', isBot: false, isHost: true, colour: 'red' } as const;
    const bot = { name: 'Bot 2', isBot: true, isHost: false, colour: 'blue' } as const;
    return {
      room,
      seq: 1,
      stage: 'open',
      isPrivate: false,
      createdAt: START,
      lastActivity: START,
      hostName: 'Ann',
      seats: [ann, bot, null, null],
      connectedHumans: 1,
      game: 0,
      ...its,
    };
  }
  async function listed(stage: DirectoryEntry['stage']): Promise<readonly DirectoryEntry[]> {
    const page = await store.rooms(stage, { limit: 99 });
    if (page.kind !== 'page') throw new Error(page.kind);
    return page.entries;
  }
  beforeEach(async () => {
    for (const stage of ['open', 'playing', 'finished'] as const) {
      for (const { room } of await listed(stage)) await remove(metaKey(room));
    }
  });

  test('lists a room as it was projected', async () => {
    const finished = entry(newRoom(), { stage: 'finished', game: 2, outcome: 'abandoned' });
    const open = entry(newRoom());
    await Promise.all([store.project(open), store.project(finished)]);
    expect(await store.openRooms(9)).toEqual([open]);
    expect(await listed('finished')).toEqual([finished]);
  });

  test('moves a room from list to list with its stage, and off all of them when it closes', async () => {
    const room = newRoom();
    const where = async () => [await listed('open'), await listed('playing'), await listed('finished')];
    const [open, playing, finished] = (['open', 'playing', 'finished'] as const).map((stage, index) =>
      entry(room, { stage, seq: index + 1 }),
    );
    if (!open || !playing || !finished) throw new Error('unreachable');
    await store.project(open);
    expect(await where()).toEqual([[open], [], []]);
    await store.project(playing);
    expect(await where()).toEqual([[], [playing], []]);
    await store.project(finished);
    expect(await where()).toEqual([[], [], [finished]]);
    await store.unlist(room, 4);
    expect(await where()).toEqual([[], [], []]);
  });

  test('ignores a projection that is older than what it knows, in whatever order they arrive', async () => {
    const room = newRoom();
    const newer = entry(room, { seq: 5, hostName: 'Bob' });
    await store.project(newer);
    await store.project(entry(room, { seq: 4 }));
    await store.project(entry(room, { seq: 5 }));
    await store.unlist(room, 5);
    expect(await store.openRooms(9)).toEqual([newer]);
    await store.unlist(room, 6);
    await store.project(newer);
    expect(await store.openRooms(9)).toEqual([]);
    expect(await read(metaKey(room))).toEqual({ ...metaKey(room), seq: 6, ttl: START / 1000 + DAY });
  });

  test.each([
    ['over all shards', () => true],
    ['from one shard', (room: string) => shardOf(room) === 1],
  ])('gives the newest rooms first, %s, page by page, each once', async (_, isTaken) => {
    const names = Array.from({ length: 80 }, newRoom).filter(isTaken).slice(0, 20);
    const all = names.map((room, index) => entry(room, { createdAt: START + Math.floor(index / 3) * 1000 }));
    await Promise.all([...all.slice(9), ...all.slice(0, 9)].map((each) => store.project(each)));
    const newestFirst = [...all].reverse();
    for (const limit of [1, 7, 20]) {
      const seen: DirectoryEntry[] = [];
      let cursor: string | null | undefined;
      do {
        const page = await store.rooms('open', { limit, ...(cursor && { cursor }) });
        if (page.kind !== 'page') throw new Error(page.kind);
        expect(page.entries.length).toBe(Math.min(limit, 20 - seen.length));
        seen.push(...page.entries);
        cursor = page.cursor;
      } while (cursor !== null);
      expect(seen).toEqual(newestFirst);
    }
    expect(await store.openRooms(4)).toEqual(newestFirst.slice(0, 4));
    expect(await store.count('open')).toEqual({ rooms: 20, isComplete: true });
    expect(await store.count('playing')).toEqual({ rooms: 0, isComplete: true });
  });

  test.each(['', 'nonsense', '!!', Buffer.from('12#X').toString('base64url'), 'A'.repeat(500)])(
    'takes no cursor that it has not given: %j',
    async (cursor) => {
      expect(await store.rooms('open', { limit: 5, cursor })).toEqual({ kind: 'bad_cursor' });
    },
  );

  test('shows nothing that DynamoDB should have deleted, however long that takes it', async () => {
    const old = Array.from({ length: 12 }, () => entry(newRoom(), { lastActivity: START - DAY_MS }));
    const live = entry(newRoom(), { createdAt: START - 1, lastActivity: START - DAY_MS + 1000 });
    await Promise.all([...old, live].map((each) => store.project(each)));
    expect(await store.openRooms(1)).toEqual([live]);
    expect(await store.count('open')).toEqual({ rooms: 1, isComplete: true });
  });

  test('keeps a waiting room or a game for a day after its last change, a result as long as its log', async () => {
    const stages = ['open', 'playing', 'finished'] as const;
    const entries = stages.map((stage) => entry(newRoom(), { stage }));
    await Promise.all(entries.map((each) => store.project(each)));
    const days = await Promise.all(
      entries.map(async ({ room }) => (Number((await read(metaKey(room)))?.['ttl']) - START / 1000) / DAY),
    );
    expect(days).toEqual([1, 1, 7]);
  });

  test('says so when there are more rooms than it counts', async () => {
    const more = { Count: 5, LastEvaluatedKey: marshall({ ...metaKey('X'), GSI1PK: 'OPEN#0', GSI1SK: 'x' }) };
    await withReplies([more], async (endless, requests) => {
      expect(await endless.count('open')).toEqual({ rooms: 4 * 5, isComplete: false });
      expect(requests).toHaveLength(4);
    });
  });
});

describe('connections', () => {
  const inRoom = { connection: 'socket=1', room: 'ABC234', player: 'p1', at: START };
  async function pagesOf(lobby: Store): Promise<readonly (readonly string[])[]> {
    const pages: (readonly string[])[] = [];
    for await (const page of lobby.lobbyMembers()) pages.push(page);
    return pages;
  }
  async function members(): Promise<readonly string[]> {
    return (await pagesOf(store)).flat().sort();
  }

  test('are known until they end', async () => {
    expect(await store.connection(inRoom.connection)).toBeNull();
    await store.connected(inRoom);
    expect(await store.connection(inRoom.connection)).toEqual(inRoom);
    expect(await members()).toEqual([]);
    await store.disconnected(inRoom.connection);
    await store.disconnected(inRoom.connection);
    expect(await store.connection(inRoom.connection)).toBeNull();
  });

  test('to the lobby are its members, over all shards', async () => {
    const all = Array.from({ length: 25 }, (_, number) => `socket-${String(number).padStart(2, '0')}=`);
    await Promise.all(
      all.map((connection) => store.connected({ connection, room: LOBBY, player: 'p1', at: START })),
    );
    expect(await members()).toEqual(all);
    expect(await store.connection('socket-03=')).toMatchObject({ room: LOBBY });
    await store.leaveLobby('socket-03=');
    await store.disconnected('socket-04=');
    expect(await members()).toEqual(all.filter((connection) => !/0[34]/.test(connection)));
    await store.enterLobby({ connection: 'socket-03=', at: START });
    expect(await members()).toContain('socket-03=');
    await Promise.all(all.map((connection) => store.disconnected(connection)));
    expect(await members()).toEqual([]);
  });

  test('leave the lobby even when an earlier try to forget them died half way', async () => {
    const connection = 'socket-5=';
    await store.connected({ connection, room: LOBBY, player: 'p1', at: START });
    await remove(connectionKey(connection));
    await store.disconnected(connection);
    expect(await members()).toEqual([]);
  });

  test('and members are forgotten after three hours, whether DynamoDB has deleted them or not', async () => {
    const connection = 'socket-6=';
    await store.connected({ connection, room: LOBBY, player: 'p1', at: START });
    const ttl = START / 1000 + 3 * 3600;
    expect(await read(connectionKey(connection))).toMatchObject({ ttl });
    expect(await read(memberKey(connection))).toMatchObject({ ttl });
    now = START + 3 * HOUR_MS - 1;
    expect(await members()).toEqual([connection]);
    now += 1;
    expect(await members()).toEqual([]);
    expect(await store.connection(connection)).toBeNull();
  });

  test('of a crowded lobby are read page after page', async () => {
    const member = (connection: string) => marshall({ ...memberKey(connection), ttl: START / 1000 + 60 });
    const full = { Items: [member('a'), member('b')], LastEvaluatedKey: marshall(memberKey('b')) };
    const rest = { Items: [member('c')] };
    await withReplies([full, rest], async (crowded) => {
      expect(await pagesOf(crowded)).toEqual(
        Array(4)
          .fill([['a', 'b'], ['c']])
          .flat(),
      );
    });
  });
});

describe('the lobby’s pulse', () => {
  beforeEach(() => remove(PULSE_KEY));

  test('comes at once after a quiet second, a second later when there has just been one, and once for many changes', async () => {
    expect(await store.pulseLobby(START)).toEqual({ delaySeconds: 0 });
    expect(await store.pulseLobby(START + 1)).toEqual({ delaySeconds: 1 });
    expect(await store.pulseLobby(START + 2)).toBeNull();
    expect(await store.pulseLobby(START + 1000)).toBeNull();
    expect(await store.pulseLobby(START + 1001)).toEqual({ delaySeconds: 1 });
    expect(await store.pulseLobby(START + 5000)).toEqual({ delaySeconds: 0 });
  });

  test('follows every change, and never twice within a second', async () => {
    const pauses = fc.array(fc.oneof(fc.integer({ min: 0, max: 40 }), fc.integer({ min: 0, max: 2500 })), {
      minLength: 1,
      maxLength: 15,
    });
    await fc.assert(
      fc.asyncProperty(pauses, async (gaps) => {
        await remove(PULSE_KEY);
        const pulses: number[] = [];
        let at = START;
        for (const gap of gaps) {
          at += gap;
          const pulse = await store.pulseLobby(at);
          if (pulse) pulses.push(at + pulse.delaySeconds * 1000);
          expect(pulses.at(-1)).toBeGreaterThanOrEqual(at);
        }
        for (const [index, pulse] of pulses.slice(1).entries()) {
          expect(pulse - (pulses[index] ?? Infinity)).toBeGreaterThanOrEqual(1000);
        }
      }),
      { numRuns: 40 },
    );
  });

  test('is one when many change the list at the same moment', async () => {
    const pulses = await Promise.all(Array.from({ length: 10 }, () => store.pulseLobby(START)));
    expect(pulses.filter((pulse) => pulse !== null)).toHaveLength(2);
    expect(pulses).toEqual(expect.arrayContaining([{ delaySeconds: 0 }, { delaySeconds: 1 }, null]));
  });
});

describe('the lobby’s pulse, spaced out', () => {
  beforeEach(() => remove(PULSE_KEY));

  test('comes as many seconds after the last as was said, a message’s longest delay at the most', async () => {
    await store.spacePulses(30);
    expect(await store.pulseLobby(START)).toEqual({ delaySeconds: 0 });
    expect(await store.pulseLobby(START + 29_999)).toEqual({ delaySeconds: 30 });
    expect(await store.pulseLobby(START + 59_998)).toBeNull();
    await store.spacePulses(1);
    expect(await store.pulseLobby(START + 60_000)).toEqual({ delaySeconds: 1 });
    await store.spacePulses(5_000);
    expect(await store.pulseLobby(START + 61_001)).toEqual({ delaySeconds: 900 });
  });
});

describe('counters', () => {
  test('add up over writers, shards and minutes', async () => {
    const minutes = Array.from({ length: 5 }, (_, minute) => minuteOf(START + minute * 60_000));
    expect(minutes[0]).toBe('2026-11-24T12:00');
    await Promise.all(
      minutes.flatMap((minute) =>
        Array.from({ length: 6 }, () =>
          store.tally(minute, { moves: 2, 'errors INTERNAL_ERROR': 1, ttl: 1 }),
        ),
      ),
    );
    await store.tally(minuteOf(START), { moves: 100 });
    await store.tally(minuteOf(START), {});
    const [first = '', second = '', , fourth = ''] = minutes;
    expect(await store.tallies(second, fourth)).toEqual({ moves: 36, 'errors INTERNAL_ERROR': 18, ttl: 18 });
    expect(await store.tallies(first, first)).toEqual({ moves: 112, 'errors INTERNAL_ERROR': 6, ttl: 6 });
    expect(await store.tallies('2026-11-25T00:00', '2026-11-25T23:59')).toEqual({});
    expect(await store.talliesByMinute(second, second)).toEqual(
      new Map([[second, { moves: 12, 'errors INTERNAL_ERROR': 6, ttl: 6 }]]),
    );
  });

  test('of a day that is more than a page of DynamoDB’s are all there', async () => {
    const day = START + 48 * 3_600_000;
    const names = Array.from({ length: 150 }, (_, place) => `${place}`.padStart(220, 'x'));
    const counts = Object.fromEntries(names.map((name) => [name, 1]));
    const minutes = Array.from({ length: 120 }, (_, minute) => minuteOf(day + minute * 60_000));
    await Promise.all(minutes.map((minute) => store.tally(minute, counts)));
    const found = await store.talliesByMinute(minutes[0] ?? '', minutes.at(-1) ?? '');
    expect([...found.keys()].sort()).toEqual(minutes);
  });

  test('let somebody through so often in a window, and again in the next', async () => {
    const ask = (at: number, who = 'session 10.0.0.1') => store.hit(who, 60, at, 3);
    const answers = await Promise.all(Array.from({ length: 8 }, () => ask(START + 1000)));
    expect(answers.filter((isAllowed) => isAllowed)).toHaveLength(3);
    expect(await ask(START + 59_999)).toBe(false);
    expect(await ask(START + 59_999, 'session 10.0.0.2')).toBe(true);
    expect(await ask(START + 60_000)).toBe(true);
    const window = START / 1000 / 60;
    expect(await read(rateKey('session 10.0.0.1', window))).toMatchObject({
      hits: 9,
      ttl: START / 1000 + 60,
    });
  });
});

test('a probe succeeds when the table answers and throws when there is none', async () => {
  const { client } = started;
  const nowhere = createStore({
    client,
    table: 'no-such-table',
    historyDays: 7,
    roomTtlSeconds: 3600,
    now: () => now,
  });
  await expect(store.probe()).resolves.toBeUndefined();
  await expect(nowhere.probe()).rejects.toThrow('not found');
});

test('an outage is an exception, not a conflict', async () => {
  const { client } = started;
  const nowhere = createStore({
    client,
    table: 'no-such-table',
    historyDays: 7,
    roomTtlSeconds: 3600,
    now: () => now,
  });
  await expect(nowhere.append(nextCommit(NO_RECORD, newRoom()))).rejects.toThrow('not found');
  await expect(nowhere.pulseLobby(START)).rejects.toThrow('not found');
});

test('a refused write that brings the winner’s item along, as DynamoDB’s does, is not read again', async () => {
  const room = newRoom();
  const winner = nextCommit(NO_RECORD, room, { by: 'somebody else' });
  const refusal = {
    __type: 'com.amazonaws.dynamodb.v20120810#ConditionalCheckFailedException',
    message: 'The conditional request failed',
    Item: marshall({ ...commitToItem(winner), ttl: 1 }),
  };
  await withReplies([refusal], async (dynamo, requests) => {
    expect(await dynamo.append(nextCommit(NO_RECORD, room))).toEqual({ kind: 'conflict', winner });
    expect(await dynamo.append(winner)).toEqual({ kind: 'appended' });
    expect(requests).toEqual(['DynamoDB_20120810.PutItem', 'DynamoDB_20120810.PutItem']);
  });
});

/** A store on something that speaks as DynamoDB does where dynalite does not: it gives these replies, over and over. */
async function withReplies(
  replies: readonly object[],
  use: (store: Store, requests: readonly string[]) => Promise<void>,
): Promise<void> {
  const requests: string[] = [];
  const server = createServer((request, response) => {
    const reply = replies[requests.length % replies.length] ?? {};
    requests.push(String(request.headers['x-amz-target']));
    request.resume().once('end', () => {
      response.writeHead('__type' in reply ? 400 : 200, { 'Content-Type': 'application/x-amz-json-1.0' });
      response.end(JSON.stringify(reply));
    });
  });
  const client = documentClient(await listen(server));
  try {
    const options = { client, table: 'any', historyDays: 7, roomTtlSeconds: 3600, now: () => now };
    await use(createStore(options), requests);
  } finally {
    client.destroy();
    await close(server);
  }
}
