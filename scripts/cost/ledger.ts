// What AWS would bill while the product plays on the benchmark's cloud: counted where AWS counts, at the gateway, at the start and
// end of functions, at the clients' calls, at the state machine and in the log, and not by the product itself.

import { ConditionalCheckFailedException, DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { __Client } from '@aws-sdk/client-lambda';
import { SQSClient } from '@aws-sdk/client-sqs';
import * as z from 'zod/mini';
import { addUsage, messagesOf, NO_USAGE } from '../../src/room/usage.ts';
import type { Usage } from '../../src/room/usage.ts';
import { itemBytes, writeUnitsOf } from '../../src/store/units.ts';
import { now } from '../bench/clock.ts';
import type { BenchCloud } from '../bench/cloud.ts';
import type { FunctionName } from '../bench/functions.ts';

/** What one function used. */
export interface FunctionUsage {
  readonly runs: number;
  readonly ms: number;
  readonly mbMs: number;
}

export interface Ledger {
  readonly usage: () => Usage;
  /** What there was when the last game began: making a room and coming to it. */
  readonly before: () => Usage;
  readonly functions: () => Readonly<Partial<Record<FunctionName, FunctionUsage>>>;
  /** By API call and by kind of message: how many, for who wonders what makes up a sum. */
  readonly details: () => Readonly<Record<string, number>>;
  /** A line of the state machine's log. */
  readonly hearMachine: (entry: { readonly message: string }) => void;
  /** Ends the counting and gives everything back as it was. */
  readonly stop: () => void;
}

type Send = (this: unknown, command: Command, ...rest: readonly unknown[]) => Promise<unknown>;
interface Command {
  readonly input: Record<string, unknown>;
  readonly constructor: { readonly name: string };
}

/** The detail that counts the bytes of a room's log in the table. */
export const STORED = 'bytes stored';
/** DynamoDB keeps so many bytes of its own for each item. */
const INDEXED = 100;
const Capacity = z.looseObject({
  ConsumedCapacity: z.optional(z.looseObject({ CapacityUnits: z.number() })),
});
const Reply = z.object({ body: z.optional(z.string()) });
const READS: ReadonlySet<string> = new Set(['Query', 'Get', 'GetItem']);

/** An empty ledger; `watch` begins the counting. `memoryOf`: MB of a function. */
export function openLedger(memoryOf: (name: FunctionName) => number): Ledger & {
  readonly watch: (cloud: BenchCloud) => void;
} {
  let usage = NO_USAGE;
  let before = NO_USAGE;
  const functions: Partial<Record<FunctionName, FunctionUsage>> = {};
  const details: Record<string, number> = {};
  const undo: (() => void)[] = [];
  const add = (more: Partial<Usage>): void => {
    usage = addUsage(usage, more);
  };
  const note = (what: string, by = 1): void => {
    details[what] = (details[what] ?? 0) + by;
  };
  const begin = (): void => {
    before = usage;
  };
  const counter: Counter = { add, note, begin, undo };

  const ran = (name: FunctionName, ms: number): void => {
    // Billed by started ms.
    const billed = Math.ceil(ms);
    const before = functions[name] ?? { runs: 0, ms: 0, mbMs: 0 };
    const mbMs = billed * memoryOf(name);
    functions[name] = { runs: before.runs + 1, ms: before.ms + billed, mbMs: before.mbMs + mbMs };
    add({ requests: 1, mbMs });
    // A tick came out of the queue, and is deleted from it when the function has returned.
    if (name === 'tick') add({ queue: 2 });
    // So did a result, which EventBridge had sent there.
    if (name === 'results') add({ queue: 3 });
  };

  return {
    usage: () => usage,
    before: () => before,
    functions: () => functions,
    details: () => details,
    hearMachine: ({ message }) => {
      if (message === 'state entered' || message === 'state retried') add({ transitions: 1 });
      if (message === 'game.finished') add({ events: 1 });
    },
    stop: () => {
      for (const each of undo.splice(0).reverse()) each();
    },
    watch: (cloud) => {
      watchGateway(cloud, counter);
      watchFunctions(cloud, counter, ran);
      watchClients(counter);
      watchLog(counter);
    },
  };
}

interface Counter {
  readonly add: (more: Partial<Usage>) => void;
  readonly note: (what: string, by?: number) => void;
  readonly begin: () => void;
  readonly undo: (() => void)[];
}

/** Frames in and posts out; a reply is counted where the function returns it. */
function watchGateway({ gateway }: BenchCloud, { add, note, begin, undo }: Counter): void {
  const receive = gateway.receive.bind(gateway);
  const post = gateway.post.bind(gateway);
  gateway.receive = (socket, text) => {
    add({ messages: messagesOf(Buffer.byteLength(text)) });
    note(`in ${eventOf(text)}`);
    if (eventOf(text) === 'start_game') begin();
    return receive(socket, text);
  };
  gateway.post = (connection, text, start) => {
    const isDelivered = post(connection, text, start);
    if (isDelivered) count(text, { add, note }, 'post');
    return isDelivered;
  };
  undo.push(() => {
    gateway.receive = receive;
    gateway.post = post;
  });
}

function count(text: string, { add, note }: Pick<Counter, 'add' | 'note'>, how: string): void {
  const bytes = Buffer.byteLength(text);
  add({ messages: messagesOf(bytes), egress: bytes });
  note(`${how} ${eventOf(text)}`);
  note(`bytes ${eventOf(text)}`, bytes);
}

function eventOf(text: string): string {
  return /"event":"(\w+)"/.exec(text)?.[1] ?? '?';
}

function watchFunctions(
  { functions }: BenchCloud,
  { add, note, undo }: Counter,
  ran: (name: FunctionName, ms: number) => void,
): void {
  const run = functions.run.bind(functions);
  functions.run = (name, use) =>
    run(name, async (handler) => {
      const started = now();
      try {
        const result = await use(handler);
        const body = name === 'message' ? Reply.safeParse(result).data?.body : undefined;
        if (body !== undefined) count(body, { add, note }, 'reply');
        return result;
      } finally {
        ran(name, now() - started);
      }
    });
  undo.push(() => {
    functions.run = run;
  });
}

/** What DynamoDB says it took, and requests to queues. */
function watchClients({ add, note, undo }: Counter): void {
  const prototype = __Client.prototype as unknown as { send: Send };
  const original = prototype.send;
  prototype.send = async function (command, ...rest) {
    const call = command.constructor.name.replace(/Command$/, '');
    if (this instanceof SQSClient && call === 'SendMessage') add({ queue: 1 });
    if (!isOnTable(this, call)) return original.call(this, command, ...rest);
    command.input['ReturnConsumedCapacity'] = 'TOTAL';
    const name = `${call} ${whereOf(command.input)}`;
    note(name);
    const take = (units: number): void => {
      add(READS.has(call) ? { reads: units } : { writes: units });
      note(`units ${name}`, units);
    };
    try {
      const result = await original.call(this, command, ...rest);
      if (call === 'Put' && whereOf(command.input) === 'ROOM')
        note(STORED, itemBytes(command.input['Item']) + INDEXED);
      take(Capacity.parse(result).ConsumedCapacity?.CapacityUnits ?? 0);
      return result;
    } catch (error) {
      // A condition that fails costs what the write would have.
      if (error instanceof ConditionalCheckFailedException)
        take(writeUnitsOf(itemBytes(command.input['Item'] ?? {})));
      throw error;
    }
  };
  undo.push(() => {
    prototype.send = original;
  });
}

const TABLE_CALLS: ReadonlySet<string> = new Set([
  ...READS,
  'Put',
  'PutItem',
  'Update',
  'UpdateItem',
  'Delete',
  'DeleteItem',
]);
function isOnTable(client: unknown, call: string): boolean {
  return (client instanceof DynamoDBClient || client instanceof __Client) && TABLE_CALLS.has(call);
}

/** The kind of item, by its key. */
function whereOf(input: Record<string, unknown>): string {
  const key = JSON.stringify(input['Item'] ?? input['Key'] ?? input['ExpressionAttributeValues'] ?? {});
  const partition = /"(ROOM|CONN|LOBBY|STATS|PLAYER|RATE|OPEN|PLAYING|FINISHED)[#"]/.exec(key)?.[1] ?? '?';
  return key.includes('"META"') ? 'META' : partition;
}

/** Log lines go to the standard output, where Lambda takes them; here they are counted instead of shown. */
function watchLog({ add, note, undo }: Counter): void {
  const { stdout } = process;
  const write = stdout.write.bind(stdout);
  stdout.write = (chunk: unknown, ...rest: never[]) => {
    const text = typeof chunk === 'string' ? chunk : '';
    if (!text.startsWith('{"')) return write(chunk as string, ...rest);
    add({ log: Buffer.byteLength(text) });
    note(
      text.startsWith('{"_aws"')
        ? 'lines of metrics'
        : `lines ${/"message":"([^"]*)"/.exec(text)?.[1] ?? '?'}`,
    );
    note('log bytes', Buffer.byteLength(text));
    return true;
  };
  undo.push(() => {
    stdout.write = write;
  });
}
