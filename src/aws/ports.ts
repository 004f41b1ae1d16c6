// The ports on AWS, made once for each function instance.

import { Logger } from '@aws-lambda-powertools/logger';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { createHash, randomBytes } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import type { Clock, Log, Ports, Random } from '../app/ports.ts';
import { createLimit, EMOTES, FRAMES } from '../app/rate-limit.ts';
import { createTally } from '../app/tally.ts';
import type { Settings } from '../room/room.ts';
import { createStore } from '../store/store.ts';
import type { Store } from '../store/store.ts';
import { createPhases } from './phases.ts';
import { createPublisher } from './publisher.ts';
import { createTicks } from './ticks.ts';

export const clock: Clock = { now: () => Date.now(), pause: async (ms) => pause(ms) };

export const random: Random = {
  proof: () => {
    const seed = randomBytes(32).toString('hex');
    return { seed, commitment: createHash('sha256').update(seed).digest('hex') };
  },
  fraction: () => Math.random(),
};

/** One structured line a happening. */
export function createLog(): Log {
  return new Logger({ serviceName: 'liap-tui' });
}

export function openStore(tableName: string, { historyDays, roomTtlSeconds }: Settings): Store {
  const client = DynamoDBDocumentClient.from(new DynamoDBClient({}), {
    marshallOptions: { removeUndefinedValues: true },
  });
  return createStore({ client, table: tableName, historyDays, roomTtlSeconds, now: () => clock.now() });
}

/** Everything `execute` needs. */
export function createPorts(given: {
  readonly tableName: string;
  readonly broadcaster: string;
  readonly stateMachineArn: string;
  readonly tickQueueUrl: string;
  readonly settings: Settings;
}): Ports {
  const store = openStore(given.tableName, given.settings);
  return {
    store,
    publisher: createPublisher(given.broadcaster),
    phases: createPhases(given.stateMachineArn),
    ticks: createTicks(given.tickQueueUrl),
    clock,
    random,
    log: createLog(),
    tally: createTally(store, clock),
    limit: createLimit(() => clock.now(), FRAMES),
    emoteLimit: createLimit(() => clock.now(), EMOTES),
    settings: given.settings,
  };
}
