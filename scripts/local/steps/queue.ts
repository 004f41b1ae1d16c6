/**
 * The queues, durable: those whose due messages are delivered to a function, as an event source mapping does, and the
 * one that takes what the functions refused too often.
 */
import { createHash } from 'node:crypto';
import type { DatabaseSync } from 'node:sqlite';
import { z } from 'zod';
import { failureOf, type Invoke } from './lambda.ts';
import type { Log } from './log.ts';
import { openMessages, type Depth, type Message, type Messages } from './messages.ts';

export interface Queues {
  readonly names: readonly string[];
  readonly visibilitySeconds: number;
  /** Puts a message in, due in so many whole seconds; its id. */
  send(queue: string, body: string, delaySeconds: number): string;
  /** Takes up to `limit` due messages and hides them for the visibility timeout. */
  receive(queue: string, limit: number): Message[];
  remove(queue: string, receipt: string): void;
  depth(queue: string): Depth;
  /** Starts delivering. */
  resume(): void;
  /** Stops delivering; everything keeps its due time. */
  close(): void;
}

export interface Mapping {
  readonly queue: string;
  readonly functionName: string;
}

interface Needs {
  readonly database: DatabaseSync;
  readonly invoke: Invoke;
  readonly log: Log;
  /** The queues that are delivered, by name, each to its function. */
  readonly mappings: readonly Mapping[];
  /** Name of the queue for what cannot be. */
  readonly deadLetters: string;
  readonly visibilitySeconds: number;
}

/** As in infra/games.yml: after so many receives without success a message is a dead letter. */
const MAX_RECEIVES = 5;
/** As in serverless.yml: as many messages one invocation may get. */
const BATCH_SIZE = 10;
/** Invocations at once; AWS starts an event source mapping with five pollers. */
const MAX_BATCHES = 5;

/** Opens the queues kept in a database; nothing is delivered before `resume`. */
export function openQueues(needs: Needs): Queues {
  const { mappings, deadLetters, visibilitySeconds, log } = needs;
  const messages = openMessages(needs.database);

  function receive(queue: string, limit: number): Message[] {
    if (queue !== deadLetters)
      for (const id of messages.bury(queue, MAX_RECEIVES, deadLetters))
        log({ level: 'WARN', message: 'dead letter', id });
    return messages.take(queue, limit, visibilitySeconds * 1000);
  }

  const deliveries = new Map(
    mappings.map((mapping) => [mapping.queue, openDelivery(needs, mapping, messages, receive)]),
  );
  return {
    names: [...deliveries.keys(), deadLetters],
    visibilitySeconds,
    send(queue, body, delaySeconds) {
      const id = messages.add(queue, body, delaySeconds * 1000);
      deliveries.get(queue)?.deliver();
      return id;
    },
    receive,
    remove: messages.remove,
    depth: messages.depth,
    resume() {
      // Whoever had received a message had it in the process that has ended.
      messages.release();
      for (const delivery of deliveries.values()) delivery.resume();
    },
    close() {
      for (const delivery of deliveries.values()) delivery.close();
    },
  };
}

interface Delivery {
  /** Delivers what is due and sets the clock for what comes next. */
  deliver(): void;
  resume(): void;
  close(): void;
}

/** One queue's messages on their way to its function. */
function openDelivery(
  { invoke, log }: Needs,
  { queue, functionName }: Mapping,
  messages: Messages,
  receive: Queues['receive'],
): Delivery {
  let batches = 0;
  let delivering = false;
  let timer: NodeJS.Timeout | undefined;

  function deliver(): void {
    if (!delivering) return;
    clearTimeout(timer);
    while (batches < MAX_BATCHES) {
      const batch = receive(queue, BATCH_SIZE);
      if (batch.length === 0) break;
      batches += 1;
      void hand(batch).then((done) => {
        batches -= 1;
        if (!delivering) return;
        for (const { receipt } of done) messages.remove(queue, receipt);
        deliver();
      });
    }
    const due = messages.nextDue(queue);
    // With every invocation busy, the end of one of them delivers on.
    if (due !== null && batches < MAX_BATCHES) timer = setTimeout(deliver, Math.max(0, due - Date.now()));
  }

  /** One invocation; the messages it is done with. The others come again after the visibility timeout. */
  async function hand(batch: readonly Message[]): Promise<readonly Message[]> {
    const Records = batch.map((message) => recordOf(message, queue));
    const failed = await invoke(functionName, { Records }).then(
      (response) => failedIds(response, batch),
      (error: unknown) => {
        log({
          level: 'WARN',
          message: 'batch failed',
          function: functionName,
          error: failureOf(error).error,
        });
        return batch.map(({ id }) => id);
      },
    );
    if (failed.length > 0) log({ level: 'WARN', message: 'messages failed', ids: failed });
    return batch.filter(({ id }) => !failed.includes(id));
  }

  return {
    deliver,
    resume() {
      delivering = true;
      deliver();
    },
    close() {
      delivering = false;
      clearTimeout(timer);
    },
  };
}

const BatchResponse = z.looseObject({
  batchItemFailures: z.array(z.looseObject({ itemIdentifier: z.string() })).nullish(),
});

/** The ids of a batch that its function could not do; as on AWS, all of them when the answer makes no sense. */
function failedIds(response: unknown, batch: readonly Message[]): string[] {
  const all = batch.map(({ id }) => id);
  const parsed = BatchResponse.nullish().safeParse(response);
  if (!parsed.success) return all;
  const named = (parsed.data?.batchItemFailures ?? []).map(({ itemIdentifier }) => itemIdentifier);
  return named.every((id) => all.includes(id)) ? named : all;
}

/** MD5 of a message's body, which clients compare with what they sent. */
export function md5(body: string): string {
  return createHash('md5').update(body).digest('hex');
}

/** A message's system attributes, as strings. */
export function attributesOf(message: Message): Record<string, string> {
  return {
    ApproximateReceiveCount: String(message.receives),
    SentTimestamp: String(message.sentAt),
    SenderId: '000000000000',
    ApproximateFirstReceiveTimestamp: String(message.firstReceivedAt),
  };
}

function recordOf(message: Message, queue: string) {
  return {
    messageId: message.id,
    receiptHandle: message.receipt,
    body: message.body,
    attributes: attributesOf(message),
    messageAttributes: {},
    md5OfBody: md5(message.body),
    eventSource: 'aws:sqs',
    eventSourceARN: queueArn(queue),
    awsRegion: 'us-east-1',
  };
}

/** The ARN of a local queue. */
export function queueArn(queue: string): string {
  return `arn:aws:sqs:us-east-1:000000000000:${queue}`;
}
