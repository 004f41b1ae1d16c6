// What is kept of a player: for now the rooms made lately, so that nobody fills the lobby.

import { PutCommand, QueryCommand } from '@aws-sdk/lib-dynamodb';
import type { PlayerId, RoomId } from '../room/room.ts';
import { DAY, MADE_PREFIX, madeKey, playerPartition, ttlAfter } from './keys.ts';
import { itemToMade } from './items.ts';
import { isExpired } from './table.ts';
import type { Table } from './table.ts';

export interface Players {
  /** Notes that a player made a room, for a day. */
  noteRoom(player: PlayerId, room: RoomId, at: number): Promise<void>;
  /** The rooms a player made within a day, open or not: one page of them, far more than anybody may have open. */
  roomsOf(player: PlayerId): Promise<readonly RoomId[]>;
}

export function createPlayers(table: Table): Players {
  const { client, name: TableName } = table;
  return {
    noteRoom: async (player, room, at) => {
      await client.send(
        new PutCommand({ TableName, Item: { ...madeKey(player, room), ttl: ttlAfter(at, DAY) } }),
      );
    },
    roomsOf: async (player) => {
      const { Items = [] } = await client.send(
        new QueryCommand({
          TableName,
          KeyConditionExpression: 'PK = :player AND begins_with(SK, :rooms)',
          ExpressionAttributeValues: { ':player': playerPartition(player), ':rooms': MADE_PREFIX },
        }),
      );
      return Items.map(itemToMade)
        .filter((made) => !isExpired(table, made))
        .map(({ room }) => room);
    },
  };
}
