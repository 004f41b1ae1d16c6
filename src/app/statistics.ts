// What operators ask for: how many rooms, games, players, moves, errors. Bounded reads, on no player's path.

import type { Ports } from './ports.ts';
import { minuteOf } from '../store/counters.ts';
import type { DirectoryEntry } from '../store/items.ts';
import type { ListedStage } from '../store/keys.ts';
import { roomSummary } from '../protocol/frames.ts';
import type { RoomSummary } from '../protocol/server-frames.ts';
import type { GameOutcome, Room } from '../room/room.ts';
import { isGone } from './execute.ts';

const STAGES: readonly ListedStage[] = ['playing', 'open', 'finished'];
const MINUTE_MS = 60_000;
const DAY_MS = 24 * 60 * MINUTE_MS;
/** Moves are what players do with their hands; the counts of `execute` by event. */
const MOVES = ['events.RedealDecided', 'events.Declared', 'events.Played'];
/** Pages of a hundred rooms that a census walks through at most. */
const CENSUS_PAGES = 20;
const CENSUS_PAGE = 100;

export interface SystemStats {
  readonly rooms: Readonly<Record<ListedStage, number>>;
  /** Finished games by outcome, as long as their rooms are listed (`historyDays`). */
  readonly games: Readonly<Record<GameOutcome, number>>;
  readonly players_connected: number;
  readonly moves_per_minute: number;
  readonly frames_per_minute: number;
  /** By code, of the last 24 hours. */
  readonly errors: Readonly<Record<string, number>>;
  readonly failures: Readonly<Record<string, number>>;
  readonly posts: Readonly<Record<string, number>>;
  /** False when there are more rooms than were counted. */
  readonly complete: boolean;
  /** Epoch seconds. */
  readonly timestamp: number;
}

/** The system as a whole. Counts lag some seconds behind (`src/app/tally.ts`). */
export async function systemStats(ports: Ports): Promise<SystemStats> {
  const { store, clock } = ports;
  const now = clock.now();
  const [open, playing, finished, people, ended, day, recent] = await Promise.all([
    store.count('open'),
    store.count('playing'),
    store.count('finished'),
    connectedPlayers(ports),
    census(store, 'finished'),
    store.tallies(minuteOf(now - DAY_MS), minuteOf(now)),
    store.tallies(minuteOf(now - MINUTE_MS), minuteOf(now)),
  ]);
  const minutes = 1 + (now % MINUTE_MS) / MINUTE_MS;
  const perMinute = (names: readonly string[]): number => round(sum(recent, names) / minutes);
  return {
    rooms: { open: open.rooms, playing: playing.rooms, finished: finished.rooms },
    games: {
      completed: countOutcome(ended.entries, 'completed'),
      aborted: countOutcome(ended.entries, 'aborted'),
      abandoned: countOutcome(ended.entries, 'abandoned'),
    },
    players_connected: people.players,
    moves_per_minute: perMinute(MOVES),
    frames_per_minute: perMinute(['frames']),
    errors: group(day, 'errors.'),
    failures: group(day, 'failures.'),
    posts: group(day, 'posts.'),
    complete:
      people.complete && ended.complete && [open, playing, finished].every(({ isComplete }) => isComplete),
    timestamp: now / 1_000,
  };
}

export interface RoomStats extends RoomSummary {
  readonly stage: ListedStage;
  readonly phase: string;
  readonly round: number;
  readonly seq: number;
  /** Seconds since the room was created, and since its last commit. */
  readonly age: number;
  readonly idle: number;
  readonly connected: number;
  readonly execution: { readonly name: string; readonly status: string | null } | null;
}
export interface RoomStatsPage {
  readonly total_rooms: number;
  readonly active_games: number;
  readonly total_players: number;
  readonly rooms: readonly RoomStats[];
  readonly next: string | null;
}

