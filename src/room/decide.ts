// What a room makes of a command: events when it is accepted (none when there is nothing to do), a rejection when not.
// Pure: time and the seed of a possible deal come in with the command.

import { decideMove, forceMove, openPhase, settleTurn } from './flow.ts';
import { firstDue, nextHost } from './due.ts';
import { evolve } from './evolve.ts';
import type { DueStep } from './due.ts';
import type { Circumstances, Command, PlayerCommand } from './commands.ts';
import type { RoomEvent } from './events.ts';
import { accept, reject } from './rejections.ts';
import type { Decision } from './rejections.ts';
import { taskStatus } from './tasks.ts';
import { AVATAR_COLOURS, isLive, listenersOf, MOST_SPECTATORS } from './room.ts';
import type {
  AvatarColour,
  ConnectionId,
  Game,
  LiveRoom,
  Occupant,
  OpenRoom,
  PlayingRoom,
  Room,
} from './room.ts';
import { SEATS } from '../game/seats.ts';
import type { Seat } from '../game/seats.ts';

/** A 410 this soon after attaching may only mean that `$connect` has not returned yet (aws-facts.md). */
export const GONE_GRACE_MS = 2_000;

/** Decides one command. A closed or absent room takes only `openRoom`; whoever calls answers for the rest. */
export function decide(room: Room, command: Command, given: Circumstances): Decision {
  if (command.type === 'openRoom') return openRoom(room, command);
  if (!isLive(room)) return accept();
  switch (command.type) {
    case 'join':
      return join(room, command);
    case 'attach':
      return accept(...attach(room, command));
    case 'spectate':
      return spectate(room, command);
    case 'disconnect':
      return accept(...disconnect(room, command, given.at));
    case 'tick':
      return accept(...doWhatIsDue(room, given));
    case 'enterPhase':
      return accept(...enterPhase(room, command, given));
    case 'endGame':
      return accept(...endGame(room, command.game));
    case 'abortGame':
      return accept(...abortGame(room, command.game));
    case 'closeRoom':
      return accept(...closeRoom(room));
    default:
      return decideForSeat(room, command, given);
  }
}

/** The seat this connection speaks for; null when it speaks for none. */
export function seatOf(room: Room, connection: ConnectionId): Seat | null {
  if (!isLive(room)) return null;
  return SEATS.find((seat) => connectionOf(room.seats[seat]) === connection) ?? null;
}

/** The connection a seat is reached at now; null for bots and for humans who are away. */
export function connectionOf(occupant: Occupant | null): ConnectionId | null {
  return occupant?.kind === 'human' && occupant.presence.status === 'present'
    ? occupant.presence.connection
    : null;
}

function decideForSeat(room: LiveRoom, command: PlayerCommand, given: Circumstances): Decision {
  const seat = seatOf(room, command.connection);
  if (seat === null) return reject('NOT_IN_ROOM', 'You have no seat in this room. Join it first.');
  switch (command.type) {
    case 'leaveRoom':
    case 'leaveGame':
      return leave(room, seat, command.type);
    case 'addBot':
      return hostOnly(room, seat, (open) => addBot(open, command.seat));
    case 'removePlayer':
      return hostOnly(room, seat, (open) => removePlayer(open, command.seat));
    case 'startGame':
      return startGame(room, seat);
    case 'ready':
      return accept(...(room.stage === 'playing' ? ready(room, seat) : []));
    case 'decideRedeal':
    case 'declare':
    case 'play':
      return room.stage === 'playing'
        ? decideMove(room, seat, command, given)
        : reject('WRONG_PHASE', 'No game is running in this room.');
  }
}

// ---- The waiting room ----

function openRoom(
  room: Room,
  { room: id, player, name, isPrivate, settings }: Extract<Command, { type: 'openRoom' }>,
): Decision {
  if (room.stage !== 'none') throw new Error(`Room ${id} exists already`);
  return accept({
    type: 'RoomOpened',
    room: id,
    settings,
    host: 1,
    isPrivate,
    name,
    player,
    colour: AVATAR_COLOURS[0],
  });
}

function join(room: LiveRoom, { player, name }: Extract<Command, { type: 'join' }>): Decision {
  if (SEATS.some((seat) => ownsSeat(room.seats[seat], player, name))) return accept();
  if (room.stage !== 'open')
    return reject('GAME_ALREADY_STARTED', 'The game in this room has already started.');
  const free = SEATS.find((seat) => room.seats[seat] === null);
  if (free === undefined) return reject('ROOM_FULL', 'This room is full. Choose another one.');
  if (isNameTaken(room, name))
    return reject('NAME_TAKEN', 'Somebody in this room has that name. Choose another one.');
  return accept({ type: 'SeatTaken', seat: free, name, player, colour: freeColour(room) });
}

