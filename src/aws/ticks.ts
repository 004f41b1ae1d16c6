// The tick queue on AWS.

import { SendMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import type { DeadLetter } from '../app/broadcast.ts';
import type { Ticks } from '../app/ports.ts';

export function createTicks(queueUrl: string): Ticks {
  const send = createSender(queueUrl);
  return { schedule: (tick, delaySeconds) => send(tick, delaySeconds) };
}

/** Where the broadcaster leaves word of whom it could not reach. */
export function createGraveyard(queueUrl: string): (letter: DeadLetter) => Promise<void> {
  const send = createSender(queueUrl);
  return (letter) => send(letter, 0);
}

function createSender(QueueUrl: string): (body: unknown, DelaySeconds: number) => Promise<void> {
  const client = new SQSClient({});
  return async (body, DelaySeconds) => {
    await client.send(new SendMessageCommand({ QueueUrl, MessageBody: JSON.stringify(body), DelaySeconds }));
  };
}
