// What a room does by itself and when: one list for the planner of ticks, the tick and the move clock.

import { describe, expect, test } from '@jest/globals';
import { SEATS } from '../../../src/game/seats.ts';
import type { Seat } from '../../../src/game/seats.ts';
import { awaitedSeats, firstDue, moveDeadline, nextTick } from '../../../src/room/due.ts';
import type { DueStep } from '../../../src/room/due.ts';
import type { RoomEvent } from '../../../src/room/events.ts';
import {
  answered,
  attached,
  declared,
  detached,
  enter,
  FOUR_HUMANS,
  gameAt,
  given,
  LAST,
  lastTurn,
  opened,
  played,
  playingRoom,
  sat,
  second,
  tableOf,
  TICK,
} from '../../support/room.ts';
import type { Story } from '../../support/room.ts';

/** The second of the story at which the next tick is planned. */
function tickOf({ record }: Story): number | null {
  const at = nextTick(record.room);
  return at === null ? null : (at - second(0)) / 1_000;
}
/** What is due first by that second. */
function dueAt({ record }: Story, seconds: number): (DueStep & { at: number }) | null {
  const due = firstDue(record.room, second(seconds));
  return due === null ? null : { ...due, at: (due.at - second(0)) / 1_000 };
}
function deadlineOf(story: Story): number | null {
  const at = moveDeadline(playingRoom(story));
  return at === null ? null : (at - second(0)) / 1_000;
}
/** A round whose last turn ended at second 0, scored at that second. */
function scoredAt(seconds: number, table = FOUR_HUMANS): Story {
  return given(gameAt('turn', table, LAST), lastTurn())
    .when(TICK, { at: seconds })
    .thenTypes('RoundScored');
}
const gone = (...seats: readonly Seat[]): readonly RoomEvent[] => seats.map((seat) => detached(seat));
const replaced = (seat: Seat): RoomEvent => ({ type: 'BotTookOver', seat });

describe('nothing is due', () => {
  test('where there is no room, or a closed or finished one', () => {
    const stories = [
      given(),
      given(opened(), { type: 'RoomClosed', reason: 'empty' }),
      given(gameAt('turn'), { type: 'GameEnded', outcome: 'completed', winners: [1] }, gone(1, 2, 3, 4)),
    ];
    for (const story of stories) {
      expect(tickOf(story)).toBeNull();
      expect(dueAt(story, 1e6)).toBeNull();
    }
  });

  test('in a waiting room with its host in it', () => {
    expect(tickOf(given(FOUR_HUMANS))).toBeNull();
    expect(tickOf(given(FOUR_HUMANS).later(5, detached(2)))).toBeNull();
  });

  test('while humans are to move: the heartbeat watches over them, not a tick', () => {
    for (const point of ['redeal', 'declaration', 'turn'] as const)
      expect(tickOf(given(gameAt(point)))).toBeNull();
  });

  test('in the room while the starter or the scores are shown: the state machine goes on after that', () => {
    expect(dueAt(given(gameAt('round_start')), 1e6)).toBeNull();
    expect(dueAt(scoredAt(7), 1e6)).toBeNull();
  });
});

describe('a waiting room', () => {
  test('that nobody has connected to closes after a minute', () => {
    expect(tickOf(given(opened(), sat(2)))).toBe(60);
    expect(dueAt(given(opened()), 59.999)).toBeNull();
    given(opened()).when(TICK, { at: 60 }).then({ type: 'RoomClosed', reason: 'empty' });
  });

  test('closes a minute after the last human has gone, bots notwithstanding', () => {
    const story = given(tableOf([1])).later(30, detached(1));
    expect(tickOf(story)).toBe(90);
    story.when(TICK, { at: 90 }).then({ type: 'RoomClosed', reason: 'empty' });
    story.later(80, attached(1)).when(TICK, { at: 90 }).thenNothing();
  });

  test('closes after the last guest there leaves while the host is away', () => {
    const story = given(tableOf([1, 2]))
      .later(10, detached(1))
      .later(20, { type: 'SeatVacated', seat: 2, reason: 'left' });
    expect(tickOf(story)).toBe(80);
  });

  test('passes the host’s role on a minute after the host has gone', () => {
    const story = given(tableOf([1, 2])).later(30, detached(1));
    expect(tickOf(story)).toBe(90);
    expect(dueAt(story, 90)).toEqual({ at: 90, step: 'passHostOn', host: 2 });
  });

  test('waits as long as the stage says', () => {
    expect(tickOf(given(opened({ emptyRoomSeconds: 7 })))).toBe(7);
  });
});

