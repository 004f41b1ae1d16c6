// How the state machine's tasks stand, seen from the room: what a task token waits for, and whether that is over.

import type { Game, Phase, Room, Task, TaskPhase } from './room.ts';

/** `done`: the phase is over, the token is to be completed. `ended`: so is the whole game. `ahead`: it cannot begin yet. */
export type TaskStatus = 'ahead' | 'to enter' | 'entered' | 'done' | 'ended';

/** A point in a game: round first, then the step within the round. Points compare in the order of play. */
type Point = readonly [round: number, step: number];

const STEP = {
  dealing: 0,
  redeal: 1,
  started: 2,
  declaring: 3,
  declared: 4,
  turns: 5,
  turnsOver: 6,
  scored: 7,
} as const;

/** From which step on a task may be entered, is entered, and is done. */
const SPANS: Readonly<
  Record<TaskPhase, { readonly enter: number; readonly entered: number; readonly done: number }>
> = {
  preparation: { enter: STEP.dealing, entered: STEP.redeal, done: STEP.started },
  declaration: { enter: STEP.started, entered: STEP.declaring, done: STEP.declared },
  turns: { enter: STEP.declared, entered: STEP.turns, done: STEP.turnsOver },
};

/** How a task of game number `game` stands in this room. */
export function taskStatus(room: Room, game: number, { phase, round }: Omit<Task, 'token'>): TaskStatus {
  if (room.stage !== 'playing' || room.game.number !== game) return 'ended';
  const [nowRound, step] = pointOf(room.game);
  const { enter, entered, done } = SPANS[phase];
  if (nowRound > round || (nowRound === round && step >= done)) return 'done';
  if (nowRound < round || step < enter) return 'ahead';
  return step >= entered ? 'entered' : 'to enter';
}

/** A scored round that does not end the game is the eve of the next. */
function pointOf(game: Game): Point {
  const { phase } = game;
  if (phase.name === 'starting') return [1, STEP.dealing];
  if (phase.name === 'scoring' && phase.winners.length === 0) return [phase.round.number + 1, STEP.dealing];
  return [phase.round.number, stepOf(phase)];
}

function stepOf(phase: Exclude<Phase, { name: 'starting' }>): number {
  switch (phase.name) {
    case 'redeal':
      return STEP.redeal;
    case 'round_start':
      return STEP.started;
    case 'declaration':
      return phase.values.length < 4 ? STEP.declaring : STEP.declared;
    case 'turn':
      return STEP.turns;
    case 'turn_results':
      return phase.over ? STEP.turnsOver : STEP.turns;
    case 'scoring':
      return STEP.scored;
  }
}
