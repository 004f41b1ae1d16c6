// What the state machine's tasks and the tick queue ask for, turned into commands.

import { commandIdOf } from './ids.ts';
import { execute, scheduleAgain } from './execute.ts';
import type { Order, Outcome } from './execute.ts';
import { tellLobby } from './lobby.ts';
import type { Ports, Tick } from './ports.ts';
import { nextTick } from '../room/due.ts';
import type { PhaseCommand } from '../room/commands.ts';
import { createFinishReader, finishedFrom } from '../room/finished.ts';
import type { GameFinished } from '../room/finished.ts';
import type { RoomRecord } from '../room/record.ts';
import type { RoomId, TaskPhase } from '../room/room.ts';
import type { CommitPage } from '../store/log.ts';

/** The payloads of the phase function (statemachines/game.asl.json). `round`: rounds scored before Preparation, else the one in play. */
export type PhaseRequest =
  | {
      readonly phase: TaskPhase;
      readonly roomId: RoomId;
      readonly game: number;
      readonly round: number;
      readonly token: string;
    }
  | { readonly phase: 'game_over'; readonly roomId: RoomId; readonly game: number }
  | { readonly phase: 'abort'; readonly roomId: RoomId; readonly game: number; readonly error?: unknown };

export type PhaseAnswer = GameFinished | { readonly entered: true };

/** Does what a state of the machine asks for. Throws when it could not, so that the state machine tries again. */
export async function runPhase(ports: Ports, request: PhaseRequest): Promise<PhaseAnswer> {
  const started = ports.clock.now();
  const outcome = await execute(ports, orderOf(request));
  logOutcome(ports, { message: 'phase', command: request.phase, room: request.roomId, started }, outcome);
  const record = recordAfter(request, outcome);
  switch (request.phase) {
    case 'preparation':
    case 'declaration':
    case 'turns':
      if (record === null) await ports.phases.fail(request.token, 'GameAbandoned', 'The room is gone');
      return { entered: true };
    case 'game_over':
    case 'abort':
      return finishedGame(ports, record, request);
  }
}

function orderOf(request: PhaseRequest): Order {
  const { roomId, game } = request;
  const key = 'token' in request ? request.token : `${request.phase}:${game}`;
  return { room: roomId, command: commandOf(request), by: 'phase', commandId: commandIdOf(key) };
}

function commandOf(request: PhaseRequest): PhaseCommand {
  const { game } = request;
  switch (request.phase) {
    case 'preparation':
      return {
        type: 'enterPhase',
        game,
        phase: 'preparation',
        round: request.round + 1,
        token: request.token,
      };
    case 'declaration':
    case 'turns':
      return { type: 'enterPhase', game, phase: request.phase, round: request.round, token: request.token };
    case 'game_over':
      return { type: 'endGame', game };
    case 'abort':
      return { type: 'abortGame', game };
  }
}

/** The record once the command is through; null when it is gone. A failed effect is worth another try of the whole. */
function recordAfter({ phase, roomId }: PhaseRequest, outcome: Outcome): RoomRecord | null {
  if (outcome.kind === 'gone') return null;
  if (outcome.kind === 'rejected') throw new Error(`Phase ${phase} of room ${roomId} was refused`);
  if (outcome.failed.length > 0)
    throw new Error(`Phase ${phase} of room ${roomId} failed at ${outcome.failed.join(', ')}`);
  return outcome.record;
}

/** The game as it was when it ended, the same whenever it is asked for: by then the room may be at its next game, or closed. */
async function finishedGame(
  { store, clock }: Ports,
  record: RoomRecord | null,
  { roomId, game, phase }: PhaseRequest,
): Promise<GameFinished> {
  const room = record?.room;
  if (phase === 'game_over' && room?.stage === 'playing' && room.game.number === game) {
    throw new Error(`The game of room ${roomId} is not over yet`);
  }
  const finished = record && finishedFrom(record, game);
  return finished ?? (await finishedInLog(store, roomId, game)) ?? untold(roomId, game, clock.now());
}

/** Commits a page of a log that is read to find the end of a game. */
const LOG_PAGE = 500;

async function finishedInLog(
  store: Ports['store'],
  roomId: RoomId,
  game: number,
): Promise<GameFinished | null> {
  const read = createFinishReader(game);
  let after: number | null = 0;
  while (after !== null) {
    const page: CommitPage = await store.commits(roomId, { after, limit: LOG_PAGE, isConsistent: true });
    for (const commit of page.commits) {
      const finished = read(commit);
      if (finished !== null) return finished;
    }
    after = page.next;
  }
  return null;
}

/** A game whose log is gone, or broken: that it ended by a fault is all there is to say. */
function untold(roomId: RoomId, game: number, now: number): GameFinished {
  return { roomId, game, outcome: 'aborted', rounds: 0, startedAt: 0, endedAt: now, seats: [] };
}

/** Does what a tick is for. Throws when it could not, so that the queue delivers it again. */
export async function runTick(ports: Ports, tick: Tick): Promise<void> {
  if (tick.kind === 'lobby') return tellLobby(ports);
  const { roomId, seq, due } = tick;
  const started = ports.clock.now();
  const outcome = await execute(ports, {
    room: roomId,
    command: { type: 'tick' },
    by: 'tick',
    commandId: `tick:${seq}:${due}`,
    // Planned in the record after that commit: what is not older will do.
    seen: seq,
  });
  logOutcome(ports, { message: 'tick', command: 'tick', room: roomId, started }, outcome);
  if (outcome.kind === 'gone' || outcome.kind === 'rejected') return;
  if (outcome.failed.length > 0)
    throw new Error(`A tick of room ${roomId} failed at ${outcome.failed.join(', ')}`);
  const { record, kind } = outcome;
  const isEarly = kind === 'unchanged' && nextTick(record.room) === due && due > ports.clock.now();
  if (isEarly) await scheduleAgain(ports, roomId, record);
}

/** One line a command, as `answer` writes it for a player's. */
function logOutcome(
  { log, clock }: Ports,
  {
    message,
    started,
    ...line
  }: {
    readonly message: string;
    readonly command: string;
    readonly room: RoomId;
    readonly started: number;
  },
  outcome: Outcome,
): void {
  const seq = 'record' in outcome ? outcome.record.seq : undefined;
  log.info(message, { ...line, seq, outcome: outcome.kind, ms: clock.now() - started });
}
