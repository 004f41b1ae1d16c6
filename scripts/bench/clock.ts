// The clock of the benchmark. Under the profile time is virtual: a wait is jumped over as soon as nothing else can happen, and the
// processor time of this thread is added, so that a busy machine does not show in the figures and a game of minutes takes seconds.

import { AsyncLocalStorage } from 'node:async_hooks';
import { createRequire, syncBuiltinESMExports } from 'node:module';
import { performance as loop } from 'node:perf_hooks';

interface Timer {
  readonly at: number;
  readonly fire: () => void;
}

/** Null while time is real. */
let virtual: VirtualTime | null = null;
/** Calls that leave this process; until they have come back nothing is jumped over. */
let outstanding = 0;
/** Whether the running code belongs to such a call: its timers (a client's retries) are real. */
const outside = new AsyncLocalStorage<true>();
let returned = Promise.withResolvers<undefined>();

/** ms since some moment, real or virtual. */
export function now(): number {
  return virtual?.now ?? performance.now();
}

/** Resolves once `now()` has reached `at`; at once when it has already. Only virtual time waits for anything. */
export function waitUntil(at: number): Promise<void> {
  if (virtual === null || at <= virtual.now) return Promise.resolve();
  const clock = virtual;
  return new Promise((resolve) => void clock.add(at, resolve));
}

/** Marks work that is done outside this process (a database, a file): in virtual time it takes none. */
export async function real<T>(work: () => Promise<T>): Promise<T> {
  outstanding += 1;
  try {
    return await outside.run(true, work);
  } finally {
    outstanding -= 1;
    if (outstanding === 0) {
      returned.resolve(undefined);
      returned = Promise.withResolvers();
    }
  }
}

/** Runs work in virtual time, together with all timers that are set meanwhile by anybody in this process. */
export async function inVirtualTime<T>(work: () => Promise<T>): Promise<T> {
  if (virtual !== null) throw new Error('Time is virtual already');
  const clock = new VirtualTime();
  const restore = clock.install();
  virtual = clock;
  try {
    return await clock.run(work);
  } finally {
    virtual = null;
    restore();
  }
}

class VirtualTime {
  readonly #epoch = Date.now() - performance.now();
  /** The time at which the last wait was over, and what this thread had worked until then. */
  #reached = performance.now();
  readonly #worked = new WorkedTime();
  #spent = this.#worked.ms;
  /** By time, then in the order in which they were set. */
  #timers: Timer[] = [];

  /** What this thread works takes time. */
  get now(): number {
    return this.#reached + this.#worked.ms - this.#spent;
  }

  add(at: number, fire: () => void): Timer {
    const timer = { at, fire };
    const place = this.#timers.findLastIndex((other) => other.at <= at) + 1;
    this.#timers.splice(place, 0, timer);
    return timer;
  }

  remove(timer: Timer): void {
    const place = this.#timers.indexOf(timer);
    if (place >= 0) this.#timers.splice(place, 1);
  }

  /** Works until the work is done: everything that can happen now, then on to the next timer. */
  async run<T>(work: () => Promise<T>): Promise<T> {
    let isDone = false;
    const working = work().finally(() => {
      isDone = true;
    });
    working.catch(() => undefined);
    const isOver = (): boolean => isDone;
    for (;;) {
      await quiet();
      if (isOver()) return working;
      const [next] = this.#timers;
      if (next === undefined) throw new Error('Nothing will happen any more');
      this.#passTo(Math.max(this.now, next.at));
    }
  }

  /** Takes over the timers and the date of this process; returns the way back. */
  install(): () => void {
    const promises = createRequire(import.meta.url)('node:timers/promises') as Record<string, unknown>;
    const { setTimeout, clearTimeout } = globalThis;
    const kept = { setTimeout, clearTimeout, dateNow: Date.now, pause: promises['setTimeout'] };
    const begin = (fire: (...given: unknown[]) => void, ms = 0, ...given: unknown[]): unknown =>
      outside.getStore() === undefined
        ? new VirtualTimeout(this, ms, () => fire(...given))
        : kept.setTimeout(fire, ms, ...given);
    Object.assign(globalThis, {
      setTimeout: begin,
      clearTimeout: (timer: unknown) => {
        if (timer instanceof VirtualTimeout) timer.clear();
        else kept.clearTimeout(timer as NodeJS.Timeout | undefined);
      },
    });
    Date.now = () => Math.floor(this.#epoch + this.now);
    promises['setTimeout'] = (ms: number, value?: unknown) =>
      new Promise((resolve) => void begin(() => resolve(value), ms));
    syncBuiltinESMExports();
    return () => {
      Object.assign(globalThis, { setTimeout: kept.setTimeout, clearTimeout: kept.clearTimeout });
      Date.now = kept.dateNow;
      promises['setTimeout'] = kept.pause;
      syncBuiltinESMExports();
    };
  }

  #passTo(time: number): void {
    this.#reached = time;
    this.#spent = this.#worked.ms;
    while ((this.#timers[0]?.at ?? Infinity) <= time) this.#timers.shift()?.fire();
  }
}

/** As much of Node's timer as anybody here uses. */
class VirtualTimeout {
  readonly #clock: VirtualTime;
  readonly #ms: number;
  readonly #fire: () => void;
  #timer: Timer;

  constructor(clock: VirtualTime, ms: number, fire: () => void) {
    this.#clock = clock;
    this.#ms = Math.max(1, ms);
    this.#fire = fire;
    this.#timer = clock.add(clock.now + this.#ms, fire);
  }

  clear(): void {
    this.#clock.remove(this.#timer);
  }

  refresh(): this {
    this.clear();
    this.#timer = this.#clock.add(this.#clock.now + this.#ms, this.#fire);
    return this;
  }

  ref(): this {
    return this;
  }

  unref(): this {
    return this;
  }
}

/** Resolves when everything that can happen without time passing has happened. */
async function quiet(): Promise<void> {
  for (let calm = 0; calm < 2; calm++) {
    await new Promise((resolve) => setImmediate(resolve));
    if (outstanding === 0) continue;
    await returned.promise;
    calm = -1;
  }
}

/** How far the kernel's count of a thread's time may lag behind, ms: it is brought up to date at the latest by a timer tick. */
const TICK_MS = 4;

/**
 * The processor time that this thread has had, ms. The kernel counts it exactly but in jumps of a tick; in between the time that
 * the event loop was busy says how far it must be, which alone would count what other processes took away.
 */
class WorkedTime {
  #counted = threadMs();
  #busy = busyMs();

  get ms(): number {
    const [kernel, busy] = [threadMs(), busyMs()];
    const estimate = this.#counted + busy - this.#busy;
    this.#busy = busy;
    this.#counted = Math.min(Math.max(estimate, kernel), Math.max(this.#counted, kernel + TICK_MS));
    return this.#counted;
  }
}

function busyMs(): number {
  return loop.eventLoopUtilization().active;
}

function threadMs(): number {
  const { user, system } = process.threadCpuUsage();
  return (user + system) / 1_000;
}
