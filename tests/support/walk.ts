// Random walks through the life of a room: people who come, go, play and try what they must not; a state machine that asks
// in time, late and twice; ticks that come or not. A walk is decided by its whims, so that a bad one can be shrunk.

import { setsIn } from '../../src/game/sets.ts';
import { allowedDeclarations } from '../../src/game/declaring.ts';
import { SEATS } from '../../src/game/seats.ts';
import type { Seat } from '../../src/game/seats.ts';
import type { Change } from '../../src/protocol/frames.ts';
import type { Command, PlayerCommand } from '../../src/room/commands.ts';
import { connectionOf, decide } from '../../src/room/decide.ts';
import { awaitedSeats, nextTick } from '../../src/room/due.ts';
import type { RoomEvent } from '../../src/room/events.ts';
import { applyCommit, NO_RECORD } from '../../src/room/record.ts';
import type { RoomRecord } from '../../src/room/record.ts';
import type { Decision } from '../../src/room/rejections.ts';
import { DISPENSABLE } from '../../src/room/room.ts';
import type { PlayingRoom, Room, Settings, TaskPhase } from '../../src/room/room.ts';
import { taskStatus } from '../../src/room/tasks.ts';
import { requiredPieces } from '../../src/room/turns.ts';
import { attached, opened, proofOf, ROOM, START, tableOf, TICK } from './room.ts';

/** One command with what became of it. `change` only if it was committed. */
export interface Step {
  readonly command: Command;
  readonly at: number;
  readonly before: RoomRecord;
  readonly after: RoomRecord;
  readonly decision: Decision;
  readonly change: Change | null;
}

/** Where a walk has come to, and how many tokens and connections it has named. */
export interface Walker {
  readonly record: RoomRecord;
  readonly at: number;
  readonly named: number;
}

/** A table with these humans, all connected, the game just started. */
export function gameOf(humans: readonly Seat[], settings: Partial<Settings>): Walker {
  return beginWith([...tableOf(humans, settings), { type: 'GameStarted', game: 1 }]);
}
/** A waiting room with only its host in it. */
export function roomWith(settings: Partial<Settings>): Walker {
  return beginWith([opened(settings), attached(1)]);
}

function beginWith(events: readonly RoomEvent[]): Walker {
  const commit = { room: ROOM, seq: 1, at: START, by: 'walk', commandId: '1', events };
  return { record: frozen(applyCommit(NO_RECORD, commit)), at: START, named: 0 };
}

/** One command, decided at the walker's time and applied if accepted. Rooms are frozen: nothing may write into one. */
export function take(walker: Walker, command: Command): { readonly walker: Walker; readonly step: Step } {
  const { record: before, at, named } = walker;
  const proof = proofOf(before.seq * 1_000 + named + 1);
  const decision = decide(before.room, command, { at, proof });
  if (decision.kind === 'rejected' || decision.events.length === 0) {
    const step = { command, at, before, after: before, decision, change: null };
    return { walker: { ...walker, named: named + 1 }, step };
  }
  const seq = before.seq + 1;
  const commit = { room: ROOM, seq, at, by: 'walk', commandId: `${seq}`, events: decision.events };
  const after = frozen(applyCommit(before, commit));
  const step = { command, at, before, after, decision, change: { before, after, commit } };
  return { walker: { record: after, at, named: named + 1 }, step };
}

function frozen<T>(value: T): T {
  if (typeof value === 'object' && value !== null && !Object.isFrozen(value)) {
    Object.freeze(value);
    Object.values(value).forEach(frozen);
  }
  return value;
}

// ---- What may be asked next ----

/** What the state machine asks for next when it follows the room; null while it waits for a task or a game. */
export function phaseCommand({ record: { room }, named, at }: Walker): Command | null {
  if (room.stage !== 'playing') return null;
  const { number: game, phase, sheet, task } = room.game;
  const round = phase.name === 'starting' || phase.name === 'scoring' ? sheet.length + 1 : phase.round.number;
  if (phase.name === 'scoring' && phase.winners.length > 0) return { type: 'endGame', game };
  const due = PHASES.find((each) => {
    const status = taskStatus(room, game, { phase: each, round }, at);
    // The turns have begun before their task is entered.
    return status === 'to enter' || (each === 'turns' && status === 'entered' && task?.phase !== 'turns');
  });
  return due === undefined ? null : { type: 'enterPhase', game, phase: due, round, token: `token ${named}` };
}
const PHASES: readonly TaskPhase[] = ['preparation', 'declaration', 'turns'];

