// What a function has without any client: the clock, chance and a log.

import { Logger } from '@aws-lambda-powertools/logger';
import { createHash, randomBytes } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import type { Clock, Log, Random } from '../app/ports.ts';

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
