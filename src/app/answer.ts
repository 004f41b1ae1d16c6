// A text frame in, the sender's reply out: parse, find the command, execute, answer. What the `$default` route does.

import { TICK_PATIENCE_MS } from './effects.ts';
import { commandIdOf, roomIdOf } from './ids.ts';
import { connectionsOf, execute, isGone } from './execute.ts';
import type { Order, Outcome, Sender } from './execute.ts';
import type { Delivery, Ports } from './ports.ts';
import { publish, reached } from './publish.ts';
import { latencyCount } from './latency.ts';
import { LOBBY, roomListNow } from './lobby.ts';
import { parseClientFrame } from '../protocol/client-frames.ts';
import type { ClientFrame } from '../protocol/client-frames.ts';
import {
  errorFrame,
  fullView,
  inReplyTo,
  roomClosed,
  roomUpdateFrame,
  stateFrame,
  welcome,
} from '../protocol/frames.ts';
import type { Emote, Frame } from '../protocol/server-frames.ts';
import type { PlayerCommand } from '../room/commands.ts';
import { ownsSeat, seatOf } from '../room/decide.ts';
import type { RoomRecord } from '../room/record.ts';
import { isLive } from '../room/room.ts';
import type { ConnectionId, LiveRoom, PlayerId, Room, RoomId } from '../room/room.ts';
import { viewFor } from '../room/view.ts';
import { SEATS } from '../game/seats.ts';

/** Who sent a frame: what the authorizer found out when the connection was opened. */
export interface Caller {
  readonly connection: ConnectionId;
  readonly player: PlayerId;
  /** The room the connection belongs to, or `LOBBY`. */
  readonly place: RoomId;
  /** Unique for each frame received; the idempotency key of a frame without an `id`. */
  readonly requestId: string;
}

/**
 * Answers one frame of a client. The frame returned is the direct reply; null when there is none, or it went with the
 * rest. Never throws: a bug or an outage is an answer too, so that the player knows to try again.
 */
export async function answer(ports: Ports, caller: Caller, text: string): Promise<Frame | null> {
  const started = ports.clock.now();
  const parsed = parseClientFrame(text);
  const asked: Asked = { ...caller, replyTo: parsed.id, seen: parsed.ok ? parsed.seen : undefined };
  const event = parsed.ok ? parsed.frame.event : null;
  try {
    const { reply, code, seq } = await admit(ports, asked, () =>
      parsed.ok ? answerFrame(ports, asked, parsed.frame) : refused(asked, parsed),
    );
    const ms = ports.clock.now() - started;
    const isCommand = event === null || !isHousekeeping(event);
    if (isCommand || code !== undefined)
      ports.log.info('frame', { command: event, room: caller.place, seq, code, ms });
    ports.tally.count('frames');
    if (event !== null && isCommand) ports.tally.count(latencyCount(ms));
    if (code !== undefined) ports.tally.count(`errors.${code}`);
    return await deliverReply(ports, caller, reply);
  } catch (error) {
    ports.log.error('A frame could not be answered', { event, room: caller.place, error });
    ports.tally.count('errors.INTERNAL_ERROR');
    const message = 'Something went wrong here. Please try again.';
    return inReplyTo(errorFrame({ code: 'INTERNAL_ERROR', message }), parsed.id);
  }
}

/** Frames that keep a connection up: so many and so light that they would hide how long commands take. */
function isHousekeeping(event: ClientFrame['event']): boolean {
  return event === 'ping' || event === 'ack';
}

interface Asked extends Caller {
  readonly replyTo: string | undefined;
  /** What the sender says to have seen of its room. */
  readonly seen: number | undefined;
}
interface Answer {
  readonly reply: readonly Frame[];
  /** For the log: the code of an error, and the room's last commit as far as it was seen. */
  readonly code?: string;
  readonly seq?: number;
}

/** At most so many frames a second from one connection; who does not stop is sent away (docs/protocol.md, \"Errors\"). */
async function admit(ports: Ports, asked: Asked, work: () => Promise<Answer> | Answer): Promise<Answer> {
  const admission = ports.limit(asked.connection);
  if (admission === 'admitted') return work();
  const tooFast = refused(asked, {
    code: 'RATE_LIMITED',
    message: 'That is too fast. Wait a second before you go on.',
  });
  if (admission === 'refused') return tooFast;
  await sayFarewell(ports, asked, tooFast.reply);
  return { reply: [], code: 'RATE_LIMITED' };
}

/** The last frames of a connection, which the broadcaster ends after them. */
async function sayFarewell(
  ports: Ports,
  { connection, place }: Asked,
  frames: readonly Frame[],
): Promise<void> {
  await tell(ports, {
    roomId: place,
    seq: 0,
    sends: [{ connectionId: connection, frames, close: true }],
  });
}

