// The table in memory: what src/store promises, without DynamoDB. That it keeps the same promises is a test of its own
// (tests/integration/memory-store.test.ts).

import { isDeepStrictEqual } from 'node:util';
import { applyCommit, NO_RECORD } from '../../src/room/record.ts';
import type { Commit, RoomRecord } from '../../src/room/record.ts';
import type { ConnectionId, PlayerId, RoomId } from '../../src/room/room.ts';
import { LOBBY, MOST_SPACING_SECONDS } from '../../src/store/connections.ts';
import type { Pulse } from '../../src/store/connections.ts';
import { sumOf } from '../../src/store/counters.ts';
import type { Counts, Minute } from '../../src/store/counters.ts';
import type { DirectoryPage } from '../../src/store/directory.ts';
import type { Connection, DirectoryEntry } from '../../src/store/items.ts';
import { CONNECTION_SECONDS, DAY, LIST_SORT, listSort } from '../../src/store/keys.ts';
import type { ListedStage } from '../../src/store/keys.ts';
import type { Appended, CommitPage } from '../../src/store/log.ts';
import type { Store } from '../../src/store/store.ts';

/** Makes one call to a port; where faults, latency and crashes come in. `what` begins with the method's name. */
export type Call = <T>(what: string, work: () => T | Promise<T>) => Promise<T>;

/** A room's log, with the record after each commit; `records[0]` is the one before the first. */
export interface RoomLog {
  readonly commits: readonly Commit[];
  readonly records: readonly RoomRecord[];
}

export interface MemoryStoreOptions {
  /** Epoch ms; what has expired by then is not seen any more. */
  readonly now: () => number;
  readonly historyDays?: number;
  /** Hears of every commit. */
  readonly committed?: (commit: Commit) => void;
}

const NO_LOG: RoomLog = { commits: [], records: [NO_RECORD] };

export class MemoryStore {
  readonly #now: () => number;
  readonly #historyDays: number;
  readonly #committed: (commit: Commit) => void;
  readonly #logs = new Map<RoomId, { readonly commits: Commit[]; readonly records: RoomRecord[] }>();
  readonly #entries = new Map<RoomId, DirectoryEntry | { readonly seq: number }>();
  readonly #connections = new Map<ConnectionId, Connection>();
  /** Lobby members and when they came. */
  readonly #lobby = new Map<ConnectionId, number>();
  readonly #counts = new Map<Minute, Map<string, number>>();
  readonly #hits = new Map<string, number>();
  /** Rooms that a player made, and when. */
  readonly #made = new Map<PlayerId, Map<RoomId, number>>();
  #pulseAt: number | null = null;
  /** Seconds between two pulses. */
  #spacing = 1;

  constructor({ now, historyDays = 7, committed = () => undefined }: MemoryStoreOptions) {
    this.#now = now;
    this.#historyDays = historyDays;
    this.#committed = committed;
  }

  logOf(room: RoomId): RoomLog {
    return this.#logs.get(room) ?? NO_LOG;
  }

  recordOf(room: RoomId): RoomRecord {
    return this.logOf(room).records.at(-1) ?? NO_RECORD;
  }

