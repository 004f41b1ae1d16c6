// What is kept, on DynamoDB: the store of rooms, and the results of their games.

import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import type { Settings } from '../room/room.ts';
import { createResults } from '../store/results.ts';
import type { Results } from '../store/results.ts';
import { createStore } from '../store/store.ts';
import type { Store } from '../store/store.ts';
import { clock } from './process.ts';

export function openStore(tableName: string, { historyDays, roomTtlSeconds }: Settings): Store {
  return createStore({
    ...{ client: documentClient(), table: tableName, historyDays, roomTtlSeconds },
    now: () => clock.now(),
  });
}

export function openResults(tableName: string): Results {
  return createResults({ client: documentClient(), name: tableName, now: () => clock.now() });
}

function documentClient(): DynamoDBDocumentClient {
  return DynamoDBDocumentClient.from(new DynamoDBClient({}), {
    marshallOptions: { removeUndefinedValues: true },
  });
}