/** One frame goes back with the route's response, several go through the broadcaster, which keeps their order. */
async function deliverReply(
  ports: Ports,
  { connection, place }: Caller,
  reply: readonly Frame[],
): Promise<Frame | null> {
  const [first] = reply;
  if (first === undefined) return null;
  if (reply.length === 1) return first;
  await tell(ports, {
    roomId: place,
    seq: first.seq ?? 0,
    sends: [{ connectionId: connection, frames: reply }],
  });
  return null;
}

/** Nothing follows from these frames, so it is enough that they are on their way: who misses its answer asks again. */
function tell(ports: Ports, delivery: Delivery): Promise<void> {
  return reached(publish(ports, delivery).begun);
}

function answerFrame(ports: Ports, asked: Asked, frame: ClientFrame): Promise<Answer> {
  return asked.place === LOBBY ? answerInLobby(ports, asked, frame) : answerInRoom(ports, asked, frame);
}

// ---- The lobby ----

async function answerInLobby(ports: Ports, asked: Asked, frame: ClientFrame): Promise<Answer> {
  switch (frame.event) {
    case 'ping':
      return said(asked, pong(frame.timestamp, ports.clock.now()));
    case 'ack':
      return { reply: [] };
    case 'client_ready':
    case 'get_rooms':
      return said(asked, await roomListNow(ports));
    case 'create_room':
      return createRoom(ports, asked, frame);
    case 'join_room':
      return joinRoom(ports, asked, frame.roomId, frame.playerName);
    default:
      return refused(asked, {
        code: 'NOT_IN_ROOM',
        message: 'You are in the lobby. Join a room first.',
        event: frame.event,
      });
  }
}

/** How many ids are tried for a new room; two rooms of a billion possible ids meet seldom enough. */
const ROOM_ID_TRIES = 8;

async function createRoom(
  ports: Ports,
  asked: Asked,
  { playerName: name, isPrivate }: Extract<ClientFrame, { event: 'create_room' }>,
): Promise<Answer> {
  const { player } = asked;
  const request = `${player}:${keyOf(asked)}`;
  const tooMany = await tooManyRooms(ports, player, roomIdOf(request, 0));
  if (tooMany !== null)
    return refused(asked, { code: 'RATE_LIMITED', message: tooMany, event: 'create_room' });
  for (let candidate = 0; candidate < ROOM_ID_TRIES; candidate++) {
    const room = roomIdOf(request, candidate);
    const created: Frame = { event: 'room_created', data: { room_id: room, host_name: name, success: true } };
    const outcome = await execute(ports, {
      ...orderOf(asked, room),
      command: { type: 'openRoom', room, player, name, isPrivate, settings: ports.settings },
      sender: senderOf(asked, () => [created]),
    });
    // Gone: somebody else's room has that id.
    if (outcome.kind === 'gone') continue;
    await ports.store.noteRoom(player, room, ports.clock.now());
    return answerOf(asked, 'create_room', outcome);
  }
  throw new Error('No free room id was found');
}

/** How many rooms a player may make in an hour, and have open at once. */
const ROOMS_AN_HOUR = 30;
const MOST_OPEN_ROOMS = 5;

/** Why a player may not make this room; null when nothing is against it. A room made already may be asked for again. */
async function tooManyRooms(ports: Ports, player: PlayerId, room: RoomId): Promise<string | null> {
  const { store, clock } = ports;
  const now = clock.now();
  const [isAllowed, made] = await Promise.all([
    store.hit(`create:${player}`, 3_600, now, ROOMS_AN_HOUR),
    store.roomsOf(player),
  ]);
  if (made.includes(room)) return null;
  if (!isAllowed) return 'You have made many rooms in this hour. Join one, or come back later.';
  const records = await Promise.all(made.map((each) => store.load(each)));
  const open = records.filter((record) => !isGone(record, now) && record.room.stage !== 'finished');
  return open.length < MOST_OPEN_ROOMS
    ? null
    : 'You have five rooms open. Close one before you make another.';
}

async function joinRoom(ports: Ports, asked: Asked, room: RoomId, name: string): Promise<Answer> {
  const { player } = asked;
  const joined: Sender['answer'] = ({ after: { room: now, seq } }) => {
    const seat = isLive(now) ? SEATS.find((each) => ownsSeat(now.seats[each], player, name)) : undefined;
    // Only a frame that comes again can find its seat lost.
    const message = 'You have no seat in that room any more.';
    if (seat === undefined) return [errorFrame({ code: 'NOT_IN_ROOM', message, event: 'join_room' })];
    const data = { room_id: room, player_name: name, assigned_slot: seat, success: true } as const;
    return [{ event: 'room_joined', data, seq }];
  };
  const outcome = await execute(ports, {
    ...orderOf(asked, room),
    command: { type: 'join', player, name },
    sender: senderOf(asked, joined),
  });
  if (outcome.kind !== 'gone') return answerOf(asked, 'join_room', outcome);
  return refused(asked, {
    code: 'ROOM_NOT_FOUND',
    message: 'There is no such room. It may have been closed.',
    event: 'join_room',
  });
}

