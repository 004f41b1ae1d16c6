import { beforeEach, describe, expect, test } from '@jest/globals';
import { roomStats, systemSeries, systemStats } from '../../../src/app/statistics.ts';
import type { RoomEvent } from '../../../src/room/events.ts';
import { listingOf } from '../../../src/room/listing.ts';
import { minuteOf } from '../../../src/store/counters.ts';
import { createWorld } from '../../support/memory-ports.ts';
import type { World } from '../../support/memory-ports.ts';
import { happened } from '../../support/players.ts';
import { attached, gameAt, opened, sat, tableOf } from '../../support/room.ts';

let world: World;

beforeEach(() => {
  world = createWorld();
});

/** A room with these events, listed as of now. */
async function list(room: string, events: readonly RoomEvent[]): Promise<void> {
  const [first, ...rest] = events;
  if (first?.type !== 'RoomOpened') throw new Error('A room opens first');
  const listing = listingOf(happened(world, [{ ...first, room }, ...rest], room));
  if (listing === null) throw new Error('It is listed');
  await world.ports.store.project(listing);
  world.pass(1);
}
const ended = (outcome: 'completed' | 'abandoned' | 'aborted') =>
  [...gameAt('turn'), { type: 'GameEnded', outcome, winners: [] } as const] satisfies RoomEvent[];
const count = (counts: Record<string, number>, at = world.now) =>
  world.ports.store.tally(minuteOf(at), counts);

describe('the system’s statistics', () => {
  test('of an empty system are all nothing', async () => {
    expect(await systemStats(world.ports)).toEqual({
      rooms: { open: 0, playing: 0, finished: 0 },
      games: { completed: 0, aborted: 0, abandoned: 0 },
      players_connected: 0,
      moves_per_minute: 0,
      frames_per_minute: 0,
      latency: { commands: 0, p50_ms: null, p99_ms: null },
      dead_letters: 0,
      ticks_waiting: 0,
      errors: {},
      failures: {},
      posts: {},
      complete: true,
      timestamp: world.now / 1_000,
    });
  });

  test('count the rooms by stage, a day’s games by outcome, and the people who are there', async () => {
    await list('OPEN1', [opened(), attached(1)]);
    await list('OPEN2', [opened(), sat(2), attached(1), attached(2)]);
    await list('PLAY1', gameAt('turn'));
    await list('DONE1', ended('completed'));
    await list('DONE2', ended('completed'));
    await list('DONE3', ended('aborted'));
    await list('DONE4', ended('abandoned'));
    await count({ 'games.completed': 2, 'games.aborted': 1 });
    await count({ 'games.abandoned': 1 }, world.now - 23 * 3_600_000);
    await count({ 'games.completed': 100 }, world.now - 25 * 3_600_000);
    expect(await systemStats(world.ports)).toMatchObject({
      rooms: { open: 2, playing: 1, finished: 4 },
      games: { completed: 2, aborted: 1, abandoned: 1 },
      players_connected: 1 + 2 + 4,
      complete: true,
    });
  });

  test('rate moves and frames over this minute so far and the one before', async () => {
    world.pass(30);
    await count({ 'events.Played': 4, 'events.TurnStarted': 9, frames: 30 });
    await count({ 'events.Declared': 1, 'events.RedealDecided': 1, frames: 15 }, world.now - 60_000);
    await count({ 'events.Played': 1_000 }, world.now - 120_000);
    expect(await systemStats(world.ports)).toMatchObject({ moves_per_minute: 4, frames_per_minute: 30 });
  });

  test('tell how long commands took in this minute and the one before', async () => {
    await count({ 'ms.10': 3, frames: 99 });
    await count({ 'ms.10': 5, 'ms.100': 2 }, world.now - 60_000);
    await count({ 'ms.10000': 500 }, world.now - 120_000);
    const { latency } = await systemStats(world.ports);
    expect(latency).toEqual({ commands: 10, p50_ms: 8.9, p99_ms: 98.5 });
  });

  test('have the depth of the queues, and go without one that cannot be asked', async () => {
    await world.ports.bury({ roomId: 'R', seq: 1, connectionId: 'C' });
    expect(await systemStats(world.ports)).toMatchObject({ dead_letters: 1, ticks_waiting: 0 });
    world.faults.refuse('depth of dead letters');
    expect(await systemStats(world.ports)).toMatchObject({ dead_letters: null, ticks_waiting: 0 });
    expect(world.lines).toEqual([expect.objectContaining({ level: 'error' })]);
  });

  test('add up a day’s errors, failures and posts by name', async () => {
    await count({ 'errors.NOT_YOUR_TURN': 2, 'failures.publish': 1, 'posts.gone': 3 });
    await count({ 'errors.NOT_YOUR_TURN': 1, 'errors.INVALID_FRAME': 1 }, world.now - 23 * 3_600_000);
    await count({ 'errors.NOT_YOUR_TURN': 100 }, world.now - 25 * 3_600_000);
    expect(await systemStats(world.ports)).toMatchObject({
      errors: { NOT_YOUR_TURN: 3, INVALID_FRAME: 1 },
      failures: { publish: 1 },
      posts: { gone: 3 },
    });
  });

  test('take the average of the newest rooms for those that are not looked at, and say so', async () => {
    for (let room = 0; room < 1_000; room++)
      await world.ports.store.project({
        room: `R${room}`,
        seq: 1,
        stage: 'open',
        isPrivate: false,
        createdAt: world.now + room,
        lastActivity: world.now,
        hostName: 'Ann',
        seats: [null, null, null, null],
        // Two in each of the five hundred that are looked at.
        connectedHumans: room < 500 ? 1 : 2,
        game: 0,
      });
    expect(await systemStats(world.ports)).toMatchObject({
      rooms: { open: 1_000 },
      players_connected: 2_000,
      complete: false,
    });
  });
});

