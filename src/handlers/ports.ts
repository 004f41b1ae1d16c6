// The ports of a function from its environment, and what every handler does around its work.

import { createPorts } from '../aws/ports.ts';
import { parseSettings } from '../app/settings.ts';
import type { Ports } from '../app/ports.ts';
import type { Counts } from '../store/counters.ts';
import { PortsEnvironment, readEnvironment } from './environment.ts';

/** Made once for a function instance. `metrics`: what turns a stage's counts into metrics, in functions that have some. */
export function portsFromEnvironment(metrics?: (stage: string) => (gathered: Counts) => void): Ports {
  const environment = readEnvironment(PortsEnvironment);
  const emit = metrics?.(environment.STAGE);
  return createPorts({
    tableName: environment.TABLE_NAME,
    broadcaster: environment.BROADCASTER_FUNCTION,
    stateMachineArn: environment.STATE_MACHINE_ARN,
    tickQueueUrl: environment.TICK_QUEUE_URL,
    settings: parseSettings(environment.GAME_SETTINGS),
    tallySeconds: environment.TALLY_SECONDS,
    ...(emit && { emit }),
  });
}

/** The function's memory in MB: Lambda sets the variable; the default is that of serverless.yml. */
export function memoryMb(): number {
  return Number(process.env['AWS_LAMBDA_FUNCTION_MEMORY_SIZE'] ?? 1_024);
}
