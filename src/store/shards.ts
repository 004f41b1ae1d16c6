// A shard of a sorted list: one partition of the index GSI1, read from its end.

import { QueryCommand } from '@aws-sdk/lib-dynamodb';
import type { QueryCommandInput, QueryCommandOutput } from '@aws-sdk/lib-dynamodb';
import type { Table } from './table.ts';

/**
 * A shard page by page, what sorts last first, without what DynamoDB should have deleted by now. `before`: only what sorts
 * before this place.
 */
export async function* shardPages(
  { client, name, now }: Table,
  partition: string,
  { before, ...query }: { readonly before: string | null } & Pick<QueryCommandInput, 'Limit' | 'Select'>,
): AsyncGenerator<QueryCommandOutput> {
  let start: QueryCommandInput['ExclusiveStartKey'];
  do {
    const page = await client.send(
      new QueryCommand({
        ...query,
        TableName: name,
        IndexName: 'GSI1',
        KeyConditionExpression: before === null ? 'GSI1PK = :list' : 'GSI1PK = :list AND GSI1SK < :before',
        FilterExpression: '#ttl > :now',
        ExpressionAttributeNames: { '#ttl': 'ttl' },
        ExpressionAttributeValues: {
          ':list': partition,
          ':now': now() / 1000,
          ...(before !== null && { ':before': before }),
        },
        ScanIndexForward: false,
        ExclusiveStartKey: start,
      }),
    );
    yield page;
    start = page.LastEvaluatedKey;
  } while (start !== undefined);
}
