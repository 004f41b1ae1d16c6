// What a game uses of AWS, counted while it is played: gathered in the function's memory by room, carried by the next commit of the
// room, summed by its record. Exact and estimated: docs/cost.md.

import type { Change } from '../protocol/frames.ts';
import type { Frame } from '../protocol/server-frames.ts';
import type { RoomEvent } from '../room/events.ts';
import type { Room, RoomId } from '../room/room.ts';
import { isLive, listenersOf } from '../room/room.ts';
import { addUsage, messagesOf, NO_USAGE, scaleUsage } from '../room/usage.ts';
import type { Usage } from '../room/usage.ts';
import { commitToItem } from '../store/items.ts';
import { itemBytes, writeUnitsOf } from '../store/units.ts';
import type { Clock, Log, Meter, Ports, Publisher, Send, Ticks } from './ports.ts';

/** Rooms that something has gathered for; of the oldest it is forgotten. */
const MOST_ROOMS = 500;

/** A meter of one function instance. */
export function createMeter(): Meter {
  const rooms = new Map<RoomId, Usage>();
  const use = (room: RoomId, usage: Partial<Usage>): void => {
    const sum = addUsage(rooms.get(room) ?? NO_USAGE, usage);
    rooms.delete(room);
    rooms.set(room, sum);
    const [oldest] = rooms.keys();
    if (rooms.size > MOST_ROOMS && oldest !== undefined) rooms.delete(oldest);
  };
  return {
    use,
    bill: (room, own) => addUsage(rooms.get(room) ?? NO_USAGE, own),
    paid: (room, usage) => use(room, scaleUsage(usage, -1)),
    forget: (room) => void rooms.delete(room),
  };
}

/** A meter that counts nothing: its commits carry nothing. */
export const NO_METER: Meter = {
  use: () => undefined,
  bill: () => undefined,
  paid: () => undefined,
  forget: () => undefined,
};

// ---- What a commit says of itself ----

/**
 * The usage that a commit carries if it belongs to a game: what has gathered for the room, and in advance what writing and telling
 * it will use, for the game's last commit has none after it. `commit` as it is stored, but for that.
 */
export function usageOfCommit(
  meter: Meter,
  { before, after, commit }: Change,
  told: { readonly own: readonly Frame[]; readonly sends: readonly Send[] },
): Usage | undefined {
  if (before.room.stage !== 'playing' && after.room.stage !== 'playing') {
    meter.forget(commit.room);
    return undefined;
  }
  const own = [
    { writes: writeUnitsOf(itemBytes(commitToItem(commit)) + CARRIED_BYTES) },
    usageOfFrames(told.own),
    usageOfSends(told.sends),
  ];
  return meter.bill(commit.room, own.reduce<Usage>(addUsage, incurred({ before, after, commit })));
}

/** Notes that a commit was written with the usage it carries. */
export function settleUsage(meter: Meter, change: Change): void {
  const { room, usage } = change.commit;
  if (usage === undefined) return;
  // What it said in advance of writing and telling is counted when that is done: together nothing is left of it.
  meter.paid(room, usage);
  meter.use(room, incurred(change));
}

/** What nobody counts but the commit: the time that connections were open, and what other functions do because of it. */
function incurred({ before, commit }: Change): Usage {
  const connectedMs = connections(before.room) * (commit.at - before.at);
  return commit.events.map(usageAround).reduce<Usage>(addUsage, { ...NO_USAGE, connectedMs });
}

/** `usage` and `ttl` themselves. */
const CARRIED_BYTES = 80;

/** What other functions use because of an event and cannot say themselves. */
function usageAround(event: RoomEvent): Partial<Usage> {
  switch (event.type) {
    case 'Attached':
      return HANDSHAKE;
    case 'GameEnded':
      // The state that announces the end, and its event.
      return { transitions: 1, events: 1 };
    default:
      return {};
  }
}

/** The authorizer (512 MB) and `$connect`, on average, and the connection's item, put and later deleted. */
const HANDSHAKE: Partial<Usage> = { requests: 2, mbMs: 1 * 512 + 9 * 1_024, writes: 2 };

