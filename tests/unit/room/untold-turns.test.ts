// Turns that begin without a word: where everybody knows when the next one is on, its start is in the log with its first play.

import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { SEATS } from '../../../src/game/seats.ts';
import type { Seat } from '../../../src/game/seats.ts';
import { stateFrame } from '../../../src/protocol/frames.ts';
import { nextTick } from '../../../src/room/due.ts';
import type { RoomEvent } from '../../../src/room/events.ts';
import { applyCommit } from '../../../src/room/record.ts';
import type { RoomRecord } from '../../../src/room/record.ts';
import { DISPENSABLE, isLive } from '../../../src/room/room.ts';
import { areHandsEmpty, resultsEnd } from '../../../src/room/turns.ts';
import { viewFor } from '../../../src/room/view.ts';
import { beginTurn } from '../../../src/web/client-state.ts';
import { gameOf, walk } from '../../support/walk.ts';
import {
  attached,
  by,
  detached,
  enter,
  entered,
  gameAt,
  given,
  PEOPLE,
  phaseOf,
  played,
  playingRoom,
  second,
  TICK,
  turn,
  won,
} from '../../support/room.ts';

const knowing = (seat: Seat): RoomEvent => ({
  type: 'Attached',
  seat,
  connection: PEOPLE[seat].connection,
  without: DISPENSABLE,
});
/** Ann leads the first turn with a straight and wins it at second 0; the result is shown for seven seconds. */
const RESULT = [
  played(1, [0, 1, 2], 'G A E'),
  played(2, [0, 1, 2], 'g a e'),
  played(3, [0, 1, 2], 'A E C'),
  played(4, [5, 6, 7], 's s s'),
  won(1, 3),
];
const ALL_KNOW = given(gameAt('turn'), ...SEATS.map(knowing), RESULT);
const lead = by(1, { type: 'play', indices: [0] });

describe('when everybody knows when the next turn begins', () => {
  test('no tick is planned to say so', () => {
    expect(nextTick(playingRoom(ALL_KNOW))).toBeNull();
  });

  test('the leader plays once the result has been shown, and the turn begins with that', () => {
    const story = ALL_KNOW.when(lead, { at: 7 }).thenTypes('TurnStarted', 'Played');
    expect(phaseOf(story)).toMatchObject({ name: 'turn', number: 2, leader: 1, plays: [{ seat: 1 }] });
  });

  test('nobody else may, and the leader not before', () => {
    ALL_KNOW.when(lead, { at: 6 }).thenRejected('WRONG_PHASE');
    ALL_KNOW.when(by(2, { type: 'play', indices: [0] }), { at: 8 }).thenRejected('NOT_YOUR_TURN');
  });

  test('a leader who does not play has as long as the page says: the turn began when the result’s time was over', () => {
    // The move clock was wound at the end of the turn, at second 0, and runs out after 63.
    const late = ALL_KNOW.when(enter('turns', 1, 'again'), { at: 63 }).then(
      entered('turns', 1, 'again'),
      turn(2, 1),
    );
    expect(phaseOf(late)).toMatchObject({ name: 'turn', since: second(7) });
    // It has been wound anew: without a tick it would run out long after the deadline.
    expect(nextTick(playingRoom(late))).toBe(second(67));
    late.when(TICK, { at: 66 }).thenNothing();
    late.when(TICK, { at: 67 }).thenTypes('Played');
  });
});

describe('a tick says so as ever', () => {
  const tickOf = (...events: readonly RoomEvent[]) =>
    nextTick(playingRoom(given(gameAt('turn'), ...events, RESULT)));

  test('when one of them does not know', () => {
    expect(tickOf(...SEATS.slice(1).map(knowing))).toBe(second(7));
  });

  test('when somebody watches who does not know', () => {
    const watcher: RoomEvent = { type: 'SpectatorJoined', connection: 'old client' };
    expect(tickOf(...SEATS.map(knowing), watcher)).toBe(second(7));
  });

  test('when who does not know comes, or the leader goes, while the result is shown or after', () => {
    for (const at of [3, 20]) {
      expect(nextTick(playingRoom(ALL_KNOW.later(at, attached(3))))).toBe(second(7));
      expect(nextTick(playingRoom(ALL_KNOW.later(at, detached(1))))).toBeLessThanOrEqual(second(at + 5));
    }
  });

  test('when a bot leads', () => {
    const table = [
      ...SEATS.filter((seat) => seat !== 1).map(knowing),
      { type: 'LeftForGood', seat: 1 } as const,
    ];
    expect(tickOf(...table)).toBe(second(7));
  });
});

test('the turn that a client begins by itself is the one that the server would have told', () => {
  let begun = 0;
  fc.assert(
    fc.property(fc.array(fc.nat(1_000_000), { minLength: 60, maxLength: 200 }), (whims) => {
      for (const { after } of walk(gameOf([1, 2, 3, 4], { turnResultsSeconds: 7 }), whims)) {
        begun += compare(after);
      }
    }),
    { numRuns: 30, seed: 21 },
  );
  expect(begun).toBeGreaterThan(20);
});

/** Compares what each seat shows after a result with what it would be told; gives how many results there were. */
function compare(record: RoomRecord): number {
  const { room, seq } = record;
  if (room.stage !== 'playing') return 0;
  const { phase } = room.game;
  const at = resultsEnd(room);
  if (phase.name !== 'turn_results' || at === null || areHandsEmpty(phase.round)) return 0;
  const start: RoomEvent = {
    type: 'TurnStarted',
    number: phase.result.number + 1,
    leader: phase.result.winner,
  };
  const after = applyCommit(record, {
    room: room.id,
    seq: seq + 1,
    at,
    by: 'tick',
    commandId: 'tick',
    events: [start],
  });
  for (const seat of [...SEATS, null]) {
    const shown = stateFrame<Seat>(viewFor<Seat>(room, seat), record);
    const told = isLive(after.room) ? stateFrame<Seat>(viewFor<Seat>(after.room, seat), after) : null;
    if (shown.event !== 'phase_change' || told?.event !== 'phase_change') throw new Error('No game is shown');
    const { sequence, timestamp } = shown.data;
    expect(beginTurn(shown.data)).toEqual({ ...told.data, sequence, timestamp });
  }
  return 1;
}
