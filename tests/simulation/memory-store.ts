// The table in memory: what src/store promises, without DynamoDB. Conditional writes are atomic, reads see the latest.

import { applyCommit, NO_RECORD } from '../../src/room/record.ts';
import type { Commit, RoomRecord } from '../../src/room/record.ts';
import type { ConnectionId, RoomId } from '../../src/room/room.ts';
import type { Connection } from '../../src/store/items.ts';
import type { DirectoryEntry } from '../../src/store/items.ts';
import type { Store } from '../../src/store/store.ts';

/** Runs one call to the table; where faults come in. */
export type TableCall = <T>(what: string, work: () => T) => Promise<T>;

interface RoomLog {
  readonly commits: Commit[];
  /** The record after each commit; `records[0]` is before the first. */
  readonly records: RoomRecord[];
}

export class MemoryStore {
  readonly #committed: (commit: Commit) => void;
  readonly #rooms = new Map<RoomId, RoomLog>();
  readonly #entries = new Map<RoomId, DirectoryEntry | { readonly seq: number }>();
  readonly #connections = new Map<ConnectionId, Connection>();
  readonly #lobby = new Set<ConnectionId>();
  readonly #hits = new Map<string, number>();
  #pulseAt: number | null = null;

  constructor(committed: (commit: Commit) => void = () => undefined) {
    this.#committed = committed;
  }

  /** The log of a room and its records, for whoever checks them. */
  logOf(room: RoomId): RoomLog {
    const found = this.#rooms.get(room);
    if (found !== undefined) return found;
    const log: RoomLog = { commits: [], records: [NO_RECORD] };
    this.#rooms.set(room, log);
    return log;
  }

  recordOf(room: RoomId): RoomRecord {
    return this.logOf(room).records.at(-1) ?? NO_RECORD;
  }

  roomIds(): readonly RoomId[] {
    return [...this.#rooms.keys()].filter((room) => this.recordOf(room).seq > 0);
  }

  /** The store as the application sees it, each call through `call`. */
  asPort(call: TableCall): Store {
    return {
      load: (room) => call(`load ${room}`, () => this.recordOf(room)),
      head: (room) =>
        call(`head ${room}`, () => {
          const commit = this.logOf(room).commits.at(-1);
          if (commit === undefined) return null;
          const { seq, at, wakeAt } = commit;
          return { seq, at, ...(wakeAt === undefined ? {} : { wakeAt }) };
        }),
      append: (commit) => call(`append ${commit.room} ${commit.seq}`, () => this.#append(commit)),
      commits: (room, { after, limit }) =>
        call(`commits ${room}`, () => {
          const rest = this.logOf(room).commits.filter(({ seq }) => seq > after);
          const commits = rest.slice(0, limit);
          return { commits, next: rest.length > limit ? (commits.at(-1)?.seq ?? null) : null };
        }),
      project: (entry) => call(`project ${entry.room}`, () => this.#project(entry.room, entry)),
      unlist: (room, seq) => call(`unlist ${room}`, () => this.#project(room, { seq })),
      rooms: (stage, { limit }) =>
        call(
          `rooms ${stage}`,
          () => ({ kind: 'page', entries: this.#listed(stage).slice(0, limit), cursor: null }) as const,
        ),
      openRooms: (limit) => call('openRooms', () => this.#listed('open').slice(0, limit)),
      count: (stage) =>
        call(`count ${stage}`, () => ({ rooms: this.#listed(stage).length, isComplete: true })),
      connected: (connection) =>
        call(`connected ${connection.connection}`, () => {
          this.#connections.set(connection.connection, connection);
          if (connection.room === 'lobby') this.#lobby.add(connection.connection);
        }),
      disconnected: (connection) =>
        call(`disconnected ${connection}`, () => {
          this.#connections.delete(connection);
          this.#lobby.delete(connection);
        }),
      connection: (connection) => call('connection', () => this.#connections.get(connection) ?? null),
      enterLobby: ({ connection }) => call('enterLobby', () => void this.#lobby.add(connection)),
      leaveLobby: (connection) => call('leaveLobby', () => void this.#lobby.delete(connection)),
      lobbyMembers: () => this.#members(call),
      pulseLobby: (at) => call('pulseLobby', () => this.#pulse(at)),
      tally: () => call('tally', () => undefined),
      tallies: () => call('tallies', () => ({})),
      hit: (key, windowSeconds, at, limit) =>
        call('hit', () => {
          const window = `${key}:${Math.floor(at / 1_000 / windowSeconds)}`;
          const hits = (this.#hits.get(window) ?? 0) + 1;
          this.#hits.set(window, hits);
          return hits <= limit;
        }),
      probe: () => call('probe', () => undefined),
    };
  }

  #append(commit: Commit): Awaited<ReturnType<Store['append']>> {
    const { commits, records } = this.logOf(commit.room);
    const winner = commits[commit.seq - 1];
    if (winner !== undefined) {
      const isOwn = winner.by === commit.by && winner.commandId === commit.commandId;
      return isOwn && JSON.stringify(winner) === JSON.stringify(commit)
        ? { kind: 'appended' }
        : { kind: 'conflict', winner };
    }
    const before = records.at(-1) ?? NO_RECORD;
    commits.push(commit);
    records.push(applyCommit(before, commit));
    this.#committed(commit);
    return { kind: 'appended' };
  }

  #project(room: RoomId, entry: DirectoryEntry | { readonly seq: number }): void {
    const known = this.#entries.get(room);
    if (known === undefined || known.seq < entry.seq) this.#entries.set(room, entry);
  }

  #listed(stage: DirectoryEntry['stage']): readonly DirectoryEntry[] {
    return [...this.#entries.values()]
      .filter((entry): entry is DirectoryEntry => 'stage' in entry && entry.stage === stage)
      .sort((a, b) => b.createdAt - a.createdAt);
  }

  async *#members(call: TableCall): AsyncGenerator<readonly ConnectionId[]> {
    yield await call('lobbyMembers', () => [...this.#lobby]);
  }

  #pulse(at: number): { readonly delaySeconds: 0 | 1 } | null {
    if (this.#pulseAt === null || this.#pulseAt <= at - 1_000) {
      this.#pulseAt = at;
      return { delaySeconds: 0 };
    }
    if (this.#pulseAt > at) return null;
    this.#pulseAt = at + 1_000;
    return { delaySeconds: 1 };
  }
}
