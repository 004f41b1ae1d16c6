// Weak hands: their holders are asked all at once, the first accepter starts, the multiplier rises.

import { describe, expect, test } from '@jest/globals';
import { deal, isWeak, MAX_REDEALS } from '../../../src/game/deal.ts';
import { SEATS } from '../../../src/game/seats.ts';
import type { Seat } from '../../../src/game/seats.ts';
import { awaitedSeats } from '../../../src/room/due.ts';
import {
  answered,
  by,
  dealt,
  detached,
  enter,
  entered,
  gameAt,
  given,
  phaseOf,
  playingRoom,
  POOR,
  proofOf,
  proofWithWeak,
  ROUND_STARTED,
  STARTED,
  tableOf,
  TICK,
} from '../../support/room.ts';
import type { Story } from '../../support/room.ts';

/** Ben (2) and Dan (4) hold weak hands, Ann starts. */
const ASKED = gameAt('redeal');
const STRONG = proofWithWeak();
const accept = { type: 'decideRedeal', accept: true } as const;
const decline = { type: 'decideRedeal', accept: false } as const;

/** The deal that a proof gives, as an event. */
function redealt(story: Story, proof = STRONG, starter: Seat, redeals = 1) {
  const hands = deal(proof.seed, 0);
  const { number: round } = phaseOf(story).name === 'starting' ? { number: 1 } : roundOf(story);
  const weak = SEATS.filter((seat) => isWeak(hands[seat]));
  return dealt({ round, redeals, proof, hands, starter, starterReason: 'accepted_redeal', weak });
}
function roundOf(story: Story) {
  const phase = phaseOf(story);
  if (phase.name === 'starting') throw new Error('No round yet');
  return phase.round;
}

describe('a deal', () => {
  const starting = given(gameAt('starting'));
  const enterPreparation = enter('preparation', 1);

  test('without weak hands starts the round, with the holder of the red general in round 1', () => {
    const hands = deal(STRONG.seed, 0);
    const starter = SEATS.find((seat) => hands[seat].includes('GENERAL_RED')) ?? 1;
    const story = starting
      .when(enterPreparation, { at: 1, proof: STRONG })
      .then(entered('preparation'), dealt({ hands, proof: STRONG, starter, weak: [] }));
    expect(phaseOf(story)).toMatchObject({
      name: 'round_start',
      round: { number: 1, multiplier: 1, starter },
    });
  });

  test('with weak hands asks their holders, all of them at once', () => {
    const proof = proofWithWeak(1, 3);
    const story = starting.when(enterPreparation, { proof }).thenTypes('TaskEntered', 'Dealt');
    expect(phaseOf(story)).toMatchObject({ name: 'redeal', weak: [1, 3], redeals: 0, decisions: [] });
    expect(awaitedSeats(playingRoom(story))).toEqual([1, 3]);
  });
});

describe('asked about a redeal', () => {
  test('the holders of weak hands answer in any order', () => {
    given(ASKED).when(by(4, decline)).then(answered(4, false));
    given(ASKED).when(by(2, accept)).then(answered(2, true));
  });

  test('others are not asked', () => {
    given(ASKED).when(by(1, accept)).thenRejected('NOT_YOUR_TURN');
    given(ASKED).when(by(3, decline)).thenRejected('NOT_YOUR_TURN');
  });

  test('an answer is final', () => {
    given(ASKED, answered(4, false)).when(by(4, accept)).thenRejected('ALREADY_DECIDED');
  });

  test.each(['starting', 'round_start', 'declaration', 'turn'] as const)(
    'nobody is when the game is at %s',
    (point) => {
      given(gameAt(point)).when(by(2, accept)).thenRejected('WRONG_PHASE');
    },
  );
});

