// The same design as it is usually written, for comparison: read the connection, read the room, read the members; write the room,
// write the member; post to one after another from the same function; one state transition a move. It plays the moves of games
// that were just played, on the same clients, gateway and profile.

import { GetCommand, PutCommand, QueryCommand } from '@aws-sdk/lib-dynamodb';
import type { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { DynamoDBDocumentClient as Documents } from '@aws-sdk/lib-dynamodb';
import { randomUUID } from 'node:crypto';
import { isDeepStrictEqual } from 'node:util';
import { createIdentity } from '../../src/app/identity.ts';
import type { Gateway as Management, Phases } from '../../src/app/ports.ts';
import { createGateway } from '../../src/aws/gateway.ts';
import { createPhases } from '../../src/aws/phases.ts';
import { random } from '../../src/aws/process.ts';
import { SEATS } from '../../src/game/seats.ts';
import type { Seat } from '../../src/game/seats.ts';
import { framesFor } from '../../src/protocol/frames.ts';
import type { PlayerCommand } from '../../src/room/commands.ts';
import { connectionOf, decide } from '../../src/room/decide.ts';
import { applyCommit, NO_RECORD } from '../../src/room/record.ts';
import type { Commit, RoomRecord } from '../../src/room/record.ts';
import { createStore } from '../../src/store/store.ts';
import { encodeToken } from '../local/steps/token.ts';
import type { BenchCloud } from './cloud.ts';
import { now } from './clock.ts';
import { spend } from './latency-of.ts';

interface Tools {
  readonly client: DynamoDBDocumentClient;
  readonly table: string;
  readonly management: Management;
  readonly phases: Phases;
}
/** A move as it was made: what its sender asked for, in the room as it was. */
interface Move {
  readonly label: string;
  readonly seat: Seat;
  readonly command: PlayerCommand;
  readonly before: RoomRecord;
  readonly commit: Commit;
}

/** Plays the moves of some rooms again, the rooms side by side. Each move is followed under its label. */
export async function playNaively(cloud: BenchCloud, rooms: readonly string[]): Promise<void> {
  await Promise.all(rooms.map((room) => replay(cloud, room)));
}

async function replay(cloud: BenchCloud, room: string): Promise<void> {
  const { table, gateway } = cloud;
  const tools: Tools = {
    client: Documents.from(new DynamoDBClient({}), { marshallOptions: { removeUndefinedValues: true } }),
    table: table.name,
    management: createGateway(process.env['WEBSOCKET_ENDPOINT'] ?? ''),
    phases: createPhases(process.env['STATE_MACHINE_ARN'] ?? ''),
  };
  const seats = await Promise.all(SEATS.map((seat) => takePlace(cloud, tools, room, seat)));
  for (const move of movesOf(await logOf(cloud, room))) {
    await putRoom(tools, room, move.before);
    const connection = seats[SEATS.indexOf(move.seat)] ?? '';
    await gateway.follow({ kind: 'frame', connection, id: 'none' }, move.label, now(), async (trace) => {
      await spend('frame', 'edge in', () => undefined);
      trace.began = now();
      await answerNaively(tools, connection, move);
      trace.returned = now();
    });
  }
  for (const connection of seats) gateway.end(connection);
}

/** What the function of a frame does. */
async function answerNaively(
  { client, table, management, phases }: Tools,
  connection: string,
  move: Move,
): Promise<void> {
  const read = async (PK: string): Promise<Record<string, unknown>> => {
    const { Item } = await client.send(
      new GetCommand({ TableName: table, Key: { PK, SK: 'NAIVE' }, ConsistentRead: true }),
    );
    return Item ?? {};
  };
  const { room, seat } = (await read(`NAIVE#${connection}`)) as { room: string; seat: Seat };
  const { record } = (await read(`NAIVE#${room}`)) as { record: string };
  const { Items: members = [] } = await client.send(
    new QueryCommand({
      TableName: table,
      KeyConditionExpression: 'PK = :room',
      ExpressionAttributeValues: { ':room': `NAIVE#${room}#members` },
      ConsistentRead: true,
    }),
  );
  const before = JSON.parse(record) as RoomRecord;
  const { commit } = move;
  const decision = decide(before.room, move.command, { at: commit.at, proof: random.proof() });
  if (decision.kind === 'rejected' || !isDeepStrictEqual(decision.events, commit.events))
    throw new Error(`Move ${commit.seq} of room ${room} came out differently`);
  const after = applyCommit(before, commit);
  await client.send(
    new PutCommand({
      TableName: table,
      Item: { PK: `NAIVE#${room}`, SK: 'NAIVE', seq: after.seq, record: JSON.stringify(after) },
      ConditionExpression: 'seq = :seq',
      ExpressionAttributeValues: { ':seq': before.seq },
    }),
  );
  await client.send(
    new PutCommand({
      TableName: table,
      Item: { PK: `NAIVE#${connection}`, SK: 'NAIVE', room, seat, lastActivity: commit.at },
    }),
  );
  for (const member of members as { connection: string; seat: Seat }[])
    for (const frame of framesFor({ before, after, commit }, member.seat)) {
      const isOwn = member.connection === connection;
      await management.post(
        member.connection,
        JSON.stringify(isOwn ? { ...frame, reply_to: 'none' } : frame),
      );
    }
  const token = encodeToken({ execution: `${room}-0`, step: randomUUID() });
  await phases.complete(token, { round: 0 });
}

/** A connection to the room for each seat, as the naive tables know it. */
async function takePlace(
  { gateway, sessionSecret }: BenchCloud,
  tools: Tools,
  room: string,
  seat: Seat,
): Promise<string> {
  const session = createIdentity(sessionSecret).issue().token;
  const socket = new gateway.sockets(`ws://bench.invalid/ws/${room}?session=${session}`) as WebSocket & {
    connection: string;
  };
  await new Promise((resolve) => socket.addEventListener('open', resolve));
  const { connection } = socket;
  const { client, table: TableName } = tools;
  await client.send(
    new PutCommand({ TableName, Item: { PK: `NAIVE#${connection}`, SK: 'NAIVE', room, seat } }),
  );
  await client.send(
    new PutCommand({ TableName, Item: { PK: `NAIVE#${room}#members`, SK: String(seat), connection, seat } }),
  );
  return connection;
}

/** The room as it was, where the naive function reads it: whatever happened between two moves is not its concern. */
async function putRoom({ client, table }: Tools, room: string, record: RoomRecord): Promise<void> {
  const Item = { PK: `NAIVE#${room}`, SK: 'NAIVE', seq: record.seq, record: JSON.stringify(record) };
  await client.send(new PutCommand({ TableName: table, Item }));
}

async function logOf({ table }: BenchCloud, room: string): Promise<readonly Commit[]> {
  const settings = { historyDays: 7, roomTtlSeconds: 3_600 };
  const store = createStore({ client: table.client, table: table.name, ...settings, now: () => Date.now() });
  const all: Commit[] = [];
  for (let after: number | null = 0; after !== null;) {
    const page: Awaited<ReturnType<typeof store.commits>> = await store.commits(room, { after, limit: 100 });
    all.push(...page.commits);
    after = page.next;
  }
  return all;
}

/** The declarations and plays that players made, in order. */
function movesOf(commits: readonly Commit[]): readonly Move[] {
  const moves: Move[] = [];
  let before = NO_RECORD;
  for (const commit of commits) {
    const move = moveIn(before, commit);
    if (move !== null) moves.push(move);
    before = applyCommit(before, commit);
  }
  return moves;
}

function moveIn(before: RoomRecord, commit: Commit): Move | null {
  // A turn's first play may have the turn's start before it.
  const event = commit.events.find(({ type }) => type === 'Declared' || type === 'Played');
  if (before.room.stage !== 'playing' || (event?.type !== 'Declared' && event?.type !== 'Played'))
    return null;
  if (event.forced) return null;
  const { phase } = before.room.game;
  const { seat } = event;
  const connection = connectionOf(before.room.seats[seat]);
  if (connection === null) return null;
  const given = { seat, before, commit };
  if (event.type === 'Declared') {
    const isFourth = phase.name === 'declaration' && phase.values.length === SEATS.length - 1;
    const command = { type: 'declare', connection, value: event.value } as const;
    return { ...given, command, label: isFourth ? 'declare, the fourth' : 'declare' };
  }
  const endsTurn = commit.events.some(({ type }) => type === 'TurnResolved');
  const command = { type: 'play', connection, indices: event.indices } as const;
  return { ...given, command, label: endsTurn ? 'play that ends a turn' : 'play' };
}
