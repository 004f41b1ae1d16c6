// Whose move it is.

import { orderFrom } from '../game/seats.ts';
import type { Seat } from '../game/seats.ts';
import type { Phase } from './room.ts';

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