// ---- Rooms ----

async function answerInRoom(ports: Ports, asked: Asked, frame: ClientFrame): Promise<Answer> {
  const { connection, player, place } = asked;
  switch (frame.event) {
    case 'ack':
      return { reply: [] };
    case 'ping':
      return pingRoom(ports, asked, frame.timestamp);
    case 'get_rooms':
    case 'create_room':
    case 'join_room':
      return refused(asked, {
        code: 'VALIDATION_ERROR',
        message: 'That can only be asked for in the lobby.',
        event: frame.event,
      });
    case 'get_room_state':
      return read(ports, asked, (room, record) => [roomUpdateFrame(room, record.seq)]);
    case 'sync_request':
      return read(ports, asked, (room, record) => fullView(room, seatOf(room, connection), record));
    case 'start_next_round':
      return read(ports, asked, (room, record) => [
        stateFrame(viewFor(room, seatOf(room, connection)), record),
      ]);
    case 'emote':
      return showEmote(ports, asked, frame.emote);
    case 'spectate': {
      if (frame.roomId !== null && frame.roomId !== place) {
        const message = 'Open a connection to that room to watch it.';
        return refused(asked, { code: 'VALIDATION_ERROR', message, event: frame.event });
      }
      const show: Sender['answer'] = ({ after }) =>
        isLive(after.room) ? fullView(after.room, seatOf(after.room, connection), after) : [];
      const outcome = await execute(ports, {
        ...orderOf(asked, place),
        by: 'presence',
        command: { type: 'spectate', connection, without: frame.without },
        sender: senderOf(asked, show),
      });
      return answerInPlace(ports, asked, frame.event, outcome);
    }
    case 'client_ready': {
      const greet: Sender['answer'] = ({ after }) =>
        isLive(after.room) ? welcome(after.room, seatOf(after.room, connection), after) : [];
      const outcome = await execute(ports, {
        ...orderOf(asked, place),
        // Attaching twice is harmless by itself, and must be possible with an id that was used on an earlier connection.
        by: 'presence',
        command: { type: 'attach', player, name: frame.playerName, connection, without: frame.without },
        sender: senderOf(asked, greet),
      });
      return answerInPlace(ports, asked, frame.event, outcome);
    }
    default: {
      const outcome = await execute(ports, {
        ...orderOf(asked, place),
        command: commandOf(frame, connection),
        sender: senderOf(asked, partingWordsOf(frame, asked)),
      });
      return answerInPlace(ports, asked, frame.event, outcome);
    }
  }
}

type PlayerFrame = Exclude<
  ClientFrame,
  {
    event:
      | 'ack'
      | 'ping'
      | 'get_rooms'
      | 'create_room'
      | 'join_room'
      | 'get_room_state'
      | 'sync_request'
      | 'start_next_round'
      | 'client_ready'
      | 'spectate'
      | 'emote';
  }
>;

function commandOf(frame: PlayerFrame, connection: ConnectionId): PlayerCommand {
  switch (frame.event) {
    case 'add_bot':
      return { type: 'addBot', connection, seat: frame.slot };
    case 'remove_player':
      return { type: 'removePlayer', connection, seat: frame.slot };
    case 'leave_room':
      return { type: 'leaveRoom', connection };
    case 'start_game':
      return { type: 'startGame', connection };
    case 'redeal_decision':
      return { type: 'decideRedeal', connection, accept: frame.choice === 'accept' };
    case 'declare':
      return { type: 'declare', connection, value: frame.value };
    case 'play':
      return { type: 'play', connection, indices: frame.indices };
    case 'player_ready':
      return { type: 'ready', connection };
    case 'leave_game':
      return { type: 'leaveGame', connection };
  }
}

/** What a leaving player is told; everybody else is told by the state. */
function partingWordsOf(frame: PlayerFrame, { connection }: Asked): Sender['answer'] {
  if (frame.event !== 'leave_room' && frame.event !== 'leave_game') return undefined;
  return ({ before, after }) => {
    const player_name = nameAt(before.room, connection) ?? frame.playerName ?? '';
    const closed = after.room.stage === 'closed';
    return frame.event === 'leave_room'
      ? [{ event: 'player_left', data: { player_name, success: true, room_closed: closed }, seq: after.seq }]
      : [{ event: 'leave_game_success', data: { player_name, success: true }, seq: after.seq }];
  };
}

function nameAt(room: Room, connection: ConnectionId): string | null {
  const seat = seatOf(room, connection);
  return seat === null || !isLive(room) ? null : (room.seats[seat]?.name ?? null);
}

