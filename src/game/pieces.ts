/** The 32 pieces: seven kinds in two colours, what each is worth and how it is written. */

export const KINDS = ['GENERAL', 'ADVISOR', 'ELEPHANT', 'CHARIOT', 'HORSE', 'CANNON', 'SOLDIER'] as const;
export const COLOURS = ['RED', 'BLACK'] as const;

export type Kind = (typeof KINDS)[number];
export type Colour = (typeof COLOURS)[number];
export type Piece = `${Kind}_${Colour}`;

/** A player's pieces in the order dealt: `HAND_SIZE` at first, fewer as they are laid. */
export type Hand = readonly Piece[];

export const HAND_SIZE = 8;

interface Make {
  readonly kind: Kind;
  readonly colour: Colour;
  readonly points: number;
}

/** Points per piece (rules.md, "Pieces"): a red piece is worth one more than its black twin. */
const MAKES: Readonly<Record<Piece, Make>> = {
  GENERAL_RED: { kind: 'GENERAL', colour: 'RED', points: 14 },
  GENERAL_BLACK: { kind: 'GENERAL', colour: 'BLACK', points: 13 },
  ADVISOR_RED: { kind: 'ADVISOR', colour: 'RED', points: 12 },
  ADVISOR_BLACK: { kind: 'ADVISOR', colour: 'BLACK', points: 11 },
  ELEPHANT_RED: { kind: 'ELEPHANT', colour: 'RED', points: 10 },
  ELEPHANT_BLACK: { kind: 'ELEPHANT', colour: 'BLACK', points: 9 },
  CHARIOT_RED: { kind: 'CHARIOT', colour: 'RED', points: 8 },
  CHARIOT_BLACK: { kind: 'CHARIOT', colour: 'BLACK', points: 7 },
  HORSE_RED: { kind: 'HORSE', colour: 'RED', points: 6 },
  HORSE_BLACK: { kind: 'HORSE', colour: 'BLACK', points: 5 },
  CANNON_RED: { kind: 'CANNON', colour: 'RED', points: 4 },
  CANNON_BLACK: { kind: 'CANNON', colour: 'BLACK', points: 3 },
  SOLDIER_RED: { kind: 'SOLDIER', colour: 'RED', points: 2 },
  SOLDIER_BLACK: { kind: 'SOLDIER', colour: 'BLACK', points: 1 },
};

/** How many pieces of a kind each colour has. */
const COPIES: Readonly<Record<Kind, number>> = {
  GENERAL: 1,
  ADVISOR: 2,
  ELEPHANT: 2,
  CHARIOT: 2,
  HORSE: 2,
  CANNON: 2,
  SOLDIER: 5,
};

/** The 14 distinct pieces, dearest first. */
export const PIECES: readonly Piece[] = KINDS.flatMap((kind) =>
  COLOURS.map((colour): Piece => `${kind}_${colour}`),
);

/** The unshuffled deck of 32: the distinct pieces in order, each as often as there are copies of it. */
export const DECK: readonly Piece[] = PIECES.flatMap((piece) =>
  Array.from({ length: COPIES[kindOf(piece)] }, () => piece),
);

/** What a piece is worth, 1 to 14. */
export function points(piece: Piece): number {
  return MAKES[piece].points;
}

/** The kind in a piece's name. */
export function kindOf(piece: Piece): Kind {
  return MAKES[piece].kind;
}

/** The colour in a piece's name. */
export function colourOf(piece: Piece): Colour {
  return MAKES[piece].colour;
}

/** A piece as the wire writes it, with its points: `ELEPHANT_RED(10)`. */
export function label(piece: Piece): string {
  return `${piece}(${points(piece)})`;
}
