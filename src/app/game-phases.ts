// What the state machine's tasks and the tick queue ask for, turned into commands.

import { commandIdOf } from './ids.ts';
import { execute, scheduleAgain } from './execute.ts';
import type { Order, Outcome } from './execute.ts';
import { tellLobby } from './lobby.ts';
import type { Ports, Tick } from './ports.ts';
import { nextTick } from '../room/due.ts';
import type { PhaseCommand } from '../room/commands.ts';
import type { GameOutcome, Room, RoomId, TaskPhase } from '../room/room.ts';
import { SEATS } from '../game/seats.ts';

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

/** The detail of the event `game.finished`. */
export interface GameFinished {
  readonly roomId: RoomId;
  readonly game: number;
  readonly outcome: GameOutcome;
  readonly rounds: number;
  /** Epoch ms. */
  readonly startedAt: number;
  readonly endedAt: number;
  /** In seat order; `player` is null for bots. */
  readonly seats: readonly {
    readonly name: string;
    readonly player: string | null;
    readonly score: number;
    readonly isWinner: boolean;
  }[];
}
export type PhaseAnswer = GameFinished | { readonly entered: true };

/** Does what a state of the machine asks for. Throws when it could not, so that the state machine tries again. */
export async function runPhase(ports: Ports, request: PhaseRequest): Promise<PhaseAnswer> {
  const outcome = await execute(ports, orderOf(request));
  ports.log.info('phase', { phase: request.phase, room: request.roomId, outcome: outcome.kind });
  const room = roomAfter(request, outcome);
  switch (request.phase) {
    case 'preparation':
    case 'declaration':
    case 'turns':
      if (room === null) await ports.phases.fail(request.token, 'GameAbandoned', 'The room is gone');
      return { entered: true };
    case 'game_over':
    case 'abort':
      return finishedGame(room, request);
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

/** The room once the command is through; null when it is gone. A failed effect is worth another try of the whole. */
function roomAfter({ phase, roomId }: PhaseRequest, outcome: Outcome): Room | null {
  if (outcome.kind === 'gone') return null;
  if (outcome.kind === 'rejected') throw new Error(`Phase ${phase} of room ${roomId} was refused`);
  if (outcome.failed.length > 0)
    throw new Error(`Phase ${phase} of room ${roomId} failed at ${outcome.failed.join(', ')}`);
  return outcome.record.room;
}

function finishedGame(room: Room | null, { roomId, game, phase }: PhaseRequest): GameFinished {
  if (room?.stage === 'finished' && room.result.game === game) {
    const { outcome, sheet, startedAt, endedAt, winners, tally } = room.result;
    const seats = SEATS.map((seat) => {
      const occupant = room.seats[seat];
      return {
        name: occupant.name,
        player: occupant.kind === 'human' ? occupant.player : null,
        score: tally[seat].total,
        isWinner: winners.includes(seat),
      };
    });
    return { roomId, game, outcome, rounds: sheet.length, startedAt, endedAt, seats };
  }
  if (phase === 'game_over' && room?.stage === 'playing' && room.game.number === game) {
    throw new Error(`The game of room ${roomId} is not over yet`);
  }
  return { roomId, game, outcome: 'aborted', rounds: 0, startedAt: 0, endedAt: 0, seats: [] };
}

/** Does what a tick is for. Throws when it could not, so that the queue delivers it again. */
export async function runTick(ports: Ports, tick: Tick): Promise<void> {
  if (tick.kind === 'lobby') return tellLobby(ports);
  const { roomId, seq, due } = tick;
  const outcome = await execute(ports, {
    room: roomId,
    command: { type: 'tick' },
    by: 'tick',
    commandId: `tick:${seq}:${due}`,
    // Planned in the record after that commit: what is not older will do.
    seen: seq,
  });
  ports.log.info('tick', { room: roomId, seq, outcome: outcome.kind });
  if (outcome.kind === 'gone' || outcome.kind === 'rejected') return;
  if (outcome.failed.length > 0)
    throw new Error(`A tick of room ${roomId} failed at ${outcome.failed.join(', ')}`);
  const { record, kind } = outcome;
  const isEarly = kind === 'unchanged' && nextTick(record.room) === due && due > ports.clock.now();
  if (isEarly) await scheduleAgain(ports, roomId, record);
}
