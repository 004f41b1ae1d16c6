// What a round is worth, and when the game is over: by score, by rounds, by ties, or because nobody is there.

import { describe, expect, test } from '@jest/globals';
import { SEATS } from '../../../src/game/seats.ts';
import type { BySeat, Seat } from '../../../src/game/seats.ts';
import {
  by,
  dealt,
  declared,
  DECLARATION_OPENED,
  detached,
  enter,
  entered,
  gameAt,
  given,
  LAST,
  lastTurn,
  liveRoom,
  phaseOf,
  playingRoom,
  proofWithWeak,
  second,
  STARTED,
  tableOf,
  TICK,
  turn,
} from '../../support/room.ts';
import type { RoomEvent } from '../../../src/room/events.ts';
import type { SeatScore, Settings } from '../../../src/room/room.ts';

const endGame = (game = 1) => ({ type: 'endGame', game }) as const;

function score(differing: Partial<SeatScore>): SeatScore {
  const { declared = 1, captured = 0, bonus = 0, hitValue = -1 } = differing;
  const base = bonus + hitValue;
  return { declared, captured, bonus, hitValue, base, final: base, total: base, ...differing };
}

/** When the result of a turn that ended at second 0 has been shown. */
const SHOWN = { at: 7 };

/** The last turn of a round is played: Ann declared `declared[0]` and captured one pile, the others none. */
function roundOver(
  declaredPiles: readonly [number, number, number, number],
  {
    settings = {},
    round = 1,
    multiplier = 1,
  }: { settings?: Partial<Settings>; round?: number; multiplier?: number } = {},
): readonly RoomEvent[] {
  return [
    ...(round === 1 ? [...tableOf([1, 2, 3, 4], settings), STARTED] : []),
    entered('preparation', round),
    dealt({ round, multiplier, redeals: multiplier - 1, hands: LAST }),
    entered('declaration', round),
    DECLARATION_OPENED,
    ...SEATS.map((seat, place) => declared(seat, declaredPiles[place] ?? 0)),
    turn(1, 1),
    entered('turns', round),
    ...lastTurn(),
  ];
}

describe('scoring a round', () => {
  test('rewards a hit with the declared piles and 5, a kept zero with 3, and charges a miss its difference', () => {
    const story = given(roundOver([1, 0, 3, 2]))
      .when(TICK, SHOWN)
      .then({
        type: 'RoundScored',
        winners: [],
        scores: {
          1: score({ declared: 1, captured: 1, bonus: 5, hitValue: 1 }),
          2: score({ declared: 0, captured: 0, bonus: 3, hitValue: 0 }),
          3: score({ declared: 3, captured: 0, bonus: 0, hitValue: -3 }),
          4: score({ declared: 2, captured: 0, bonus: 0, hitValue: -2 }),
        },
      });
    expect(playingRoom(story).game).toMatchObject({
      sheet: [
        { round: 1, multiplier: 1, seats: { 1: [1, 1, 6], 2: [0, 0, 3], 3: [3, 0, -3], 4: [2, 0, -2] } },
      ],
      lastTurnWinner: 1,
      lastAction: { kind: 'play', seat: 4 },
      phase: { name: 'scoring', winners: [] },
      tally: {
        1: { total: 6, zerosInARow: 0, turnsWon: 1, perfectRounds: 1 },
        2: { total: 3, zerosInARow: 1, turnsWon: 0, perfectRounds: 1 },
        3: { total: -3, zerosInARow: 0, turnsWon: 0, perfectRounds: 0 },
        4: { total: -2, zerosInARow: 0, turnsWon: 0, perfectRounds: 0 },
      },
    });
  });

  test('charges a broken zero what was captured', () => {
    const story = given(roundOver([0, 1, 1, 1]))
      .when(TICK, SHOWN)
      .thenTypes('RoundScored');
    expect(phaseOf(story)).toMatchObject({ scores: { 1: { base: -1, final: -1, total: -1 } } });
  });

  test('counts everything times the multiplier of the redeals, for this round only', () => {
    const tripled = given(roundOver([1, 0, 3, 2], { multiplier: 3 }))
      .when(TICK, SHOWN)
      .thenTypes('RoundScored');
    expect(phaseOf(tripled)).toMatchObject({
      scores: { 1: { base: 6, final: 18, total: 18 }, 3: { base: -3, final: -9, total: -9 } },
    });
    const next = tripled
      .later(20, roundOver([1, 0, 3, 2], { round: 2 }))
      .when(TICK, { at: 27 })
      .thenTypes('RoundScored');
    expect(phaseOf(next)).toMatchObject({
      scores: { 1: { final: 6, total: 24 }, 3: { final: -3, total: -12 } },
    });
  });

  test('happens once: the next tick finds nothing to do', () => {
    given(roundOver([1, 1, 1, 1]))
      .when(TICK, SHOWN)
      .thenTypes('RoundScored')
      .when(TICK, { at: 100 })
      .thenNothing();
  });

  test('waits for the last turn’s result to have been shown', () => {
    given(roundOver([1, 1, 1, 1]))
      .when(TICK, { at: 6.999 })
      .thenNothing();
  });

  test('is part of the last play where turns’ results are not shown', () => {
    const settings = { turnResultsSeconds: 0 };
    const story = given(roundOver([1, 0, 3, 2], { settings }).slice(0, -2))
      .when(by(4, { type: 'play', indices: [0] }))
      .thenTypes('Played', 'TurnResolved', 'RoundScored');
    expect(playingRoom(story).game).toMatchObject({
      phase: { name: 'scoring', scores: { 1: { final: 6 }, 3: { final: -3 } } },
      lastAction: { kind: 'play', seat: 4 },
    });
  });
});

