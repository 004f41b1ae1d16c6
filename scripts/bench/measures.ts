// From traces to figures: how long a player waited for the reply and the last seat for its frame, and where the time went.

import { build } from 'hdr-histogram-js';
import type { Histogram } from 'hdr-histogram-js';
import type { RowName } from './profile.ts';
import type { Arrival, Span, Trace } from './trace.ts';

/** Milliseconds; `n` how many were measured. */
export interface Summary {
  readonly n: number;
  readonly mean: number;
  readonly p50: number;
  readonly p95: number;
  readonly p99: number;
  readonly max: number;
}

/** What the time of a path is divided into, in the order in which it passes. Whatever no call accounts for is `own`. */
export const STEPS = [
  'task',
  'next state',
  'queue',
  'edge in',
  'read',
  'write',
  'broadcaster begun',
  'posts',
  'effects',
  'edge out',
  'own',
] as const;
export type Step = (typeof STEPS)[number];
export type Path = Readonly<Record<Step, number>>;

/** One event's figures; null where it led to no such frame. */
export interface Measured {
  readonly label: string;
  readonly reply: { readonly ms: number; readonly path: Path } | null;
  readonly last: { readonly ms: number; readonly path: Path } | null;
  /** Calls beside the path, and on it. */
  readonly spans: readonly Span[];
}

/** The figures of an event whose work is over. */
export function measure(trace: Trace): Measured {
  const heard = firstOfEach(trace.arrivals);
  const last = heard.reduce<Arrival | null>(
    (latest, each) => (latest && latest.at > each.at ? latest : each),
    null,
  );
  const reply = replyOf(trace.origin, heard);
  const figure = (arrival: Arrival | null): Measured['last'] =>
    arrival && { ms: arrival.at - trace.start, path: pathTo(trace, heard, arrival) };
  return { label: labelOf(trace), reply: figure(reply), last: figure(last), spans: trace.spans };
}

/**
 * The frames of the event's own commit. A frame that was posted twice counts when it is there for the first time; frames of a later
 * commit tell of something else, a connection that was found gone.
 */
function firstOfEach(arrivals: readonly Arrival[]): readonly Arrival[] {
  const heard = new Map<string, Arrival>();
  const own = Math.min(...arrivals.map(seqOf));
  for (const arrival of arrivals.toSorted((a, b) => a.at - b.at)) {
    const key = `${arrival.connection} ${arrival.text}`;
    if (!heard.has(key) && seqOf(arrival) === own) heard.set(key, arrival);
  }
  return [...heard.values()];
}

/** The commit that a frame tells of; 0 for one that tells of none. */
function seqOf({ text }: Arrival): number {
  return Number(/"seq":(\d+)/.exec(text)?.[1] ?? 0);
}

/** The route response, or the first frame posted to the sender in reply. */
function replyOf(origin: Trace['origin'], heard: readonly Arrival[]): Arrival | null {
  if (origin.kind !== 'frame') return null;
  const { connection, id } = origin;
  const mark = `"reply_to":"${id ?? ''}"`;
  return heard.find((each) => each.connection === connection && each.text.includes(mark)) ?? null;
}

/** What the machine did by itself goes by what it led to. */
function labelOf({ origin, label, arrivals }: Trace): string {
  if (origin.kind !== 'tick' && origin.kind !== 'phase') return label;
  const phases = arrivals.flatMap(({ text }) => /"phase":"(\w+)"/.exec(text)?.[1] ?? []);
  const before = origin.kind === 'tick' ? 'pause over' : 'callback or wait over';
  return `${before}, then ${phases.at(-1) ?? 'nothing to see'}`;
}

