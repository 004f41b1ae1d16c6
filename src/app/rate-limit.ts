// How much one connection may ask: a token bucket for each, in the function's memory. A frame costs no read or write for it;
// what it cannot see is what other instances of the function let through (docs/decisions/0008).

import type { ConnectionId } from '../room/room.ts';
import type { Limit } from './ports.ts';

/** `rate` a second in the long run, `burst` at once after a while of silence. */
export interface Allowance {
  readonly rate: number;
  readonly burst: number;
}
export const FRAMES: Allowance = { rate: 10, burst: 20 };
/** One every two seconds. */
export const EMOTES: Allowance = { rate: 0.5, burst: 1 };

/** Who goes on for so many refused frames more does not mean to stop. */
const PATIENCE = 50;
/** Connections an instance remembers; the longest silent is forgotten first, and begins anew. */
const MOST_CONNECTIONS = 5_000;

interface Bucket {
  readonly tokens: number;
  readonly at: number;
  readonly refused: number;
}

/** A limit on what each connection may do. `now` in epoch ms. */
export function createLimit(now: () => number, { rate, burst }: Allowance): Limit {
  const buckets = new Map<ConnectionId, Bucket>();
  return (connection) => {
    const at = now();
    const before = buckets.get(connection) ?? { tokens: burst, at, refused: 0 };
    const tokens = Math.min(burst, before.tokens + ((at - before.at) / 1_000) * rate);
    const isAdmitted = tokens >= 1;
    const refused = isAdmitted ? 0 : before.refused + 1;
    // Deleted first, so that the map's order is the order of the latest frames.
    buckets.delete(connection);
    buckets.set(connection, { tokens: isAdmitted ? tokens - 1 : tokens, at, refused });
    const [oldest] = buckets.keys();
    if (buckets.size > MOST_CONNECTIONS && oldest !== undefined) buckets.delete(oldest);
    if (isAdmitted) return 'admitted';
    return refused > PATIENCE ? 'shut out' : 'refused';
  };
}