describe('when all have answered', () => {
  test('and nobody accepted the hands are played as they are', () => {
    const story = given(ASKED, answered(2, false))
      .when(by(4, decline))
      .then(answered(4, false), ROUND_STARTED);
    expect(phaseOf(story)).toMatchObject({
      name: 'round_start',
      round: { hands: POOR, multiplier: 1, starter: 1, starterReason: 'has_general_red' },
    });
  });

  test('and one accepted everything is dealt again, for double, and the accepter starts', () => {
    const before = given(ASKED, answered(2, false));
    const story = before
      .when(by(4, accept), { proof: STRONG })
      .then(answered(4, true), redealt(before, STRONG, 4));
    expect(phaseOf(story)).toMatchObject({
      name: 'round_start',
      round: { multiplier: 2, starter: 4, starterReason: 'accepted_redeal' },
    });
  });

  test('an earlier yes counts as much as the last', () => {
    const before = given(ASKED, answered(2, true));
    before.when(by(4, decline), { proof: STRONG }).then(answered(4, false), redealt(before, STRONG, 2));
  });

  test.each([
    { starter: 1, first: 2 },
    { starter: 2, first: 2 },
    { starter: 3, first: 4 },
    { starter: 4, first: 4 },
  ] as const)('of several accepters the first from seat $starter on, which starts, is $first', (each) => {
    const { starter, first } = each;
    const before = given(gameAt('starting'), entered('preparation'), dealt({ hands: POOR, starter }));
    const asked = before.later(3, answered(4, true));
    asked.when(by(2, accept), { proof: STRONG }).then(answered(2, true), redealt(asked, STRONG, first));
  });

  test('weak hands of the new deal are asked about again, for triple', () => {
    const weak = proofWithWeak(3);
    const first = given(ASKED, answered(2, false))
      .when(by(4, accept), { at: 10, proof: weak })
      .thenTypes('RedealDecided', 'Dealt');
    expect(phaseOf(first)).toMatchObject({ name: 'redeal', weak: [3], redeals: 1, decisions: [] });
    const second = first
      .when(by(3, accept), { at: 20, proof: STRONG })
      .then(answered(3, true), redealt(first, STRONG, 3, 2));
    expect(phaseOf(second)).toMatchObject({ name: 'round_start', round: { multiplier: 3, starter: 3 } });
  });

  test('declining the second time keeps the first redeal’s double and starter', () => {
    const first = given(ASKED, answered(2, false), answered(4, true), {
      ...redealt(given(ASKED), proofWithWeak(3), 4),
    });
    const story = first.when(by(3, decline)).then(answered(3, false), ROUND_STARTED);
    expect(phaseOf(story)).toMatchObject({ round: { multiplier: 2, starter: 4 } });
  });

  test('the commit still tells who asked for the redeal', () => {
    const story = given(ASKED, answered(2, false))
      .when(by(4, accept), { proof: STRONG })
      .thenTypes('RedealDecided', 'Dealt');
    expect(playingRoom(story).game.lastAction).toEqual({
      kind: 'redeal',
      seat: 4,
      accept: true,
      forced: false,
    });
  });
});

describe('the limit of redeals', () => {
  const weak = proofWithWeak(1);
  function afterRedeals(count: number): Story {
    const hands = deal(weak.seed, 0);
    return given(
      gameAt('starting'),
      entered('preparation'),
      dealt({ hands, proof: weak, redeals: count, starterReason: 'accepted_redeal', weak: [1] }),
    );
  }

  test('is eight: the eighth may still be asked for, and the ninth deal has no weak hand', () => {
    expect(MAX_REDEALS).toBe(8);
    const seventh = afterRedeals(7).when(by(1, accept), { proof: weak }).thenTypes('RedealDecided', 'Dealt');
    expect(phaseOf(seventh)).toMatchObject({ name: 'round_start', round: { multiplier: 9 } });
    expect(SEATS.some((seat) => isWeak(roundOf(seventh).hands[seat]))).toBe(false);
  });

  test('does not spare the eighth deal its weak hands', () => {
    const sixth = afterRedeals(6).when(by(1, accept), { proof: weak }).thenTypes('RedealDecided', 'Dealt');
    expect(phaseOf(sixth)).toMatchObject({ name: 'redeal', redeals: 7, weak: [1], round: { multiplier: 8 } });
  });
});