describe('the series', () => {
  test('has every minute asked for, oldest first, whether or not anything happened', async () => {
    const minute = world.now / 1_000;
    await count({ 'events.Played': 4, 'events.TurnStarted': 1, frames: 9, 'ms.1': 4 }, world.now - 120_000);
    await count({ 'errors.NOT_YOUR_TURN': 2, 'errors.INTERNAL_ERROR': 1, 'failures.publish': 5 });
    await count({ frames: 77 }, world.now - 180_000);
    world.pass(59);
    const quiet = { moves: 0, frames: 0, errors: 0, failures: 0, commands: 0, p50_ms: null, p99_ms: null };
    expect(await systemSeries(world.ports, 3)).toEqual({
      minutes: [
        { ...quiet, at: minute - 120, moves: 4, frames: 9, commands: 4, p50_ms: 0.5, p99_ms: 1 },
        { ...quiet, at: minute - 60 },
        { ...quiet, at: minute, errors: 3, failures: 5 },
      ],
      timestamp: minute + 59,
    });
  });
});

describe('a search for rooms', () => {
  const found = async (query: Omit<Parameters<typeof roomStats>[1], 'limit'>) =>
    (await roomStats(world.ports, { limit: 10, ...query }))?.rooms.map(({ room_id }) => room_id);

  beforeEach(async () => {
    await list('OPEN1', [opened(), attached(1)]);
    await list('OPEN2', [opened(), sat(2), attached(1)]);
    await list('PLAY1', gameAt('turn'));
    await list('DONE1', ended('completed'));
  });

  test('may be for one stage', async () => {
    expect(await found({ stage: 'open' })).toEqual(['OPEN2', 'OPEN1']);
    expect(await found({ stage: 'finished' })).toEqual(['DONE1']);
  });

  test('looks for a text in ids and in the names of all who sit there, however it is written', async () => {
    expect(await found({ text: 'ben' })).toEqual(['PLAY1', 'OPEN2', 'DONE1']);
    expect(await found({ text: 'open1' })).toEqual(['OPEN1']);
    expect(await found({ text: 'BEN', stage: 'open' })).toEqual(['OPEN2']);
    expect(await found({ text: 'nobody' })).toEqual([]);
  });

  test('goes on where it left off, past pages without a hit', async () => {
    for (let room = 0; room < 40; room++) await list(`MORE${room}`, [opened(), attached(1)]);
    const first = await roomStats(world.ports, { limit: 1, text: 'open1' });
    expect(first).toMatchObject({ rooms: [], next: expect.stringMatching(/^open:./) });
    let { next = null } = first ?? {};
    const seen: string[] = [];
    for (let pages = 0; next !== null && pages < 10; pages++) {
      const page = await roomStats(world.ports, { limit: 1, text: 'open1', cursor: next });
      seen.push(...(page?.rooms.map(({ room_id }) => room_id) ?? []));
      next = page?.next ?? null;
    }
    expect(next).toBeNull();
    expect(seen).toEqual(['OPEN1']);
  });

  test('cannot go on in another stage', async () => {
    expect(await roomStats(world.ports, { limit: 5, stage: 'open', cursor: 'playing:' })).toBeNull();
  });
});