describe('in a game', () => {
  test('the start of the execution is asked for again after 2 s', () => {
    expect(tickOf(given(FOUR_HUMANS).later(8, { type: 'GameStarted', game: 1 }))).toBe(10);
    expect(dueAt(given(gameAt('starting')), 1e6)).toBeNull();
  });

  test('a takeover is due 5 s after a human has gone', () => {
    const story = given(gameAt('turn')).later(10, detached(3));
    expect(tickOf(story)).toBe(15);
    expect(dueAt(story, 15)).toEqual({ at: 15, step: 'takeOver', seat: 3 });
  });

  test('the earliest of several things comes first', () => {
    const story = given(gameAt('turn')).later(10, detached(3)).later(11, detached(2));
    expect(tickOf(story)).toBe(15);
    story.when(TICK, { at: 15 }).then(replaced(3)).when(TICK, { at: 16 }).then(replaced(2));
    story.when(TICK, { at: 16 }).then(replaced(3), replaced(2));
  });

  test('a bot moves a second after its turn has come', () => {
    const story = given(gameAt('declaration', tableOf([1]))).later(20, declared(1, 2));
    expect(tickOf(story)).toBe(21);
    expect(dueAt(story, 21)).toEqual({ at: 21, step: 'botMove', seat: 2 });
  });

  test('a bot that took the seat in mid-move thinks from then on', () => {
    const left = given(gameAt('turn')).later(20, { type: 'LeftForGood', seat: 1 });
    expect(dueAt(left, 100)).toEqual({ at: 21, step: 'botMove', seat: 1 });
    const away = given(gameAt('turn')).later(20, detached(1)).later(25, replaced(1));
    expect(dueAt(away, 100)).toEqual({ at: 26, step: 'botMove', seat: 1 });
  });

  test('all bots with weak hands decide a second after the deal', () => {
    const story = given(gameAt('redeal', tableOf([1])));
    expect(awaitedSeats(playingRoom(story))).toEqual([2, 4]);
    expect(tickOf(story)).toBe(1);
    expect(tickOf(given(gameAt('redeal', tableOf([1])), answered(2, true)))).toBe(1);
    expect(awaitedSeats(playingRoom(given(gameAt('redeal'), answered(2, true))))).toEqual([4]);
  });

  test('a turn’s result ends after its 7 s', () => {
    const story = given(gameAt('turn', undefined, LAST)).later(10, lastTurn());
    expect(tickOf(story)).toBe(17);
    expect(dueAt(story, 17)).toEqual({ at: 17, step: 'endTurnResults' });
  });

  test('the state machine hears of the end of a pause: of the starter after 5 s, of the scores after 7 s', () => {
    expect(tickOf(given(gameAt('round_start')))).toBe(5);
    expect(tickOf(scoredAt(7))).toBe(14);
  });

  test('these pauses pass whether or not anybody is there, and end for good', () => {
    expect(tickOf(given(gameAt('round_start')).later(1, detached(1)))).toBe(5);
    const nobody = given(gameAt('round_start', tableOf([1]))).later(1, detached(1));
    expect(tickOf(nobody)).toBe(5);
    expect(tickOf(nobody.later(9, attached(1)))).toBe(5);
  });

  test('until the task of the turns is entered there is no heartbeat, and a tick watches over the first moves', () => {
    const begun = given(gameAt('declared'));
    expect(tickOf(begun)).toBe(60);
    expect(dueAt(begun, 60)).toEqual({ at: 60, step: 'forcedMove', seat: 1 });
    expect(tickOf(begun.later(9, played(1, [0], 'G')))).toBe(69);
    begun.when(TICK, { at: 60 }).thenTypes('Played');
    expect(tickOf(given(gameAt('turn')))).toBeNull();
  });

  test('a human’s move is forced after 60 s, a redeal decision after 30 s', () => {
    expect(dueAt(given(gameAt('turn')), 60)).toEqual({ at: 60, step: 'forcedMove', seat: 1 });
    expect(dueAt(given(gameAt('turn')), 59.999)).toBeNull();
    expect(dueAt(given(gameAt('redeal')), 30)).toEqual({ at: 30, step: 'forcedMove', seat: 2 });
    expect(dueAt(given(gameAt('redeal')), 29.999)).toBeNull();
  });

  test('a human who is away in grace at the deadline has the move made like anybody who is slow', () => {
    given(gameAt('turn'))
      .later(58, detached(1))
      .when(enter('turns', 1, 'again'), { at: 63 })
      .thenTypes('TaskEntered', 'Played');
  });
});

