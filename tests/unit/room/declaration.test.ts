// Declarations: from the starter on, never eight in all, never a third zero in a row.

import { describe, expect, test } from '@jest/globals';
import { orderFrom, SEATS } from '../../../src/game/seats.ts';
import { allowedDeclarations } from '../../../src/game/declaring.ts';
import {
  by,
  dealt,
  declared,
  DECLARATION_OPENED,
  enter,
  entered,
  gameAt,
  given,
  lastTurn,
  LAST,
  phaseOf,
  playingRoom,
  second,
  tableOf,
  TICK,
  turn,
} from '../../support/room.ts';
import type { RoomEvent } from '../../../src/room/events.ts';

const OPEN = gameAt('declaration');
const declare = (value: number) => ({ type: 'declare', value }) as const;

describe('declaring', () => {
  test('goes from the starter on in play order', () => {
    const story = given(OPEN)
      .when(by(1, declare(4)))
      .then(declared(1, 4))
      .when(by(2, declare(0)))
      .then(declared(2, 0))
      .when(by(3, declare(3)))
      .then(declared(3, 3))
      .when(by(4, declare(8)))
      .then(declared(4, 8), turn(1, 1));
    expect(phaseOf(story)).toMatchObject({ name: 'turn', declared: { 1: 4, 2: 0, 3: 3, 4: 8 } });
  });

  test('goes round the table when another seat starts', () => {
    const order = orderFrom(3);
    const story = given(
      gameAt('starting'),
      entered('preparation'),
      dealt({ starter: 3 }),
      entered('declaration'),
      DECLARATION_OPENED,
    );
    order.reduce((before, seat) => {
      const last = seat === 2 ? [turn(1, 3)] : [];
      return before.when(by(seat, declare(1))).then(declared(seat, 1), last);
    }, story);
  });

  test('is refused to everybody whose turn it is not', () => {
    for (const seat of [2, 3, 4] as const)
      given(OPEN)
        .when(by(seat, declare(1)))
        .thenRejected('NOT_YOUR_TURN');
    given(OPEN, declared(1, 1))
      .when(by(1, declare(1)))
      .thenRejected('NOT_YOUR_TURN');
  });

  test.each(['starting', 'redeal', 'round_start', 'turn'] as const)('is refused at %s', (point) => {
    given(gameAt(point))
      .when(by(1, declare(1)))
      .thenRejected('WRONG_PHASE');
  });

  test.each([-1, 9, 2.5, Number.NaN])('%d piles cannot be declared', (value) => {
    given(OPEN)
      .when(by(1, declare(value)))
      .thenRejected('INVALID_DECLARATION');
  });
});

describe('the last to declare', () => {
  const three = given(OPEN, declared(1, 2), declared(2, 2), declared(3, 1));
  test('may not bring the total to 8', () => {
    three
      .when(by(4, declare(3)))
      .thenRejected('INVALID_DECLARATION', /may not be 8.+ 0, 1, 2, 4, 5, 6, 7, 8\.$/);
  });
  test('may declare more or less', () => {
    three.when(by(4, declare(2))).then(declared(4, 2), turn(1, 1));
    three.when(by(4, declare(4))).then(declared(4, 4), turn(1, 1));
  });
  test('is the only one so bound', () => {
    given(OPEN)
      .when(by(1, declare(8)))
      .then(declared(1, 8));
    given(OPEN, declared(1, 4), declared(2, 2))
      .when(by(3, declare(2)))
      .then(declared(3, 2));
  });
});

/** A whole round in events, everybody with one piece left: Ann wins the only turn. `values` in seat order from Ann on. */
function round(number: number, values: readonly [number, number, number, number]): readonly RoomEvent[] {
  const scores = {
    base: 0,
    bonus: 0,
    hitValue: 0,
    final: 0,
    total: 0,
    captured: 0,
  };
  return [
    entered('preparation', number),
    dealt({ round: number, hands: LAST }),
    entered('declaration', number),
    DECLARATION_OPENED,
    ...SEATS.map((seat, place) => declared(seat, values[place] ?? 0)),
    turn(1, 1),
    entered('turns', number),
    ...lastTurn(),
    {
      type: 'RoundScored',
      winners: [],
      scores: {
        1: { ...scores, declared: values[0] },
        2: { ...scores, declared: values[1] },
        3: { ...scores, declared: values[2] },
        4: { ...scores, declared: values[3] },
      },
    },
  ];
}
function nextDeclaration(number: number): readonly RoomEvent[] {
  return [
    entered('preparation', number),
    dealt({ round: number, starterReason: 'won_last_turn' }),
    entered('declaration', number),
    DECLARATION_OPENED,
  ];
}