function pathTo(trace: Trace, heard: readonly Arrival[], arrival: Arrival): Path {
  const { start, spans, returned } = trace;
  const posted = heard.filter(({ connection, isReply }) => !isReply && connection === arrival.connection);
  const firstPost = Math.min(...posted.map((each) => each.start));
  const call = arrival.isReply ? undefined : broadcastBefore(spans, firstPost);
  const effectsBegin = Math.min(...spans.filter(isEffect).map((span) => span.start), returned);
  const until = call?.start ?? effectsBegin;
  const spent = timeByRow(spans.filter(({ end }) => end <= until + 0.01));
  const known = {
    task: spent('task'),
    'next state': spent('nextState'),
    queue: spent('queueStart'),
    'edge in': spent('frame'),
    read: spent('read'),
    write: spent('write'),
    'broadcaster begun': call === undefined ? 0 : begunAfter(call, firstPost),
    posts: arrival.isReply ? 0 : arrival.left - firstPost,
    effects: arrival.isReply ? returned - effectsBegin : 0,
    'edge out': arrival.at - arrival.left,
  };
  const total = Object.values(known).reduce((sum, ms) => sum + ms, 0);
  return { ...known, own: arrival.at - start - total };
}

/** How long each kind of call was waited for; of calls side by side only what each adds. */
function timeByRow(spans: readonly Span[]): (row: RowName) => number {
  const times = new Map<RowName, number>();
  let reached = -Infinity;
  for (const { row, start, end } of spans.toSorted((one, other) => one.start - other.start)) {
    times.set(row, (times.get(row) ?? 0) + Math.max(0, end - Math.max(start, reached)));
    reached = Math.max(reached, end);
  }
  return (row) => times.get(row) ?? 0;
}

function isEffect({ row }: Span): boolean {
  return row === 'invoke' || row === 'event' || row === 'task' || row === 'enqueue';
}

/** The call of the broadcaster that a post followed from. */
function broadcastBefore(spans: readonly Span[], post: number): Span | undefined {
  return spans.filter(({ row, start }) => (row === 'invoke' || row === 'event') && start <= post).at(-1);
}

/** A request begins the function when its span ends; an event begins it whenever Lambda does, seen by its first post. */
function begunAfter(call: Span, firstPost: number): number {
  return call.row === 'event' ? firstPost - call.start : lengthOf(call);
}

function lengthOf({ start, end }: Span): number {
  return end - start;
}

/** Milliseconds in a histogram of microseconds, to three digits, up to a minute. */
export class Times {
  readonly #histogram: Histogram = build({
    lowestDiscernibleValue: 1,
    highestTrackableValue: 60_000_000,
    numberOfSignificantValueDigits: 3,
  });

  add(ms: number): void {
    this.#histogram.recordValue(Math.max(1, Math.round(ms * 1_000)));
  }

  get count(): number {
    return this.#histogram.totalCount;
  }

  get summary(): Summary {
    const histogram = this.#histogram;
    const at = (share: number): number => rounded(histogram.getValueAtPercentile(share) / 1_000);
    const { totalCount: n, mean } = histogram;
    if (n === 0) return { n, mean: 0, p50: 0, p95: 0, p99: 0, max: 0 };
    return {
      n,
      mean: rounded(mean / 1_000),
      p50: at(50),
      p95: at(95),
      p99: at(99),
      max: rounded(histogram.maxValue / 1_000),
    };
  }
}

function rounded(ms: number): number {
  return Math.round(ms * 100) / 100;
}

/** Figures of many events under one label. */
export class Figures {
  readonly reply = new Times();
  readonly last = new Times();
  readonly #steps = { reply: new Map<Step, Times>(), last: new Map<Step, Times>() };

  add({ reply, last }: Measured): void {
    for (const [name, figure] of [
      ['reply', reply],
      ['last', last],
    ] as const) {
      if (figure === null) continue;
      this[name].add(figure.ms);
      for (const step of STEPS) timesOf(this.#steps[name], step).add(figure.path[step]);
    }
  }

  /** Where the time goes: steps that are ever more than nothing. */
  pathOf(name: 'reply' | 'last'): Readonly<Partial<Record<Step, Summary>>> {
    const steps = STEPS.flatMap((step): (readonly [Step, Summary])[] => {
      const summary = this.#steps[name].get(step)?.summary;
      return summary === undefined || summary.max <= 0.01 ? [] : [[step, summary]];
    });
    return Object.fromEntries(steps);
  }
}

/** The times under a name, made when first asked for. */
export function timesOf<K>(of: Map<K, Times>, name: K): Times {
  const times = of.get(name) ?? new Times();
  of.set(name, times);
  return times;
}
