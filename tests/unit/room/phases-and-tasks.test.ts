// What the state machine asks for: phases entered on time, late, twice, or for a game that is over.

import { describe, expect, test } from '@jest/globals';
import { SEATS } from '../../../src/game/seats.ts';
import { taskStatus } from '../../../src/room/tasks.ts';
import type { TaskStatus } from '../../../src/room/tasks.ts';
import {
  attached,
  by,
  dealt,
  declared,
  detached,
  DECLARATION_OPENED,
  enter,
  entered,
  FOUR_HUMANS,
  gameAt,
  given,
  LAST,
  lastTurn,
  phaseOf,
  playingRoom,
  proofWithWeak,
  second,
  tableOf,
  TICK,
  turn,
  TURNS_ENDED,
} from '../../support/room.ts';
import type { Story } from '../../support/room.ts';
import type { TaskPhase } from '../../../src/room/room.ts';

const ROUND_PLAYED = [...gameAt('turn', undefined, LAST), ...lastTurn(), TURNS_ENDED];
const scored = given(ROUND_PLAYED).when({ type: 'scoreRound', game: 1, round: 1 }).thenTypes('RoundScored');
const decidedGame = given(
  gameAt('turn', tableOf([1, 2, 3, 4], { maxRounds: 1 }), LAST),
  lastTurn(),
  TURNS_ENDED,
)
  .when({ type: 'scoreRound', game: 1, round: 1 })
  .thenTypes('RoundScored');

/** Every point of round 1, in the order of play. */
const POINTS: Readonly<Record<string, Story>> = {
  starting: given(gameAt('starting')),
  redeal: given(gameAt('redeal')),
  'round start': given(gameAt('round_start')),
  declaring: given(gameAt('declaration'), declared(1, 3)),
  declared: given(gameAt('declared')),
  'in a turn': given(gameAt('turn')),
  'turn’s result': given(gameAt('turn', undefined, LAST), lastTurn()),
  'turns over': given(ROUND_PLAYED),
  scored,
  'game decided': decidedGame,
};

describe('how the tasks of round 1 stand', () => {
  const table: readonly [point: string, ...statuses: TaskStatus[]][] = [
    // point, preparation, declaration, turns
    ['starting', 'to enter', 'ahead', 'ahead'],
    ['redeal', 'entered', 'ahead', 'ahead'],
    ['round start', 'done', 'to enter', 'ahead'],
    ['declaring', 'done', 'entered', 'ahead'],
    ['declared', 'done', 'done', 'to enter'],
    ['in a turn', 'done', 'done', 'entered'],
    ['turn’s result', 'done', 'done', 'entered'],
    ['turns over', 'done', 'done', 'done'],
    ['scored', 'done', 'done', 'done'],
    ['game decided', 'done', 'done', 'done'],
  ];
  test.each(table)('at: %s', (point, ...expected) => {
    const room = POINTS[point]?.record.room ?? { stage: 'none' };
    const phases: readonly TaskPhase[] = ['preparation', 'declaration', 'turns'];
    expect(phases.map((phase) => taskStatus(room, 1, { phase, round: 1 }))).toEqual(expected);
    expect(phases.map((phase) => taskStatus(room, 2, { phase, round: 1 }))).toEqual([
      'ended',
      'ended',
      'ended',
    ]);
  });

  test('the tasks of round 2 are ahead until round 1 is scored', () => {
    for (const [point, story] of Object.entries(POINTS)) {
      const status = taskStatus(story.record.room, 1, { phase: 'preparation', round: 2 });
      expect([point, status]).toEqual([point, point === 'scored' ? 'to enter' : 'ahead']);
    }
  });

  test('all tasks of a game have ended with it, and those of any game with the room', () => {
    const over = given(gameAt('turn'), { type: 'GameEnded', outcome: 'aborted', winners: [] });
    expect(taskStatus(over.record.room, 1, { phase: 'turns', round: 1 })).toBe('ended');
    expect(taskStatus({ stage: 'none' }, 1, { phase: 'turns', round: 1 })).toBe('ended');
    expect(taskStatus(given(FOUR_HUMANS).record.room, 1, { phase: 'turns', round: 1 })).toBe('ended');
  });
});

describe('entering a phase', () => {
  test('opens it and keeps the token that waits for its end', () => {
    const story = given(gameAt('round_start'))
      .when(enter('declaration', 1, 'token'), { at: 9 })
      .then(entered('declaration', 1, 'token'), DECLARATION_OPENED);
    expect(playingRoom(story).game).toMatchObject({
      task: { phase: 'declaration', round: 1, token: 'token' },
      beatAt: second(9),
      phase: { name: 'declaration', values: [], since: second(9) },
    });
  });

  test('opens the turns with the first turn, led by the starter', () => {
    const order = [declared(4, 1), declared(1, 1), declared(2, 1), declared(3, 1)];
    given(
      gameAt('starting'),
      entered('preparation'),
      dealt({ starter: 4 }),
      entered('declaration'),
      DECLARATION_OPENED,
    )
      .later(1, order)
      .when(enter('turns', 1))
      .then(entered('turns'), turn(1, 4));
  });

  test('whose time has not come does nothing', () => {
    given(gameAt('starting')).when(enter('declaration', 1)).thenNothing();
    given(gameAt('round_start')).when(enter('turns', 1)).thenNothing();
    given(gameAt('declaration')).when(enter('turns', 1)).thenNothing();
    given(gameAt('turn')).when(enter('preparation', 2)).thenNothing();
    given(gameAt('turn')).when(enter('turns', 2)).thenNothing();
  });

  test('that is over does nothing: its token is for others to complete', () => {
    given(gameAt('turn'))
      .when(enter('preparation', 1, 'late'))
      .thenNothing();
    given(gameAt('turn'))
      .when(enter('declaration', 1, 'late'))
      .thenNothing();
    given(ROUND_PLAYED)
      .when(enter('turns', 1, 'late'))
      .thenNothing();
    scored.when(enter('turns', 1, 'late')).thenNothing();
  });

  test('of a game that is over, or of another one, does nothing', () => {
    given(gameAt('turn'), { type: 'GameEnded', outcome: 'aborted', winners: [] })
      .when(enter('turns', 1))
      .thenNothing();
    given(gameAt('turn'))
      .when(enter('turns', 1, 'token', 2))
      .thenNothing();
    given(
      gameAt('turn'),
      { type: 'GameEnded', outcome: 'aborted', winners: [] },
      { type: 'GameStarted', game: 2 },
    )
      .when(enter('preparation', 1, 'stale', 1))
      .thenNothing();
    given(FOUR_HUMANS).when(enter('preparation', 1)).thenNothing();
  });

  test('deals the next round after one that did not end the game', () => {
    const story = scored
      .when(enter('preparation', 2), { proof: proofWithWeak() })
      .thenTypes('TaskEntered', 'Dealt');
    expect(phaseOf(story)).toMatchObject({ name: 'round_start', round: { number: 2 } });
  });

  test('does not deal another round once the game is decided', () => {
    decidedGame.when(enter('preparation', 2)).thenNothing();
  });
});