/** A page of rooms, those with a running game first; null for a cursor that no page came with. */
export async function roomStats(
  ports: Ports,
  page: { readonly limit: number; readonly cursor?: string | undefined },
): Promise<RoomStatsPage | null> {
  const listed = await listPage(ports, page);
  if (listed === null) return null;
  const [open, playing, people, rooms] = await Promise.all([
    ports.store.count('open'),
    ports.store.count('playing'),
    connectedPlayers(ports),
    Promise.all(listed.entries.map((entry) => statsOf(ports, entry))),
  ]);
  return {
    total_rooms: open.rooms + playing.rooms,
    active_games: playing.rooms,
    total_players: people.players,
    rooms: rooms.flat(),
    next: listed.next,
  };
}

/** Stage after stage, as many as fill the page; a cursor is `<stage>:<cursor of the directory>`. */
async function listPage(
  { store }: Ports,
  { limit, cursor }: { readonly limit: number; readonly cursor?: string | undefined },
): Promise<{ readonly entries: readonly DirectoryEntry[]; readonly next: string | null } | null> {
  const [from = STAGES[0], inner = ''] = cursor?.split(':', 2) ?? [];
  const start = STAGES.findIndex((stage) => stage === from);
  if (start === -1) return null;
  const entries: DirectoryEntry[] = [];
  for (const [step, stage] of STAGES.slice(start).entries()) {
    if (entries.length === limit) return { entries, next: `${stage}:` };
    const within = step === 0 && inner !== '' ? { cursor: inner } : {};
    const found = await store.rooms(stage, { limit: limit - entries.length, ...within });
    if (found.kind === 'bad_cursor') return null;
    entries.push(...found.entries);
    if (found.cursor !== null) return { entries, next: `${stage}:${found.cursor}` };
  }
  return { entries, next: null };
}

async function statsOf(
  { store, phases, clock }: Ports,
  entry: DirectoryEntry,
): Promise<readonly RoomStats[]> {
  const now = clock.now();
  const [record, status] = await Promise.all([
    store.load(entry.room),
    entry.game === 0 ? null : phases.statusOf(entry.room, entry.game),
  ]);
  if (isGone(record, now)) return [];
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
      execution: entry.game === 0 ? null : { name: `${entry.room}-${entry.game}`, status },
    },
  ];
}

function phaseOf(room: Room): { readonly phase: string; readonly round: number } {
  if (room.stage !== 'playing')
    return { phase: room.stage, round: room.stage === 'finished' ? room.result.sheet.length : 0 };
  const { phase, sheet } = room.game;
  return { phase: phase.name, round: phase.name === 'starting' ? sheet.length + 1 : phase.round.number };
}

async function connectedPlayers({
  store,
}: Ports): Promise<{ readonly players: number; readonly complete: boolean }> {
  const walked = await Promise.all((['open', 'playing'] as const).map((stage) => census(store, stage)));
  return {
    players: walked
      .flatMap(({ entries }) => entries)
      .reduce((total, entry) => total + entry.connectedHumans, 0),
    complete: walked.every(({ complete }) => complete),
  };
}

interface Census {
  readonly entries: readonly DirectoryEntry[];
  /** False when there are more. */
  readonly complete: boolean;
}

/** The newest rooms of a stage, up to a bound. */
async function census(store: Ports['store'], stage: ListedStage): Promise<Census> {
  const entries: DirectoryEntry[] = [];
  let cursor: string | undefined;
  for (let page = 0; page < CENSUS_PAGES; page++) {
    const found = await store.rooms(stage, {
      limit: CENSUS_PAGE,
      ...(cursor === undefined ? {} : { cursor }),
    });
    if (found.kind === 'bad_cursor') break;
    entries.push(...found.entries);
    if (found.cursor === null) return { entries, complete: true };
    ({ cursor } = found);
  }
  return { entries, complete: false };
}

function countOutcome(entries: readonly DirectoryEntry[], outcome: GameOutcome): number {
  return entries.filter((entry) => entry.outcome === outcome).length;
}

function sum(counts: Readonly<Record<string, number>>, names: readonly string[]): number {
  return names.reduce((total, name) => total + (counts[name] ?? 0), 0);
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