function addBot(room: OpenRoom, seat: Seat): Decision {
  if (room.seats[seat] !== null) return reject('SEAT_TAKEN', `Seat ${seat} is taken.`);
  return accept({ type: 'BotAdded', seat, name: botName(room, seat), colour: freeColour(room) });
}

function removePlayer(room: OpenRoom, seat: Seat): Decision {
  if (room.seats[seat] === null) return reject('SEAT_EMPTY', `Nobody sits in seat ${seat}.`);
  if (seat === room.host)
    return reject('PERMISSION_DENIED', 'The host cannot be removed. Leave the room instead.');
  return accept({ type: 'SeatVacated', seat, reason: 'removed' });
}

function startGame(room: LiveRoom, seat: Seat): Decision {
  if (seat !== room.host) return reject('PERMISSION_DENIED', 'Only the host can start the game.');
  if (room.stage === 'playing') return reject('GAME_ALREADY_STARTED', 'The game has already started.');
  if (SEATS.some((each) => room.seats[each] === null)) {
    return reject('NOT_ENOUGH_PLAYERS', 'Four players are needed. Add bots to the empty seats.');
  }
  return accept({ type: 'GameStarted', game: room.stage === 'finished' ? room.result.game + 1 : 1 });
}

function hostOnly(room: LiveRoom, seat: Seat, decideOpen: (room: OpenRoom) => Decision): Decision {
  if (room.stage !== 'open')
    return reject('GAME_ALREADY_STARTED', 'Seats cannot change once the game has started.');
  if (seat !== room.host) return reject('PERMISSION_DENIED', 'Only the host can do that.');
  return decideOpen(room);
}

function leave(room: LiveRoom, seat: Seat, how: 'leaveRoom' | 'leaveGame'): Decision {
  if (room.stage === 'open') {
    if (how === 'leaveGame') return reject('WRONG_PHASE', 'No game is running in this room.');
    if (seat === room.host) return accept({ type: 'RoomClosed', reason: 'host_left' });
    return accept({ type: 'SeatVacated', seat, reason: 'left' });
  }
  const heir = seat === room.host ? nextHost(room, seat) : null;
  const left: RoomEvent = { type: 'LeftForGood', seat };
  return accept(left, ...(heir === null ? [] : [{ type: 'HostChanged', host: heir } as const]));
}

// ---- Presence ----

function attach(
  room: LiveRoom,
  { player, name, ...listening }: Extract<Command, { type: 'attach' }>,
): readonly RoomEvent[] {
  const own = SEATS.filter((seat) => ownsSeat(room.seats[seat], player, name));
  const [seat] = own;
  if (seat === undefined || own.length > 1) return [];
  const { connection } = listening;
  const former = seatOf(room, connection);
  if (former === seat) return [];
  const attached: RoomEvent = { type: 'Attached', seat, connection, ...choiceOf(listening) };
  if (former !== null) return [{ type: 'Detached', seat: former }, attached];
  return isSpectator(room, connection) ? [{ type: 'SpectatorLeft', connection }, attached] : [attached];
}

function disconnect(
  room: LiveRoom,
  { connection, cause }: Extract<Command, { type: 'disconnect' }>,
  at: number,
): readonly RoomEvent[] {
  const seat = seatOf(room, connection);
  const since = connectedSince(room, connection);
  if (since === null || (cause === 'gone' && at - since < GONE_GRACE_MS)) return [];
  return seat === null ? [{ type: 'SpectatorLeft', connection }] : [{ type: 'Detached', seat }];
}

function connectedSince(room: LiveRoom, connection: ConnectionId): number | null {
  return listenersOf(room).find((each) => each.connection === connection)?.since ?? null;
}

function spectate(room: LiveRoom, command: Extract<Command, { type: 'spectate' }>): Decision {
  const { connection } = command;
  if (seatOf(room, connection) !== null || isSpectator(room, connection)) return accept();
  if (room.spectators.length >= MOST_SPECTATORS)
    return reject('ROOM_FULL', 'Too many are watching this room already.');
  return accept({ type: 'SpectatorJoined', connection, ...choiceOf(command) });
}

/** What a connection chose not to be told, as events keep it: of who chose nothing there is nothing to keep. */
function choiceOf({ without = [] }: Pick<Extract<Command, { type: 'attach' }>, 'without'>) {
  return without.length === 0 ? {} : { without };
}

function isSpectator(room: LiveRoom, connection: ConnectionId): boolean {
  return room.spectators.some((each) => each.connection === connection);
}

/** Whether a session holds this seat; a name narrows it to the seat of that name. */
export function ownsSeat(occupant: Occupant | null, player: string, name: string | null): boolean {
  return (
    occupant?.kind === 'human' && occupant.player === player && (name === null || occupant.name === name)
  );
}

// ---- The game ----