/** What the broadcaster takes for a delivery, on average: by `npm run cost`, under the latency profile. */
export const BROADCASTER_MS = 18;
const BROADCASTER_MB = 1_024;

/** A delivery: messages and bytes are known, the broadcaster's time is an average. */
function usageOfSends(sends: readonly Send[]): Partial<Usage> {
  if (sends.length === 0) return {};
  const run = { ...NO_USAGE, requests: 1, mbMs: BROADCASTER_MS * BROADCASTER_MB };
  return sends.map(({ frames }) => usageOfFrames(frames)).reduce<Usage>(addUsage, run);
}

function usageOfFrames(frames: readonly Frame[]): Partial<Usage> {
  const sizes = frames.map((frame) => Buffer.byteLength(JSON.stringify(frame)));
  return {
    messages: sizes.reduce((sum, bytes) => sum + messagesOf(bytes), 0),
    egress: sizes.reduce((sum, bytes) => sum + bytes, 0),
  };
}

function connections(room: Room): number {
  return isLive(room) ? listenersOf(room).length : 0;
}

// ---- Around the ports ----

type Metered = Pick<Ports, 'publisher' | 'ticks' | 'log'>;

/** The ports that bill by use, counting. The table counts for itself (src/aws/table.ts); callbacks of tasks are free. */
export function meteredPorts<P extends Metered>(ports: P, meter: Meter): P {
  return {
    ...ports,
    publisher: meteredPublisher(ports.publisher, meter),
    ticks: meteredTicks(ports.ticks, meter),
    log: meteredLog(ports.log, meter),
  };
}

function meteredPublisher(publisher: Publisher, meter: Meter): Publisher {
  return {
    publish: (delivery) => {
      const { roomId, sends, errands = [] } = delivery;
      const ticks = errands.filter(({ effect }) => effect === 'scheduleTick').length;
      meter.use(roomId, addUsage(addUsage(NO_USAGE, usageOfSends(sends)), { queue: ticks }));
      return publisher.publish(delivery);
    },
  };
}

function meteredTicks(ticks: Ticks, meter: Meter): Ticks {
  return {
    schedule: (tick, delaySeconds) => {
      if (tick.kind === 'room') meter.use(tick.roomId, { queue: 1 });
      return ticks.schedule(tick, delaySeconds);
    },
  };
}

/** What the logger adds to a line: level, time, service. */
const ENVELOPE_BYTES = 110;

function meteredLog(log: Log, meter: Meter): Log {
  const counting =
    (write: Log['info']): Log['info'] =>
    (message, fields) => {
      const { room } = fields;
      const bytes = ENVELOPE_BYTES + message.length + JSON.stringify(fields).length;
      if (typeof room === 'string') meter.use(room, { log: bytes });
      write(message, fields);
    };
  return {
    info: counting((message, fields) => log.info(message, fields)),
    warn: counting((message, fields) => log.warn(message, fields)),
    error: counting((message, fields) => log.error(message, fields)),
  };
}

// ---- Around a function ----

/** The part of a run that belongs to a room: all of it, but for a batch of the queue. */
export interface Run {
  readonly room: RoomId;
  readonly memoryMb: number;
  /** What brought it here: a frame, a tick, a task. */
  readonly cause: Partial<Usage>;
  readonly share?: number;
}

/** Does a function's work for a room and counts the run. */
export async function metersRun<T>(
  { meter, clock }: { readonly meter: Meter; readonly clock: Pick<Clock, 'now'> },
  { room, memoryMb, cause, share = 1 }: Run,
  work: () => Promise<T>,
): Promise<T> {
  const started = clock.now();
  meter.use(room, { ...cause, requests: share });
  try {
    return await work();
  } finally {
    meter.use(room, { mbMs: Math.max(1, clock.now() - started) * memoryMb * share });
  }
}

/** What a reply over the route's response uses. */
export function usageOfReply(body: string): Partial<Usage> {
  const bytes = Buffer.byteLength(body);
  return { messages: messagesOf(bytes), egress: bytes };
}
