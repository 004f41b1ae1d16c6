// Who is connected, who is in the lobby, and when the lobby hears of changes next.

import { DeleteCommand, GetCommand, PutCommand, QueryCommand, UpdateCommand } from '@aws-sdk/lib-dynamodb';
import type { QueryCommandInput } from '@aws-sdk/lib-dynamodb';
import type { ConnectionId } from '../room/room.ts';
import { itemToConnection, itemToMember } from './items.ts';
import type { Connection } from './items.ts';
import {
  CONNECTION_SECONDS,
  connectionKey,
  lobbyPartition,
  memberKey,
  PULSE_KEY,
  SHARDS,
  ttlAfter,
} from './keys.ts';
import { guarded, isExpired } from './table.ts';
import type { Table } from './table.ts';

/** The `room` of a connection that is in no room. */
export const LOBBY = 'lobby';

/** A pulse to be sent after so many seconds. */
export interface Pulse {
  readonly delaySeconds: 0 | 1;
}

export interface Connections {
  /** Notes a connection; one to the lobby becomes a member of it. */
  connected(connection: Connection): Promise<void>;
  /** Forgets a connection, in the lobby too. */
  disconnected(connection: ConnectionId): Promise<void>;
  connection(connection: ConnectionId): Promise<Connection | null>;
  enterLobby(member: Pick<Connection, 'connection' | 'at'>): Promise<void>;
  leaveLobby(connection: ConnectionId): Promise<void>;
  /** Everybody in the lobby, some at a time. */
  lobbyMembers(): AsyncIterable<readonly ConnectionId[]>;
  /**
   * Asks for the lobby to be told of a change (the list of rooms), which must be written already and `at` read after
   * that. The answer is the pulse to schedule, or null when one is already under way that comes later than `at`. Two
   * pulses are never less than a second apart.
   */
  pulseLobby(at: number): Promise<Pulse | null>;
}

const PULSE_INTERVAL = 1000;

export function createConnections(table: Table): Connections {
  return {
    connected: async (connection) => {
      await Promise.all([
        putConnection(table, connection),
        connection.room === LOBBY ? enterLobby(table, connection) : undefined,
      ]);
    },
    disconnected: (connection) => forget(table, connection),
    connection: (connection) => readConnection(table, connection),
    enterLobby: (member) => enterLobby(table, member),
    leaveLobby: (connection) => leaveLobby(table, connection),
    lobbyMembers: () => lobbyMembers(table),
    pulseLobby: (at) => pulseLobby(table, at),
  };
}

async function putConnection(
  { client, name }: Table,
  { connection, room, player, at }: Connection,
): Promise<void> {
  const ttl = ttlAfter(at, CONNECTION_SECONDS);
  await client.send(
    new PutCommand({ TableName: name, Item: { ...connectionKey(connection), room, player, at, ttl } }),
  );
}

async function forget(table: Table, connection: ConnectionId): Promise<void> {
  const { client, name } = table;
  const { Attributes } = await client.send(
    new DeleteCommand({ TableName: name, Key: connectionKey(connection), ReturnValues: 'ALL_OLD' }),
  );
  // Without the item nobody knows where it was: an earlier try may have died before it left the lobby.
  if (Attributes === undefined || itemToConnection(Attributes).room === LOBBY)
    await leaveLobby(table, connection);
}

async function readConnection(table: Table, connection: ConnectionId): Promise<Connection | null> {
  const { client, name } = table;
  const { Item } = await client.send(
    new GetCommand({ TableName: name, Key: connectionKey(connection), ConsistentRead: true }),
  );
  if (Item === undefined) return null;
  const { ttl, ...found } = itemToConnection(Item);
  return isExpired(table, { ttl }) ? null : found;
}

async function enterLobby(
  { client, name }: Table,
  { connection, at }: Pick<Connection, 'connection' | 'at'>,
): Promise<void> {
  const ttl = ttlAfter(at, CONNECTION_SECONDS);
  await client.send(new PutCommand({ TableName: name, Item: { ...memberKey(connection), ttl } }));
}

async function leaveLobby({ client, name }: Table, connection: ConnectionId): Promise<void> {
  await client.send(new DeleteCommand({ TableName: name, Key: memberKey(connection) }));
}

async function* lobbyMembers(table: Table): AsyncGenerator<readonly ConnectionId[]> {
  for (const shard of SHARDS) {
    let start: QueryCommandInput['ExclusiveStartKey'];
    do {
      const { Items = [], LastEvaluatedKey } = await table.client.send(
        new QueryCommand({
          TableName: table.name,
          KeyConditionExpression: 'PK = :shard',
          ExpressionAttributeValues: { ':shard': lobbyPartition(shard) },
          ConsistentRead: true,
          ExclusiveStartKey: start,
        }),
      );
      const members = Items.map(itemToMember).filter((member) => !isExpired(table, member));
      if (members.length > 0) yield members.map(({ connection }) => connection);
      start = LastEvaluatedKey;
    } while (start !== undefined);
  }
}

/** `pulseAt` is when the latest pulse was or will be sent. */
async function pulseLobby(table: Table, at: number): Promise<Pulse | null> {
  const isQuiet = 'attribute_not_exists(pulseAt) OR pulseAt <= :latest';
  if (await movePulse(table, at, { condition: isQuiet, latest: at - PULSE_INTERVAL }))
    return { delaySeconds: 0 };
  const next = at + PULSE_INTERVAL;
  if (await movePulse(table, next, { condition: 'pulseAt <= :latest', latest: at }))
    return { delaySeconds: 1 };
  return null;
}

async function movePulse(
  { client, name }: Table,
  to: number,
  { condition, latest }: { readonly condition: string; readonly latest: number },
): Promise<boolean> {
  const outcome = await guarded(
    client.send(
      new UpdateCommand({
        TableName: name,
        Key: PULSE_KEY,
        UpdateExpression: 'SET pulseAt = :to',
        ConditionExpression: condition,
        ExpressionAttributeValues: { ':to': to, ':latest': latest },
      }),
    ),
  );
  return outcome.kind === 'done';
}
