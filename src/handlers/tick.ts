// The consumer of the tick queue: what was planned for now is done. A message that fails comes again alone.

import type { SQSBatchResponse } from 'aws-lambda';
import { runTick } from '../app/game-phases.ts';
import type { Tick } from '../app/ports.ts';
import { LOBBY } from '../app/lobby.ts';
import { createMetrics } from '../aws/metrics.ts';
import { metersRun } from '../app/meter.ts';
import { QueueBatch, TickPayload } from './payloads.ts';
import { memoryMb, portsFromEnvironment } from './ports.ts';

const ports = portsFromEnvironment(createMetrics);

export async function handler(event: unknown): Promise<SQSBatchResponse> {
  const { Records } = QueueBatch.parse(event);
  const share = 1 / Records.length;
  const failures = await Promise.all(Records.map(({ messageId, body }) => failureOf(messageId, body, share)));
  await ports.tally.flush();
  return { batchItemFailures: failures.flat() };
}

async function failureOf(
  itemIdentifier: string,
  body: string,
  share: number,
): Promise<SQSBatchResponse['batchItemFailures']> {
  try {
    const tick: Tick = TickPayload.parse(JSON.parse(body));
    const room = tick.kind === 'room' ? tick.roomId : LOBBY;
    // It came out of the queue, and is deleted from it when this has returned.
    const run = { room, memoryMb: memoryMb(), cause: { queue: 2 * share }, share };
    await metersRun(ports, run, () => runTick(ports, tick));
    return [];
  } catch (error) {
    ports.log.error('A tick failed', { error });
    return [{ itemIdentifier }];
  }
}
