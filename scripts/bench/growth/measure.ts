// How the cost of a move, of the lobby and of the operator's page grows with rooms, spectators, people in the lobby and the
// length of a game.

import { runErrands } from '../../../src/app/execute.ts';
import { answer } from '../../../src/app/answer.ts';
import { LOBBY, tellLobby } from '../../../src/app/lobby.ts';
import type { Ports, Queues } from '../../../src/app/ports.ts';
import { parseSettings } from '../../../src/app/settings.ts';
import { roomStats, systemStats } from '../../../src/app/statistics.ts';
import type { ListedStage } from '../../../src/store/keys.ts';
import { createStore } from '../../../src/store/store.ts';
import type { Store } from '../../../src/store/store.ts';
import { createWorld } from '../../../tests/support/memory-ports.ts';
import type { World } from '../../../tests/support/memory-ports.ts';
import { startTable } from '../../../tests/support/table.ts';
import { Counter } from './counted.ts';
import type { Cost } from './counted.ts';
import { MeasuredGame } from './table.ts';

export type Axis = 'rooms' | 'spectators' | 'lobby' | 'length';
export type Sizes = Readonly<Record<Axis, readonly number[]>>;

/** What one kind of operation cost at one size: on average over `count` of them, and the dearest. */
export interface Sample {
  readonly axis: Axis;
  readonly size: number;
  readonly operation: string;
  readonly count: number;
  readonly mean: Cost;
  readonly most: Pick<Cost, 'readUnits' | 'items'>;
  /** For a telling of the lobby: seconds until the next may follow. */
  readonly spacing?: number;
}

/** A game as long as is asked for: nobody wins it before. */
const SETTINGS = { ...parseSettings('{}'), winScore: 1_000, maxRounds: 100 };
/** Every move of the round, whatever kind. */
export const ANY_MOVE = 'any move';
/** Where the sizes of the other axes stand while one grows. */
const LENGTH = 30;
const AT_ONCE = 50;

/** Measures every axis, each size on a table of its own. */
export async function measureGrowth(sizes: Sizes, say: (line: string) => void): Promise<readonly Sample[]> {
  const samples: Sample[] = [];
  for (const axis of ['rooms', 'spectators', 'lobby', 'length'] as const) {
    for (const size of sizes[axis]) {
      say(`${axis} ${size}`);
      samples.push(...(await measureAt(axis, size)));
    }
  }
  return samples;
}

async function measureAt(axis: Axis, size: number): Promise<readonly Sample[]> {
  const world = createWorld({ settings: SETTINGS });
  const counter = new Counter();
  const started = await startTable();
  counter.watch(started.client);
  const store = createStore({
    client: started.client,
    table: started.table,
    historyDays: SETTINGS.historyDays,
    roomTtlSeconds: SETTINGS.roomTtlSeconds,
    now: () => world.now,
  });
  const publisher = counter.publisher(({ roomId, errands = [] }) => runErrands(world.ports, roomId, errands));
  const ports = { ...world.ports, store, publisher };
  try {
    if (axis === 'rooms') await listRooms(store, world, size);
    if (axis === 'lobby') await fillLobby(store, world, size);
    const measuring = new Measuring(axis, size, counter);
    await measureMoves(
      measuring,
      world,
      store,
      ports,
      axis === 'spectators' ? size : 0,
      axis === 'length' ? size : LENGTH,
    );
    if (axis === 'rooms' || axis === 'lobby') await measureLobby(measuring, world, ports);
    if (axis === 'rooms') await measureOperator(measuring, ports);
    return measuring.samples;
  } finally {
    await started.stop();
  }
}

class Measuring {
  readonly #axis: Axis;
  readonly #size: number;
  readonly #counter: Counter;
  readonly #costs = new Map<string, Cost[]>();
  readonly #spacings = new Map<string, number>();

  constructor(axis: Axis, size: number, counter: Counter) {
    this.#axis = axis;
    this.#size = size;
    this.#counter = counter;
  }

  get counter(): Counter {
    return this.#counter;
  }

  /** An operation, which may count under several names. */
  async operation(names: readonly string[], act: () => Promise<unknown>): Promise<void> {
    this.#counter.take();
    await act();
    const cost = this.#counter.take();
    for (const name of names) this.#costs.set(name, [...(this.#costs.get(name) ?? []), cost]);
  }

  spaced(name: string, seconds: number): void {
    this.#spacings.set(name, seconds);
  }

