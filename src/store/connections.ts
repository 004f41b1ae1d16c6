// Who is connected, who is in the lobby, and when the lobby hears of changes next.

import { DeleteCommand, GetCommand, PutCommand, QueryCommand, UpdateCommand } from '@aws-sdk/lib-dynamodb';
import type { QueryCommandInput } from '@aws-sdk/lib-dynamodb';
import type { ConnectionId } from '../room/room.ts';
import { itemToConnection, itemToMember, itemToPulse } from './items.ts';
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

/** A pulse to be sent after so many whole seconds. */
export interface Pulse {
  readonly delaySeconds: number;
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
   * pulses are never less than a second apart, or as many as `spacePulses` has said last.
   */
  pulseLobby(at: number): Promise<Pulse | null>;
  /** From now on pulses are to be so many seconds apart, 900 at the most: a message cannot wait longer (aws-facts.md). */
  spacePulses(seconds: number): Promise<void>;
}

const USUAL_SPACING_SECONDS = 1;
export const MOST_SPACING_SECONDS = 900;

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
    spacePulses: (seconds) => spacePulses(table, Math.min(seconds, MOST_SPACING_SECONDS)),
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

/**
 * Read first: in a busy lobby most changes find a pulse under way, and a write, refused or not, costs more than a read and
 * counts against the thousand a second that the one item takes (aws-facts.md).
 */
async function pulseLobby(table: Table, at: number): Promise<Pulse | null> {
  for (;;) {
    const pulse = await readPulse(table, { ConsistentRead: true });
    const { pulseAt, spacing } = pulse;
    if (pulseAt !== null && pulseAt > at) return null;
    const isQuiet = pulseAt === null || pulseAt <= at - spacing * 1_000;
    const delaySeconds = isQuiet ? 0 : spacing;
    // Refused: somebody else's pulse was faster, and later than the one that was read. It may be late enough for both.
    if (await movePulse(table, pulseAt, at + delaySeconds * 1_000)) return { delaySeconds };
  }
}

/** `pulseAt` is when the latest pulse was or will be sent, epoch ms. */
async function readPulse(
  { client, name }: Table,
  how: { readonly ConsistentRead: boolean },
): Promise<{ readonly pulseAt: number | null; readonly spacing: number }> {
  const { Item = {} } = await client.send(new GetCommand({ TableName: name, Key: PULSE_KEY, ...how }));
  const { pulseAt = null, spacing = USUAL_SPACING_SECONDS } = itemToPulse(Item);
  return { pulseAt, spacing };
}

async function movePulse({ client, name }: Table, from: number | null, to: number): Promise<boolean> {
  const outcome = await guarded(
    client.send(
      new UpdateCommand({
        TableName: name,
        Key: PULSE_KEY,
        UpdateExpression: 'SET pulseAt = :to',
        ConditionExpression: from === null ? 'attribute_not_exists(pulseAt)' : 'pulseAt = :from',
        ExpressionAttributeValues: { ':to': to, ...(from !== null && { ':from': from }) },
      }),
    ),
  );
  return outcome.kind === 'done';
}

/** A lobby keeps its size from one pulse to the next mostly: the spacing is written when it is another. */
async function spacePulses(table: Table, seconds: number): Promise<void> {
  const { client, name } = table;
  const { spacing } = await readPulse(table, { ConsistentRead: false });
  if (spacing === seconds) return;
  await client.send(
    new UpdateCommand({
      TableName: name,
      Key: PULSE_KEY,
      UpdateExpression: 'SET spacing = :seconds',
      ExpressionAttributeValues: { ':seconds': seconds },
    }),
  );
}
