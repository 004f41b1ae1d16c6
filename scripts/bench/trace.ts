// What happened because of one event at the cloud's edge (a frame, a tick, a task of the state machine), followed through every
// function it leads to: the calls with their times, and who got which frame when.

import { AsyncLocalStorage } from 'node:async_hooks';
import type { RowName } from './profile.ts';

/** Times are `performance.now()`, ms. */
export interface Span {
  readonly row: RowName;
  /** The API's operation, e.g. `PutItem`. */
  readonly call: string;
  readonly start: number;
  readonly end: number;
}
/** A frame on its way to a client. */
export interface Arrival {
  readonly connection: string;
  readonly text: string;
  /** When the post began, or the function returned for a route response. */
  readonly start: number;
  /** When the gateway had it. */
  readonly left: number;
  /** When the client had it. */
  readonly at: number;
  readonly isReply: boolean;
}

/** How an event came to the cloud. */
export type Origin =
  | { readonly kind: 'frame'; readonly connection: string; readonly id: string | undefined }
  | { readonly kind: 'tick' }
  | { readonly kind: 'phase'; readonly phase: string }
  | { readonly kind: 'other' };

export class Trace {
  readonly origin: Origin;
  /** What the figures of this event are filed under. */
  readonly label: string;
  /** When the player sent, the pause was over, or the task was completed. */
  readonly start: number;
  readonly spans: Span[] = [];
  readonly arrivals: Arrival[] = [];
  /** When the first function of it began to run, and when it returned. */
  began = NaN;
  returned = NaN;
  /** Whether a function instance of it had never run before. */
  isCold = false;
  readonly #over: (trace: Trace) => void;
  #busy = 0;

  constructor(origin: Origin, label: string, start: number, over: (trace: Trace) => void) {
    this.origin = origin;
    this.label = label;
    this.start = start;
    this.#over = over;
  }

  /** Counts work that belongs to the trace; when there is none left it is over. */
  async hold<T>(work: () => Promise<T>): Promise<T> {
    this.#busy += 1;
    try {
      return await work();
    } finally {
      this.#busy -= 1;
      if (this.#busy === 0) this.#over(this);
    }
  }
}

const current = new AsyncLocalStorage<Trace | undefined>();

/** Runs work as part of a trace; `undefined` for work that belongs to none. */
export function within<T>(trace: Trace | undefined, work: () => T): T {
  return current.run(trace, work);
}

/** The trace that the running code belongs to. */
export function traceNow(): Trace | undefined {
  return current.getStore();
}
