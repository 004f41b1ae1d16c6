// Turns: the leader plays a set, the others lay as many pieces, the best takes the piles and leads.

import { describe, expect, test } from '@jest/globals';
import { orderFrom, SEATS } from '../../../src/game/seats.ts';
import {
  by,
  detached,
  enter,
  entered,
  gameAt,
  given,
  LAST,
  lastTurn,
  phaseOf,
  pieces,
  played,
  playingRoom,
  tableOf,
  TICK,
  turn,
  won,
} from '../../support/room.ts';
import type { Story } from '../../support/room.ts';

const TURN = gameAt('turn');
const play = (...indices: number[]) => ({ type: 'play', indices }) as const;

function handOf(story: Story, seat: 1 | 2 | 3 | 4) {
  const phase = phaseOf(story);
  return phase.name === 'starting' ? [] : phase.round.hands[seat];
}

/** Ann leads with a straight of the court, which nobody beats; the result is shown. */
const COURT_TURN = [
  played(1, [0, 1, 2], 'G A E'),
  played(2, [0, 1, 2], 'g a e'),
  played(3, [0, 1, 2], 'A E C'),
  played(4, [5, 6, 7], 's s s'),
  won(1, 3),
];

describe('the leader', () => {
  test('plays a set, named by positions in the hand', () => {
    const story = given(TURN)
      .when(by(1, play(0, 1, 2)))
      .then({
        type: 'Played',
        seat: 1,
        indices: [0, 1, 2],
        pieces: ['GENERAL_RED', 'ADVISOR_RED', 'ELEPHANT_RED'],
        play: 'STRAIGHT',
        forced: false,
      });
    expect(handOf(story, 1)).toEqual(pieces('C H N S S'));
    expect(phaseOf(story)).toMatchObject({
      plays: [{ seat: 1, type: 'STRAIGHT', pieces: pieces('G A E') }],
    });
  });

  test('may name the pieces in any order; the rest of the hand keeps its own', () => {
    const story = given(TURN)
      .when(by(1, play(7, 6)))
      .then(played(1, [7, 6], 'S S'));
    expect(handOf(story, 1)).toEqual(pieces('G A E C H N'));
  });

  test.each([
    ['pieces that are no set', [0, 3]],
    ['nothing', []],
    ['the same piece twice', [6, 6]],
    ['a piece beyond the hand', [8]],
    ['a piece before the hand', [-1]],
    ['half a piece', [0.5]],
  ])('cannot play %s', (_, indices) => {
    given(TURN)
      .when(by(1, play(...indices)))
      .thenRejected('INVALID_PLAY');
  });
});

describe('the others', () => {
  const led = given(TURN, played(1, [0, 1, 2], 'G A E'));

  test('lay as many pieces as the leader, in play order', () => {
    led
      .when(by(2, play(0, 1, 2)))
      .then(played(2, [0, 1, 2], 'g a e'))
      .when(by(3, play(7, 6, 5)))
      .then(played(3, [7, 6, 5], 'S S S'));
  });

  test('may lay anything, which then is no set', () => {
    led.when(by(2, play(0, 3, 7))).then({
      type: 'Played',
      seat: 2,
      indices: [0, 3, 7],
      pieces: ['GENERAL_BLACK', 'CHARIOT_BLACK', 'SOLDIER_BLACK'],
      play: 'INVALID',
      forced: false,
    });
  });

  test('cannot lay more or fewer', () => {
    led.when(by(2, play(0, 1))).thenRejected('PIECE_COUNT_MISMATCH', /exactly 3 pieces\.$/);
    given(TURN, played(1, [6], 'S'))
      .when(by(2, play(0, 1)))
      .thenRejected('PIECE_COUNT_MISMATCH', /exactly 1 piece\.$/);
    led.when(by(2, play(0, 1, 2, 3))).thenRejected('PIECE_COUNT_MISMATCH');
    led.when(by(2, play())).thenRejected('PIECE_COUNT_MISMATCH');
  });

  test('cannot lay a piece twice, or one that they do not have', () => {
    led.when(by(2, play(0, 1, 1))).thenRejected('INVALID_PLAY');
    led.when(by(2, play(0, 1, 8))).thenRejected('INVALID_PLAY');
  });

  test('wait for their turn', () => {
    for (const seat of [1, 3, 4] as const) led.when(by(seat, play(0, 1, 2))).thenRejected('NOT_YOUR_TURN');
    given(TURN)
      .when(by(2, play(0)))
      .thenRejected('NOT_YOUR_TURN');
  });
});

