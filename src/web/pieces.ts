// The wire's pieces as pages show them: signs, colours, sets. Names in words are in texts/.

import { colourOf, kindOf, label, PIECES, points } from '../game/pieces.ts';
import type { Colour, Kind, Piece } from '../game/pieces.ts';
import { classify, totalPoints } from '../game/sets.ts';
import type { PlayType } from '../game/sets.ts';

const PIECE_OF: ReadonlyMap<string, Piece> = new Map(PIECES.map((piece) => [label(piece), piece]));

/** The characters on the tiles. */
const SIGNS: Readonly<Record<Kind, Readonly<Record<Colour, string>>>> = {
  GENERAL: { RED: '帥', BLACK: '將' },
  ADVISOR: { RED: '仕', BLACK: '士' },
  ELEPHANT: { RED: '相', BLACK: '象' },
  CHARIOT: { RED: '俥', BLACK: '車' },
  HORSE: { RED: '傌', BLACK: '馬' },
  CANNON: { RED: '炮', BLACK: '砲' },
  SOLDIER: { RED: '兵', BLACK: '卒' },
};

export interface Face {
  readonly sign: string;
  readonly kind: Kind;
  readonly colour: Colour;
  readonly points: number;
}

/** How a piece of the wire looks; null for what is no piece. */
export function faceOf(written: string): Face | null {
  const piece = PIECE_OF.get(written);
  if (piece === undefined) return null;
  const kind = kindOf(piece);
  const colour = colourOf(piece);
  return { sign: SIGNS[kind][colour], kind, colour, points: points(piece) };
}

/** Pieces of the wire as the game's own; what is no piece is left out. */
export function piecesOf(written: readonly string[]): readonly Piece[] {
  return written.flatMap((each) => PIECE_OF.get(each) ?? []);
}

/** What pieces of the wire form together, and all their points. */
export function setOf(written: readonly string[]): { readonly type: PlayType; readonly worth: number } {
  const pieces = piecesOf(written);
  return { type: classify(pieces), worth: totalPoints(pieces) };
}

/** Positions of a hand in the order to show it: red before black, dearest first. */
export function shownOrder(hand: readonly string[]): readonly number[] {
  const rank = (position: number) => {
    const face = faceOf(hand[position] ?? '');
    return face === null ? 0 : face.points + (face.colour === 'RED' ? 100 : 0);
  };
  return [...hand.keys()].sort((a, b) => rank(b) - rank(a));
}
