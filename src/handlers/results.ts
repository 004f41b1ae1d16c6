// The consumer of the results queue: games that are over, as EventBridge hands them on. A message that fails comes again alone.

import type { SQSBatchResponse } from 'aws-lambda';
import * as z from 'zod/mini';
import { recordResult } from '../app/results.ts';
import { clock, createLog, random } from '../aws/process.ts';
import { openResults } from '../aws/table.ts';
import { Environment, readEnvironment } from './environment.ts';
import { GameFinishedEvent, QueueBatch } from './payloads.ts';

const { TABLE_NAME } = readEnvironment(z.pick(Environment, { TABLE_NAME: true }));
const ports = { results: openResults(TABLE_NAME), clock, random, log: createLog() };

export async function handler(event: unknown): Promise<SQSBatchResponse> {
  const { Records } = QueueBatch.parse(event);
  const failures: SQSBatchResponse['batchItemFailures'] = [];
  // One after the other: games of a batch may share players and days, and nobody waits for them.
  for (const { messageId, body } of Records) {
    try {
      await recordResult(ports, GameFinishedEvent.parse(JSON.parse(body)).detail);
    } catch (error) {
      ports.log.error('A result could not be recorded', { messageId, error });
      failures.push({ itemIdentifier: messageId });
    }
  }
  return { batchItemFailures: failures };
}
