// What operators ask for: how many rooms, games, players, moves, errors. Bounded reads, on no player's path.

import { latencyOf } from './latency.ts';
import type { Ports, Queues } from './ports.ts';
import { minuteOf } from '../store/counters.ts';
import type { Counts } from '../store/counters.ts';
import type { RoomCount } from '../store/directory.ts';
import type { DirectoryEntry } from '../store/items.ts';
import { roomSummary } from '../protocol/frames.ts';
import type {
  ListedStage,
  MinuteStats,
  RoomStats,
  RoomStatsPage,
  SystemSeries,
  SystemStats,
} from '../protocol/http.ts';
import type { Room } from '../room/room.ts';
import { isGone } from './execute.ts';
import { gameRefOf, latestExecution } from './executions.ts';

const STAGES: readonly ListedStage[] = ['playing', 'open', 'finished'];
const MINUTE_MS = 60_000;
const DAY_MS = 24 * 60 * MINUTE_MS;
/** Moves are what players do with their hands; the counts of `execute` by event. */
const MOVES = ['events.RedealDecided', 'events.Declared', 'events.Played'];
/** The newest rooms of a stage whose people are counted; for the others their average is taken. */
const CENSUS = 500;
/** Pages of a list that one page of rooms is searched for in. */
const SEARCH_PAGES = 20;

/** The system as a whole. Counts lag a minute behind (`src/app/tally.ts`), five seconds on a local run. */
export async function systemStats(ports: Ports & { readonly queues: Queues }): Promise<SystemStats> {
  const { store, clock, queues } = ports;
  const now = clock.now();
  const [open, playing, finished, people, day, recent, dead_letters, ticks_waiting] = await Promise.all([
    store.count('open'),
    store.count('playing'),
    store.count('finished'),
    Promise.all([census(store, 'open'), census(store, 'playing')]),
    store.tallies(minuteOf(now - DAY_MS), minuteOf(now)),
    store.tallies(minuteOf(now - MINUTE_MS), minuteOf(now)),
    depth(ports, () => queues.deadLetters()),
    depth(ports, () => queues.ticks()),
  ]);
  const minutes = 1 + (now % MINUTE_MS) / MINUTE_MS;
  const perMinute = (names: readonly string[]): number => round(sum(recent, names) / minutes);
  return {
    rooms: { open: open.rooms, playing: playing.rooms, finished: finished.rooms },
    games: { completed: 0, aborted: 0, abandoned: 0, ...group(day, 'games.') },
    players_connected: connectedPlayers([open, playing], people),
    moves_per_minute: perMinute(MOVES),
    frames_per_minute: perMinute(['frames']),
    latency: latencyOf(recent),
    dead_letters,
    ticks_waiting,
    errors: group(day, 'errors.'),
    failures: group(day, 'failures.'),
    posts: group(day, 'posts.'),
    complete: [...people, open, playing, finished].every(({ isComplete }) => isComplete),
    timestamp: now / 1_000,
  };
}

/** A queue that cannot be asked must not hide all the rest: operators look when something is wrong. */
async function depth({ log }: Ports, ask: () => Promise<number>): Promise<number | null> {
  try {
    return await ask();
  } catch (error) {
    log.error('A queue could not be asked', { error });
    return null;
  }
}

/** The last so many minutes, oldest first, each there whether or not anything happened; the last one still runs. */
export async function systemSeries({ store, clock }: Ports, minutes: number): Promise<SystemSeries> {
  const now = clock.now();
  const last = now - (now % MINUTE_MS);
  const starts = Array.from({ length: minutes }, (_, place) => last - (minutes - 1 - place) * MINUTE_MS);
  const counted = await store.talliesByMinute(minuteOf(starts[0] ?? last), minuteOf(last));
  return {
    minutes: starts.map((start) => minuteStats(start, counted.get(minuteOf(start)) ?? {})),
    timestamp: now / 1_000,
  };
}

function minuteStats(start: number, counts: Counts): MinuteStats {
  return {
    at: start / 1_000,
    moves: sum(counts, MOVES),
    frames: sum(counts, ['frames']),
    errors: total(group(counts, 'errors.')),
    failures: total(group(counts, 'failures.')),
    ...latencyOf(counts),
  };
}

/** Which rooms, and from where: of one stage, with a text in their id or in the name of somebody who sits there. */
export interface RoomQuery {
  readonly limit: number;
  readonly cursor?: string | undefined;
  readonly stage?: ListedStage | undefined;
  readonly text?: string | undefined;
}

/**
 * A page of rooms, those with a running game first; null for a cursor that no page came with. A search gives up after so
 * many rooms: its page may be short, even empty, while `next` says that there is more to look through.
 */
