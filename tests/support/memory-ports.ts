// The application's ports in memory: nothing leaves the process, time stands until it is told to go on, chance comes from a
// seed, and every call can be made to go wrong.

import { createHash } from 'node:crypto';
import { runErrands } from '../../src/app/execute.ts';
import { createMemory } from '../../src/app/memory.ts';
import type { BroadcastPorts, DeadLetter } from '../../src/app/broadcast.ts';
import type {
  Clocks,
  Delivery,
  Gateway,
  Log,
  Phases,
  Ports,
  PostResult,
  Queues,
  Random,
  Tick,
} from '../../src/app/ports.ts';
import { NO_METER } from '../../src/app/meter.ts';
import { parseSettings } from '../../src/app/settings.ts';
import type { Frame, ServerEvent } from '../../src/protocol/server-frames.ts';
import type { ConnectionId, RoomId, Settings, TaskToken } from '../../src/room/room.ts';
import type { Results } from '../../src/store/results.ts';
import { MemoryResults } from './memory-results.ts';
import { MemoryStore } from './memory-store.ts';
import type { Call } from './memory-store.ts';

/** When a world begins, epoch ms. */
export const DAWN = Date.UTC(2026, 0, 1, 12);

/** What was asked of the state machine. */
export type PhaseCall =
  | {
      readonly call: 'start';
      readonly name: string;
      readonly room: RoomId;
      readonly game: number;
      readonly clocks: Clocks;
    }
  | { readonly call: 'heartbeat'; readonly token: TaskToken }
  | { readonly call: 'complete'; readonly token: TaskToken; readonly round: number }
  | { readonly call: 'fail'; readonly token: TaskToken; readonly error: string };
export interface Scheduled {
  readonly tick: Tick;
  readonly delaySeconds: number;
}
export interface Line {
  readonly level: 'info' | 'warn' | 'error';
  readonly message: string;
  readonly fields: Readonly<Record<string, unknown>>;
}
export interface Posted {
  readonly connection: ConnectionId;
  readonly text: string;
}

export interface World {
  readonly ports: BroadcastPorts & { readonly queues: Queues; readonly results: Results };
  /** What became of games that are over, to look into. */
  readonly results: MemoryResults;
  /** The table, to look into. */
  readonly table: MemoryStore;
  readonly faults: Faults;
  /** Every call made to a port, in order: `load ABC234`, `publish ABC234 7`, … */
  readonly calls: string[];
  readonly deliveries: Delivery[];
  readonly phases: PhaseCall[];
  readonly ticks: Scheduled[];
  /** Pauses asked for, ms. */
  readonly pauses: number[];
  readonly lines: Line[];
  readonly counts: Map<string, number>;
  readonly posts: Posted[];
  readonly closed: ConnectionId[];
  readonly buried: DeadLetter[];
  /** How posts to a connection end; `delivered` for those that are not here. */
  readonly reach: Map<ConnectionId, PostResult>;
  /** Statuses of executions by name. */
  readonly executions: Map<string, string>;
  /** How the next deliveries end that have begun: at once and well when there is nothing here. */
  readonly endings: Promise<Error | null>[];
  /** Epoch ms. */
  now: number;
  /** Time goes on by so many seconds. */
  pass(seconds: number): void;
  /** What has been published to a connection so far, in order. */
  framesTo(connection: ConnectionId): readonly Frame[];
  eventsTo(connection: ConnectionId): readonly ServerEvent[];
  /** Forgets what has been recorded; the table, time and faults stay. */
  forget(): void;
}

export interface WorldOptions {
  readonly settings?: Partial<Settings>;
  /** Two worlds of the same seed draw the same deals. */
  readonly seed?: number;
  readonly now?: number;
}

/** A world of its own, empty, at `DAWN`. */
export function createWorld({ settings = {}, seed = 1, now = DAWN }: WorldOptions = {}): World {
  const faults = new Faults();
  const calls: string[] = [];
  const call: Call = (what, work) => {
    calls.push(what);
    return faults.meet(what, work);
  };
  const kept = {
    deliveries: [] as Delivery[],
    phases: [] as PhaseCall[],
    ticks: [] as Scheduled[],
    pauses: [] as number[],
    lines: [] as Line[],
    posts: [] as Posted[],
    closed: [] as ConnectionId[],
    buried: [] as DeadLetter[],
  };
  const counts = new Map<string, number>();
  const reach = new Map<ConnectionId, PostResult>();
  const executions = new Map<string, string>();
  const endings: World['endings'] = [];
  const results = new MemoryResults();
  const table = new MemoryStore({ now: () => world.now });
  const ports: Ports = {
    store: table.asPort(call),
    memory: createMemory({ now: () => world.now }),
    meter: NO_METER,
    publisher: {
      publish: (delivery) => {
        const begun = call(
          `publish ${delivery.roomId} ${delivery.seq}`,
          () => void kept.deliveries.push(delivery),
        )
          // The broadcaster's own share, done at once.
          .then(() => runErrands(ports, delivery.roomId, delivery.errands ?? []))
          .then(() => null, asError);
        return { begun, ended: begun.then((error) => error ?? endings.shift() ?? null) };
      },
    },
    phases: phasesIn(call, kept.phases, executions),
    ticks: {
      schedule: (tick, delaySeconds) =>
        call(`schedule ${tick.kind}`, () => void kept.ticks.push({ tick, delaySeconds })),
    },
    clock: {
      now: () => world.now,
      pause: (ms) => call('pause', () => void kept.pauses.push(ms)),
    },
    random: randomFrom(seed),
    log: logTo(kept.lines),
    tally: {
      count: (name, by = 1) => void counts.set(name, (counts.get(name) ?? 0) + by),
      flush: () => call('flush', () => undefined),
    },
    limit: () => 'admitted',
    emoteLimit: () => 'admitted',
    settings: { ...parseSettings('{}'), ...settings },
  };
  const gateway: Gateway = {
    post: (connection, text) =>
      call(`post ${connection}`, () => {
        const result = reach.get(connection) ?? 'delivered';
        if (result === 'delivered') kept.posts.push({ connection, text });
        return result;
      }),
    close: (connection) => call(`close ${connection}`, () => void kept.closed.push(connection)),
  };
  const bury = (letter: DeadLetter): Promise<void> => call('bury', () => void kept.buried.push(letter));
  const queues: Queues = {
    ticks: () => call('depth of ticks', () => kept.ticks.length),
    deadLetters: () => call('depth of dead letters', () => kept.buried.length),
  };
  const world: World = {
    ...kept,
    ports: { ...ports, gateway, bury, queues, results: results.asPort(call) },
    results,
    table,
    faults,
    calls,
    counts,
    reach,
    executions,
    endings,
    now,
    pass: (seconds) => {
      world.now += seconds * 1_000;
    },
    framesTo: (connection) =>
      kept.deliveries
        .flatMap(({ sends }) => sends)
        .filter(({ connectionId }) => connectionId === connection)
        .flatMap(({ frames }) => frames),
    eventsTo: (connection) => world.framesTo(connection).map(({ event }) => event),
    forget: () => {
      for (const list of [...Object.values(kept), calls]) list.splice(0);
      counts.clear();
    },
  };
  return world;
}