/** A game in which round 1 ended with these totals, and round 2 with its turns over, in which Ann hits for +6. */
function secondRound(totals: BySeat<number>, settings: Partial<Settings> = {}): readonly RoomEvent[] {
  const scores = (seat: Seat) => score({ total: totals[seat] });
  return [
    ...roundOver([1, 1, 1, 1], { settings }),
    { type: 'RoundScored', winners: [], scores: { 1: scores(1), 2: scores(2), 3: scores(3), 4: scores(4) } },
    ...roundOver([1, 0, 1, 1], { round: 2 }),
  ];
}
function winnersOf(events: readonly RoomEvent[]): unknown {
  const phase = phaseOf(given(events).when(TICK, SHOWN).thenTypes('RoundScored'));
  return phase.name === 'scoring' ? phase.winners : null;
}

describe('the game is over', () => {
  test('not while everybody is below 50', () => {
    expect(winnersOf(secondRound({ 1: 43, 2: 46, 3: 0, 4: 0 }))).toEqual([]);
  });

  test('when somebody has 50, who wins', () => {
    expect(winnersOf(secondRound({ 1: 44, 2: 46, 3: 0, 4: 0 }))).toEqual([1]);
  });

  test('when several have passed 50, and the highest of them wins', () => {
    expect(winnersOf(secondRound({ 1: 44, 2: 48, 3: 53, 4: 52 }))).toEqual([3]);
  });

  test('with equal totals, which share the victory', () => {
    expect(winnersOf(secondRound({ 1: 45, 2: 48, 3: 52, 4: 0 }))).toEqual([1, 2, 3]);
  });

  test('after the last round, whatever the scores, even below zero', () => {
    expect(winnersOf(secondRound({ 1: -9, 2: 0, 3: 0, 4: 0 }, { maxRounds: 2 }))).toEqual([2]);
    expect(winnersOf(secondRound({ 1: 0, 2: 3, 3: 0, 4: 0 }, { maxRounds: 2 }))).toEqual([1, 2]);
    expect(winnersOf(secondRound({ 1: -20, 2: -20, 3: -9, 4: -9 }, { maxRounds: 2 }))).toEqual([3, 4]);
    expect(winnersOf(secondRound({ 1: -9, 2: 0, 3: 0, 4: 0 }, { maxRounds: 3 }))).toEqual([]);
  });

  test('after one round if that is the stage’s setting', () => {
    expect(winnersOf(roundOver([1, 1, 1, 1], { settings: { maxRounds: 1 } }))).toEqual([1]);
    expect(winnersOf(roundOver([1, 1, 1, 1], { settings: { winScore: 6 } }))).toEqual([1]);
    expect(winnersOf(roundOver([1, 1, 1, 1], { settings: { winScore: 7 } }))).toEqual([]);
  });
});

