// The judge of the fuzzer finds what it is there to find.

import { describe, expect, test } from '@jest/globals';
import { errorFrame, framesFor } from '../../src/protocol/frames.ts';
import type { Frame } from '../../src/protocol/server-frames.ts';
import type { RoomRecord } from '../../src/room/record.ts';
import { gameAt, given, PEOPLE } from '../support/room.ts';
import { GUESTS, SESSION_SECRET } from './house.ts';
import { markupIn, problemOfFrame, problemOfHand, readEnvelope, secretIn, writtenOut } from './judge.ts';
import { FORGED, OPERATOR } from './requests.ts';
import { CANARY } from './strange.ts';

const { change } = given(gameAt('turn'));
const [state] = framesFor(given(gameAt('starting')).change, 1).slice(-1);
const refusal: Frame = errorFrame({ code: 'WRONG_PHASE', message: 'Not now.' });

describe('a frame is found wrong', () => {
  test.each([
    ['with a field too many', { ...refusal, extra: 1 }],
    ['of an event that there is not', { ...refusal, event: 'wrong' }],
    ['with a code that there is not', { event: 'error', data: { ...refusal.data, code: 'OOPS' } }],
    [
      'that repeats in an error what was sent',
      errorFrame({ code: 'WRONG_PHASE', message: `Not ${CANARY}.` }),
    ],
    ['that says that something broke', errorFrame({ code: 'INTERNAL_ERROR', message: 'Oh.' })],
    ['with a commit number that is none', { ...state, seq: -1 }],
  ])('%s', (_why, frame) => {
    expect(problemOfFrame(JSON.stringify(frame))).not.toBeNull();
  });

  test('when a piece of markup is anywhere in it', () => {
    expect(markupIn('{"event":"error","data":{"message":"<b>"}}')).not.toBeNull();
  });

  test('when it shows a hand to somebody else, or a hand that is not held', () => {
    const shown = framesFor(change, 2).at(-1);
    if (shown?.event !== 'phase_change') throw new Error('There is no state to show');
    const at = (): RoomRecord => change.after;
    const [ann, ben] = [PEOPLE[1].connection, PEOPLE[2].connection];
    expect(problemOfHand(shown, ben, at)).toBeNull();
    expect(problemOfHand(shown, ann, at)).toContain('Ben');
    const players = Object.fromEntries(
      Object.entries(shown.data.players).map(([name, { hand, ...entry }]) => [
        name,
        hand === undefined ? entry : { ...entry, hand: hand.slice(1) },
      ]),
    );
    const other = JSON.parse(JSON.stringify({ ...shown, data: { ...shown.data, players } })) as Frame;
    expect(problemOfHand(other, ben, at)).toContain('not theirs');
  });

  test('but not as the server makes it', () => {
    expect(problemOfFrame(JSON.stringify(state))).toBeNull();
    expect(problemOfFrame(JSON.stringify(refusal))).toBeNull();
  });
});

describe('a log line is found to hold', () => {
  test.each([
    ['a piece', 'GENERAL_RED'],
    ['a task token', 'token-12'],
    ['a seed', 'a1'.repeat(32)],
    ['the id of a session', GUESTS[0]?.session.slice(0, 32) ?? ''],
    ['the signature of a session', GUESTS[1]?.session.slice(33) ?? ''],
    ['the secret of all sessions', SESSION_SECRET],
    ['the token of the operator', OPERATOR],
    ['a forged token', `x${FORGED}`],
    ['what a stranger sent', CANARY],
  ])('%s', (_what, secret) => {
    expect(secretIn(writtenOut({ message: 'frame', fields: { room: secret } }))).toContain(
      secret.slice(0, 8),
    );
    expect(secretIn(writtenOut({ fields: { error: new Error(`Failed at ${secret}`) } }))).not.toBeNull();
  });

  test('nothing, as long as there is nothing', () => {
    expect(
      secretIn(writtenOut({ message: 'frame', fields: { event: 'play', room: 'ABC234', ms: 3 } })),
    ).toBeNull();
  });
});

test.each([
  ['{"event":"play","id":"a-1"}', { event: 'play', id: 'a-1' }],
  ['{"event":"play","id":"a b"}', { event: 'play' }],
  ['{"event":"ack","id":"1","id":7}', { event: 'ack' }],
  ['{"id":"x"}', { id: 'x' }],
  ['[{"id":"x"}]', {}],
  ['{"id":"x"', {}],
])('the judge reads an answerable id out of %s as JSON has it', (text, envelope) => {
  expect(readEnvelope(text)).toEqual(envelope);
});