  /** The rooms that have a log. */
  roomIds(): readonly RoomId[] {
    return [...this.#logs.keys()];
  }

  /** The store as the application has it, each call made through `call`. */
  asPort(call: Call): Store {
    return {
      load: (room) => call(`load ${room}`, () => this.recordOf(room)),
      head: (room) => call(`head ${room}`, () => headOf(this.logOf(room).commits.at(-1))),
      append: (commit) => call(`append ${commit.room} ${commit.seq}`, () => this.append(commit)),
      commits: (room, page) => call(`commits ${room}`, () => pageOf(this.logOf(room).commits, page)),
      project: (entry) => call(`project ${entry.room} ${entry.seq}`, () => this.#project(entry.room, entry)),
      unlist: (room, seq) => call(`unlist ${room} ${seq}`, () => this.#project(room, { seq })),
      rooms: (stage, page) => call(`rooms ${stage}`, () => this.#page(stage, page)),
      openRooms: (limit) => call('openRooms', () => this.#listed('open').slice(0, limit)),
      count: (stage) =>
        call(`count ${stage}`, () => ({ rooms: this.#listed(stage).length, isComplete: true })),
      connected: (connection) =>
        call(`connected ${connection.connection}`, () => {
          this.#connections.set(connection.connection, connection);
          if (connection.room === LOBBY) this.#lobby.set(connection.connection, connection.at);
        }),
      disconnected: (connection) => call(`disconnected ${connection}`, () => this.#forget(connection)),
      connection: (connection) => call(`connection ${connection}`, () => this.#connection(connection)),
      enterLobby: ({ connection, at }) =>
        call(`enterLobby ${connection}`, () => void this.#lobby.set(connection, at)),
      leaveLobby: (connection) => call(`leaveLobby ${connection}`, () => void this.#lobby.delete(connection)),
      lobbyMembers: () => this.#members(call),
      pulseLobby: (at) => call('pulseLobby', () => this.#pulse(at)),
      spacePulses: (seconds) =>
        call('spacePulses', () => {
          this.#spacing = Math.min(seconds, MOST_SPACING_SECONDS);
        }),
      noteRoom: (player, room, at) => call(`noteRoom ${player}`, () => this.#noteRoom(player, room, at)),
      roomsOf: (player) => call(`roomsOf ${player}`, () => this.#roomsOf(player)),
      tally: (minute, counts) => call('tally', () => this.#add(minute, counts)),
      talliesByMinute: (from, to) => call('talliesByMinute', () => this.#minutes(from, to)),
      tallies: (from, to) => call('tallies', () => sumOf([...this.#minutes(from, to).values()])),
      hit: (key, windowSeconds, at, limit) =>
        call(`hit ${key}`, () => this.#hit(`${key}#${Math.floor(at / 1_000 / windowSeconds)}`) <= limit),
      probe: () => call('probe', () => undefined),
    };
  }

  #noteRoom(player: PlayerId, room: RoomId, at: number): void {
    const made = this.#made.get(player) ?? new Map<RoomId, number>();
    this.#made.set(player, made.set(room, at));
  }

  #roomsOf(player: PlayerId): readonly RoomId[] {
    const made = [...(this.#made.get(player) ?? [])];
    return made.filter(([, at]) => at + DAY * 1_000 > this.#now()).map(([room]) => room);
  }

  // ---- The log ----

  append(commit: Commit): Appended {
    const { room, seq, snapshot } = commit;
    const log = this.#logs.get(room) ?? { commits: [], records: [NO_RECORD] };
    const winner = log.commits[seq - 1];
    if (winner !== undefined)
      return isDeepStrictEqual(winner, commit) ? { kind: 'appended' } : { kind: 'conflict', winner };
    const after = applyCommit(this.recordOf(room), commit);
    if (snapshot !== undefined && !isDeepStrictEqual(snapshot, after))
      throw new Error(`The snapshot of commit ${seq} of room ${room} is not what the log gives`);
    log.commits.push(commit);
    log.records.push(after);
    this.#logs.set(room, log);
    this.#committed(commit);
    return { kind: 'appended' };
  }

  // ---- The directory ----

  #project(room: RoomId, entry: DirectoryEntry | { readonly seq: number }): void {
    const known = this.#entries.get(room);
    if (known === undefined || known.seq < entry.seq) this.#entries.set(room, entry);
  }

  /** Newest first. */
  #listed(stage: ListedStage): readonly DirectoryEntry[] {
    const stays = (stage === 'finished' ? this.#historyDays * DAY : DAY) * 1_000;
    return [...this.#entries.values()]
      .filter((entry): entry is DirectoryEntry => 'stage' in entry && entry.stage === stage)
      .filter(({ lastActivity }) => lastActivity + stays > this.#now())
      .sort((a, b) => (placeOf(a) < placeOf(b) ? 1 : -1));
  }

  #page(
    stage: ListedStage,
    { limit, cursor }: { readonly limit: number; readonly cursor?: string },
  ): DirectoryPage {
    const before = cursor === undefined ? null : Buffer.from(cursor, 'base64url').toString();
    if (before !== null && !LIST_SORT.test(before)) return { kind: 'bad_cursor' };
    const rest = this.#listed(stage).filter((entry) => before === null || placeOf(entry) < before);
    const entries = rest.slice(0, limit);
    const last = entries.at(-1);
    const isMore = rest.length > limit && last !== undefined;
    return {
      kind: 'page',
      entries,
      cursor: isMore ? Buffer.from(placeOf(last)).toString('base64url') : null,
    };
  }

  // ---- Connections ----

  #forget(connection: ConnectionId): void {
    const known = this.#connections.get(connection);
    this.#connections.delete(connection);
    if (known === undefined || known.room === LOBBY) this.#lobby.delete(connection);
  }

  #connection(connection: ConnectionId): Connection | null {
    const found = this.#connections.get(connection);
    return found !== undefined && this.#isCurrent(found.at) ? found : null;
  }

  async *#members(call: Call): AsyncGenerator<readonly ConnectionId[]> {
    const members = await call('lobbyMembers', () => [...this.#lobby]);
    const current = members.filter(([, at]) => this.#isCurrent(at)).map(([connection]) => connection);
    if (current.length > 0) yield current;
  }

  #isCurrent(at: number): boolean {
    return at + CONNECTION_SECONDS * 1_000 > this.#now();
  }

  #pulse(at: number): Pulse | null {
    if (this.#pulseAt !== null && this.#pulseAt > at) return null;
    const isQuiet = this.#pulseAt === null || this.#pulseAt <= at - this.#spacing * 1_000;
    const delaySeconds = isQuiet ? 0 : this.#spacing;
    this.#pulseAt = at + delaySeconds * 1_000;
    return { delaySeconds };
  }

  // ---- Counters ----

  #add(minute: Minute, counts: Readonly<Record<string, number>>): void {
    const sums = this.#counts.get(minute) ?? new Map<string, number>();
    for (const [name, by] of Object.entries(counts)) sums.set(name, (sums.get(name) ?? 0) + by);
    this.#counts.set(minute, sums);
  }

  #minutes(from: Minute, to: Minute): ReadonlyMap<Minute, Counts> {
    const within = [...this.#counts].filter(([minute]) => minute >= from && minute <= to);
    return new Map(within.map(([minute, counts]) => [minute, Object.fromEntries(counts)]));
  }

  #hit(window: string): number {
    const hits = (this.#hits.get(window) ?? 0) + 1;
    this.#hits.set(window, hits);
    return hits;
  }
}

function headOf(commit: Commit | undefined): Awaited<ReturnType<Store['head']>> {
  if (commit === undefined) return null;
  const { seq, at, wakeAt } = commit;
  return { seq, at, ...(wakeAt === undefined ? {} : { wakeAt }) };
}

function pageOf(
  all: readonly Commit[],
  { after, limit }: { readonly after: number; readonly limit: number },
): CommitPage {
  const rest = all.filter(({ seq }) => seq > after);
  const commits = rest.slice(0, limit);
  return { commits, next: rest.length > limit ? (commits.at(-1)?.seq ?? null) : null };
}

function placeOf({ createdAt, room }: DirectoryEntry): string {
  return listSort(createdAt, room);
}