test.each(['starting', 'redeal', 'round_start', 'declaration'] as const)('nobody can play at %s', (point) => {
  for (const seat of SEATS)
    given(gameAt(point))
      .when(by(seat, play(0)))
      .thenRejected('WRONG_PHASE');
});

test('nobody can play while a turn’s result is shown', () => {
  given(TURN, COURT_TURN)
    .when(by(1, play(0)))
    .thenRejected('WRONG_PHASE');
});

describe('the fourth play', () => {
  test('ends the turn: the best takes as many piles as pieces each laid', () => {
    const story = given(TURN, COURT_TURN.slice(0, 3))
      .when(by(4, play(5, 6, 7)))
      .then(COURT_TURN.slice(3));
    expect(phaseOf(story)).toMatchObject({
      name: 'turn_results',
      result: { number: 1, winner: 1, size: 3 },
      piles: { 1: 3, 2: 0, 3: 0, 4: 0 },
      ready: [],
    });
    expect(playingRoom(story).game.tally[1].turnsWon).toBe(1);
  });

  test('of equal plays leaves the turn to the earlier', () => {
    const pair = given(TURN, played(1, [6, 7], 'S S'), played(2, [6, 7], 's s'), played(3, [5, 6], 'S S'));
    pair.when(by(4, play(5, 6))).then(played(4, [5, 6], 's s'), won(1, 2));
  });

  test('counts only plays of the leader’s kind', () => {
    // Three soldiers are a set, but not a straight; single generals beat nothing as a mixed three.
    const story = given(TURN, played(1, [3, 4, 5], 'C H N'), played(2, [5, 6, 7], 'n s s'));
    story
      .later(1, played(3, [5, 6, 7], 'S S S'))
      .when(by(4, play(2, 3, 4)))
      .then(played(4, [2, 3, 4], 'c h n'), won(1, 3));
  });

  test('may win the turn for another than the leader', () => {
    given(TURN, played(1, [6], 'S'), played(2, [0], 'g'), played(3, [0], 'A'))
      .when(by(4, play(0)))
      .then(played(4, [0], 'a'), won(2, 1));
  });
});

describe('a turn’s result', () => {
  const shown = given(gameAt('turn')).later(10, COURT_TURN);

  test('is shown for 7 s, then the winner leads the next turn', () => {
    shown.when(TICK, { at: 16.999 }).thenNothing();
    const next = shown.when(TICK, { at: 17 }).then(turn(2, 1));
    expect(phaseOf(next)).toMatchObject({ name: 'turn', number: 2, leader: 1, plays: [] });
  });

  test('gives the lead to whoever won', () => {
    const lost = [
      played(1, [6], 'S'),
      played(2, [0], 'g'),
      played(3, [0], 'A'),
      played(4, [0], 'a'),
      won(2, 1),
    ];
    const next = given(TURN, lost).when(TICK, { at: 7 }).then(turn(2, 2));
    next.when(by(1, play(0))).thenRejected('NOT_YOUR_TURN');
    next.when(by(2, play(0, 1))).thenRejected('INVALID_PLAY');
    next.when(by(2, play(5, 6))).then(played(2, [5, 6], 's s'));
  });

  test('is left at once without a pause', () => {
    given(gameAt('turn', tableOf([1, 2, 3, 4], { turnResultsSeconds: 0 })), COURT_TURN.slice(0, 3))
      .when(by(4, play(5, 6, 7)))
      .then(COURT_TURN.slice(3), turn(2, 1));
  });

  test('of the last turn ends with the scores of the round instead', () => {
    const last = given(gameAt('turn', undefined, LAST)).later(10, lastTurn());
    const over = last.when(TICK, { at: 17 }).thenTypes('RoundScored');
    expect(phaseOf(over)).toMatchObject({ name: 'scoring', winners: [] });
    over.when(TICK, { at: 100 }).thenNothing();
    over.when(by(1, { type: 'ready' })).thenNothing();
  });

  test('of the last turn without a pause ends with them in the same commit', () => {
    const table = tableOf([1, 2, 3, 4], { turnResultsSeconds: 0 });
    given(gameAt('turn', table, LAST), lastTurn().slice(0, 3))
      .when(by(4, play(0)))
      .thenTypes('Played', 'TurnResolved', 'RoundScored');
  });

  test('is left before its time when all connected humans are ready', () => {
    const ready = { type: 'ready' } as const;
    shown
      .when(by(1, ready))
      .then({ type: 'PlayerReady', seat: 1 })
      .when(by(1, ready))
      .thenNothing()
      .when(by(3, ready))
      .then({ type: 'PlayerReady', seat: 3 })
      .when(by(2, ready))
      .then({ type: 'PlayerReady', seat: 2 })
      .when(by(4, ready))
      .then({ type: 'PlayerReady', seat: 4 }, turn(2, 1));
  });

  test('does not wait for bots and those who are away to be ready', () => {
    given(gameAt('turn', tableOf([1, 2])), detached(2), COURT_TURN)
      .when(by(1, { type: 'ready' }))
      .then({ type: 'PlayerReady', seat: 1 }, turn(2, 1));
  });

  test('of a round’s last turn is left when all are ready', () => {
    given(gameAt('turn', tableOf([1]), LAST), lastTurn())
      .when(by(1, { type: 'ready' }))
      .thenTypes('PlayerReady', 'RoundScored');
  });

  test('does not pass while nobody is there to see it, and is shown again to who comes', () => {
    const empty = given(gameAt('turn', tableOf([1])))
      .later(10, COURT_TURN)
      .later(12, detached(1));
    const back = empty
      .later(17, { type: 'BotTookOver', seat: 1 })
      .when(TICK, { at: 19 })
      .thenNothing()
      .later(60, { type: 'Attached', seat: 1, connection: 'again' });
    back.when(TICK, { at: 66.999 }).thenNothing();
    back.when(TICK, { at: 67 }).then(turn(2, 1));
  });
});