// ---- Faults ----

type Fault =
  | { readonly kind: 'before' | 'after'; readonly act: () => unknown }
  | { readonly kind: 'instead'; readonly answer: () => unknown };

/**
 * What goes wrong with calls to come. Calls are named by how they begin (`append`, `append ABC234 7`); each fault strikes
 * the next call of that name, once, and several of one name strike one call after the other.
 */
export class Faults {
  readonly #waiting: { readonly what: string; readonly fault: Fault }[] = [];

  /** The call fails and has done nothing. */
  refuse(what: string, error = new Error(`${what} was refused`)): void {
    this.before(what, () => {
      throw error;
    });
  }

  /** The call does its work, but its reply is lost. */
  loseReply(what: string): void {
    this.#add(what, {
      kind: 'after',
      act: () => {
        throw new Error(`The reply to ${what} was lost`);
      },
    });
  }

  /** Something else comes first: somebody else's commit, for a conflict. */
  before(what: string, act: () => unknown): void {
    this.#add(what, { kind: 'before', act });
  }

  /** Something happens once the work is done, before the caller hears of it. */
  after(what: string, act: () => unknown): void {
    this.#add(what, { kind: 'after', act });
  }

  /** The call does nothing and is answered with this. */
  answer(what: string, answer: unknown): void {
    this.#add(what, { kind: 'instead', answer: () => answer });
  }

  /** Makes a call as far as its fault lets it. */
  async meet<T>(what: string, work: () => T | Promise<T>): Promise<T> {
    const fault = this.#take(what);
    if (fault?.kind === 'instead') return fault.answer() as T;
    if (fault?.kind === 'before') await fault.act();
    const result = await work();
    if (fault?.kind === 'after') await fault.act();
    return result;
  }

  /** Faults that have not struck: a test that ends with some has not tested what it says. */
  get left(): readonly string[] {
    return this.#waiting.map(({ what }) => what);
  }

  /** Nothing goes wrong from now on. */
  clear(): void {
    this.#waiting.splice(0);
  }

  #add(what: string, fault: Fault): void {
    this.#waiting.push({ what, fault });
  }

  #take(what: string): Fault | undefined {
    const place = this.#waiting.findIndex((each) => `${what} `.startsWith(`${each.what} `));
    return place === -1 ? undefined : this.#waiting.splice(place, 1)[0]?.fault;
  }
}

// ---- The small ports ----

function phasesIn(call: Call, asked: PhaseCall[], executions: ReadonlyMap<string, string>): Phases {
  const told = (phaseCall: PhaseCall): true => {
    asked.push(phaseCall);
    return true;
  };
  return {
    start: (name, { roomId: room, game, clocks }) =>
      call(`start ${room}-${game}`, () => {
        if ((executions.get(name) ?? 'RUNNING') !== 'RUNNING') return false;
        asked.push({ call: 'start', name, room, game, clocks });
        return true;
      }),
    heartbeat: (token) => call(`heartbeat ${token}`, () => told({ call: 'heartbeat', token })),
    complete: (token, { round }) => call(`complete ${token}`, () => told({ call: 'complete', token, round })),
    fail: (token, error) => call(`fail ${token}`, () => told({ call: 'fail', token, error })),
    statusOf: (name) => call(`statusOf ${name}`, () => executions.get(name) ?? null),
    probe: () => call('probe machine', () => undefined),
  };
}

/** Chance by a seed: hashes of it and a counter. */
function randomFrom(seed: number): Random {
  let drawn = 0;
  const next = (): string => hash(`${seed}:${drawn++}`);
  return {
    proof: () => {
      const proof = next();
      return { seed: proof, commitment: hash(proof) };
    },
    fraction: () => Number.parseInt(next().slice(0, 8), 16) / 2 ** 32,
  };
}

function asError(error: unknown): Error {
  return error instanceof Error ? error : new Error(String(error));
}

function hash(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}

function logTo(lines: Line[]): Log {
  const at =
    (level: Line['level']): Log['info'] =>
    (message, fields) =>
      void lines.push({ level, message, fields });
  return { info: at('info'), warn: at('warn'), error: at('error') };
}
