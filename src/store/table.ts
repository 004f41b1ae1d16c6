// The table as the parts of the store see it: a document client, a name, a clock; and the outcome of a guarded write.

import { ConditionalCheckFailedException } from '@aws-sdk/client-dynamodb';
import type { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { unmarshall } from '@aws-sdk/util-dynamodb';
import type { Item } from './items.ts';

export interface Table {
  readonly client: DynamoDBDocumentClient;
  readonly name: string;
  /** Epoch ms. */
  readonly now: () => number;
}

/** A write with a condition: done, or refused; `by` is the item in the way when the write asked for it and was told. */
export type Guarded = { readonly kind: 'done' } | { readonly kind: 'refused'; readonly by: Item | null };

/** The outcome of a write with a condition as a value; any other failure is thrown on. */
export async function guarded(write: Promise<unknown>): Promise<Guarded> {
  try {
    await write;
    return { kind: 'done' };
  } catch (error) {
    if (!(error instanceof ConditionalCheckFailedException)) throw error;
    return { kind: 'refused', by: error.Item ? unmarshall(error.Item) : null };
  }
}

/** Whether DynamoDB should have deleted this item by now; it may take days, and until then nobody may see it. */
export function isExpired(table: Table, { ttl }: { readonly ttl: number }): boolean {
  return ttl * 1000 <= table.now();
}
