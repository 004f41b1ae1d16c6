// When a player moves: as soon as it may, or so that all rooms together make the moves a second that were asked for.

import type { Chance } from '../play/moves.ts';

/** Frames a second that a connection may send (docs/protocol.md, "Errors"), with some to spare for its pings. */
const FRAMES_A_SECOND = 9;
/** The least time between two frames of one player, ms. */
export const LEAST_BETWEEN_MS = 1_000 / FRAMES_A_SECOND;

/**
 * Moves that a room takes to catch up with its pace: it is behind after every pause of the game, and thinks less until it
 * has made up for it.
 */
const CATCH_UP_MOVES = 15;
const MOST_THINKING = 2;

/** The pace of one room. */
export interface Pace {
  /** ms between two moves of the room in the long run; null: there is no pace, moves follow each other at once. */
  readonly interval: number | null;
  /** How long the next mover thinks, ms. */
  think(): number;
  moved(): void;
}

/** A pace of `rate` moves a second over all of `rooms`; of none without a rate. `now` in ms. */
export function createPace(rate: number | null, rooms: number, chance: Chance, now: () => number): Pace {
  if (rate === null) return { interval: null, think: () => 0, moved: () => undefined };
  const interval = (1_000 * rooms) / rate;
  // Rooms that begin together must not move together.
  const begun = now() + chance() * interval;
  let moves = 0;
  return {
    interval,
    think: () => {
      const behind = now() - begun - moves * interval;
      const patience = Math.min(MOST_THINKING, Math.max(0, 1 - behind / (CATCH_UP_MOVES * interval)));
      return interval * patience * (0.5 + chance());
    },
    moved: () => {
      moves += 1;
    },
  };
}
