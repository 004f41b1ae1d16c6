// Spending the time that a call takes on AWS: the real work counts as part of it, and all of it when this machine is slower.

import { sampleFrom } from './profile.ts';
import type { Profile, RowName, Sample } from './profile.ts';
import { traceNow } from './trace.ts';
import { now, waitUntil } from './clock.ts';

let sample: Sample | null = null;

/** From now on calls take as long as the profile says; with `null` as long as they take on this machine. */
export function setLatency(profile: Profile | null, seed: number): void {
  sample = profile === null ? null : sampleFrom(profile, seed);
}

/** The ms that one call takes by the profile, 0 without one. Calls that belong to no trace are not the product's. */
export function draw(row: RowName): number {
  return traceNow() === undefined ? 0 : (sample?.(row) ?? 0);
}

/** Does the work at once and returns (or throws) when the call would: what reads and writes do. */
export async function spend<T>(row: RowName, call: string, work: () => Promise<T> | T): Promise<T> {
  const start = now();
  const end = start + draw(row);
  try {
    return await work();
  } finally {
    await waitUntil(end);
    traceNow()?.spans.push({ row, call, start, end: now() });
  }
}

/** Waits as long as the call takes and does the work then: what delivers something at the far end. */
export async function spendThen<T>(row: RowName, call: string, work: () => Promise<T> | T): Promise<T> {
  const start = now();
  try {
    await waitUntil(start + draw(row));
    return await work();
  } finally {
    traceNow()?.spans.push({ row, call, start, end: now() });
  }
}
