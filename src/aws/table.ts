// What is kept, on DynamoDB, which says itself what each call took: the store of rooms, and the results of their games.

import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import * as z from 'zod/mini';
import type { Meter } from '../app/ports.ts';
import type { RoomId, Settings } from '../room/room.ts';
import { roomIn } from '../store/keys.ts';
import { createResults } from '../store/results.ts';
import type { Results } from '../store/results.ts';
import { createStore } from '../store/store.ts';
import type { Store } from '../store/store.ts';
import { itemBytes, writeUnitsOf } from '../store/units.ts';
import { clock } from './process.ts';

/** With a meter, calls for a room are counted. */
export function openStore(
  tableName: string,
  { historyDays, roomTtlSeconds }: Settings,
  meter?: Meter,
): Store {
  const client = documentClient();
  if (meter !== undefined) count(client, meter);
  return createStore({ client, table: tableName, historyDays, roomTtlSeconds, now: () => clock.now() });
}

export function openResults(tableName: string): Results {
  return createResults({ client: documentClient(), name: tableName, now: () => clock.now() });
}

function documentClient(): DynamoDBDocumentClient {
  return DynamoDBDocumentClient.from(new DynamoDBClient({}), {
    marshallOptions: { removeUndefinedValues: true },
  });
}

const Keyed = z.object({
  Item: z.optional(z.looseObject({ PK: z.string() })),
  Key: z.optional(z.looseObject({ PK: z.string() })),
  ExpressionAttributeValues: z.optional(z.looseObject({ ':room': z.optional(z.string()) })),
});
const Taken = z.object({ ConsumedCapacity: z.optional(z.object({ CapacityUnits: z.number() })) });
const READS: ReadonlySet<string> = new Set(['QueryCommand', 'GetItemCommand']);

function count(client: DynamoDBDocumentClient, meter: Meter): void {
  client.middlewareStack.add(
    (next, { commandName = '' }) =>
      async (args) => {
        const room = roomOf(args.input);
        if (room === null) return next(args);
        const take = (units: number): void =>
          meter.use(room, READS.has(commandName) ? { reads: units } : { writes: units });
        try {
          const result = await next({ ...args, input: { ...args.input, ReturnConsumedCapacity: 'TOTAL' } });
          take(Taken.safeParse(result.output).data?.ConsumedCapacity?.CapacityUnits ?? 0);
          return result;
        } catch (error) {
          if (isRefused(error)) take(writeUnitsOf(itemBytes(Keyed.safeParse(args.input).data?.Item)));
          throw error;
        }
      },
    { step: 'initialize', name: 'meter', priority: 'high' },
  );
}

/** The room whose item or items a call is about; null for other items. */
function roomOf(input: unknown): RoomId | null {
  const { Item, Key, ExpressionAttributeValues } = Keyed.safeParse(input).data ?? {};
  const partition = Item?.PK ?? Key?.PK ?? ExpressionAttributeValues?.[':room'];
  return partition === undefined ? null : roomIn(partition);
}

/** A refused write costs what it would have. */
function isRefused(error: unknown): boolean {
  return error instanceof Error && error.name === 'ConditionalCheckFailedException';
}