describe('a page of rooms', () => {
  test('shows each room’s summary, phase, age and execution', async () => {
    const name = `PLAY-1-${world.now}`;
    world.executions.set(name, 'RUNNING');
    await list('PLAY', gameAt('turn', tableOf([1, 2])));
    world.pass(9);
    expect(await roomStats(world.ports, { limit: 10 })).toEqual({
      total_rooms: 1,
      active_games: 1,
      total_players: 2,
      rooms: [
        expect.objectContaining({
          room_id: 'PLAY',
          host_name: 'Ann',
          occupied_slots: 4,
          started: true,
          stage: 'playing',
          phase: 'turn',
          round: 1,
          seq: 1,
          age: 10,
          idle: 10,
          connected: 2,
          execution: { name, status: 'RUNNING' },
        }),
      ],
      next: null,
    });
  });

  test('tells where a room stands, whatever its stage', async () => {
    await list('OPEN', [opened(), attached(1)]);
    await list('STARTING', gameAt('starting'));
    await list('DONE', ended('aborted'));
    const page = await roomStats(world.ports, { limit: 10 });
    expect(
      page?.rooms.map(({ room_id, phase, round, execution }) => ({ room_id, phase, round, execution })),
    ).toEqual([
      {
        room_id: 'STARTING',
        phase: 'starting',
        round: 1,
        execution: { name: expect.stringMatching(/^STARTING-1-\d{13}$/), status: null },
      },
      { room_id: 'OPEN', phase: 'open', round: 0, execution: null },
      {
        room_id: 'DONE',
        phase: 'finished',
        round: 0,
        execution: { name: expect.stringMatching(/^DONE-1-\d{13}$/), status: null },
      },
    ]);
    expect(page).toMatchObject({ total_rooms: 2, active_games: 1 });
  });

  test('leaves out rooms that are gone although they are still listed', async () => {
    await list('GONE', [opened(), attached(1)]);
    world.pass(3_601);
    expect(await roomStats(world.ports, { limit: 10 })).toMatchObject({ rooms: [], next: null });
  });

  test('shows neither a hand nor a session', async () => {
    await list('PLAY', gameAt('turn'));
    const page = JSON.stringify(await roomStats(world.ports, { limit: 10 }));
    expect(page).not.toMatch(/GENERAL|SOLDIER|session-ann|socket-ann|token|"seed"/);
  });

  test.each([1, 2, 3, 7])(
    'of %d after another shows every room once, those that play first',
    async (limit) => {
      await list('OPEN1', [opened(), attached(1)]);
      await list('PLAY1', gameAt('turn'));
      await list('DONE1', ended('completed'));
      await list('OPEN2', [opened(), attached(1)]);
      await list('PLAY2', gameAt('turn'));
      await list('DONE2', ended('completed'));
      const seen: string[] = [];
      let cursor: string | undefined;
      for (let pages = 0; pages < 10; pages++) {
        const page = await roomStats(world.ports, { limit, cursor });
        expect(page?.rooms.length).toBeLessThanOrEqual(limit);
        seen.push(...(page?.rooms.map(({ room_id }) => room_id) ?? []));
        if (page?.next == null) break;
        cursor = page.next;
      }
      expect(seen).toEqual(['PLAY2', 'PLAY1', 'OPEN2', 'OPEN1', 'DONE2', 'DONE1']);
    },
  );

  test.each(['nowhere:', 'open:made-up', 'nowhere', ':', ''])('cannot begin at %j', async (cursor) => {
    expect(await roomStats(world.ports, { limit: 5, cursor })).toBeNull();
  });
});
