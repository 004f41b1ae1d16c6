// Whose move it is.

import { orderFrom } from '../game/seats.ts';
import type { Seat } from '../game/seats.ts';
import { isConnected, listenersOf } from './room.ts';
import type { Phase, PlayingRoom, Round } from './room.ts';

/** Who must declare or play next; null in phases without a single mover, or when all have moved. */
export function currentMover(phase: Phase): Seat | null {
  switch (phase.name) {
    case 'declaration':
      return orderFrom(phase.round.starter)[phase.values.length] ?? null;
    case 'turn':
      return orderFrom(phase.leader)[phase.plays.length] ?? null;
    case 'starting':
    case 'redeal':
    case 'round_start':
    case 'turn_results':
    case 'scoring':
      return null;
  }
}

/** How many pieces a follower must lay; null for the leader, who may choose. */
export function requiredPieces(phase: Extract<Phase, { name: 'turn' }>): number | null {
  return phase.plays[0]?.pieces.length ?? null;
}

/** When a turn's result has been shown for long enough, epoch ms; null when none is shown, or to nobody. */
export function resultsEnd({ game: { phase }, attendance, settings }: PlayingRoom): number | null {
  if (phase.name !== 'turn_results' || !attendance.anyone) return null;
  return Math.max(phase.since, attendance.since) + settings.turnResultsSeconds * 1_000;
}

/**
 * Whether the next turn begins by itself when the result's time is over, with no commit of its own: a connected human leads it, and
 * everybody connected knows (`turn_start` in their `without`). It is in the log with its first play, or once its time is up.
 */
export function startsUntold(room: PlayingRoom): boolean {
  const { phase } = room.game;
  if (phase.name !== 'turn_results' || areHandsEmpty(phase.round)) return false;
  const isLed = isConnected(room.seats[phase.result.winner]);
  return isLed && listenersOf(room).every(({ without = [] }) => without.includes('turn_start'));
}

/** Whether everything has been played. All hands are always equally long. */
export function areHandsEmpty({ hands }: Round): boolean {
  return hands[1].length === 0;
}