/** The task that is open, entered again because its heartbeat has run out. */
export function heartbeatTimeout({
  record: { room },
  named,
  at,
}: Walker): (Command & { type: 'enterPhase' }) | null {
  if (room.stage !== 'playing' || room.game.task === null) return null;
  const { number: game, task } = room.game;
  if (taskStatus(room, game, task, at) !== 'entered') return null;
  return { type: 'enterPhase', game, phase: task.phase, round: task.round, token: `token ${named}` };
}
/** When the open task's heartbeat runs out, epoch ms: its period is the time to move and three seconds of slack. */
export function timeoutOf(room: PlayingRoom): number {
  const { redealSeconds, moveSeconds } = room.settings;
  const period = room.game.task?.phase === 'preparation' ? redealSeconds : moveSeconds;
  return room.game.beatAt + (period + 3) * 1_000;
}

/** A legal move of a connected human whose move is awaited; null without one. `whim` chooses. */
export function humanMove(room: Room, whim: number): Command | null {
  if (room.stage !== 'playing') return null;
  const movers = awaitedSeats(room).filter((seat) => connectionOf(room.seats[seat]) !== null);
  const seat = movers[whim % movers.length];
  const connection = seat === undefined ? null : connectionOf(room.seats[seat]);
  const { phase } = room.game;
  if (seat === undefined || connection === null) return null;
  if (phase.name === 'redeal') return { type: 'decideRedeal', connection, accept: whim % 3 > 0 };
  if (phase.name === 'declaration') {
    const { zerosInARow } = room.game.tally[seat];
    const allowed = allowedDeclarations({ declared: phase.values, zerosInARow });
    return { type: 'declare', connection, value: allowed[whim % allowed.length] ?? 0 };
  }
  return phase.name === 'turn' ? { type: 'play', connection, indices: lay(room, seat, whim) } : null;
}

/** Positions of a legal play: any set to lead, any pieces to follow. */
function lay(room: PlayingRoom, seat: Seat, whim: number): readonly number[] {
  const { phase } = room.game;
  if (phase.name !== 'turn') return [];
  const hand = phase.round.hands[seat];
  const required = requiredPieces(phase);
  if (required === null) {
    const sets = [6, 5, 4, 3, 2, 1].flatMap((size) => setsIn(hand, size));
    return sets[whim % sets.length] ?? [0];
  }
  return [...hand.keys()].map((index) => (index + whim) % hand.length).slice(0, required);
}

// ---- The walk ----

/** The steps of a walk, one or more for each whim. */
export function* walk(start: Walker, whims: readonly number[]): Generator<Step, Walker> {
  let walker = start;
  for (const whim of whims) {
    for (const { command, wait } of wishes(walker, whim)) {
      const taken = take({ ...walker, at: Math.max(walker.at, walker.record.at) + wait }, command);
      walker = taken.walker;
      yield taken.step;
    }
  }
  return walker;
}

interface Wish {
  readonly command: Command;
  /** Milliseconds that pass before it. */
  readonly wait: number;
}

type Whim = (walker: Walker, whim: number) => Command | readonly Wish[] | null;

/** The game goes on: as the state machine, the host or a player whose move it is would have it. */
const goOn: Whim = (walker, whim) =>
  phaseCommand(walker) ??
  humanMove(walker.record.room, whim) ??
  prepare(walker, whim) ??
  comeBack(walker, whim);
const move: Whim = ({ record }, whim) => humanMove(record.room, whim);
const anything: Whim = ({ record }, whim) => anyCommand(record.room, whim);
const presence: Whim = ({ record, named }, whim) => comeOrGo(record.room, whim, named);
const leave: Whim = ({ record }, whim) =>
  whim % 40 === 0 ? { type: 'leaveGame', connection: connectionIn(record.room, whim) } : null;
const start: Whim = ({ record: { room } }, whim) =>
  room.stage === 'finished' || whim % 40 === 0
    ? { type: 'startGame', connection: connectionIn(room, whim) }
    : null;
const tick: Whim = () => TICK;

/** What comes of a whim, by its last digits. Mostly the game goes on; often enough something comes between. */
const WHIMS: readonly Whim[] = [
  ...[goOn, goOn, goOn, goOn, goOn, move, move, move, move],
  ...[tickInTime, tickInTime, tickInTime, tick, timeoutInTime],
  ...[anyTask, presence, leave, start, everybodyReady, anything],
];

function wishes(walker: Walker, whim: number): readonly Wish[] {
  const rest = Math.floor(whim / WHIMS.length);
  const wanted = WHIMS[whim % WHIMS.length]?.(walker, rest) ?? [];
  const wait = rest % 3 === 0 ? 0 : rest % 2_500;
  return 'type' in wanted ? [{ command: wanted, wait }] : wanted;
}

function tickInTime({ record: { room }, at }: Walker): readonly Wish[] {
  const due = nextTick(room);
  return due === null ? [] : [{ command: TICK, wait: Math.max(0, due - at) }];
}

