/** Who starts a round. */
import type { Hand } from './pieces.ts';
import { orderFrom, SEATS } from './seats.ts';
import type { BySeat, Seat } from './seats.ts';

/** The starter of round 1: the seat that holds GENERAL_RED. */
export function firstStarter(hands: BySeat<Hand>): Seat {
  const holder = SEATS.find((seat) => hands[seat].includes('GENERAL_RED'));
  if (holder === undefined) throw new RangeError('GENERAL_RED is in no hand');
  return holder;
}

/** The starter after a redeal: of the seats that accepted, the first in play order counted from the current starter. */
export function firstAccepter(accepted: readonly Seat[], from: Seat): Seat {
  const first = orderFrom(from).find((seat) => accepted.includes(seat));
  if (first === undefined) throw new RangeError('nobody accepted the redeal');
  return first;
}
