// How the state machine's tasks stand, seen from the room: what a task token waits for, and whether that is over.

import { pauseEnd } from './due.ts';
import type { Game, Phase, PlayingRoom, Room, Task, TaskPhase } from './room.ts';

/**
 * `done`: the phase is over and has been shown, the token is to be completed. `decided`: the same, and the game has winners.
 * `ended`: so has the whole game, without them. `ahead`: it cannot begin yet.
 */
export type TaskStatus = 'ahead' | 'to enter' | 'entered' | 'done' | 'decided' | 'ended';

/** The steps of a round in the order of play, and the one after which the first round comes. */
const STEP = { redeal: 0, started: 1, declaring: 2, turns: 3, scored: 4, starting: 5 } as const;
const STEPS = 6;

/** From which step on a task may be entered and is entered, and its last one, at the end of which there may be a pause. */
const SPANS: Readonly<
  Record<TaskPhase, { readonly enter: number; readonly entered: number; readonly last: number }>
> = {
  preparation: { enter: STEP.scored - STEPS, entered: STEP.redeal, last: STEP.started },
  declaration: { enter: STEP.started, entered: STEP.declaring, last: STEP.declaring },
  turns: { enter: STEP.turns, entered: STEP.turns, last: STEP.scored },
};

/**
 * How a task of game number `game` stands in this room at `at` (epoch ms). Only whether it is over depends on the time:
 * the clock of the function that enters a task may be behind that of the one that completed the task before.
 */
export function taskStatus(
  room: Room,
  game: number,
  { phase, round }: Omit<Task, 'token'>,
  at: number,
): TaskStatus {
  if (isWon(room, game)) return 'decided';
  if (room.stage !== 'playing' || room.game.number !== game) return 'ended';
  const step = stepsPlayed(room.game) - round * STEPS;
  const { enter, entered, last } = SPANS[phase];
  if (step > last) return 'done';
  const isOver = step === last && isPauseOver(room, at);
  if (isDecided(room.game) && (isOver || step < entered)) return 'decided';
  if (isOver) return 'done';
  if (step < enter) return 'ahead';
  return step >= entered ? 'entered' : 'to enter';
}

/** Whether that game was played to its end. */
function isWon(room: Room, game: number): boolean {
  return room.stage === 'finished' && room.result.game === game && room.result.outcome === 'completed';
}

function isDecided({ phase }: Game): boolean {
  return phase.name === 'scoring' && phase.winners.length > 0;
}

function isPauseOver(room: PlayingRoom, at: number): boolean {
  const end = pauseEnd(room);
  return end !== null && at >= end;
}

/** How far a game is, in steps. Its start comes after a round 0. */
function stepsPlayed({ phase }: Game): number {
  return phase.name === 'starting' ? STEP.starting : phase.round.number * STEPS + stepOf(phase);
}

function stepOf(phase: Exclude<Phase, { name: 'starting' }>): number {
  switch (phase.name) {
    case 'redeal':
      return STEP.redeal;
    case 'round_start':
      return STEP.started;
    case 'declaration':
      return STEP.declaring;
    case 'turn':
    case 'turn_results':
      return STEP.turns;
    case 'scoring':
      return STEP.scored;
  }
}
