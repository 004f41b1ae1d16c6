// The store on DynamoDB.

import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import type { Settings } from '../room/room.ts';
import { createStore } from '../store/store.ts';
import type { Store } from '../store/store.ts';
import { clock } from './process.ts';

export function openStore(tableName: string, { historyDays, roomTtlSeconds }: Settings): Store {
  const client = DynamoDBDocumentClient.from(new DynamoDBClient({}), {
    marshallOptions: { removeUndefinedValues: true },
  });
  return createStore({ client, table: tableName, historyDays, roomTtlSeconds, now: () => clock.now() });
}
