/** The four seats of a table. Play order is seat order, round and round. */

export const SEATS = [1, 2, 3, 4] as const;

export type Seat = (typeof SEATS)[number];

/** One value for each seat. */
export type BySeat<T> = Readonly<Record<Seat, T>>;

const NEXT: BySeat<Seat> = { 1: 2, 2: 3, 3: 4, 4: 1 };

/** The seat that moves after this one. */
export function nextSeat(seat: Seat): Seat {
  return NEXT[seat];
}

/** All four seats in play order, beginning with this one. */
export function orderFrom(seat: Seat): readonly Seat[] {
  const second = nextSeat(seat);
  const third = nextSeat(second);
  return [seat, second, third, nextSeat(third)];
}

/** One value for each seat, asked for in seat order. */
export function bySeat<T>(valueOf: (seat: Seat) => T): BySeat<T> {
  return { 1: valueOf(1), 2: valueOf(2), 3: valueOf(3), 4: valueOf(4) };
}
