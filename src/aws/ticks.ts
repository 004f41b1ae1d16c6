// The queues on AWS: ticks, and letters about what could not be delivered.

import { GetQueueAttributesCommand, SendMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import type { DeadLetter } from '../app/broadcast.ts';
import type { Queues, Ticks } from '../app/ports.ts';

export function createTicks(queueUrl: string): Ticks {
  const send = createSender(queueUrl);
  return { schedule: (tick, delaySeconds) => send(tick, delaySeconds) };
}

/** Where the broadcaster leaves word of whom it could not reach. */
export function createGraveyard(queueUrl: string): (letter: DeadLetter) => Promise<void> {
  const send = createSender(queueUrl);
  return (letter) => send(letter, 0);
}

/** The depths of the two queues; about right, as SQS counts. */
export function createQueues(tickQueueUrl: string, deadLetterQueueUrl: string): Queues {
  const client = new SQSClient({});
  const depthOf = async (QueueUrl: string): Promise<number> => {
    const { Attributes = {} } = await client.send(
      new GetQueueAttributesCommand({ QueueUrl, AttributeNames: [...WAITING] }),
    );
    return WAITING.reduce((sum, name) => sum + Number(Attributes[name] ?? 0), 0);
  };
  return { ticks: () => depthOf(tickQueueUrl), deadLetters: () => depthOf(deadLetterQueueUrl) };
}

/** Messages to be had now, with a consumer at this moment, and to be had after their delay. */
const WAITING = [
  'ApproximateNumberOfMessages',
  'ApproximateNumberOfMessagesNotVisible',
  'ApproximateNumberOfMessagesDelayed',
] as const;

function createSender(QueueUrl: string): (body: unknown, DelaySeconds: number) => Promise<void> {
  const client = new SQSClient({});
  return async (body, DelaySeconds) => {
    await client.send(new SendMessageCommand({ QueueUrl, MessageBody: JSON.stringify(body), DelaySeconds }));
  };
}
