/** The table of infra/storage.yml in memory, in this process: DynamoDB's API on a free port of the loopback. */
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import dynalite from 'dynalite';
import type { IncomingMessage, Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { ensureTable } from '../../scripts/local/table.ts';

export interface StartedTable {
  readonly client: DynamoDBDocumentClient;
  readonly table: string;
  readonly endpoint: string;
  /** The operations it was asked for, in order: `Query`, `PutItem`, … */
  readonly calls: string[];
  stop(): Promise<void>;
}

export async function startTable(): Promise<StartedTable> {
  const server = dynalite({ createTableMs: 0 });
  const calls: string[] = [];
  server.on('request', ({ headers }: IncomingMessage) => {
    calls.push(String(headers['x-amz-target']).split('.')[1] ?? '');
  });
  const endpoint = await listen(server);
  const plain = plainClient(endpoint);
  const client = DynamoDBDocumentClient.from(plain);
  const table = 'liap-tui-test';
  await untilThere(() => ensureTable(plain, table));
  return {
    client,
    table,
    endpoint,
    calls,
    stop: async () => {
      client.destroy();
      await close(server);
    },
  };
}

/** A table takes a moment to be created, longer on a busy machine. */
async function untilThere(ensure: () => Promise<void>): Promise<void> {
  for (let tries = 1; ; tries++) {
    try {
      await ensure();
      return;
    } catch (error) {
      if (tries === 50) throw error;
      await sleep(tries);
    }
  }
}

/** A client of whatever speaks DynamoDB's API there. */
export function documentClient(endpoint: string): DynamoDBDocumentClient {
  return DynamoDBDocumentClient.from(plainClient(endpoint));
}

function plainClient(endpoint: string): DynamoDBClient {
  const credentials = { accessKeyId: 'local', secretAccessKey: 'local' };
  return new DynamoDBClient({ endpoint, region: 'local', credentials });
}

/** Resolves to the server's URL on a free port. */
export async function listen(server: Server): Promise<string> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

export async function close(server: Server): Promise<void> {
  const closed = new Promise<void>((resolve) => server.close(() => resolve()));
  server.closeAllConnections();
  await closed;
}