function timeoutInTime(walker: Walker): readonly Wish[] {
  const { room } = walker.record;
  const command = heartbeatTimeout(walker);
  if (command === null || room.stage !== 'playing') return [];
  return [{ command, wait: Math.max(0, timeoutOf(room) - walker.at) }];
}

function everybodyReady({ record: { room } }: Walker, whim: number): readonly Wish[] {
  return SEATS.map((seat) => ({
    command: { type: 'ready', connection: connectionAt(room, seat) },
    wait: whim % 1_000,
  }));
}

/** A waiting room fills up, and its game starts. */
function prepare({ record: { room } }: Walker, whim: number): Command | null {
  if (room.stage !== 'open') return null;
  const connection = connectionAt(room, room.host);
  const free = SEATS.find((seat) => room.seats[seat] === null);
  if (free === undefined) return { type: 'startGame', connection };
  if (whim % 2 === 0) return { type: 'addBot', connection, seat: free };
  return { type: 'join', player: `session ${whim % 3}`, name: `Eve ${whim % 5}` };
}

/** An entry that may be early, late, doubled, or of another game; now and then an operator closes the room. */
function anyTask({ record: { room }, named }: Walker, whim: number): Command {
  const now = room.stage === 'playing' ? room.game : { number: 1, sheet: [] as const };
  const phase = PHASES[whim % 3] ?? 'turns';
  const game = now.number - (whim % 7 === 0 ? 1 : 0);
  const round = now.sheet.length + (whim % 4);
  if (whim % 11 === 1) return { type: 'endGame', game };
  if (whim % 101 === 2) return { type: 'closeRoom' };
  return { type: 'enterPhase', game, phase, round, token: `any ${named}` };
}

/** Somebody comes back into an empty room, so that not every walk ends with the game abandoned. */
function comeBack({ record: { room }, named }: Walker, whim: number): Command | null {
  return room.stage === 'playing' && !room.attendance.anyone ? comeOrGo(room, whim, named) : null;
}

function comeOrGo(room: Room, whim: number, named: number): Command {
  const seat = SEATS[whim % 4] ?? 1;
  const occupant = room.stage === 'none' || room.stage === 'closed' ? null : room.seats[seat];
  if (occupant?.kind !== 'human') return watch(room, whim, named);
  const { player, name } = occupant;
  return occupant.presence.status === 'present' && whim % 3 === 0
    ? {
        type: 'disconnect',
        connection: occupant.presence.connection,
        cause: whim % 2 === 0 ? 'gone' : 'closed',
      }
    : {
        type: 'attach',
        player,
        name: whim % 9 === 0 ? null : name,
        connection: (whim % 7 === 0 ? watcherIn(room) : null) ?? `socket ${named}`,
        ...(whim % 2 === 0 ? { without: DISPENSABLE } : {}),
      };
}

/** Somebody watches without a seat, or stops. */
function watch(room: Room, whim: number, named: number): Command {
  const watcher = watcherIn(room);
  return whim % 3 === 0 && watcher !== null
    ? { type: 'disconnect', connection: watcher, cause: 'closed' }
    : {
        type: 'spectate',
        connection: `watcher ${named}`,
        ...(whim % 2 === 0 ? { without: DISPENSABLE } : {}),
      };
}
function watcherIn(room: Room): string | null {
  if (room.stage === 'none' || room.stage === 'closed') return null;
  return room.spectators[0]?.connection ?? null;
}

/** Anything a client can say, whether or not it may. */
function anyCommand(room: Room, whim: number): Command {
  const connection = connectionIn(room, whim);
  const [what, rest] = [Math.floor(whim / 5) % 8, Math.floor(whim / 40)];
  const indices = Array.from({ length: rest % 8 }, (_, place) => Math.floor(rest / 8 ** place) % 9);
  const commands: readonly PlayerCommand[] = [
    { type: 'declare', connection, value: rest % 10 },
    { type: 'play', connection, indices },
    { type: 'decideRedeal', connection, accept: rest % 2 === 0 },
    { type: 'ready', connection },
    { type: 'addBot', connection, seat: SEATS[rest % 4] ?? 1 },
    { type: 'removePlayer', connection, seat: SEATS[rest % 4] ?? 1 },
    { type: 'play', connection, indices: indices.toSorted().slice(0, 2) },
  ];
  return commands[what] ?? { type: 'join', player: `session ${rest % 3}`, name: 'Eve' };
}

function connectionIn(room: Room, whim: number): string {
  return connectionAt(room, SEATS[whim % 4] ?? 1);
}
function connectionAt(room: Room, seat: Seat): string {
  if (room.stage === 'none' || room.stage === 'closed') return 'nobody';
  return connectionOf(room.seats[seat]) ?? 'nobody';
}
