// The place under load: whether it is there, sessions within its limits, and how its sockets are reached.

import { setTimeout as pause } from 'node:timers/promises';
import * as z from 'zod/mini';
import WebSocket from 'ws';
import { openSession, SessionRefused } from '../../src/web/client.ts';

/** What the user can put right; the message says all. */
export class LoadError extends Error {}

/** Rooms that one player may have open at once (docs/protocol.md, "Errors"): so many share a session, four seats in each. */
export const ROOMS_A_SESSION = 5;
const MINUTE_MS = 60_000;
const CONTACT_MS = 10_000;

const Health = z.object({ service: z.literal('liap-tui'), version: z.string() });

/** Asks the entry for its health. Throws a LoadError when there is none, or when it is something else. */
export async function expectEntry(url: string): Promise<string> {
  const address = new URL('/api/health', url);
  const response = await fetch(address, { signal: AbortSignal.timeout(CONTACT_MS) }).catch(
    (error: unknown) => {
      throw new LoadError(
        `Nothing answers at ${url} (${reasonOf(error)}). npm start prints the address of the local cloud.`,
      );
    },
  );
  const health = Health.safeParse(await response.json().catch(() => null));
  if (!response.ok || !health.success)
    throw new LoadError(
      `${url} is no entry of Liap Tui: ${address.pathname} is answered with HTTP ${response.status}.`,
    );
  return health.data.version;
}

function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const { cause } = error;
  if (cause instanceof Error && 'code' in cause) return String(cause.code);
  return cause instanceof Error ? cause.message : error.message;
}

/** Sessions, each for as many rooms as one player may have open. An address gets 30 a minute: then it waits for the next. */
export class Sessions {
  readonly #url: string;
  readonly #signal: AbortSignal;
  readonly #waiting: () => void;
  readonly #opened = new Map<number, Promise<string>>();

  /** `waiting` is told when the entry gives no more for now. */
  constructor(url: string, signal: AbortSignal, waiting: () => void) {
    this.#url = url;
    this.#signal = signal;
    this.#waiting = waiting;
  }

  /** The session of the n-th room, from 0. */
  of(room: number): Promise<string> {
    const place = Math.floor(room / ROOMS_A_SESSION);
    const known = this.#opened.get(place) ?? this.#open();
    this.#opened.set(place, known);
    return known;
  }

  async #open(): Promise<string> {
    for (;;) {
      try {
        return (await openSession(this.#url)).token;
      } catch (error) {
        if (!(error instanceof SessionRefused) || error.status !== 429) throw error;
        this.#waiting();
        // The limit's windows are the minutes of the clock.
        await pause(MINUTE_MS - (Date.now() % MINUTE_MS) + 1_000, undefined, { signal: this.#signal });
      }
    }
  }
}

type SocketConstructor = new (url: string) => globalThis.WebSocket;

class Socket extends WebSocket {
  constructor(url: string) {
    super(url, { perMessageDeflate: false });
    // Its `close` says the same, but an `error` that nobody hears would end the process.
    this.on('error', () => undefined);
  }

  override send(text: string): void {
    if (this.readyState === WebSocket.OPEN) super.send(text);
  }
}
/** The sockets of all clients: those of `ws`, without compression, as API Gateway has none. */
export const LoadSocket = Socket as unknown as SocketConstructor;
