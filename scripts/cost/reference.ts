// The reference game: some whole games played on the benchmark's cloud, in virtual time and through the real handlers, and their
// average brought to exactly the game that every figure speaks of.

import { readFileSync } from 'node:fs';
import { parse } from 'yaml';
import * as z from 'zod/mini';
import { parseSettings } from '../../src/app/settings.ts';
import type { Settings } from '../../src/room/room.ts';
import { addUsage, NO_USAGE, scaleUsage } from '../../src/room/usage.ts';
import type { Usage } from '../../src/room/usage.ts';
import { AS_IT_IS } from '../bench/clients.ts';
import { createStore } from '../../src/store/store.ts';
import { openCloud } from '../bench/cloud.ts';
import type { BenchCloud } from '../bench/cloud.ts';
import type { FunctionName } from '../bench/functions.ts';
import { PROFILE } from '../bench/profile.ts';
import { measureGames } from '../bench/run.ts';
import type { Desk } from '../bench/run.ts';
import { openLedger } from './ledger.ts';
import type { FunctionUsage } from './ledger.ts';

/** What 300 games of the reference bots were like on average (docs/architecture.md). */
export const REFERENCE = { humans: 4, rounds: 20, turns: 130, moves: 600, minutes: 45 } as const;
/** A player's move after so long, so that a game of that many moves and the ordinary pauses lasts 45 minutes. */
const THINK_MS = 2_400;
/** Nobody may win before the last round. */
const ENDLESS = { winScore: 1_000 };

export interface Measured {
  readonly games: number;
  readonly rounds: number;
  readonly moves: number;
  readonly minutes: number;
  /** Of all games together, as counted. */
  readonly usage: Usage;
  /** Of that, what came before the games began. */
  readonly before: Usage;
  readonly functions: Readonly<Partial<Record<FunctionName, FunctionUsage>>>;
  readonly details: Readonly<Record<string, number>>;
  /** What the games' own bills say, all together. */
  readonly own: Usage;
  /** New instances of functions, whose start is billed as well. */
  readonly instances: number;
}

/** Plays games and counts what AWS would bill for all of it, from the first handshake to the last frame. */
export async function measureUsage(given: {
  readonly games: number;
  readonly rounds: number;
  readonly seed: number;
  readonly settings?: Partial<Settings>;
}): Promise<Measured> {
  const ledger = openLedger(memoryOf());
  const desk: Desk = { labels: new Map(), collect: () => undefined };
  const settings = { ...ENDLESS, maxRounds: given.rounds, ...given.settings };
  const cloud = await openCloud({
    settings: parseSettings(JSON.stringify(settings)),
    coldStarts: 'left out',
    observer: { labelOf: (_, { event }) => event, over: () => undefined },
    log: ledger.hearMachine,
  });
  Object.assign(process.env, AS_ON_AWS);
  try {
    ledger.watch(cloud);
    const run = await measureGames(cloud, desk, {
      games: given.games,
      seed: given.seed,
      thinkMs: THINK_MS,
      cutShare: 0,
      seen: true,
      profile: PROFILE,
      variant: AS_IT_IS,
      countCold: true,
    });
    const instances = Object.values(cloud.functions.instances).reduce((sum, made) => sum + made, 0);
    return {
      games: given.games,
      rounds: given.games * given.rounds,
      moves: run.gameMoves,
      minutes: run.seconds / 60,
      usage: ledger.usage(),
      before: ledger.before(),
      functions: ledger.functions(),
      details: ledger.details(),
      own: await ownUsage(cloud, run.rooms),
      instances,
    };
  } finally {
    ledger.stop();
    await cloud.stop();
  }
}

/** The sum of what the rooms' records say that their games have used. */
async function ownUsage({ table }: BenchCloud, rooms: readonly string[]): Promise<Usage> {
  const { roomTtlSeconds, historyDays } = parseSettings('{}');
  const store = createStore({
    client: table.client,
    table: table.name,
    roomTtlSeconds,
    historyDays,
    now: () => Date.now(),
  });
  const records = await Promise.all(rooms.map((room) => store.load(room)));
  return records.map(({ usage }) => usage).reduce(addUsage, NO_USAGE);
}

/** What a deployed function has in its environment and the benchmark leaves out because it shows only in the log. */
const AS_ON_AWS = {
  POWERTOOLS_LOG_LEVEL: 'INFO',
  POWERTOOLS_METRICS_DISABLED: 'false',
  AWS_LAMBDA_FUNCTION_NAME: 'liap-tui-prod-message',
  _X_AMZN_TRACE_ID: 'Root=1-5759e988-bd862e3fe1be46a994272793;Parent=53995c3f42cd8ad8;Sampled=0',
};

/** Init of an instance, ms (docs/aws-facts.md, "cold start"). */
const INIT_MS = PROFILE.coldStart.p50;
const DEFAULT_MB = 1_024;

/** The states that end a game: GameOver and Announce. */
const END_TRANSITIONS = 2;

/**
 * The usage of the reference game. Making the room and coming to it counts as it was; what came after (messages, functions, table,
 * queue, log, bytes) goes by the moves; transitions go by the rounds, connections by the minutes. All instances of functions are
 * taken to start for these games alone: that is the worst case.
 */
export function referenceUsage({ usage, before, rounds, moves, games, instances }: Measured): Usage {
  const played = scaleUsage(addUsage(usage, scaleUsage(before, -1)), REFERENCE.moves / moves);
  const sum = addUsage(played, scaleUsage(before, 1 / games));
  const transitions = (usage.transitions - games * END_TRANSITIONS) / rounds;
  return {
    ...sum,
    mbMs: sum.mbMs + (instances / games) * INIT_MS * DEFAULT_MB,
    transitions: transitions * REFERENCE.rounds + END_TRANSITIONS,
    events: usage.events / games,
    connectedMs: REFERENCE.humans * REFERENCE.minutes * 60_000,
  };
}

/** What a game's own bill says of the reference game: of everything but its beginning. */
export function ownReferenceUsage({ own, rounds, moves, games }: Measured): Usage {
  const transitions = (own.transitions - games * END_TRANSITIONS) / rounds;
  return {
    ...scaleUsage(own, REFERENCE.moves / moves),
    transitions: transitions * REFERENCE.rounds + END_TRANSITIONS,
    events: own.events / games,
    connectedMs: REFERENCE.humans * REFERENCE.minutes * 60_000,
  };
}

/** An ideal protocol's share: one message in for a move and one out for each connection, and nothing else (issue 6). */
export const FLOOR_MESSAGES = REFERENCE.moves * (1 + REFERENCE.humans);

const Template = z.looseObject({
  provider: z.looseObject({ memorySize: z.number() }),
  functions: z.record(z.string(), z.looseObject({ memorySize: z.optional(z.number()) })),
});

function memoryOf(): (name: FunctionName) => number {
  const text = readFileSync(new URL('../../serverless.yml', import.meta.url), 'utf8');
  const { provider, functions } = Template.parse(parse(text));
  return (name) => functions[name]?.memorySize ?? provider.memorySize;
}