/**
 * A ping is answered from the last commit's place alone, for a fraction of a load. Should something be overdue there (a
 * lost tick, a start that died), the ping has it looked after.
 */
async function pingRoom(ports: Ports, asked: Asked, timestamp: number | null): Promise<Answer> {
  const now = ports.clock.now();
  const head = await ports.store.head(asked.place);
  if (head === null || now - head.at > ports.settings.roomTtlSeconds * 1_000) return turnedAway(ports, asked);
  if (head.wakeAt !== undefined && now - head.wakeAt > TICK_PATIENCE_MS) {
    await ports.ticks.schedule({ kind: 'room', roomId: asked.place, seq: head.seq, due: head.wakeAt }, 0);
  }
  return said(asked, pong(timestamp, now, head.seq));
}

function pong(timestamp: number | null, now: number, seq?: number): Frame {
  return {
    event: 'pong',
    data: { timestamp, server_time: now / 1_000, ...(seq === undefined ? {} : { seq }) },
  };
}

/** An emote is shown to everybody there and forgotten: it is no move, so it makes no commit. */
async function showEmote(ports: Ports, asked: Asked, emote: Emote): Promise<Answer> {
  if (ports.emoteLimit(asked.connection) !== 'admitted') {
    return refused(asked, {
      code: 'RATE_LIMITED',
      message: 'One emote in two seconds is enough.',
      event: 'emote',
    });
  }
  const record = await ports.store.load(asked.place);
  if (isGone(record, ports.clock.now()) || !isLive(record.room)) return turnedAway(ports, asked);
  const player_name = nameAt(record.room, asked.connection);
  if (player_name === null) {
    return refused(asked, {
      code: 'NOT_IN_ROOM',
      message: 'Only who sits at the table can show an emote.',
      event: 'emote',
    });
  }
  const frame: Frame = { event: 'emote', data: { player_name, emote } };
  const others = connectionsOf(record.room).filter((connection) => connection !== asked.connection);
  if (others.length > 0) {
    const sends = others.map((connectionId) => ({ connectionId, frames: [frame] }));
    await tell(ports, { roomId: asked.place, seq: record.seq, sends });
  }
  return said(asked, frame);
}

/** Answers from the room as it is, without a command. */
async function read(
  ports: Ports,
  asked: Asked,
  show: (room: LiveRoom, record: RoomRecord) => readonly Frame[],
): Promise<Answer> {
  const record = await ports.store.load(asked.place);
  if (isGone(record, ports.clock.now()) || !isLive(record.room)) return turnedAway(ports, asked);
  return said(asked, ...show(record.room, record));
}

/** The answer of a room's own connection: as `answerOf`, but a room that is gone ends it. */
function answerInPlace(
  ports: Ports,
  asked: Asked,
  event: string,
  outcome: Outcome,
): Promise<Answer> | Answer {
  return outcome.kind === 'gone' ? turnedAway(ports, asked) : answerOf(asked, event, outcome);
}

/** The room does not exist: the old client expects `room_closed`, after which the connection is of no use. */
async function turnedAway(ports: Ports, asked: Asked): Promise<Answer> {
  await sayFarewell(ports, asked, [inReplyTo(roomClosed('not_found'), asked.replyTo)]);
  return { reply: [], code: 'ROOM_NOT_FOUND' };
}

// ---- Answers ----

function answerOf(asked: Asked, event: string, outcome: Exclude<Outcome, { kind: 'gone' }>): Answer {
  if (outcome.kind !== 'rejected') return { reply: outcome.reply, seq: outcome.record.seq };
  return refused(asked, { ...outcome.rejection, event });
}

function refused({ replyTo }: Asked, refusal: Parameters<typeof errorFrame>[0]): Answer {
  return { reply: [inReplyTo(errorFrame(refusal), replyTo)], code: refusal.code };
}

function said({ replyTo }: Asked, ...frames: readonly Frame[]): Answer {
  return { reply: frames.map((frame) => inReplyTo(frame, replyTo)) };
}

function orderOf(asked: Asked, room: RoomId): Pick<Order, 'room' | 'by' | 'commandId' | 'seen'> {
  // Of another room than its connection's a sender has seen nothing.
  const seen = room === asked.place ? asked.seen : undefined;
  return {
    room,
    by: asked.player,
    commandId: commandIdOf(keyOf(asked)),
    ...(seen === undefined ? {} : { seen }),
  };
}

/** What makes a frame the same frame when it comes again: the client's id, else nothing does. */
function keyOf({ replyTo, requestId }: Asked): string {
  return replyTo ?? requestId;
}

function senderOf({ connection, replyTo }: Asked, say: Sender['answer']): Sender {
  return {
    connection,
    ...(replyTo === undefined ? {} : { replyTo }),
    ...(say === undefined ? {} : { answer: say }),
  };
}
