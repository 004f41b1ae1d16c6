// When each seat of a room has seen which commit: a seat has seen a commit once the state as of it, or of a later one, is there.

interface Arrival {
  readonly seq: number;
  readonly at: number;
}
interface Watch {
  readonly seq: number;
  readonly resolve: (at: number) => void;
}

/** Arrivals that are remembered of each seat: a commit's frames may arrive before the reply that says which commit it is. */
const REMEMBERED = 64;

export class Sightings {
  readonly #arrivals: Arrival[][];
  readonly #watches = new Set<Watch>();

  constructor(seats: number) {
    this.#arrivals = Array.from({ length: seats }, () => []);
  }

  /** The state as of a commit has arrived at a seat, at a time of `performance.now()`. */
  saw(seat: number, seq: number, at: number): void {
    const arrivals = this.#arrivals[seat];
    if (arrivals === undefined) return;
    arrivals.push({ seq, at });
    if (arrivals.length > REMEMBERED) arrivals.shift();
    for (const watch of this.#watches) this.#settle(watch);
  }

  /** Whether the state of a commit came to a seat more than once: what brought it again has committed nothing itself. */
  cameAgain(seat: number, seq: number): boolean {
    return (this.#arrivals[seat] ?? []).filter((arrival) => arrival.seq === seq).length > 1;
  }

  /** Resolves with the time at which the last seat has seen a commit; with null when `patience` (ms) is over before. */
  lastSeat(seq: number, patience: number): Promise<number | null> {
    return new Promise((settle) => {
      const timer = setTimeout(() => {
        this.#watches.delete(watch);
        settle(null);
      }, patience);
      const watch: Watch = {
        seq,
        resolve: (at) => {
          clearTimeout(timer);
          this.#watches.delete(watch);
          settle(at);
        },
      };
      this.#watches.add(watch);
      this.#settle(watch);
    });
  }

  #settle({ seq, resolve }: Watch): void {
    const times = this.#arrivals.map((arrivals) => arrivals.find((arrival) => arrival.seq >= seq)?.at);
    const latest = times.reduce<number | undefined>(
      (late, at) => (late === undefined || at === undefined ? undefined : Math.max(late, at)),
      0,
    );
    if (latest !== undefined) resolve(latest);
  }
}
