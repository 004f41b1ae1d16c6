// A load run: rooms open one after the other, play together for the measured time, and end.

import { monitorEventLoopDelay } from 'node:perf_hooks';
import { availableParallelism } from 'node:os';
import { setTimeout as pause } from 'node:timers/promises';
import { chanceFrom } from '../play/moves.ts';
import { expectEntry, LoadError, LoadSocket, Sessions } from './entry.ts';
import { Figures } from './figures.ts';
import type { Counts, Measured } from './figures.ts';
import { createPace } from './pace.ts';
import { probe } from './probes.ts';
import { LoadRoom } from './room.ts';

export interface LoadOptions {
  readonly url: string;
  readonly rooms: number;
  /** Moves a second over all rooms; null: as fast as the game's pauses and the limit of frames allow. */
  readonly rate: number | null;
  readonly seconds: number;
  /** Over how many seconds the rooms open. */
  readonly ramp: number;
  readonly seed: number;
}

export interface Report extends Measured {
  readonly options: LoadOptions;
  readonly date: string;
  readonly version: string;
  /** The codes of the rooms that were opened. */
  readonly rooms: readonly string[];
  /** Rooms that could not be opened. */
  readonly failedRooms: number;
  readonly movesASecond: number;
  /** Of the whole run, the ramp and the end included. */
  readonly total: Counts & { readonly errors: Readonly<Record<string, number>> };
  /** This process: what of one core it used, and how late its timers were (ms). When they are late, it is the bottleneck. */
  readonly client: {
    readonly cores: number;
    readonly cpu: number;
    readonly lateP99: number;
    readonly node: string;
  };
}

export interface Progress {
  readonly stage: 'ramp' | 'measuring' | 'ending';
  readonly rooms: number;
  readonly wanted: number;
  /** Of the stage, s. */
  readonly elapsed: number;
  readonly note: string | null;
  readonly measured: Measured;
}

/** How far a run is, for who looks at it. */
export type Watch = (progress: () => Progress) => void;

/**
 * Runs a load until its time is over or the signal comes; then it reports what there is. Throws a LoadError when the entry
 * is not there or not one room can be opened.
 */
export async function runLoad(options: LoadOptions, signal: AbortSignal, watch: Watch): Promise<Report> {
  const version = await expectEntry(options.url);
  return new LoadRun(options, signal, version).run(watch);
}

/** How often it is looked at how late timers are; a time that is in the lateness itself. */
const LATENESS_RESOLUTION_MS = 10;

class LoadRun {
  readonly #options: LoadOptions;
  readonly #signal: AbortSignal;
  readonly #version: string;
  readonly #figures = new Figures();
  readonly #rooms: LoadRoom[] = [];
  readonly #lateness = monitorEventLoopDelay({ resolution: LATENESS_RESOLUTION_MS });
  #stage: Progress['stage'] = 'ramp';
  #stageSince = performance.now();
  #note: string | null = null;
  #failed = 0;
  #cpu = process.cpuUsage();

  constructor(options: LoadOptions, signal: AbortSignal, version: string) {
    this.#options = options;
    this.#signal = signal;
    this.#version = version;
  }

  async run(watch: Watch): Promise<Report> {
    watch(() => this.#progress());
    this.#lateness.enable();
    const probing = new AbortController();
    let probes: Promise<void> | undefined;
    try {
      const sessions = this.#sessions();
      await this.#openRooms(sessions, async (room) => {
        const { url } = this.#options;
        const session = await sessions.of(0);
        const figures = this.#figures;
        probes ??= probe({
          url,
          room: room.id,
          session,
          WebSocket: LoadSocket,
          figures,
          signal: probing.signal,
        });
      });
      await this.#measure();
    } finally {
      this.#enter('ending');
      this.#figures.end();
      probing.abort();
      await Promise.all([probes, ...this.#rooms.map((room) => room.stop())]);
      for (const room of this.#rooms) room.close();
    }
    return this.#report();
  }

  #sessions(): Sessions {
    return new Sessions(this.#options.url, this.#signal, () => {
      this.#note = 'The entry gives no more sessions this minute; the next rooms wait for the next.';
    });
  }

  /** Evenly over the ramp. The first room alone: when it cannot be opened, none can. */
  async #openRooms(sessions: Sessions, opened: (first: LoadRoom) => Promise<void>): Promise<void> {
    const { rooms, ramp } = this.#options;
    const begun = performance.now();
    const opening: Promise<void>[] = [];
    for (let place = 0; place < rooms; place++) {
      await this.#wait((ramp * 1_000 * place) / rooms - (performance.now() - begun));
      if (this.#signal.aborted) break;
      const one = this.#openRoom(sessions, place);
      if (place > 0) {
        opening.push(
          one.then(
            () => undefined,
            () => this.#miss(),
          ),
        );
        continue;
      }
      const first = await one.catch((error: unknown) => {
        if (this.#signal.aborted) return null;
        throw error;
      });
      if (first !== null) await opened(first);
    }
    await Promise.all(opening);
    this.#note = this.#failed === 0 ? null : `${this.#failed} rooms could not be opened.`;
  }

  async #openRoom(sessions: Sessions, place: number): Promise<LoadRoom> {
    const { url, rate, rooms, seed } = this.#options;
    const session = await sessions.of(place);
    const chance = chanceFrom(seed * 10_007 + place);
    const room = new LoadRoom({
      url,
      session,
      WebSocket: LoadSocket,
      figures: this.#figures,
      pace: createPace(rate, rooms, chance, () => performance.now()),
      chance,
    });
    try {
      await room.open();
    } catch (error) {
      room.close();
      throw error;
    }
    this.#rooms.push(room);
    return room;
  }

  #miss(): void {
    if (this.#signal.aborted) return;
    this.#failed += 1;
    this.#figures.error('ROOM_NOT_OPENED');
  }

  async #measure(): Promise<void> {
    if (this.#signal.aborted) return;
    this.#enter('measuring');
    this.#figures.begin();
    this.#cpu = process.cpuUsage();
    this.#lateness.reset();
    await this.#wait(this.#options.seconds * 1_000);
  }

  /** Until the time is over or the signal comes. */
  async #wait(ms: number): Promise<void> {
    if (ms > 0) await pause(ms, undefined, { signal: this.#signal }).catch(() => undefined);
  }

  #enter(stage: Progress['stage']): void {
    this.#stage = stage;
    this.#stageSince = performance.now();
  }

  #progress(): Progress {
    return {
      stage: this.#stage,
      rooms: this.#rooms.length,
      wanted: this.#options.rooms,
      elapsed: (performance.now() - this.#stageSince) / 1_000,
      note: this.#note,
      measured: this.#figures.measured,
    };
  }

  #report(): Report {
    const measured = this.#figures.measured;
    if (this.#rooms.length === 0 && !this.#signal.aborted) throw new LoadError('No room could be opened.');
    const { user, system } = process.cpuUsage(this.#cpu);
    const round = (value: number): number => Math.round(value * 100) / 100;
    const late = this.#lateness.percentile(99) / 1e6 - LATENESS_RESOLUTION_MS;
    return {
      ...measured,
      options: this.#options,
      date: new Date().toISOString(),
      version: this.#version,
      rooms: this.#rooms.map(({ id }) => id),
      failedRooms: this.#failed,
      movesASecond: round(measured.seconds === 0 ? 0 : measured.counts.moves / measured.seconds),
      total: this.#figures.total,
      client: {
        cores: availableParallelism(),
        cpu: round((user + system) / 1e6 / measured.seconds),
        lateP99: round(Math.max(0, late)),
        node: process.version,
      },
    };
  }
}