describe('entering a phase again', () => {
  test('with a new token, before anything is overdue, only changes who waits', () => {
    const story = given(gameAt('turn'))
      .when(enter('turns', 1, 'new'), { at: 30 })
      .then(entered('turns', 1, 'new'));
    expect(playingRoom(story).game).toMatchObject({ task: { token: 'new' }, beatAt: second(30) });
    expect(phaseOf(story)).toEqual(phaseOf(given(gameAt('turn'))));
  });

  test('makes the move that is overdue, and no more than that', () => {
    given(gameAt('declaration'))
      .when(enter('declaration', 1, 'new'), { at: 500 })
      .then(entered('declaration', 1, 'new'), declared(1, 4, 'forced'));
  });

  test('makes an overdue move also when a takeover was missed before', () => {
    given(gameAt('declaration'))
      .later(5, detached(3))
      .when(enter('declaration', 1, 'new'), { at: 63 })
      .then(entered('declaration', 1, 'new'), { type: 'BotTookOver', seat: 3 }, declared(1, 4, 'forced'));
  });

  test('makes up for ticks that were lost: a bot’s move, the end of a result', () => {
    given(gameAt('declaration', tableOf([2])), { type: 'LeftForGood', seat: 1 })
      .when(enter('declaration', 1, 'new'), { at: 63 })
      .then(entered('declaration', 1, 'new'), declared(1, 4));
    given(gameAt('turn', undefined, LAST), lastTurn())
      .when(enter('turns', 1, 'new'), { at: 63 })
      .then(entered('turns', 1, 'new'), TURNS_ENDED);
  });

  test('does nothing in an empty room but wait on', () => {
    given(gameAt('turn', tableOf([1])))
      .later(1, detached(1))
      .later(6, { type: 'BotTookOver', seat: 1 })
      .when(enter('turns', 1, 'new'), { at: 200 })
      .then(entered('turns', 1, 'new'));
  });
});

describe('the move clock', () => {
  const clockOf = (story: Story) => playingRoom(story).game.beatAt;
  const declaring = given(gameAt('declaration'));

  test('is wound by a move', () => {
    const story = declaring.when(by(1, { type: 'declare', value: 1 }), { at: 20 }).then(declared(1, 1));
    expect(clockOf(story)).toBe(second(20));
  });

  test('has three seconds of slack, within which a move need not wind it again', () => {
    expect(clockOf(declaring.later(2.999, declared(1, 1)))).toBe(second(0));
    expect(clockOf(declaring.later(3, declared(1, 1)))).toBe(second(3));
  });

  test('is wound when the next turn begins', () => {
    const shown = given(gameAt('turn', undefined, LAST)).later(10, lastTurn());
    expect(clockOf(shown.later(17, turn(2, 1)))).toBe(second(17));
  });

  test('is wound when somebody comes into an empty room, for the time to move starts then', () => {
    const story = given(gameAt('turn', tableOf([1])))
      .later(4, detached(1))
      .later(6, attached(1));
    expect(clockOf(story)).toBe(second(6));
    story.when(enter('turns', 1, 'again'), { at: 65.999 }).then(entered('turns', 1, 'again'));
    story.when(enter('turns', 1, 'again'), { at: 66 }).thenTypes('TaskEntered', 'Played');
  });

  test('is not wound by those who come, go or are ready while others are there', () => {
    const story = given(gameAt('turn', undefined, LAST))
      .later(10, lastTurn())
      .later(14, detached(2))
      .later(15, attached(2), { type: 'PlayerReady', seat: 1 });
    expect(clockOf(story)).toBe(second(10));
  });
});

test('a game that never got its execution can be abandoned', () => {
  const story = given(gameAt('starting')).later(
    10,
    SEATS.map((seat) => detached(seat)),
  );
  story.when(TICK, { at: 15 }).thenTypes('BotTookOver', 'BotTookOver', 'BotTookOver', 'BotTookOver');
  story
    .when(TICK, { at: 310 })
    .thenTypes('BotTookOver', 'BotTookOver', 'BotTookOver', 'BotTookOver', 'GameEnded');
  story
    .when(enter('preparation', 1), { at: 310 })
    .thenTypes('BotTookOver', 'BotTookOver', 'BotTookOver', 'BotTookOver', 'GameEnded');
});
