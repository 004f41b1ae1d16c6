// Counts for operators: gathered in the function's memory, written every few seconds. They are statistics, not state: what a
// dying function has not written is lost.

import { minuteOf } from '../store/counters.ts';
import type { Store } from '../store/store.ts';
import type { Clock, Tally } from './ports.ts';

const WRITE_EVERY_MS = 5_000;

/** A tally that writes to the store at most every five seconds, so that it costs next to nothing under load. */
export function createTally(store: Pick<Store, 'tally'>, clock: Pick<Clock, 'now'>): Tally {
  let counts = new Map<string, number>();
  let written = -Infinity;
  return {
    count: (name, by = 1) => {
      counts.set(name, (counts.get(name) ?? 0) + by);
    },
    flush: async () => {
      const now = clock.now();
      if (counts.size === 0 || now - written < WRITE_EVERY_MS) return;
      const gathered = Object.fromEntries(counts);
      counts = new Map();
      written = now;
      try {
        await store.tally(minuteOf(now), gathered);
      } catch {
        // Statistics must never cost a player the answer; they go with the next write.
        for (const [name, by] of Object.entries(gathered)) counts.set(name, (counts.get(name) ?? 0) + by);
      }
    },
  };
}