describe('zero in a row', () => {
  const start = gameAt('starting');

  test('a second time is allowed, a third is not', () => {
    given(start, round(1, [0, 1, 1, 1]), nextDeclaration(2))
      .when(by(1, declare(0)))
      .then(declared(1, 0));
    given(start, round(1, [0, 1, 1, 1]), round(2, [0, 1, 1, 1]), nextDeclaration(3))
      .when(by(1, declare(0)))
      .thenRejected('INVALID_DECLARATION', /0 twice in a row.+ 1, 2, 3, 4, 5, 6, 7, 8\.$/)
      .when(by(1, declare(1)))
      .then(declared(1, 1));
  });

  test('is counted anew after any other declaration', () => {
    given(start, round(1, [0, 1, 1, 1]), round(2, [1, 1, 1, 1]), round(3, [0, 1, 1, 1]), nextDeclaration(4))
      .when(by(1, declare(0)))
      .then(declared(1, 0));
  });

  test('and the forbidden total together still leave a choice', () => {
    const story = given(
      start,
      round(1, [1, 1, 1, 0]),
      round(2, [1, 1, 1, 0]),
      nextDeclaration(3),
      declared(1, 3),
      declared(2, 3),
      declared(3, 1),
    );
    story.when(by(4, declare(0))).thenRejected('INVALID_DECLARATION');
    story
      .when(by(4, declare(1)))
      .thenRejected('INVALID_DECLARATION', /may not be 8.+ 2, 3, 4, 5, 6, 7, 8\.$/);
    story.when(by(4, declare(2))).then(declared(4, 2), turn(1, 1));
    expect(allowedDeclarations({ declared: [3, 3, 1], zerosInARow: 2 })).toEqual([2, 3, 4, 5, 6, 7, 8]);
  });

  test('is a game’s affair: a rematch begins with none', () => {
    const rematch = given(
      start,
      round(1, [0, 1, 1, 1]),
      round(2, [0, 1, 1, 1]),
      { type: 'GameEnded', outcome: 'aborted', winners: [] },
      { type: 'GameStarted', game: 2 },
      nextDeclaration(1),
    );
    expect(playingRoom(rematch).game.tally[1].zerosInARow).toBe(0);
    rematch.when(by(1, declare(0))).then(declared(1, 0));
  });
});

describe('a declaration that is not made', () => {
  test('is made by the bot rule after 60 s, when the state machine asks again', () => {
    const story = given(OPEN);
    story.when(enter('declaration', 1, 'again'), { at: 59.999 }).then(entered('declaration', 1, 'again'));
    story
      .when(enter('declaration', 1, 'again'), { at: 60 })
      .then(entered('declaration', 1, 'again'), declared(1, 4, 'forced'));
  });

  test('for an absent player is made a second after the bot took over', () => {
    given(OPEN, { type: 'Detached', seat: 1 }, { type: 'BotTookOver', seat: 1 })
      .when(TICK, { at: 1 })
      .then(declared(1, 4, 'forced'));
  });

  test('for a bot is made after its second of thought, and is no forced one', () => {
    const story = given(gameAt('declaration', tableOf([1]))).later(5, declared(1, 1));
    story.when(TICK, { at: 5.999 }).thenNothing();
    story
      .when(TICK, { at: 6 })
      .then(declared(2, 3))
      .when(TICK, { at: 6.5 })
      .thenNothing()
      .when(TICK, { at: 7 })
      .thenTypes('Declared');
  });

  test('by a bot never makes eight, even as the last', () => {
    // Dan's hand is worth 2 to the bot, but 1 + 2 + 3 + 2 would be eight.
    given(gameAt('declaration', tableOf([1])), declared(1, 1), declared(2, 2), declared(3, 3))
      .when(TICK, { at: 1 })
      .then(declared(4, 0), turn(1, 1));
  });
});

test('the fourth declaration begins the first turn, which the starter leads', () => {
  const three = given(
    gameAt('starting'),
    entered('preparation'),
    dealt({ starter: 4 }),
    entered('declaration'),
    DECLARATION_OPENED,
    [declared(4, 1), declared(1, 1), declared(2, 1)],
  );
  const story = three.when(by(3, declare(1)), { at: 9 }).then(declared(3, 1), turn(1, 4));
  expect(playingRoom(story).game).toMatchObject({
    phase: { name: 'turn', number: 1, leader: 4, declared: { 1: 1, 2: 1, 3: 1, 4: 1 }, since: second(9) },
    lastAction: { kind: 'declare', seat: 3, value: 1, forced: false },
  });
  for (const seat of SEATS) story.when(by(seat, declare(2))).thenRejected('WRONG_PHASE');
});
