// What an operator sees of one room, and the one thing an operator does to it: close it.

import { execute, isGone } from './execute.ts';
import { gameRefOf, latestExecution } from './executions.ts';
import { publicEvents } from './history.ts';
import type { Ports } from './ports.ts';
import { billOf } from './prices.ts';
import { SEATS } from '../game/seats.ts';
import type { CommitDetail, RoomDetail, SeatDetail } from '../protocol/http.ts';
import { moveDeadline, nextTick } from '../room/due.ts';
import type { Commit, RoomRecord } from '../room/record.ts';
import { isLive } from '../room/room.ts';
import type { LiveRoom, Occupant, PlayingRoom, Room, RoomId } from '../room/room.ts';
import { taskStatus } from '../room/tasks.ts';
import { viewFor } from '../room/view.ts';
import type { View } from '../room/view.ts';

/** How many of a room's latest commits come with it. */
const LATEST_COMMITS = 20;
/** How much of an id is shown: enough to find it in the logs, too little to be it. */
const SHOWN_OF_AN_ID = 6;

/** A room as its log has it, gone or not; null when there is none. */
export async function roomDetail(ports: Ports, id: RoomId): Promise<RoomDetail | null> {
  const { store, phases, clock } = ports;
  const record = await store.load(id);
  const { room, seq } = record;
  if (room.stage === 'none') return null;
  const game = gameOf(room);
  const run = gameRefOf(room);
  const [{ commits }, execution] = await Promise.all([
    store.commits(id, { after: Math.max(0, seq - LATEST_COMMITS), limit: LATEST_COMMITS }),
    run === null ? null : latestExecution(phases, run),
  ]);
  return {
    room_id: id,
    stage: room.stage,
    closed_reason: room.stage === 'closed' ? room.reason : null,
    gone: isGone(record, clock.now()),
    seq,
    created_at: room.createdAt,
    last_activity: record.at,
    wake_at: nextTick(room),
    game,
    bill: game === null ? null : billOf(record.usage),
    execution,
    settings: room.settings,
    ...(room.stage === 'closed' ? NOTHING_LIVE : liveDetail(room, clock.now())),
    // What was committed since the room was looked at belongs to another picture of it.
    commits: commits
      .filter((commit) => commit.seq <= seq)
      .map((commit) => commitDetail(commit, record))
      .reverse(),
  };
}

type LivePart = Pick<
  RoomDetail,
  'private' | 'phase' | 'round' | 'multiplier' | 'turn' | 'deadline' | 'seats' | 'spectators' | 'task'
>;

const NOTHING_LIVE: LivePart = {
  private: null,
  phase: 'closed',
  round: 0,
  multiplier: null,
  turn: null,
  deadline: null,
  seats: [],
  spectators: [],
  task: null,
};

function liveDetail(room: LiveRoom, at: number): LivePart {
  const { room: shown } = viewFor(room, null);
  const game = shown.stage === 'playing' ? shown.game : null;
  return {
    private: shown.isPrivate,
    ...placeOf(shown),
    deadline: room.stage === 'playing' ? moveDeadline(room) : null,
    seats: SEATS.map((seat) => ({
      ...occupantDetail(room.seats[seat]),
      seat,
      is_host: seat === room.host,
      is_awaited: game?.awaited.includes(seat) ?? false,
      hand_size: game?.handSizes[seat] ?? null,
      declared: game?.declared[seat] ?? null,
      piles: game?.piles[seat] ?? null,
      score: scoresOf(shown)?.[seat].total ?? null,
    })),
    spectators: room.spectators.map(({ connection, since }) => ({
      connection: shortened(connection),
      since,
    })),
    task: room.stage === 'playing' ? awaitedTask(room, at) : null,
  };
}

/** The task that the state machine waits for; between two of them there is none. */
function awaitedTask(room: PlayingRoom, at: number): RoomDetail['task'] {
  const { task, number } = room.game;
  if (task === null || taskStatus(room, number, task, at) !== 'entered') return null;
  return { phase: task.phase, round: task.round };
}

type Shown = View<never>['room'];

function placeOf(room: Shown): Pick<RoomDetail, 'phase' | 'round' | 'multiplier' | 'turn'> {
  const nowhere = { multiplier: null, turn: null };
  if (room.stage === 'open') return { ...nowhere, phase: room.stage, round: 0 };
  if (room.stage === 'finished') return { ...nowhere, phase: room.stage, round: room.result.sheet.length };
  const { phase, round } = room.game;
  return {
    phase: phase.name,
    round,
    multiplier: phase.name === 'starting' ? null : phase.round.multiplier,
    turn: phase.name === 'turn' ? phase.number : phase.name === 'turn_results' ? phase.result.number : null,
  };
}

function scoresOf(room: Shown) {
  if (room.stage === 'open') return null;
  return room.stage === 'playing' ? room.game.tally : room.result.tally;
}

function occupantDetail(
  occupant: Occupant | null,
): Pick<SeatDetail, 'name' | 'kind' | 'avatar_color' | 'presence' | 'since' | 'connection'> {
  if (occupant === null)
    return { name: null, kind: null, avatar_color: null, presence: null, since: null, connection: null };
  const { name, kind, colour } = occupant;
  const shown = { name, kind, avatar_color: colour };
  if (occupant.kind === 'bot') return { ...shown, presence: null, since: occupant.since, connection: null };
  const { presence } = occupant;
  const connection = presence.status === 'present' ? shortened(presence.connection) : null;
  return { ...shown, presence: presence.status, since: presence.since, connection };
}

function gameOf(room: Room): RoomDetail['game'] {
  if (room.stage === 'playing') {
    const { number, startedAt } = room.game;
    return { number, started_at: startedAt, ended_at: null, outcome: null, winners: [] };
  }
  if (room.stage !== 'finished') return null;
  const { game, startedAt, endedAt, outcome, winners } = room.result;
  return {
    number: game,
    started_at: startedAt,
    ended_at: endedAt,
    outcome,
    winners: winners.map((seat) => room.seats[seat].name),
  };
}

function commitDetail(commit: Commit, record: RoomRecord): CommitDetail {
  const { seq, at, by } = commit;
  const events = publicEvents([commit], record).map(({ seq: _seq, at: _at, type, ...fields }) => ({
    type,
    ...fields,
  }));
  return { seq, at, by: issuerOf(by, record.room), events };
}

const SYSTEM: ReadonlySet<string> = new Set(['phase', 'tick', 'presence', 'operator']);

/** Who issued a command. A session may hold several seats. */
function issuerOf(by: string, room: Room): string {
  if (SYSTEM.has(by)) return by;
  const live = isLive(room) ? room : null;
  const names = SEATS.flatMap((seat) => {
    const occupant = live?.seats[seat];
    return occupant?.kind === 'human' && occupant.player === by ? [occupant.name] : [];
  });
  return names.length > 0 ? names.join(', ') : shortened(by);
}

function shortened(id: string): string {
  return `${id.slice(0, SHOWN_OF_AN_ID)}…`;
}

/**
 * Closes a room for good: its players are told and hung up on, its game and its execution end. `closed` also when it was
 * closed before, by whomever; null when there is no such room.
 */
export async function closeRoom(ports: Ports, room: RoomId): Promise<'closed' | null> {
  const outcome = await execute(ports, {
    room,
    command: { type: 'closeRoom' },
    by: 'operator',
    commandId: 'close',
  });
  if (outcome.kind !== 'gone') {
    ports.log.info('A room was closed by an operator', { room, outcome: outcome.kind });
    return 'closed';
  }
  const record = await ports.store.load(room);
  return record.room.stage === 'closed' ? 'closed' : null;
}