/** Entering a phase opens it, or, when its task is entered again because the move clock ran out, does what is overdue. */
function enterPhase(
  room: LiveRoom,
  command: Extract<Command, { type: 'enterPhase' }>,
  given: Circumstances,
): readonly RoomEvent[] {
  if (room.stage !== 'playing') return [];
  const { game, phase, round, token } = command;
  const status = taskStatus(room, game, { phase, round }, given.at);
  if (status !== 'to enter' && status !== 'entered') return [];
  const overdue = doWhatIsDue(room, given);
  if (overdue.at(-1)?.type === 'GameEnded') return overdue;
  const entered: RoomEvent = { type: 'TaskEntered', phase, round, token };
  return [entered, ...(status === 'to enter' ? openPhase(room, phase, given) : overdue)];
}

function ready(room: PlayingRoom, seat: Seat): readonly RoomEvent[] {
  const { phase } = room.game;
  if (phase.name !== 'turn_results' || phase.ready.includes(seat)) return [];
  const event: RoomEvent = { type: 'PlayerReady', seat };
  const waiting = SEATS.some(
    (each) => each !== seat && connectionOf(room.seats[each]) !== null && !phase.ready.includes(each),
  );
  return waiting ? [event] : [event, ...settleTurn(room)];
}

function endGame(room: LiveRoom, game: number): readonly RoomEvent[] {
  if (room.stage !== 'playing' || room.game.number !== game) return [];
  const { phase } = room.game;
  if (phase.name !== 'scoring' || phase.winners.length === 0) return [];
  return [{ type: 'GameEnded', outcome: 'completed', winners: phase.winners }];
}

/** The room closes at once; of a game in play the players hear first how it ended. */
function closeRoom(room: LiveRoom): readonly RoomEvent[] {
  const ended = room.stage === 'playing' ? [cutShort(room.game, 'aborted')] : [];
  return [...ended, { type: 'RoomClosed', reason: 'closed_by_operator' }];
}

function abortGame(room: LiveRoom, game: number): readonly RoomEvent[] {
  return room.stage === 'playing' && room.game.number === game ? [cutShort(room.game, 'aborted')] : [];
}

// ---- What is due ----

/** After these the next step that is due may be done in the same commit: there is nothing to be seen in between. */
const GOES_ON: ReadonlySet<RoomEvent['type']> = new Set(['BotTookOver', 'RedealDecided']);

/** Everything that is due, in order of time, up to the first move or change of phase that the players should see by itself. */
function doWhatIsDue(room: Room, given: Circumstances): readonly RoomEvent[] {
  const due = firstDue(room, given.at);
  const events = due === null ? [] : doStep(room, due, given);
  const last = events.at(-1);
  if (last === undefined || !GOES_ON.has(last.type)) return events;
  const after = events.reduce((before, event) => evolve(before, event, given.at), room);
  return [...events, ...doWhatIsDue(after, given)];
}

/** The events of one due step. */
function doStep(room: Room, due: DueStep, given: Circumstances): readonly RoomEvent[] {
  switch (due.step) {
    case 'closeEmptyRoom':
      return [{ type: 'RoomClosed', reason: 'empty' }];
    case 'passHostOn':
      return [{ type: 'HostChanged', host: due.host }];
    case 'abandonGame':
      return room.stage === 'playing' ? [cutShort(room.game, 'abandoned')] : [];
    case 'takeOver':
      return [{ type: 'BotTookOver', seat: due.seat }];
    case 'botMove':
    case 'forcedMove':
      return room.stage === 'playing' ? forceMove(room, due.seat, due.step, given) : [];
    case 'endTurnResults':
      return room.stage === 'playing' ? settleTurn(room) : [];
  }
}

/** A game that is decided and only waits for its end to be announced keeps its winners. */
function cutShort({ phase }: Game, outcome: 'abandoned' | 'aborted'): RoomEvent {
  return phase.name === 'scoring' && phase.winners.length > 0
    ? { type: 'GameEnded', outcome: 'completed', winners: phase.winners }
    : { type: 'GameEnded', outcome, winners: [] };
}

// ---- Names and colours ----

function isNameTaken(room: LiveRoom, name: string): boolean {
  return SEATS.some((seat) => room.seats[seat]?.name.toLowerCase() === name.toLowerCase());
}

/** `Bot 2` for seat 2; should a human be called that, the next free number. */
function botName(room: OpenRoom, seat: Seat): string {
  const names = Array.from({ length: 5 }, (_, step) => `Bot ${seat + step}`);
  return names.find((name) => !isNameTaken(room, name)) ?? `Bot ${seat}`;
}

function freeColour(room: OpenRoom): AvatarColour {
  const taken = SEATS.map((seat) => room.seats[seat]?.colour);
  return AVATAR_COLOURS.find((colour) => !taken.includes(colour)) ?? AVATAR_COLOURS[0];
}
