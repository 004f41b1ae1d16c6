// Counts for operators: gathered in the function's memory, written now and then. They are statistics, not state: what a
// dying function has not written is lost.

import { minuteOf } from '../store/counters.ts';
import type { Counts } from '../store/counters.ts';
import type { Store } from '../store/store.ts';
import type { Clock, Tally } from './ports.ts';

export interface TallyOptions {
  /** How often it is written at the most, seconds. */
  readonly everySeconds: number;
  /** Hears of what was gathered, each time it is written, whether or not the store can: for metrics. */
  readonly emit?: (gathered: Counts) => void;
}

/** A tally that writes to the store every so many seconds at the most, so that it costs next to nothing under load. */
export function createTally(
  store: Pick<Store, 'tally'>,
  clock: Pick<Clock, 'now'>,
  { everySeconds, emit }: TallyOptions,
): Tally {
  let unwritten = new Map<string, number>();
  let unsaid = new Map<string, number>();
  let written = -Infinity;
  return {
    count: (name, by = 1) => {
      add(unwritten, name, by);
      if (emit !== undefined) add(unsaid, name, by);
    },
    flush: async () => {
      const now = clock.now();
      if (unwritten.size === 0 || now - written < everySeconds * 1_000) return;
      const gathered = Object.fromEntries(unwritten);
      unwritten = new Map();
      written = now;
      emit?.(Object.fromEntries(unsaid));
      unsaid = new Map();
      try {
        await store.tally(minuteOf(now), gathered);
      } catch {
        // Statistics must never cost a player the answer; they go with the next write.
        for (const [name, by] of Object.entries(gathered)) add(unwritten, name, by);
      }
    },
  };
}

function add(counts: Map<string, number>, name: string, by: number): void {
  counts.set(name, (counts.get(name) ?? 0) + by);
}
