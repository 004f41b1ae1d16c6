/** How many piles a player may declare. */
import { HAND_SIZE } from './pieces.ts';

/** The piles of a round: as many as pieces in a hand, since a turn is worth as many as each player lays in it. */
export const PILES = HAND_SIZE;

/** What a declarer has to mind. */
export interface Declaring {
  /** What the players before this one declared this round, in order: none for the first, three for the last. */
  readonly declared: readonly number[];
  /** In how many of the latest rounds, one after the other, this player declared 0. */
  readonly zerosInARow: number;
}

/**
 * The declarations open to the next player, rising. The last of the four may not bring the total to 8, and two
 * zeros in a row ask for at least 1 (rules.md, "A round" 4). Two limits rule out two of nine, so some always remain.
 */
export function allowedDeclarations({ declared, zerosInARow }: Declaring): readonly number[] {
  const total = declared.reduce((sum, value) => sum + value, 0);
  const isLast = declared.length === 3;
  const least = zerosInARow >= 2 ? 1 : 0;
  return Array.from({ length: PILES + 1 }, (_, value) => value).filter(
    (value) => value >= least && !(isLast && total + value === PILES),
  );
}