describe('the deadline that players see', () => {
  test('is 60 s after the move before, 30 s after a deal', () => {
    expect(deadlineOf(given(gameAt('declaration')))).toBe(60);
    expect(deadlineOf(given(gameAt('declaration')).later(12, declared(1, 1)))).toBe(72);
    expect(deadlineOf(given(gameAt('declared')))).toBe(60);
    expect(deadlineOf(given(gameAt('turn')).later(12, played(1, [0], 'G')))).toBe(72);
    expect(deadlineOf(given(gameAt('redeal')))).toBe(30);
    expect(deadlineOf(given(gameAt('redeal')).later(12, answered(2, true)))).toBe(30);
  });

  test('is none when nobody is to move', () => {
    for (const point of ['starting', 'round_start'] as const) {
      expect(deadlineOf(given(gameAt(point)))).toBeNull();
    }
    expect(deadlineOf(given(gameAt('turn', undefined, LAST), lastTurn()))).toBeNull();
  });

  test('is none in an empty room, and full again for who comes back', () => {
    const empty = given(gameAt('turn')).later(20, gone(1, 2, 3, 4));
    expect(deadlineOf(empty)).toBeNull();
    expect(deadlineOf(empty.later(100, attached(3)))).toBe(160);
  });

  test('follows the stage’s settings', () => {
    const table = tableOf([1, 2, 3, 4], { moveSeconds: 9, redealSeconds: 4 });
    expect(deadlineOf(given(gameAt('turn', table)))).toBe(9);
    expect(deadlineOf(given(gameAt('redeal', table)))).toBe(4);
  });
});

describe('nothing moves in an empty room', () => {
  const points = ['starting', 'redeal', 'round_start', 'declaration', 'declared', 'turn'] as const;
  test.each(points)('at %s, until it is abandoned', (point) => {
    const empty = given(gameAt(point))
      .later(10, gone(1, 2, 3, 4))
      .later(15, ...SEATS.map(replaced));
    expect(dueAt(empty, 309.999)).toBeNull();
    expect(dueAt(empty, 1e6)).toEqual({ at: 310, step: 'abandonGame' });
    if (point !== 'starting' && point !== 'round_start') expect(tickOf(empty)).toBe(310);
  });

  test('not even bots: they go on when somebody is back', () => {
    const empty = given(gameAt('declaration', tableOf([1])))
      .later(10, declared(1, 2))
      .later(10.5, detached(1))
      .later(15.5, replaced(1));
    empty.when(TICK, { at: 100 }).thenNothing();
    const back = empty.later(200, attached(1));
    expect(tickOf(back)).toBe(201);
    back.when(TICK, { at: 201 }).then(declared(2, 3));
  });
});

describe('without pauses', () => {
  const table = tableOf([1, 2], {
    graceSeconds: 0,
    botThinkSeconds: 0,
    turnResultsSeconds: 0,
    roundStartSeconds: 0,
    scoringSeconds: 0,
  });

  test('everything is due at once', () => {
    expect(tickOf(given(gameAt('turn', table)).later(3, detached(1)))).toBe(3);
    expect(tickOf(given(gameAt('turn', table)).later(3, detached(1)).later(4, replaced(1)))).toBe(4);
    expect(tickOf(given(gameAt('declaration', table)).later(4, declared(1, 1), declared(2, 1)))).toBe(4);
  });

  test('the state machine hears at once where there is nothing to show, and needs no tick', () => {
    expect(tickOf(given(gameAt('round_start', table)))).toBeNull();
    expect(tickOf(scoredAt(0, table))).toBeNull();
  });

  test('a game of bots and one human passes through a round by ticks alone', () => {
    let story = given(gameAt('turn', tableOf([1], { botThinkSeconds: 0, turnResultsSeconds: 0 }), LAST));
    story = story.later(5, played(1, [0], 'G'));
    for (let ticks = 0; ticks < 2; ticks++) story = story.when(TICK).thenTypes('Played');
    story.when(TICK).thenTypes('Played', 'TurnResolved', 'RoundScored');
  });
});
