/**
 * Dealing. A seed decides a deal completely, so that anybody who is told the seed can deal again and compare:
 *
 * 1. Key: the 32 bytes that the 64 hex digits of the seed stand for. Nonce: the draw number as four little-endian
 *    bytes, then eight zero bytes. Take the bytes of the ChaCha20 keystream (RFC 8439) from block counter 0 on.
 * 2. Lay out the deck: general, advisor, elephant, chariot, horse, cannon, soldier; of each kind all red pieces,
 *    then all black ones (per colour 1 general, 5 soldiers, 2 of every other kind).
 * 3. Shuffle as Fisher and Yates did: with n pieces left (32 at first) take the next byte. If it is not below
 *    256 - 256 mod n, skip it, since small remainders would come up too often; else take out the piece at position
 *    byte mod n, counted from 0, and close the gap. Repeat until none is left.
 * 4. Seat 1 gets the first eight pieces taken, seat 2 the next eight, and so on, in the order taken.
 */
import { keystream } from './chacha20.ts';
import { DECK, HAND_SIZE, points } from './pieces.ts';
import type { Hand, Piece } from './pieces.ts';
import { bySeat, SEATS } from './seats.ts';
import type { BySeat } from './seats.ts';

/** 256 bits as 64 lower-case hex digits. */
export type Seed = string;

/** How many redeals players can ask for in one round; the deal after the last is a `dealStrong` (rules.md). */
export const MAX_REDEALS = 8;

/** A hand without any piece above this many points is weak. */
const WEAK_POINTS = 9;

const BYTES = 256;

/** The hands of one draw of a seed (draws are numbered from 0), by the algorithm above. */
export function deal(seed: Seed, draw: number): BySeat<Hand> {
  const left = [...DECK];
  const taken: Piece[] = [];
  for (const byte of keystream(keyOf(seed), nonceOf(draw))) {
    const fair = byte < BYTES - (BYTES % left.length);
    if (fair) taken.push(...left.splice(byte % left.length, 1));
    if (left.length === 0) break;
  }
  return bySeat((seat) => taken.slice((seat - 1) * HAND_SIZE, seat * HAND_SIZE));
}

/** The first of the draws 0, 1, 2… of a seed in which no hand is weak. */
export function dealStrong(seed: Seed): BySeat<Hand> {
  for (let draw = 0; ; draw++) {
    const hands = deal(seed, draw);
    if (!SEATS.some((seat) => isWeak(hands[seat]))) return hands;
  }
}

/**
 * The hands dealt from a seed after so many redeals of the round: its first draw, and once no redeal is left its first draw
 * without a weak hand (rules.md, "A round" 1).
 */
export function dealAfter(redeals: number, seed: Seed): BySeat<Hand> {
  return redeals < MAX_REDEALS ? deal(seed, 0) : dealStrong(seed);
}

/** Whether the holder of this hand may ask for a redeal: no piece of it is above 9 points. */
export function isWeak(hand: Hand): boolean {
  return hand.every((piece) => points(piece) <= WEAK_POINTS);
}

function keyOf(seed: Seed): Uint8Array {
  if (!/^[0-9a-f]{64}$/.test(seed)) throw new RangeError('a seed is 64 lower-case hex digits');
  return Uint8Array.from({ length: 32 }, (_, at) => Number.parseInt(seed.slice(2 * at, 2 * at + 2), 16));
}

function nonceOf(draw: number): Uint8Array {
  if (!Number.isInteger(draw) || draw < 0 || draw >= 2 ** 32)
    throw new RangeError('a draw is a 32-bit number');
  const nonce = new Uint8Array(12);
  new DataView(nonce.buffer).setUint32(0, draw, true);
  return nonce;
}
