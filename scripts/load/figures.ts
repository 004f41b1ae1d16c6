// What a load run counts and measures: histograms of latencies in microseconds, and counts. What is shown is of the measured
// window, which begins when all rooms play; the counts of the whole run are kept beside it.

import { build } from 'hdr-histogram-js';
import type { Histogram } from 'hdr-histogram-js';

/** A summary of latencies, in ms. */
export interface Latency {
  readonly count: number;
  readonly mean: number;
  readonly p50: number;
  readonly p95: number;
  readonly p99: number;
  readonly max: number;
}

/** What is counted. A move is an accepted declaration, play or redeal answer; a command is any accepted frame of a game. */
export interface Counts {
  readonly moves: number;
  readonly commands: number;
  readonly games: number;
  readonly reconnects: number;
}
type Counter = keyof Counts;
const NOTHING: Counts = { moves: 0, commands: 0, games: 0, reconnects: 0 };

/** Latencies that are measured beside those of each command. */
type Series = 'moves: reply' | 'moves: last seat' | 'moves: last seat, uncorrected' | 'ping' | 'health';
type Half = 'reply' | 'last seat';

export interface Measured {
  readonly seconds: number;
  readonly counts: Counts;
  readonly errors: Readonly<Record<string, number>>;
  readonly moves: {
    readonly reply: Latency;
    readonly lastSeat: Latency;
    /** Without the samples that a stalled room could not send. */
    readonly lastSeatUncorrected: Latency;
  };
  /** By the event of the frame. */
  readonly commands: Readonly<Record<string, { readonly reply: Latency; readonly lastSeat: Latency }>>;
  readonly ping: Latency;
  readonly health: Latency;
}

/** A longer latency than this is counted as this. */
const LONGEST_MS = 600_000;

export class Figures {
  #histograms = new Map<string, Histogram>();
  #counts: Record<Counter, number> = { ...NOTHING };
  #errors = new Map<string, number>();
  #since = performance.now();
  #until: number | null = null;
  readonly #total: Record<Counter, number> = { ...NOTHING };
  readonly #totalErrors = new Map<string, number>();

  /** Forgets the warm-up: the measured window begins now. */
  begin(): void {
    this.#histograms = new Map();
    this.#counts = { ...NOTHING };
    this.#errors = new Map();
    this.#since = performance.now();
  }

  /** The measured window ends now; what is still under way is measured, but adds no time. */
  end(): void {
    this.#until ??= performance.now();
  }

  count(what: Counter): void {
    this.#counts[what] += 1;
    this.#total[what] += 1;
  }

  error(code: string): void {
    for (const errors of [this.#errors, this.#totalErrors]) errors.set(code, (errors.get(code) ?? 0) + 1);
  }

  /** A command's latency, by the event of its frame. */
  command(event: string, half: Half, ms: number): void {
    this.#histogram(`${event}: ${half}`).recordValue(microseconds(ms));
  }

  record(series: Series, ms: number): void {
    this.#histogram(series).recordValue(microseconds(ms));
  }

  /**
   * A latency of something that should have been done every `interval` ms: while one took longer, those after it waited
   * unsent, and their waiting is recorded too. Without it a server that stalls is measured once for each client it stalls
   * ("coordinated omission"; the correction is the HDR histogram's own).
   */
  recordPaced(series: Series, ms: number, interval: number): void {
    this.#histogram(series).recordValueWithExpectedInterval(microseconds(ms), microseconds(interval));
  }

  /** The counts of the whole run, the warm-up included. */
  get total(): Counts & { readonly errors: Readonly<Record<string, number>> } {
    return { ...this.#total, errors: Object.fromEntries(this.#totalErrors) };
  }

  get measured(): Measured {
    const events = [...this.#histograms.keys()].flatMap((name) => /^(\w+): reply$/.exec(name)?.[1] ?? []);
    return {
      seconds: ((this.#until ?? performance.now()) - this.#since) / 1_000,
      counts: { ...this.#counts },
      errors: Object.fromEntries(this.#errors),
      moves: {
        reply: this.#latency('moves: reply'),
        lastSeat: this.#latency('moves: last seat'),
        lastSeatUncorrected: this.#latency('moves: last seat, uncorrected'),
      },
      commands: Object.fromEntries(
        events
          .filter((event) => event !== 'moves')
          .map((event) => [
            event,
            { reply: this.#latency(`${event}: reply`), lastSeat: this.#latency(`${event}: last seat`) },
          ]),
      ),
      ping: this.#latency('ping'),
      health: this.#latency('health'),
    };
  }

  #histogram(name: string): Histogram {
    const known = this.#histograms.get(name);
    if (known !== undefined) return known;
    const made = build({ highestTrackableValue: LONGEST_MS * 1_000, numberOfSignificantValueDigits: 3 });
    this.#histograms.set(name, made);
    return made;
  }

  #latency(name: string): Latency {
    const histogram = this.#histograms.get(name);
    if (histogram === undefined || histogram.totalCount === 0)
      return { count: 0, mean: 0, p50: 0, p95: 0, p99: 0, max: 0 };
    // A percentile is the upper end of its bucket, which may lie above the largest value in it.
    const at = (share: number): number =>
      milliseconds(Math.min(histogram.getValueAtPercentile(share), histogram.maxValue));
    return {
      count: histogram.totalCount,
      mean: milliseconds(histogram.mean),
      p50: at(50),
      p95: at(95),
      p99: at(99),
      max: milliseconds(histogram.maxValue),
    };
  }
}

/** A histogram holds whole numbers from 1 on. */
function microseconds(ms: number): number {
  return Math.max(1, Math.round(Math.min(ms, LONGEST_MS) * 1_000));
}

function milliseconds(value: number): number {
  return Math.round(value / 10) / 100;
}
