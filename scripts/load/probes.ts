// Two probes beside the load: how long a ping of a room takes over a socket of its own, and how long GET /api/health.

import { setTimeout as pause } from 'node:timers/promises';
import * as z from 'zod/mini';
import type { Figures } from './figures.ts';

const EVERY_MS = 500;
const PATIENCE_MS = 10_000;

const Pong = z.object({ event: z.literal('pong'), reply_to: z.string() });

export interface ProbeOptions {
  readonly url: string;
  /** The room that is pinged, and a session to connect with. */
  readonly room: string;
  readonly session: string;
  readonly WebSocket: new (url: string) => globalThis.WebSocket;
  readonly figures: Figures;
  readonly signal: AbortSignal;
}

/** Probes until the signal; a probe that fails is an error of its own and the next follows. */
export async function probe(options: ProbeOptions): Promise<void> {
  await Promise.all([pingOn(options), askHealth(options)]);
}

async function askHealth({ url, figures, signal }: ProbeOptions): Promise<void> {
  const address = new URL('/api/health', url);
  await repeat(signal, async () => {
    const begun = performance.now();
    const isWell = await fetch(address, { signal: AbortSignal.timeout(PATIENCE_MS) })
      .then(async (response) => (await response.text()) !== '' && response.ok)
      .catch(() => false);
    if (isWell) figures.record('health', performance.now() - begun);
    else figures.error('HEALTH_FAILED');
  });
}

/** A connection of its own that is attached to no seat: a ping is answered from the room's last commit all the same. */
async function pingOn({ url, room, session, WebSocket, figures, signal }: ProbeOptions): Promise<void> {
  const address = new URL(`/ws/${room}`, url.replace(/^http/, 'ws'));
  address.searchParams.set('session', session);
  const awaited = new Map<string, (at: number) => void>();
  const open = (): globalThis.WebSocket => {
    const opened = new WebSocket(address.href);
    opened.addEventListener('message', ({ data: text }: MessageEvent<unknown>) => {
      const pong = Pong.safeParse(jsonOf(text));
      if (pong.success) awaited.get(pong.data.reply_to)?.(performance.now());
    });
    return opened;
  };
  let socket = open();
  let sent = 0;
  await repeat(signal, async () => {
    if (socket.readyState === socket.CLOSED) socket = open();
    if (socket.readyState !== socket.OPEN) return;
    const id = `probe-${sent++}`;
    const begun = performance.now();
    const answered = new Promise<number>((resolve) => awaited.set(id, resolve));
    socket.send(JSON.stringify({ event: 'ping', data: {}, id }));
    const at = await Promise.race([answered, pause(PATIENCE_MS, null, { signal, ref: false })]);
    awaited.delete(id);
    if (at === null) figures.error('PING_FAILED');
    else figures.record('ping', at - begun);
  });
  socket.close();
}

/** Does it twice a second, never two at once, until the signal. */
async function repeat(signal: AbortSignal, act: () => Promise<void>): Promise<void> {
  try {
    while (!signal.aborted) {
      await act();
      await pause(EVERY_MS, undefined, { signal });
    }
  } catch (error) {
    if (!signal.aborted) throw error;
  }
}

function jsonOf(text: unknown): unknown {
  try {
    return typeof text === 'string' ? JSON.parse(text) : null;
  } catch {
    return null;
  }
}
