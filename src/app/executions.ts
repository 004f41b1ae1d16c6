// The executions of a game: how they are named, and how a game gets one that runs. Step Functions keeps a name for 90 days
// after its execution has closed, longer than a room's id is kept, so a name tells a game from every other there ever was; and
// a table restored from a backup has games whose executions have closed since (docs/decisions/0026).

import type { Room, RoomId } from '../room/room.ts';
import type { Clocks, Phases } from './ports.ts';

/** A game, for good: rooms' ids and the numbers of their games are used again. */
export interface GameRef {
  readonly roomId: RoomId;
  readonly game: number;
  /** Epoch ms. */
  readonly startedAt: number;
}

/** What an execution is started with: its first round is to be prepared. Clocks in seconds. */
export interface ExecutionInput {
  readonly roomId: RoomId;
  readonly game: number;
  readonly round: 0;
  readonly clocks: Clocks;
}

/** What came of seeing to it that a game has an execution; `closed` are those that had ended while the game was in play. */
export type Driven =
  | { readonly kind: 'running' }
  | { readonly kind: 'started'; readonly name: string; readonly closed: readonly string[] };

/** After so many executions that closed before their game was over another would not help either. */
const MOST_EXECUTIONS = 5;

/** The game a room plays or played last; null without one. */
export function gameRefOf(room: Room): GameRef | null {
  if (room.stage === 'playing')
    return { roomId: room.id, game: room.game.number, startedAt: room.game.startedAt };
  if (room.stage !== 'finished') return null;
  return { roomId: room.id, game: room.result.game, startedAt: room.result.startedAt };
}

/** The name of a game's execution; of the next ones, should the first close before the game is over. */
export function executionName({ roomId, game, startedAt }: GameRef, attempt = 1): string {
  const name = `${roomId}-${game}-${startedAt}`;
  return attempt === 1 ? name : `${name}-${attempt}`;
}

/** How the version before named it. For two days after a deployment such an execution may be at its game. */
function formerName({ roomId, game }: GameRef): string {
  return `${roomId}-${game}`;
}

/** Starts the execution of a game that has just begun. */
export async function startExecution(phases: Phases, run: GameRef, clocks: Clocks): Promise<Driven> {
  const name = executionName(run);
  const isAccepted = await phases.start(name, inputOf(run, clocks));
  return isAccepted ? { kind: 'started', name, closed: [] } : ensureExecution(phases, run, clocks);
}

/**
 * Sees to it that a game in play has an execution, and starts one if none runs. It hurries through the phases that are over
 * and enters the one the room is in. Whoever does the same at the same time starts the same: name and input are the game's.
 */
export async function ensureExecution(phases: Phases, run: GameRef, clocks: Clocks): Promise<Driven> {
  if ((await phases.statusOf(formerName(run))) === 'RUNNING') return { kind: 'running' };
  const closed: string[] = [];
  for (let attempt = 1; attempt <= MOST_EXECUTIONS; attempt += 1) {
    const name = executionName(run, attempt);
    const status = await phases.statusOf(name);
    if (status === 'RUNNING') return { kind: 'running' };
    if (status === null && (await phases.start(name, inputOf(run, clocks))))
      return { kind: 'started', name, closed };
    closed.push(name);
  }
  throw new Error(`Every execution of a game in play has closed: ${closed.join(', ')}`);
}

/** A game's latest execution, for operators; status null when the state machine knows none. */
export async function latestExecution(
  phases: Phases,
  run: GameRef,
): Promise<{ readonly name: string; readonly status: string | null }> {
  let latest = { name: executionName(run), status: await phases.statusOf(executionName(run)) };
  if (latest.status === null) {
    const former = await phases.statusOf(formerName(run));
    return former === null ? latest : { name: formerName(run), status: former };
  }
  for (let attempt = 2; attempt <= MOST_EXECUTIONS && latest.status !== 'RUNNING'; attempt += 1) {
    const name = executionName(run, attempt);
    const status = await phases.statusOf(name);
    if (status === null) break;
    latest = { name, status };
  }
  return latest;
}

function inputOf({ roomId, game }: GameRef, clocks: Clocks): ExecutionInput {
  return { roomId, game, round: 0, clocks };
}
