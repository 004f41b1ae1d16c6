// Virtual time and all chance of a simulated world, from one seed: the same seed is the same world to the last step.

/** Runs callbacks in the order of their virtual times. Between two of them every promise that can move has moved. */
export class Scheduler {
  #now: number;
  #order = 0;
  readonly #random: () => number;
  readonly #heap: Entry[] = [];

  constructor(seed: number, startAt: number) {
    this.#random = mulberry32(seed);
    this.#now = startAt;
  }

  /** Epoch ms. */
  get now(): number {
    return this.#now;
  }

  /** Uniform in [0, 1). */
  random(): number {
    return this.#random();
  }

  chance(probability: number): boolean {
    return this.#random() < probability;
  }

  /** A whole number from `least` to `most`. */
  between(least: number, most: number): number {
    return least + Math.floor(this.#random() * (most - least + 1));
  }

  pick<T>(choices: readonly [T, ...T[]]): T {
    return choices[Math.floor(this.#random() * choices.length)] ?? choices[0];
  }

  /** Runs the callback `ms` from now, unless it is cancelled. */
  after(ms: number, run: () => void): () => void {
    const entry: Entry = { at: this.#now + Math.max(0, ms), order: this.#order++, run };
    push(this.#heap, entry);
    return () => {
      entry.run = null;
    };
  }

  /** A pause of `ms` in virtual time. */
  pause(ms: number): Promise<void> {
    return new Promise((resolve) => this.after(ms, resolve));
  }

  /** Goes on until nothing is left to do, the condition holds, or the time is reached. */
  async run(until: () => boolean, limit: number): Promise<'quiet' | 'done' | 'out of time'> {
    for (;;) {
      if (until()) return 'done';
      const next = pop(this.#heap);
      if (next === undefined) return 'quiet';
      if (next.run === null) continue;
      if (next.at > limit) return 'out of time';
      this.#now = next.at;
      next.run();
      await settled();
    }
  }
}

interface Entry {
  readonly at: number;
  readonly order: number;
  run: (() => void) | null;
}

/** Resolves once all microtasks are through: promises in this world wait for the scheduler alone. */
function settled(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

/** A well-known small generator (Tommy Ettinger, public domain); quality is ample for choosing faults. */
function mulberry32(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), state | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}

function isBefore(a: Entry, b: Entry): boolean {
  return a.at < b.at || (a.at === b.at && a.order < b.order);
}

function push(heap: Entry[], entry: Entry): void {
  let place = heap.length;
  heap.push(entry);
  while (place > 0) {
    const above = (place - 1) >> 1;
    const parent = heap[above];
    if (parent === undefined || !isBefore(entry, parent)) break;
    heap[place] = parent;
    place = above;
  }
  heap[place] = entry;
}

function pop(heap: Entry[]): Entry | undefined {
  const [first] = heap;
  const last = heap.pop();
  if (first === undefined || last === undefined || heap.length === 0) return first;
  let place = 0;
  for (;;) {
    const left = heap[2 * place + 1];
    const right = heap[2 * place + 2];
    const child = right !== undefined && left !== undefined && isBefore(right, left) ? right : left;
    if (child === undefined || !isBefore(child, last)) break;
    heap[place] = child;
    place = child === right ? 2 * place + 2 : 2 * place + 1;
  }
  heap[place] = last;
  return first;
}
