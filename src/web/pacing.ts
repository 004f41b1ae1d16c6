// Shows views that arrive together one after another: what bots do without a pause is still seen step by step. Pure.

/** A view is on the page for at least this long when newer ones wait, ms. */
export const STEP = 450;
/** With more than this many waiting, all but the newest are skipped. */
export const MOST_BEHIND = 4;

export interface Pacing<V> {
  /** What is on the page. */
  readonly shown: V | null;
  /** When it came there, epoch ms. */
  readonly since: number;
  /** What has arrived after it, oldest first. Only with none of it may the player act. */
  readonly waiting: readonly V[];
}

export const NOTHING_SHOWN: Pacing<never> = { shown: null, since: 0, waiting: [] };

/** A view arrives: it is shown at once when the page is idle or too far behind, else it waits. */
export function arrive<V>(pacing: Pacing<V>, view: V, now: number): Pacing<V> {
  if (pacing.shown === null) return { shown: view, since: now, waiting: [] };
  const waiting = [...pacing.waiting, view];
  if (waiting.length > MOST_BEHIND) return { shown: view, since: now, waiting: [] };
  return advance({ ...pacing, waiting }, now);
}

/** Shows the next view if the present one has been there long enough. */
export function advance<V>(pacing: Pacing<V>, now: number): Pacing<V> {
  const [next, ...waiting] = pacing.waiting;
  if (next === undefined || now - pacing.since < STEP) return pacing;
  return { shown: next, since: now, waiting };
}

/** In how many ms the next view is due; null when none waits. */
export function dueIn<V>(pacing: Pacing<V>, now: number): number | null {
  return pacing.waiting.length === 0 ? null : Math.max(0, pacing.since + STEP - now);
}