describe('whoever does not answer', () => {
  test('declines after 30 s, when the state machine asks again', () => {
    const story = given(ASKED, answered(2, false));
    story.when(enter('preparation', 1, 'again'), { at: 29.999 }).then(entered('preparation', 1, 'again'));
    story
      .when(enter('preparation', 1, 'again'), { at: 30 })
      .then(entered('preparation', 1, 'again'), answered(4, false, 'forced'), ROUND_STARTED);
  });

  test('declines together with everybody else who does not', () => {
    given(ASKED)
      .when(enter('preparation', 1, 'again'), { at: 33 })
      .then(
        entered('preparation', 1, 'again'),
        answered(2, false, 'forced'),
        answered(4, false, 'forced'),
        ROUND_STARTED,
      );
  });

  test('does not get more time because others answer late: the clock runs from the deal', () => {
    const story = given(ASKED).later(25, answered(2, false));
    expect(playingRoom(story).game.beatAt).toBe(playingRoom(given(ASKED)).game.beatAt);
  });

  test('has the full time again after another deal', () => {
    const story = given(ASKED)
      .later(25, answered(2, true))
      .when(by(4, accept), { at: 28, proof: proofWithWeak(3) })
      .thenTypes('RedealDecided', 'Dealt');
    const { game } = playingRoom(story);
    expect(game.beatAt).toBe(story.record.at);
    story.when(enter('preparation', 1, 'again'), { at: 57 }).then(entered('preparation', 1, 'again'));
    story
      .when(enter('preparation', 1, 'again'), { at: 58 })
      .then(entered('preparation', 1, 'again'), answered(3, false, 'forced'), ROUND_STARTED);
  });
});

describe('bots', () => {
  test('accept, all that are asked at once, after their second of thought', () => {
    const story = given(gameAt('redeal', tableOf([1])));
    story.when(TICK, { at: 0.999 }).thenNothing();
    story
      .when(TICK, { at: 1, proof: STRONG })
      .then(answered(2, true), answered(4, true), redealt(story, STRONG, 2));
  });

  test('accept for a player who is away', () => {
    const story = given(ASKED, answered(2, false)).later(10, detached(4));
    const replaced = story.when(TICK, { at: 15 }).then({ type: 'BotTookOver', seat: 4 });
    replaced
      .when(TICK, { at: 16, proof: STRONG })
      .then(answered(4, true, 'forced'), redealt(story, STRONG, 4));
  });

  test('accept for a player who leaves in the middle of the decision', () => {
    const story = given(ASKED, answered(2, false))
      .when(by(4, { type: 'leaveGame' }), { at: 10 })
      .then({ type: 'LeftForGood', seat: 4 });
    story.when(TICK, { at: 11, proof: STRONG }).then(answered(4, true), redealt(story, STRONG, 4));
  });

  test('never decide twice about one seed: after a new deal they think again', () => {
    const story = given(
      tableOf([1], { botThinkSeconds: 0 }),
      STARTED,
      entered('preparation'),
      dealt({ hands: POOR }),
    );
    const again = story
      .when(TICK, { at: 0, proof: proofWithWeak(2, 3) })
      .thenTypes('RedealDecided', 'RedealDecided', 'Dealt');
    again.when(TICK, { at: 0, proof: proofOf(7) }).thenTypes('RedealDecided', 'RedealDecided', 'Dealt');
  });
});

test('an empty room decides nothing', () => {
  const story = given(ASKED).later(
    1,
    SEATS.map((seat) => detached(seat)),
  );
  story
    .when(enter('preparation', 1, 'again'), { at: 40 })
    .thenTypes('TaskEntered', 'BotTookOver', 'BotTookOver', 'BotTookOver', 'BotTookOver');
});
