// How long commands take, as counts in buckets: percentiles of any stretch of time from a few numbers a minute.

import type { Latency } from '../protocol/http.ts';

/** Upper bounds in ms, each about 1.4 times the one before; the last is the functions' timeout, beyond which nothing is answered. */
const BOUNDS = [
  1, 2, 3, 5, 7, 10, 15, 20, 30, 50, 70, 100, 150, 200, 300, 500, 700, 1_000, 1_500, 2_000, 3_000, 5_000,
  7_000, 10_000,
] as const;
const LAST = 10_000;
const PREFIX = 'ms.';

/** The count (`src/app/tally.ts`) that a command of so many ms adds to. */
export function latencyCount(ms: number): string {
  return `${PREFIX}${BOUNDS.find((bound) => ms <= bound) ?? LAST}`;
}

/** The latency that some counts tell of. Within a bucket commands are taken to be evenly spread. */
export function latencyOf(counts: Readonly<Record<string, number>>): Latency {
  const buckets = BOUNDS.map((bound, place) => ({
    above: BOUNDS[place - 1] ?? 0,
    bound,
    commands: counts[`${PREFIX}${bound}`] ?? 0,
  }));
  const commands = buckets.reduce((sum, bucket) => sum + bucket.commands, 0);
  return { commands, p50_ms: quantile(buckets, 0.5 * commands), p99_ms: quantile(buckets, 0.99 * commands) };
}

interface Bucket {
  readonly above: number;
  readonly bound: number;
  readonly commands: number;
}

/** The ms within which so many of the commands were answered. */
function quantile(buckets: readonly Bucket[], rank: number): number | null {
  let before = 0;
  for (const { above, bound, commands } of buckets) {
    if (commands > 0 && before + commands >= rank) {
      const ms = above + ((rank - before) / commands) * (bound - above);
      return Math.round(ms * 10) / 10;
    }
    before += commands;
  }
  return null;
}

/** At most so many ms that stand for all commands of some counts: each bucket by its upper bound, as often as its share says. */
export function latencySamples(counts: Readonly<Record<string, number>>, most: number): readonly number[] {
  const buckets = BOUNDS.map((bound) => ({ bound, commands: counts[`${PREFIX}${bound}`] ?? 0 }));
  const commands = buckets.reduce((sum, bucket) => sum + bucket.commands, 0);
  // By rounding the running sum no bucket gains at another's cost, and the slowest is never rounded away.
  const place = (rank: number): number => (commands <= most ? rank : Math.floor((rank * most) / commands));
  let before = 0;
  return buckets.flatMap(({ bound, commands: here }) => {
    const from = place(before);
    before += here;
    return Array.from({ length: place(before) - from }, () => bound);
  });
}
