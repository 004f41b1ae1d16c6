// The table as the product uses it: everything that is kept, and nothing of how DynamoDB keeps it.

import { GetCommand } from '@aws-sdk/lib-dynamodb';
import { createConnections } from './connections.ts';
import type { Connections } from './connections.ts';
import { createCounters } from './counters.ts';
import type { Counters } from './counters.ts';
import { createDirectory } from './directory.ts';
import type { Directory } from './directory.ts';
import { PROBE_KEY } from './keys.ts';
import { createPlayers } from './players.ts';
import type { Players } from './players.ts';
import { createLog } from './log.ts';
import type { Log, LogSettings } from './log.ts';
import type { Table } from './table.ts';

export interface Store extends Log, Directory, Connections, Players, Counters {
  /** Reads from the table, and throws when that fails. */
  probe(): Promise<void>;
}

export function createStore({ client, table: name, now, ...settings }: StoreOptions): Store {
  const table: Table = { client, name, now };
  return {
    ...createLog(table, settings),
    ...createDirectory(table, settings),
    ...createConnections(table),
    ...createPlayers(table),
    ...createCounters(table),
    probe: async () => {
      await client.send(new GetCommand({ TableName: name, Key: PROBE_KEY }));
    },
  };
}

export interface StoreOptions extends LogSettings {
  readonly client: Table['client'];
  /** The table's name. */
  readonly table: string;
  /** Epoch ms. */
  readonly now: () => number;
}
