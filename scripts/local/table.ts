/** The table of infra/storage.yml, made on whatever speaks DynamoDB's API locally. */
import { CreateTableCommand, DescribeTableCommand } from '@aws-sdk/client-dynamodb';
import type { CreateTableCommandInput, DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { readFileSync } from 'node:fs';
import { parse } from 'yaml';

const FILE = new URL('../../infra/storage.yml', import.meta.url);
type TableShape = Omit<CreateTableCommandInput, 'TableName'>;

/** Keys and indexes of the table; TTL and backups are left to AWS (a room's age is checked when it is read). */
export function tableShape(): TableShape {
  const storage = parse(readFileSync(FILE, 'utf8')) as {
    Resources: { GameTable: { Properties: TableShape } };
  };
  const { AttributeDefinitions, KeySchema, GlobalSecondaryIndexes, BillingMode } =
    storage.Resources.GameTable.Properties;
  return { AttributeDefinitions, KeySchema, GlobalSecondaryIndexes, BillingMode };
}

/** Makes the table if it is not there; resolves when it can be used. */
export async function ensureTable(client: DynamoDBClient, name: string): Promise<void> {
  try {
    await client.send(new CreateTableCommand({ TableName: name, ...tableShape() }));
  } catch (error) {
    if (!(error instanceof Error) || error.name !== 'ResourceInUseException') throw error;
  }
  const { Table } = await client.send(new DescribeTableCommand({ TableName: name }));
  if (Table?.TableStatus !== 'ACTIVE')
    throw new Error(`Table ${name} is ${Table?.TableStatus ?? 'not there'}`);
}
