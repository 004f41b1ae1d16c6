// Names made from hashes, so that the same request made twice gets the same name.

import { createHash } from 'node:crypto';
import type { PlayerId, RoomId } from '../room/room.ts';

/** Letters and digits that are not mistaken for each other when read aloud or typed. */
const ALPHABET = 'ABCDEFGHJKLMNPQRSTUVWXYZ23456789';
/** A room of ours begins with none of the hexadecimal digits that the previous backend's ids are made of (docs/migration.md). */
const FIRST_LETTERS = 'GHJKLMNPQRSTUVWXYZ';
const NAME_LENGTH = 6;

/** A command's key in the log: 66 bits of a hash, enough to tell a player's latest commands apart. */
export function commandIdOf(text: string): string {
  return createHash('sha256').update(text).digest('base64url').slice(0, 11);
}

/** A room's id from what asked for it: the n-th candidate of the same request is always the same. */
export function roomIdOf(request: string, candidate: number): RoomId {
  return lettersOf(`${request}:${candidate}`, FIRST_LETTERS);
}

/** What others see of a player instead of the id: short, always the same, and no way back to the id. */
export function handleOf(player: PlayerId): string {
  return lettersOf(`handle:${player}`, ALPHABET);
}

function lettersOf(text: string, first: string): string {
  const digest = createHash('sha256').update(text).digest();
  return Array.from(digest.subarray(0, NAME_LENGTH), (byte, place) => {
    const letters = place === 0 ? first : ALPHABET;
    return letters[byte % letters.length];
  }).join('');
}
