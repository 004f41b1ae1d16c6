// What `execute` needs, on AWS, made once for each instance of a function that executes. Other functions open what they use.

import { createMemory } from '../app/memory.ts';
import { createMeter, meteredPorts } from '../app/meter.ts';
import type { Ports } from '../app/ports.ts';
import { createLimit, EMOTES, FRAMES } from '../app/rate-limit.ts';
import { createTally } from '../app/tally.ts';
import type { Settings } from '../room/room.ts';
import type { Counts } from '../store/counters.ts';
import { createPhases } from './phases.ts';
import { clock, createLog, random } from './process.ts';
import { createPublisher } from './publisher.ts';
import { openStore } from './table.ts';
import { createTicks } from './ticks.ts';

/** Everything `execute` needs. */
export function createPorts(given: {
  readonly tableName: string;
  readonly broadcaster: string;
  readonly stateMachineArn: string;
  readonly tickQueueUrl: string;
  readonly settings: Settings;
  readonly tallySeconds: number;
  /** Told of the counts when they are written, for metrics. */
  readonly emit?: (gathered: Counts) => void;
}): Ports {
  const meter = createMeter();
  const store = openStore(given.tableName, given.settings, meter);
  const ports: Ports = {
    store,
    meter,
    memory: createMemory(clock),
    publisher: createPublisher(given.broadcaster, { clock, random }),
    phases: createPhases(given.stateMachineArn),
    ticks: createTicks(given.tickQueueUrl),
    clock,
    random,
    log: createLog(),
    tally: createTally(store, clock, {
      everySeconds: given.tallySeconds,
      ...(given.emit && { emit: given.emit }),
    }),
    limit: createLimit(() => clock.now(), FRAMES),
    emoteLimit: createLimit(() => clock.now(), EMOTES),
    settings: given.settings,
  };
  return meteredPorts(ports, meter);
}
