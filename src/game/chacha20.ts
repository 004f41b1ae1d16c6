/** The ChaCha20 keystream (RFC 8439): the same key gives the same bytes in any language, so any deal can be checked. */

const BLOCK_BYTES = 64;
const DOUBLE_ROUNDS = 10;

/** "expand 32-byte k" as little-endian words (RFC 8439, 2.3). */
const CONSTANTS = [0x61707865, 0x3320646e, 0x79622d32, 0x6b206574] as const;

/** Where the key (32 bytes), the block counter (4) and the nonce (12) stand in a block, in bytes from its start. */
const OFFSET = { key: 16, counter: 48, nonce: 52 } as const;

/** The words that each quarter round mixes: the columns of the state, then its diagonals (RFC 8439, 2.3). */
const QUARTERS = [
  [0, 4, 8, 12],
  [1, 5, 9, 13],
  [2, 6, 10, 14],
  [3, 7, 11, 15],
  [0, 5, 10, 15],
  [1, 6, 11, 12],
  [2, 7, 8, 13],
  [3, 4, 9, 14],
] as const;

/** The bytes of the stream for a key of 32 bytes and a nonce of 12, with the block counter starting at 0. */
export function* keystream(key: Uint8Array, nonce: Uint8Array): Generator<number, never> {
  for (let counter = 0; ; counter++) yield* keyBlock(key, counter, nonce);
}

/** One block of 64 bytes of the stream: the ChaCha20 block function (RFC 8439, 2.3). */
export function keyBlock(key: Uint8Array, counter: number, nonce: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(BLOCK_BYTES);
  const state = new DataView(bytes.buffer);
  CONSTANTS.forEach((word, index) => state.setUint32(4 * index, word, true));
  bytes.set(key, OFFSET.key);
  state.setUint32(OFFSET.counter, counter, true);
  bytes.set(nonce, OFFSET.nonce);

  const start = new DataView(bytes.slice().buffer);
  for (let round = 0; round < DOUBLE_ROUNDS; round++) {
    for (const [a, b, c, d] of QUARTERS) mixQuarter(state, 4 * a, 4 * b, 4 * c, 4 * d);
  }
  for (let at = 0; at < BLOCK_BYTES; at += 4) add(state, at, start.getUint32(at, true));
  return bytes;
}

/** The quarter round on four words of the state, each named by its first byte (RFC 8439, 2.1). */
function mixQuarter(state: DataView, a: number, b: number, c: number, d: number): void {
  const steps = [
    [a, b, d, 16],
    [c, d, b, 12],
    [a, b, d, 8],
    [c, d, b, 7],
  ] as const;
  for (const [sum, term, turned, bits] of steps) {
    add(state, sum, state.getUint32(term, true));
    const word = state.getUint32(turned, true) ^ state.getUint32(sum, true);
    state.setUint32(turned, (word << bits) | (word >>> (32 - bits)), true);
  }
}

/** Adds to the word at this byte, modulo 2^32. */
function add(state: DataView, at: number, term: number): void {
  state.setUint32(at, state.getUint32(at, true) + term, true);
}