describe('ending the game', () => {
  const decided = given(roundOver([1, 0, 3, 2], { settings: { maxRounds: 1 } }))
    .when(TICK, { at: 30 })
    .thenTypes('RoundScored');
  const ended = decided
    .when(endGame(), { at: 37 })
    .then({ type: 'GameEnded', outcome: 'completed', winners: [1] });

  test('keeps the result and the seats', () => {
    expect(ended.record.room).toMatchObject({
      stage: 'finished',
      seats: { 1: { name: 'Ann' }, 4: { name: 'Dan' } },
      result: {
        game: 1,
        outcome: 'completed',
        winners: [1],
        sheet: [{ round: 1 }],
        startedAt: second(0),
        endedAt: second(37),
        tally: { 1: { total: 6, turnsWon: 1, perfectRounds: 1 }, 3: { total: -3 } },
      },
    });
  });

  test('happens once', () => {
    ended.when(endGame()).thenNothing();
  });

  test('waits for a round that decides the game', () => {
    given(roundOver([1, 1, 1, 1]))
      .when(endGame())
      .thenNothing();
    given(roundOver([1, 1, 1, 1]))
      .when(TICK, SHOWN)
      .thenTypes('RoundScored')
      .when(endGame())
      .thenNothing();
  });

  test('is not done for another game', () => {
    decided.when(endGame(2)).thenNothing();
  });

  test('leaves nothing that happens by itself', () => {
    ended.when(TICK, { at: 100_000 }).thenNothing();
    ended
      .later(40, detached(1), detached(2), detached(3), detached(4))
      .when(TICK, { at: 100_000 })
      .thenNothing();
  });
});

describe('aborting the game', () => {
  const aborted = { type: 'GameEnded', outcome: 'aborted', winners: [] } as const;
  test.each(['starting', 'redeal', 'round_start', 'declaration', 'declared', 'turn'] as const)(
    'is possible at %s',
    (point) => {
      given(gameAt(point)).when({ type: 'abortGame', game: 1 }).then(aborted);
    },
  );
  test('keeps the points so far', () => {
    const story = given(secondRound({ 1: 11, 2: 5, 3: 0, 4: -4 }))
      .when({ type: 'abortGame', game: 1 })
      .then(aborted);
    expect(story.record.room).toMatchObject({
      result: { sheet: [{ round: 1 }], tally: { 1: { total: 11 }, 4: { total: -4 } } },
    });
  });
  test('comes too late for one that is decided: its winners have won', () => {
    given(roundOver([1, 1, 1, 1], { settings: { maxRounds: 1 } }))
      .when(TICK, SHOWN)
      .thenTypes('RoundScored')
      .when({ type: 'abortGame', game: 1 })
      .then({ type: 'GameEnded', outcome: 'completed', winners: [1] });
  });

  test('happens once, and only to the game that is meant', () => {
    given(gameAt('turn'), aborted).when({ type: 'abortGame', game: 1 }).thenNothing();
    given(gameAt('turn')).when({ type: 'abortGame', game: 2 }).thenNothing();
    given(gameAt('turn'), aborted, { type: 'GameStarted', game: 2 })
      .when({ type: 'abortGame', game: 1 })
      .thenNothing();
  });
});

