// The consumer of the tick queue: what was planned for now is done. A message that fails comes again alone.

import type { SQSBatchResponse } from 'aws-lambda';
import { runTick } from '../app/game-phases.ts';
import type { Tick } from '../app/ports.ts';
import { QueueBatch, TickPayload } from './payloads.ts';
import { portsFromEnvironment } from './ports.ts';

const ports = portsFromEnvironment();

export async function handler(event: unknown): Promise<SQSBatchResponse> {
  const { Records } = QueueBatch.parse(event);
  const failures = await Promise.all(Records.map(({ messageId, body }) => failureOf(messageId, body)));
  await ports.tally.flush();
  return { batchItemFailures: failures.flat() };
}

async function failureOf(
  itemIdentifier: string,
  body: string,
): Promise<SQSBatchResponse['batchItemFailures']> {
  try {
    const tick: Tick = TickPayload.parse(JSON.parse(body));
    await runTick(ports, tick);
    return [];
  } catch (error) {
    ports.log.error('A tick failed', { error });
    return [{ itemIdentifier }];
  }
}
