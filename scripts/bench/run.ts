// One run of the latency benchmark: some games at once on one cloud, measured under one variant.

import { inVirtualTime, now } from './clock.ts';
import type { BenchCloud } from './cloud.ts';
import { AS_IT_IS } from './clients.ts';
import type { Variant } from './clients.ts';
import { playGame } from './game.ts';
import type { GameOptions, Labels, PlayedGame } from './game.ts';
import { setLatency } from './latency-of.ts';
import { Figures, measure, timesOf } from './measures.ts';
import type { Step, Summary, Times } from './measures.ts';
import type { Profile } from './profile.ts';
import type { Trace } from './trace.ts';

/** What frames of players are measured as; together they are the moves. */
export const MOVES = ['declare', 'declare, the fourth', 'play', 'play that ends a turn'] as const;
/** All moves, and all that the machine does by itself and somebody sees. */
export const EVERY_MOVE = 'every move';
export const MACHINE = "the machine's own phase changes";
export const RECONNECT = 'reconnect, to the whole view';
export const FIRST_TURN = 'the fourth declaration to the first turn';

export interface Class {
  readonly reply: Summary;
  readonly last: Summary;
  readonly replyPath: Readonly<Partial<Record<Step, Summary>>>;
  readonly lastPath: Readonly<Partial<Record<Step, Summary>>>;
}
export interface Run {
  readonly classes: Readonly<Record<string, Class>>;
  /** By the API's operation: everything called meanwhile, on a path or beside it. */
  readonly calls: Readonly<Record<string, Summary>>;
  readonly games: number;
  readonly moves: number;
  /** Moves that players made, measured or not. */
  readonly gameMoves: number;
  readonly messages: number;
  readonly hedged: number;
  /** Moves decided without reading the room. */
  readonly unread: number;
  /** Events left out, because a function instance ran for the first time. */
  readonly cold: number;
  readonly instances: Readonly<Record<string, number>>;
  readonly seconds: number;
  readonly rooms: readonly string[];
}

export interface RunOptions extends Omit<GameOptions, 'seed'> {
  readonly games: number;
  readonly seed: number;
  /** Null: as fast as this machine is. */
  readonly profile: Profile | null;
  readonly variant: Variant;
  readonly countCold: boolean;
}

/** Whom the gateway tells; one for the life of a cloud, the collector changes with each run. */
export interface Desk {
  readonly labels: Labels;
  collect: (trace: Trace) => void;
}

/** Plays the games side by side and measures all of them. */
export async function measureGames(cloud: BenchCloud, desk: Desk, options: RunOptions): Promise<Run> {
  const { games, seed, variant, thinkMs, cutShare, seen } = options;
  cloud.clients.variant = variant;
  const played: PlayedGame[] = [];
  const result = await measureWork(cloud, desk, options, async (sheet) => {
    const all = Array.from({ length: games }, (_, place) =>
      playGame(cloud, desk.labels, { thinkMs, cutShare, seen, seed: seed + place }),
    );
    played.push(...(await Promise.all(all)));
    for (const { reconnects, firstTurns } of played) {
      for (const ms of reconnects) sheet.note(RECONNECT, ms);
      for (const ms of firstTurns) sheet.note(FIRST_TURN, ms);
    }
  });
  cloud.clients.variant = AS_IT_IS;
  const gameMoves = played.reduce((sum, { moves }) => sum + moves, 0);
  return { ...result, gameMoves, rooms: played.map(({ room }) => room) };
}

/** Measures whatever the work leads to. */
export async function measureWork(
  cloud: BenchCloud,
  desk: Desk,
  { games, profile, seed, countCold }: Pick<RunOptions, 'games' | 'profile' | 'seed' | 'countCold'>,
  work: (sheet: Sheet) => Promise<void>,
): Promise<Run> {
  const sheet = new Sheet(countCold);
  const before = { messages: cloud.gateway.messages, hedged: cloud.clients.hedged };
  setLatency(profile, seed);
  desk.collect = (trace) => sheet.take(trace);
  const all = async (): Promise<number> => {
    const started = now();
    await work(sheet);
    await cloud.gateway.settle();
    return Math.round(now() - started) / 1_000;
  };
  const seconds = await (profile === null ? all() : inVirtualTime(all));
  desk.collect = () => undefined;
  setLatency(null, 0);
  return {
    ...sheet.summary(),
    games,
    messages: cloud.gateway.messages - before.messages,
    hedged: cloud.clients.hedged - before.hedged,
    instances: cloud.functions.instances,
    gameMoves: 0,
    seconds,
    rooms: [],
  };
}

/** Gathers figures by label. */
class Sheet {
  readonly #figures = new Map<string, Figures>();
  readonly #calls = new Map<string, Times>();
  readonly #countCold: boolean;
  #cold = 0;
  #unread = 0;

  constructor(countCold: boolean) {
    this.#countCold = countCold;
  }

  take(trace: Trace): void {
    if (trace.isCold && !this.#countCold) {
      this.#cold += 1;
      return;
    }
    const measured = measure(trace);
    this.#of(measured.label).add(measured);
    if (isMove(measured.label)) {
      this.#of(EVERY_MOVE).add(measured);
      if (measured.last?.path.read === 0) this.#unread += 1;
    }
    if ((trace.origin.kind === 'phase' || trace.origin.kind === 'tick') && measured.last !== null)
      this.#of(MACHINE).add(measured);
    for (const { call, start, end } of measured.spans) timesOf(this.#calls, call).add(end - start);
  }

  /** A time that is no single trace's. */
  note(label: string, ms: number): void {
    this.#of(label).last.add(ms);
  }

  summary(): Pick<Run, 'classes' | 'calls' | 'cold' | 'unread' | 'moves'> {
    const classes = [...this.#figures].map(([label, figures]): readonly [string, Class] => [
      label,
      {
        reply: figures.reply.summary,
        last: figures.last.summary,
        replyPath: figures.pathOf('reply'),
        lastPath: figures.pathOf('last'),
      },
    ]);
    return {
      classes: Object.fromEntries(classes.sort(([a], [b]) => (a < b ? -1 : 1))),
      calls: Object.fromEntries([...this.#calls].map(([call, times]) => [call, times.summary])),
      cold: this.#cold,
      unread: this.#unread,
      moves: this.#figures.get(EVERY_MOVE)?.last.count ?? 0,
    };
  }

  #of(label: string): Figures {
    const figures = this.#figures.get(label) ?? new Figures();
    this.#figures.set(label, figures);
    return figures;
  }
}

function isMove(label: string): boolean {
  return MOVES.some((move) => move === label);
}