describe('an abandoned game', () => {
  const everybodyLeaves = SEATS.map((seat) => detached(seat));
  const replaced = SEATS.map((seat): RoomEvent => ({ type: 'BotTookOver', seat }));
  const abandoned = { type: 'GameEnded', outcome: 'abandoned', winners: [] } as const;

  test.each(['starting', 'redeal', 'round_start', 'declaration', 'declared', 'turn'] as const)(
    'ends five minutes after the last human has gone, at %s',
    (point) => {
      const story = given(gameAt(point)).later(10, everybodyLeaves).later(15, replaced);
      story.when(TICK, { at: 309 }).thenNothing();
      story.when(TICK, { at: 310 }).then(abandoned);
    },
  );

  test('is not one that somebody has come back to', () => {
    given(gameAt('turn'))
      .later(10, everybodyLeaves)
      .later(15, replaced)
      .later(309, { type: 'Attached', seat: 3, connection: 'again' })
      .when(TICK, { at: 310 })
      .thenTypes('Played');
  });

  test('ends also when nobody can come back, because everybody has left for good', () => {
    given(gameAt('turn', tableOf([1])))
      .later(10, { type: 'LeftForGood', seat: 1 })
      .when(TICK, { at: 310 })
      .then(abandoned);
  });

  test('is noticed by the state machine if nobody else does', () => {
    const story = given(gameAt('turn')).later(10, everybodyLeaves).later(15, replaced);
    story.when(enter('turns', 1, 'again'), { at: 309 }).then(entered('turns', 1, 'again'));
    story.when(enter('turns', 1, 'again'), { at: 310 }).then(abandoned);
    const scored = given(roundOver([1, 1, 1, 1]))
      .when(TICK, SHOWN)
      .thenTypes('RoundScored');
    scored
      .later(10, everybodyLeaves)
      .later(15, replaced)
      .when(enter('preparation', 2), { at: 310, proof: proofWithWeak() })
      .then(abandoned);
  });

  test('that was decided already is a completed one: its winners have won', () => {
    given(roundOver([1, 1, 1, 1], { settings: { maxRounds: 1, abandonSeconds: 3, graceSeconds: 1 } }))
      .when(TICK, { at: 30 })
      .thenTypes('RoundScored')
      .later(31, everybodyLeaves)
      .later(32, replaced)
      .when(TICK, { at: 34 })
      .then({ type: 'GameEnded', outcome: 'completed', winners: [1] });
  });
});

describe('a rematch', () => {
  const over = given(gameAt('turn', tableOf([1, 2])), {
    type: 'GameEnded',
    outcome: 'completed',
    winners: [1],
  });

  test('is started by the host, with the same seats, as the next game of the room', () => {
    const story = over.when(by(1, { type: 'startGame' }), { at: 60 }).then({ type: 'GameStarted', game: 2 });
    expect(playingRoom(story)).toMatchObject({
      seats: liveRoom(over).seats,
      game: {
        number: 2,
        startedAt: second(60),
        sheet: [],
        lastTurnWinner: null,
        task: null,
        tally: { 1: { total: 0, turnsWon: 0 } },
        phase: { name: 'starting' },
      },
    });
    over.when(by(2, { type: 'startGame' })).thenRejected('PERMISSION_DENIED');
  });

  test('begins with the holder of the red general again, not with the last winner', () => {
    const story = over
      .later(60, { type: 'GameStarted', game: 2 })
      .when(enter('preparation', 1, 'token', 2), { proof: proofWithWeak() })
      .thenTypes('TaskEntered', 'Dealt');
    expect(phaseOf(story)).toMatchObject({ round: { number: 1, starterReason: 'has_general_red' } });
  });

  test('has a bot in the seat of whoever left the first game', () => {
    const story = over
      .when(by(2, { type: 'leaveRoom' }))
      .then({ type: 'LeftForGood', seat: 2 })
      .when(by(1, { type: 'startGame' }))
      .then({ type: 'GameStarted', game: 2 });
    expect(playingRoom(story).seats[2]).toMatchObject({ kind: 'bot', origin: 'left', name: 'Ben' });
  });
});

test('the next round is started by the winner of the last turn', () => {
  const scored = given(gameAt('turn', undefined, LAST), lastTurn(3))
    .when(TICK, SHOWN)
    .thenTypes('RoundScored');
  const story = scored
    .when(enter('preparation', 2), { proof: proofWithWeak() })
    .thenTypes('TaskEntered', 'Dealt');
  expect(phaseOf(story)).toMatchObject({
    name: 'round_start',
    round: { number: 2, multiplier: 1, starter: 3, starterReason: 'won_last_turn' },
  });
});
