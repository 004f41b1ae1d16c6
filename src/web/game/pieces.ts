// The wire's pieces as the page shows them: signs, names, sets.

import { colourOf, kindOf, label, PIECES, points } from '../../game/pieces.ts';
import type { Kind, Piece } from '../../game/pieces.ts';
import { classify, totalPoints } from '../../game/sets.ts';
import type { PlayType } from '../../game/sets.ts';

const PIECE_OF: ReadonlyMap<string, Piece> = new Map(PIECES.map((piece) => [label(piece), piece]));

/** The characters on the tiles, red and black. */
const SIGNS: Readonly<Record<Kind, readonly [red: string, black: string]>> = {
  GENERAL: ['帥', '將'],
  ADVISOR: ['仕', '士'],
  ELEPHANT: ['相', '象'],
  CHARIOT: ['俥', '車'],
  HORSE: ['傌', '馬'],
  CANNON: ['炮', '砲'],
  SOLDIER: ['兵', '卒'],
};

const SET_NAMES: Readonly<Record<PlayType, string>> = {
  SINGLE: 'Single',
  PAIR: 'Pair',
  THREE_OF_A_KIND: 'Three of a kind',
  STRAIGHT: 'Straight',
  FOUR_OF_A_KIND: 'Four of a kind',
  EXTENDED_STRAIGHT: 'Extended straight',
  FIVE_OF_A_KIND: 'Five of a kind',
  EXTENDED_STRAIGHT_5: 'Extended straight of five',
  DOUBLE_STRAIGHT: 'Double straight',
  INVALID: 'No set',
};

export interface Face {
  readonly sign: string;
  readonly colour: 'red' | 'black';
  readonly points: number;
  /** For who does not read the sign: `Red elephant, 10 points`. */
  readonly name: string;
}

/** How a piece of the wire looks; null for what is no piece. */
export function faceOf(written: string): Face | null {
  const piece = PIECE_OF.get(written);
  if (piece === undefined) return null;
  const [red, black] = SIGNS[kindOf(piece)];
  const isRed = colourOf(piece) === 'RED';
  const worth = points(piece);
  const name = `${isRed ? 'Red' : 'Black'} ${kindOf(piece).toLowerCase()}, ${worth} ${worth === 1 ? 'point' : 'points'}`;
  return { sign: isRed ? red : black, colour: isRed ? 'red' : 'black', points: worth, name };
}

/** The set these pieces form and what it is worth: `Straight, 18`. */
export function nameOfSet(type: PlayType, worth: number): string {
  return type === 'INVALID' ? SET_NAMES.INVALID : `${SET_NAMES[type]}, ${worth}`;
}

/** What pieces of the wire form together. */
export function setOf(written: readonly string[]): { readonly type: PlayType; readonly worth: number } {
  const pieces = written.flatMap((each) => PIECE_OF.get(each) ?? []);
  return { type: classify(pieces), worth: totalPoints(pieces) };
}

/** Positions of a hand in the order to show it: red before black, dearest first. */
export function shownOrder(hand: readonly string[]): readonly number[] {
  const rank = (position: number) => {
    const face = faceOf(hand[position] ?? '');
    return face === null ? 0 : face.points + (face.colour === 'red' ? 100 : 0);
  };
  return [...hand.keys()].sort((a, b) => rank(b) - rank(a));
}