describe('being ready', () => {
  test.each(['starting', 'redeal', 'round_start', 'declaration', 'declared', 'turn'] as const)(
    'means nothing at %s',
    (point) => {
      given(gameAt(point))
        .when(by(1, { type: 'ready' }))
        .thenNothing();
    },
  );
});

describe('a play that is not made', () => {
  test('is made by the bot rule after 60 s, when the state machine asks again', () => {
    const story = given(TURN);
    story.when(enter('turns', 1, 'again'), { at: 59.999 }).then(entered('turns', 1, 'again'));
    story
      .when(enter('turns', 1, 'again'), { at: 60 })
      .then(entered('turns', 1, 'again'), played(1, [0, 1, 2], 'G A E', 'forced'));
  });

  test('by a bot follows a second after the one before', () => {
    given(gameAt('turn', tableOf([1])))
      .later(30, played(1, [0, 1, 2], 'G A E'))
      .when(TICK, { at: 31 })
      .then(played(2, [0, 1, 2], 'g a e'))
      .when(TICK, { at: 32 })
      .then(played(3, [2, 3, 4], 'C H N'))
      .when(TICK, { at: 33 })
      .then(played(4, [2, 3, 4], 'c h n'), won(1, 3));
  });

  test('by a player who leaves in mid-turn is the bot’s, and no forced one', () => {
    given(gameAt('turn'))
      .later(10, { type: 'LeftForGood', seat: 1 })
      .when(TICK, { at: 11 })
      .then(played(1, [0, 1, 2], 'G A E'));
  });

  test('without a pause for thought is made at the next tick, one at a time', () => {
    const table = tableOf([1], { botThinkSeconds: 0, turnResultsSeconds: 0 });
    given(gameAt('turn', table), played(1, [0, 1, 2], 'G A E'))
      .when(TICK)
      .then(played(2, [0, 1, 2], 'g a e'))
      .when(TICK)
      .then(played(3, [2, 3, 4], 'C H N'))
      .when(TICK)
      .then(played(4, [2, 3, 4], 'c h n'), won(1, 3), turn(2, 1));
  });
});

test('a round of fair hands, turn by turn', () => {
  const turns = [
    ['G A E', 'g a e', 'S S S', 's s s'],
    ['C H N', 'c h n', 'C H N', 'c h n'],
    ['S S', 's s', 'A E', 'a e'],
  ];
  let story = given(gameAt('turn', tableOf([1, 2, 3, 4], { turnResultsSeconds: 0 })));
  for (const [number, plays] of turns.entries()) {
    for (const seat of orderFrom(1)) {
      const wanted = [...pieces(plays[seat - 1] ?? '')];
      const indices = handOf(story, seat).flatMap((piece, index) => {
        const found = wanted.indexOf(piece);
        if (found < 0) return [];
        wanted.splice(found, 1);
        return [index];
      });
      const answer = story.when(by(seat, play(...indices)));
      const isLast = number === turns.length - 1;
      story =
        seat < 4
          ? answer.thenTypes('Played')
          : answer.thenTypes('Played', 'TurnResolved', isLast ? 'RoundScored' : 'TurnStarted');
    }
  }
  expect(phaseOf(story)).toMatchObject({
    name: 'scoring',
    scores: { 1: { captured: 8 }, 2: { captured: 0 }, 3: { captured: 0 }, 4: { captured: 0 } },
    round: { hands: { 1: [], 2: [], 3: [], 4: [] } },
  });
});
