// Twenty thousand frames, requests and handshakes that nobody should send; `npm run fuzz` sends as many as one likes.

import { expect, test } from '@jest/globals';
import { parseClientFrame } from '../../src/protocol/client-frames.ts';
import type { ErrorCode } from '../../src/protocol/server-frames.ts';
import type { PhaseName, Room } from '../../src/room/room.ts';
import { fuzz } from './fuzz.ts';
import { EVENT_NAMES } from './grammar.ts';

const FRAMES = 20_000;
const SEED = 1;

/** What so many frames must have met, or they have tried too little. */
const PLACES: readonly (PhaseName | Room['stage'])[] = [
  ...(['none', 'open', 'finished', 'closed'] as const),
  ...(['starting', 'redeal', 'round_start', 'declaration', 'turn', 'turn_results', 'scoring'] as const),
];
const REFUSALS: readonly ErrorCode[] = [
  ...(['INVALID_FRAME', 'UNKNOWN_EVENT', 'VALIDATION_ERROR', 'FRAME_TOO_LARGE', 'RATE_LIMITED'] as const),
  ...(['ROOM_NOT_FOUND', 'GAME_ALREADY_STARTED', 'NOT_IN_ROOM', 'PERMISSION_DENIED'] as const),
  ...(['NOT_ENOUGH_PLAYERS', 'SEAT_EMPTY', 'SEAT_TAKEN', 'WRONG_PHASE', 'NOT_YOUR_TURN'] as const),
  'INVALID_PLAY',
];

test(`${FRAMES} frames of all kinds crash nothing, change nothing they may not and bring out nothing secret`, async () => {
  const { frames, finding, met } = await fuzz({ frames: FRAMES, seed: SEED });
  expect(finding).toBeNull();
  expect(frames).toBeGreaterThanOrEqual(FRAMES);
  expect(Object.keys(met)).toEqual(
    expect.arrayContaining([...PLACES, ...REFUSALS, 'committed', 'request', 'handshake', 'repeat', 'volley']),
  );
}, 60_000);

test('the same seed sends the same frames', async () => {
  const [once, again] = [await fuzz({ frames: 500, seed: 7 }), await fuzz({ frames: 500, seed: 7 })];
  expect(again).toEqual(once);
});

test('the grammar knows every event that a client may send', () => {
  const answer = parseClientFrame('{"event":"?"}');
  expect(answer.ok ? [] : [...(answer.details['known'] as string[])].sort()).toEqual([...EVENT_NAMES].sort());
});
