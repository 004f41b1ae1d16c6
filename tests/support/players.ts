// Players in a world of memory: rooms that begin where a story has got to, and people who send frames and hear of things.

import { answer } from '../../src/app/answer.ts';
import { execute } from '../../src/app/execute.ts';
import type { Order, Outcome } from '../../src/app/execute.ts';
import { LOBBY } from '../../src/app/lobby.ts';
import type { Seat } from '../../src/game/seats.ts';
import type { Frame, ServerEvent, ServerEvents } from '../../src/protocol/server-frames.ts';
import type { Command } from '../../src/room/commands.ts';
import type { RoomEvent } from '../../src/room/events.ts';
import { applyCommit } from '../../src/room/record.ts';
import type { RoomRecord } from '../../src/room/record.ts';
import { nextStep } from './clockwork.ts';
import type { World } from './memory-ports.ts';
import { PEOPLE, ROOM } from './room.ts';

/** Adds one commit with these events to a room's log, as if somebody had done that just now. */
export function happened(world: World, events: readonly RoomEvent[], room = ROOM): RoomRecord {
  const before = world.table.recordOf(room);
  const seq = before.seq + 1;
  const commit = { room, seq, at: world.now, by: 'story', commandId: `story-${seq}`, events };
  world.table.append({ ...commit, snapshot: applyCommit(before, commit) });
  return world.table.recordOf(room);
}

/** How many commits a room has. */
export function lengthOf(world: World, room = ROOM): number {
  return world.table.logOf(room).commits.length;
}

/** The types of all events of a room's commits after one, commit by commit. */
export function typesAfter(world: World, seq: number, room = ROOM): readonly (readonly string[])[] {
  return world.table
    .logOf(room)
    .commits.slice(seq)
    .map(({ events }) => events.map(({ type }) => type));
}

let commands = 0;

/** Executes a command under a new id unless told otherwise. */
export function command(world: World, asked: Command, order: Partial<Order> = {}): Promise<Outcome> {
  const commandId = `command-${commands++}`;
  return execute(world.ports, { room: ROOM, command: asked, by: 'somebody', commandId, ...order });
}

export interface Speaker {
  readonly connection: string;
  readonly player: string;
  readonly place: string;
}
/** The person of a seat, in the room unless told otherwise. */
export function speaker(seat: Seat, differing: Partial<Speaker> = {}): Speaker {
  const { connection, player } = PEOPLE[seat];
  return { connection, player, place: ROOM, ...differing };
}
/** The person of a seat, while in the lobby. */
export function inLobby(seat: Seat): Speaker {
  return speaker(seat, { place: LOBBY, connection: `lobby-${PEOPLE[seat].connection}` });
}

let requests = 0;

/** Sends a frame's text; resolves to the direct reply. */
export function sayText(world: World, who: Speaker, text: string): Promise<Frame | null> {
  return answer(world.ports, { ...who, requestId: `request-${requests++}` }, text);
}
/** Sends a frame; resolves to the direct reply. */
export function say(
  world: World,
  who: Speaker,
  event: string,
  data: object = {},
  id?: string,
): Promise<Frame | null> {
  return sayText(world, who, JSON.stringify({ event, data, ...(id === undefined ? {} : { id }) }));
}

/** The data of a frame that must be of this event. */
export function dataOf<E extends ServerEvent>(
  frame: Frame | null | undefined,
  event: E,
): ServerEvents<Seat>[E] {
  if (frame?.event !== event) throw new Error(`Expected ${event}, got ${JSON.stringify(frame)}`);
  return frame.data as ServerEvents<Seat>[E];
}
/** The code of an error frame. */
export function codeOf(frame: Frame | null): string {
  return dataOf(frame, 'error').code;
}

/** Lets time and the state machine play a game to its end; nobody at the table moves a finger. Resolves to the rounds played. */
export async function playByItself(world: World, room = ROOM): Promise<number> {
  for (let step = 0; step < 5_000; step++) {
    const { room: now } = world.table.recordOf(room);
    if (now.stage === 'finished') return now.result.sheet.length;
    if (now.stage !== 'playing') throw new Error(`No game is running, the room is ${now.stage}`);
    await nextStep(world, now);
  }
  throw new Error('The game does not end');
}
