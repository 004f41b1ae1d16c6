// The cloud of the latency benchmark: the product's handlers in this process behind a gateway of ours, the table in a process of
// its own, the deployed state machine and the tick queue in between.

import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import getPort from 'get-port';
import { randomBytes } from 'node:crypto';
import { fileURLToPath } from 'node:url';
import * as z from 'zod/mini';
import type { Settings } from '../../src/room/room.ts';
import { startChild } from '../local/child.ts';
import { createSteps, gameFinishedPattern, readDefinition } from '../local/steps.ts';
import type { Log as StepsLog } from '../local/steps.ts';
import { ensureTable } from '../local/table.ts';
import { takeOverClients } from './clients.ts';
import type { Callback, Clients } from './clients.ts';
import { Functions } from './functions.ts';
import type { ColdStarts } from './functions.ts';
import { Gateway } from './gateway.ts';
import type { Observer } from './gateway.ts';
import { now } from './clock.ts';
import { spend } from './latency-of.ts';

export interface BenchCloud {
  readonly gateway: Gateway;
  readonly functions: Functions;
  readonly clients: Clients;
  /** The table, through a client whose calls are not the product's. */
  readonly table: { readonly client: DynamoDBDocumentClient; readonly name: string };
  readonly sessionSecret: string;
  stop(): Promise<void>;
}

const TABLE = 'liap-tui-bench';
const STATE_MACHINE_ARN = 'arn:aws:states:us-east-1:000000000000:stateMachine:liap-tui-bench-game';
/** Nobody listens there: what is sent to it never leaves this process. */
const NOWHERE = 'http://127.0.0.1:9';
const QUEUES = `${NOWHERE}/000000000000`;

/** Starts it. The handlers read their environment when they are first called: one cloud a process. */
export async function openCloud(given: {
  readonly settings: Settings;
  readonly observer: Observer;
  readonly coldStarts: ColdStarts;
  /** Hears of every state that an execution enters. */
  readonly log?: StepsLog;
}): Promise<BenchCloud> {
  const endpoint = `http://127.0.0.1:${await getPort({ host: '127.0.0.1' })}`;
  const sessionSecret = randomBytes(32).toString('base64url');
  Object.assign(process.env, environmentOf(endpoint, sessionSecret, given.settings));
  const plain = new DynamoDBClient({ endpoint });
  const database = await startChild(
    {
      name: 'database',
      args: [fileURLToPath(new URL('../local/database.ts', import.meta.url)), new URL(endpoint).port],
      env: process.env,
      ready: () => ensureTable(plain, TABLE),
    },
    {
      log: () => undefined,
      onGivenUp: (error) => {
        throw error;
      },
    },
  );
  const functions = new Functions(given.coldStarts);
  const gateway = new Gateway(functions, given.observer, sessionSecret);
  const callbacks = new Map<string, Callback>();
  const steps = createSteps({
    database: ':memory:',
    definition: readDefinition({ PhaseFunctionArn: 'phase', EventBusName: 'default' }),
    invoke: (name, payload) => {
      if (name === 'phase') return enterState({ gateway, functions, callbacks }, payload);
      return name === 'results'
        ? deliverResults({ gateway, functions }, payload)
        : deliverTicks({ gateway, functions }, payload);
    },
    log: given.log ?? (() => undefined),
    stateMachineArn: STATE_MACHINE_ARN,
    tickQueueUrl: `${QUEUES}/ticks`,
    deadLetterQueueUrl: `${QUEUES}/dead-letters`,
    tickFunction: 'tick',
    subscriptions: [
      { pattern: gameFinishedPattern(), queueUrl: `${QUEUES}/results`, functionName: 'results' },
    ],
    visibilitySeconds: 60,
  });
  const clients = takeOverClients({ functions, gateway, steps, callbacks });
  steps.resume();
  return {
    gateway,
    functions,
    clients,
    table: { client: DynamoDBDocumentClient.from(plain), name: TABLE },
    sessionSecret,
    stop: async () => {
      await gateway.settle();
      await steps.close();
      clients.undo();
      plain.destroy();
      await database.stop();
    },
  };
}

function environmentOf(endpoint: string, sessionSecret: string, settings: Settings): Record<string, string> {
  return {
    AWS_REGION: 'us-east-1',
    // In virtual time the SDK takes a refused write for a clock that is wrong, and its pause before another try would never end.
    AWS_MAX_ATTEMPTS: '1',
    AWS_ACCESS_KEY_ID: 'local',
    AWS_SECRET_ACCESS_KEY: 'local',
    AWS_ENDPOINT_URL_DYNAMODB: endpoint,
    AWS_ENDPOINT_URL_SFN: NOWHERE,
    AWS_ENDPOINT_URL_SQS: NOWHERE,
    AWS_ENDPOINT_URL_LAMBDA: NOWHERE,
    STAGE: 'bench',
    TABLE_NAME: TABLE,
    ALLOWED_ORIGINS: '',
    WEBSOCKET_ENDPOINT: `${NOWHERE}/bench`,
    BROADCASTER_FUNCTION: 'liap-tui-bench-broadcaster',
    STATE_MACHINE_ARN,
    TICK_QUEUE_URL: `${QUEUES}/ticks`,
    DEAD_LETTER_QUEUE_URL: `${QUEUES}/dead-letters`,
    GAME_SETTINGS: JSON.stringify(settings),
    SESSION_SECRET: sessionSecret,
    ADMIN_TOKEN: sessionSecret,
    TALLY_SECONDS: '60',
    POWERTOOLS_METRICS_DISABLED: 'true',
    POWERTOOLS_LOG_LEVEL: 'ERROR',
  };
}

const AT_ONCE_MS = 500;

type Parts = Pick<BenchCloud, 'gateway' | 'functions'>;
const PhaseCall = z.looseObject({ phase: z.string(), roomId: z.string() });

/** The state machine enters a state: because of a callback, or because a wait is over. */
function enterState(
  { gateway, functions, callbacks }: Parts & { readonly callbacks: Map<string, Callback> },
  payload: unknown,
): Promise<unknown> {
  const { phase, roomId } = PhaseCall.parse(payload);
  const last = callbacks.get(roomId);
  callbacks.delete(roomId);
  // A wait lasts a second at least; what follows on a callback at once is entered in the same moment.
  const callback = last !== undefined && now() - last.end < AT_ONCE_MS ? last : undefined;
  const start = callback?.start ?? now();
  return gateway.follow({ kind: 'phase', phase }, `machine ${phase}`, start, async (trace) => {
    if (callback !== undefined) trace.spans.push({ row: 'task', ...callback });
    await spend('nextState', 'next state', () => undefined);
    const result = await functions.call('phase', payload);
    trace.returned = now();
    return result;
  });
}

/** Ticks that are due come out of the queue. */
function deliverTicks({ gateway, functions }: Parts, payload: unknown): Promise<unknown> {
  return gateway.follow({ kind: 'tick' }, 'tick', now(), async (trace) => {
    await spend('queueStart', 'out of the queue', () => undefined);
    const result = await functions.call('tick', payload);
    trace.returned = now();
    return result;
  });
}

/** Games that are over come out of their queue. Nobody waits for that. */
function deliverResults({ gateway, functions }: Parts, payload: unknown): Promise<unknown> {
  return gateway.follow({ kind: 'other' }, 'results', now(), () => functions.call('results', payload));
}
