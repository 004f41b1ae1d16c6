// The reference game: some whole games played on the benchmark's cloud, in virtual time and through the real handlers, and their
// average brought to exactly the game that every figure speaks of.

import { readFileSync } from 'node:fs';
import { parse } from 'yaml';
import * as z from 'zod/mini';
import { parseSettings } from '../../src/app/settings.ts';
import type { Settings } from '../../src/room/room.ts';
import { scaleUsage } from '../../src/room/usage.ts';
import type { Usage } from '../../src/room/usage.ts';
import { AS_IT_IS } from '../bench/clients.ts';
import { openCloud } from '../bench/cloud.ts';
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
  readonly functions: Readonly<Partial<Record<FunctionName, FunctionUsage>>>;
  readonly details: Readonly<Record<string, number>>;
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
      functions: ledger.functions(),
      details: ledger.details(),
      instances,
    };
  } finally {
    ledger.stop();
    await cloud.stop();
  }
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

/**
 * The usage of the reference game. What a move causes (messages, functions, table, queue, log, bytes) goes by the moves; transitions
 * and events go by the rounds and games that were played, which are those of the reference; connections by its minutes. One
 * game on a stage of its own has every function start anew: that is the worst case and counted.
 */
export function referenceUsage({ usage, rounds, moves, games, instances }: Measured): Usage {
  const perMove = scaleUsage(usage, REFERENCE.moves / moves);
  return {
    ...perMove,
    mbMs: perMove.mbMs + (instances / games) * INIT_MS * DEFAULT_MB,
    transitions: (usage.transitions / rounds) * REFERENCE.rounds,
    events: usage.events / games,
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