  get samples(): readonly Sample[] {
    return [...this.#costs].map(([operation, costs]) => {
      const spacing = this.#spacings.get(operation);
      return {
        axis: this.#axis,
        size: this.#size,
        operation,
        count: costs.length,
        mean: meanOf(costs),
        most: {
          readUnits: Math.max(...costs.map(({ readUnits }) => readUnits)),
          items: Math.max(...costs.map(({ items }) => items)),
        },
        ...(spacing === undefined ? {} : { spacing }),
      };
    });
  }
}

/** A whole round, so that the snapshots on every 16th commit count as often as they come. */
async function measureMoves(
  measuring: Measuring,
  world: World,
  store: Store,
  ports: Ports,
  spectators: number,
  length: number,
): Promise<void> {
  const game = new MeasuredGame(world, store, ports);
  await game.begin(spectators);
  await game.playTo(length);
  const { counter } = measuring;
  await game.playRound((kind, act) =>
    measuring.operation([kind, ANY_MOVE], async () => {
      counter.answered(await act());
    }),
  );
  await game.settle();
  for (const event of ['ping', 'sync_request'])
    await measuring.operation([event], async () => {
      counter.answered(await game.say(event));
    });
}

async function measureLobby(measuring: Measuring, world: World, ports: Ports): Promise<void> {
  const caller = { connection: 'visitor', player: 'visitor', place: LOBBY, requestId: 'one' };
  await measuring.operation(['get_rooms'], async () => {
    measuring.counter.answered(await answer(ports, caller, JSON.stringify({ event: 'get_rooms' })));
  });
  await measuring.operation(['lobby told'], () => tellLobby(ports));
  // The first pulse after a quiet time comes at once; the one after it says how far apart they are.
  await ports.store.pulseLobby(world.now);
  const next = await ports.store.pulseLobby(world.now);
  if (next !== null) measuring.spaced('lobby told', next.delaySeconds);
}

async function measureOperator(
  measuring: Measuring,
  ports: Ports & { readonly queues: Queues },
): Promise<void> {
  await measuring.operation(['operator: statistics'], () => systemStats(ports));
  await measuring.operation(['operator: a page of 20 rooms'], () => roomStats(ports, { limit: 20 }));
}

/** As many rooms in each list; a game's own room is one more. */
async function listRooms(store: Store, world: World, count: number): Promise<void> {
  const stages: readonly ListedStage[] = ['open', 'playing', 'finished'];
  const rooms = stages.flatMap((stage) => Array.from({ length: count }, (_, place) => ({ stage, place })));
  await together(rooms, ({ stage, place }) =>
    store.project({
      room: `${stage[0] ?? ''}${place}`.toUpperCase(),
      seq: 1,
      stage,
      isPrivate: false,
      createdAt: world.now - place,
      lastActivity: world.now,
      hostName: 'Somebody',
      seats: (['blue', 'purple', 'orange', 'red'] as const).map((colour, seat) =>
        stage === 'open' && seat === 3
          ? null
          : { name: `Player ${seat}`, isBot: false, isHost: seat === 0, colour },
      ),
      connectedHumans: 3,
      game: stage === 'open' ? 0 : 1,
      ...(stage === 'finished' ? { outcome: 'completed' } : {}),
    }),
  );
}

async function fillLobby(store: Store, world: World, count: number): Promise<void> {
  const members = Array.from({ length: count }, (_, place) => `lobby-connection-${place}`);
  await together(members, (connection) => store.enterLobby({ connection, at: world.now }));
  // A full list: fifty rooms to join and twenty games to watch.
  await listRooms(store, world, 50);
}

async function together<T>(all: readonly T[], act: (one: T) => Promise<void>): Promise<void> {
  for (let first = 0; first < all.length; first += AT_ONCE)
    await Promise.all(all.slice(first, first + AT_ONCE).map(act));
}

function meanOf(costs: readonly Cost[]): Cost {
  const mean = (pick: (cost: Cost) => number): number =>
    Math.round((costs.reduce((sum, cost) => sum + pick(cost), 0) / costs.length) * 100) / 100;
  const operations = [...new Set(costs.flatMap(({ calls }) => Object.keys(calls)))].sort();
  return {
    calls: Object.fromEntries(operations.map((name) => [name, mean(({ calls }) => calls[name] ?? 0)])),
    readUnits: mean(({ readUnits }) => readUnits),
    writeUnits: mean(({ writeUnits }) => writeUnits),
    items: mean(({ items }) => items),
    bytes: mean(({ bytes }) => bytes),
    broadcasts: mean(({ broadcasts }) => broadcasts),
    posts: mean(({ posts }) => posts),
    messages: mean(({ messages }) => messages),
  };
}