export async function roomStats(ports: Ports, page: RoomQuery): Promise<RoomStatsPage | null> {
  const listed = await listPage(ports, page);
  if (listed === null) return null;
  const [open, playing, people, rooms] = await Promise.all([
    ports.store.count('open'),
    ports.store.count('playing'),
    Promise.all([census(ports.store, 'open'), census(ports.store, 'playing')]),
    Promise.all(listed.entries.map((entry) => statsOf(ports, entry))),
  ]);
  return {
    total_rooms: open.rooms + playing.rooms,
    active_games: playing.rooms,
    total_players: connectedPlayers([open, playing], people),
    rooms: rooms.flat(),
    next: listed.next,
  };
}

/** Stage after stage, as many as fill the page; a cursor is `<stage>:<cursor of the directory>`. */
async function listPage(
  { store }: Ports,
  { limit, cursor, stage, text = '' }: RoomQuery,
): Promise<{ readonly entries: readonly DirectoryEntry[]; readonly next: string | null } | null> {
  const stages = stage === undefined ? STAGES : [stage];
  const [from = stages[0], inner = ''] = cursor?.split(':', 2) ?? [];
  let place = stages.findIndex((each) => each === from);
  if (place === -1) return null;
  let within = inner;
  const entries: DirectoryEntry[] = [];
  for (let looked = 0; looked < SEARCH_PAGES; looked++) {
    const current = stages[place];
    if (current === undefined) return { entries, next: null };
    if (entries.length === limit) return { entries, next: `${current}:${within}` };
    const found = await store.rooms(current, {
      limit: limit - entries.length,
      ...(within === '' ? {} : { cursor: within }),
    });
    if (found.kind === 'bad_cursor') return null;
    entries.push(...found.entries.filter((entry) => hasText(entry, text.toLowerCase())));
    within = found.cursor ?? '';
    if (found.cursor === null) place += 1;
  }
  const current = stages[place];
  return { entries, next: current === undefined ? null : `${current}:${within}` };
}

function hasText({ room, seats }: DirectoryEntry, text: string): boolean {
  return [room, ...seats.map((seat) => seat?.name ?? '')].some((each) => each.toLowerCase().includes(text));
}

async function statsOf(
  { store, phases, clock }: Ports,
  entry: DirectoryEntry,
): Promise<readonly RoomStats[]> {
  const now = clock.now();
  const record = await store.load(entry.room);
  if (isGone(record, now)) return [];
  const run = gameRefOf(record.room);
  const { phase, round } = phaseOf(record.room);
  return [
    {
      ...roomSummary(entry),
      stage: entry.stage,
      phase,
      round,
      seq: record.seq,
      age: (now - entry.createdAt) / 1_000,
      idle: (now - record.at) / 1_000,
      connected: entry.connectedHumans,
      execution: run === null ? null : await latestExecution(phases, run),
    },
  ];
}

function phaseOf(room: Room): { readonly phase: string; readonly round: number } {
  if (room.stage !== 'playing')
    return { phase: room.stage, round: room.stage === 'finished' ? room.result.sheet.length : 0 };
  const { phase, sheet } = room.game;
  return { phase: phase.name, round: phase.name === 'starting' ? sheet.length + 1 : phase.round.number };
}

interface Census {
  /** How many rooms were looked at, and the people who are connected in them. */
  readonly rooms: number;
  readonly players: number;
  /** False when there are more rooms. */
  readonly isComplete: boolean;
}

async function census(store: Ports['store'], stage: ListedStage): Promise<Census> {
  const found = await store.rooms(stage, { limit: CENSUS });
  const entries = found.kind === 'page' ? found.entries : [];
  return {
    rooms: entries.length,
    players: entries.reduce((sum, entry) => sum + entry.connectedHumans, 0),
    isComplete: found.kind === 'page' && found.cursor === null,
  };
}

/** The people of all rooms of some stages: those of the rooms looked at, and as many in each of the others on average. */
function connectedPlayers(counted: readonly RoomCount[], looked: readonly Census[]): number {
  const players = looked.map((seen, place) =>
    seen.isComplete || seen.rooms === 0
      ? seen.players
      : (seen.players / seen.rooms) * Math.max(seen.rooms, counted[place]?.rooms ?? 0),
  );
  return Math.round(players.reduce((sum, some) => sum + some, 0));
}

function sum(counts: Readonly<Record<string, number>>, names: readonly string[]): number {
  return names.reduce((total, name) => total + (counts[name] ?? 0), 0);
}

function total(counts: Counts): number {
  return sum(counts, Object.keys(counts));
}

/** The counts whose names begin so, without the beginning. */
function group(counts: Readonly<Record<string, number>>, prefix: string): Readonly<Record<string, number>> {
  return Object.fromEntries(
    Object.entries(counts).flatMap(([name, count]) =>
      name.startsWith(prefix) ? [[name.slice(prefix.length), count]] : [],
    ),
  );
}

function round(value: number): number {
  return Math.round(value * 10) / 10;
}
