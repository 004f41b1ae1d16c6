// What the state machine asks for: phases entered on time, late, twice, or for a game that is over.

import { describe, expect, test } from '@jest/globals';
import { SEATS } from '../../../src/game/seats.ts';
import { taskStatus } from '../../../src/room/tasks.ts';
import type { TaskStatus } from '../../../src/room/tasks.ts';
import {
  answered,
  attached,
  by,
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
  played,
  playingRoom,
  proofWithWeak,
  second,
  tableOf,
  TICK,
  turn,
} from '../../support/room.ts';
import type { Story } from '../../support/room.ts';
import type { RoomEvent } from '../../../src/room/events.ts';
import type { TaskPhase } from '../../../src/room/room.ts';

/** Scores are there from second 7 on, and shown until second 14. */
const scored = given(gameAt('turn', undefined, LAST), lastTurn())
  .when(TICK, { at: 7 })
  .thenTypes('RoundScored');
const decidedGame = given(gameAt('turn', tableOf([1, 2, 3, 4], { maxRounds: 1 }), LAST), lastTurn())
  .when(TICK, { at: 7 })
  .thenTypes('RoundScored');
const COMPLETED: RoomEvent = { type: 'GameEnded', outcome: 'completed', winners: [1] };

/** Every point of round 1, in the order of play. */
const POINTS: Readonly<Record<string, Story>> = {
  starting: given(gameAt('starting')),
  redeal: given(gameAt('redeal')),
  'round start': given(gameAt('round_start')),
  declaring: given(gameAt('declaration'), declared(1, 3)),
  declared: given(gameAt('declared')),
  'in a turn': given(gameAt('turn')),
  'turn’s result': given(gameAt('turn', undefined, LAST), lastTurn()),
  scored,
  'game decided': decidedGame,
};

/** How a task of round 1 stands at that second of the story. */
function statusAt(seconds: number, { record: { room } }: Story, phase: TaskPhase, round = 1): TaskStatus {
  return taskStatus(room, 1, { phase, round }, second(seconds));
}

describe('how the tasks of round 1 stand', () => {
  const phases: readonly TaskPhase[] = ['preparation', 'declaration', 'turns'];
  const table: readonly [point: string, at: number, ...statuses: TaskStatus[]][] = [
    // point, second, preparation, declaration, turns
    ['starting', 0, 'to enter', 'ahead', 'ahead'],
    ['redeal', 0, 'entered', 'ahead', 'ahead'],
    ['round start', 4.999, 'entered', 'to enter', 'ahead'],
    ['round start', 5, 'done', 'to enter', 'ahead'],
    ['declaring', 0, 'done', 'entered', 'ahead'],
    ['declared', 0, 'done', 'done', 'entered'],
    ['in a turn', 0, 'done', 'done', 'entered'],
    ['turn’s result', 0, 'done', 'done', 'entered'],
    ['scored', 13.999, 'done', 'done', 'entered'],
    ['scored', 14, 'done', 'done', 'done'],
    ['game decided', 13.999, 'done', 'done', 'entered'],
    ['game decided', 14, 'done', 'done', 'decided'],
  ];
  test.each(table)('at: %s, second %d', (point, at, ...expected) => {
    const story = POINTS[point] ?? given();
    expect(phases.map((phase) => statusAt(at, story, phase))).toEqual(expected);
    const ofGame2 = phases.map((phase) => taskStatus(story.record.room, 2, { phase, round: 1 }, second(at)));
    expect(ofGame2).toEqual(['ended', 'ended', 'ended']);
  });

  test('the tasks of round 2 are ahead until round 1 is scored, and never come once the game is decided', () => {
    for (const [point, story] of Object.entries(POINTS)) {
      const expected =
        point === 'scored' ? 'to enter' : point === 'game decided' ? 'decided' : ('ahead' as const);
      expect([point, statusAt(7, story, 'preparation', 2)]).toEqual([point, expected]);
      if (point !== 'game decided') expect([point, statusAt(7, story, 'turns', 2)]).toEqual([point, 'ahead']);
    }
  });

  test('whether a task may be entered does not depend on the time: clocks differ', () => {
    for (const at of [-1, 0, 4, 5, 1_000])
      expect(statusAt(at, given(gameAt('round_start')), 'declaration')).toBe('to enter');
    for (const at of [0, 7, 14, 1_000]) expect(statusAt(at, scored, 'preparation', 2)).toBe('to enter');
  });

  test('without pauses a task is over as soon as there is nothing more to do', () => {
    const table = tableOf([1, 2, 3, 4], { roundStartSeconds: 0, scoringSeconds: 0, turnResultsSeconds: 0 });
    expect(statusAt(0, given(gameAt('round_start', table)), 'preparation')).toBe('done');
    const over = given(gameAt('turn', table, LAST), lastTurn())
      .when(TICK)
      .thenTypes('RoundScored');
    expect(statusAt(0, over, 'turns')).toBe('done');
  });

  test('all tasks of a game have ended with it, and those of any game with the room', () => {
    const over = given(gameAt('turn'), { type: 'GameEnded', outcome: 'aborted', winners: [] });
    expect(statusAt(0, over, 'turns')).toBe('ended');
    expect(statusAt(0, given(), 'turns')).toBe('ended');
    expect(statusAt(0, given(FOUR_HUMANS), 'turns')).toBe('ended');
  });

  test('a game that was played to its end is decided, and stays so', () => {
    for (const phase of phases) expect(statusAt(99, decidedGame.later(20, COMPLETED), phase)).toBe('decided');
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

  test('that has begun by itself only keeps the token: the first turn came with the fourth declaration', () => {
    const declaredAt9 = given(gameAt('declared')).later(9, played(1, [0], 'G'));
    const story = declaredAt9
      .when(enter('turns', 1, 'token'), { at: 9.1 })
      .then(entered('turns', 1, 'token'));
    expect(playingRoom(story).game).toMatchObject({ task: { token: 'token' }, beatAt: second(9.1) });
    expect(phaseOf(story)).toEqual(phaseOf(declaredAt9));
  });

  test('whose time has not come does nothing', () => {
    given(gameAt('starting')).when(enter('declaration', 1)).thenNothing();
    given(gameAt('starting')).when(enter('turns', 0)).thenNothing();
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
    scored.when(enter('turns', 1, 'late'), { at: 14 }).thenNothing();
    decidedGame.when(enter('turns', 1, 'late'), { at: 14 }).thenNothing();
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
      .thenTypes('TaskEntered', 'RoundScored');
  });

  test('while its pause lasts, only changes who waits for the end of it', () => {
    given(gameAt('round_start'))
      .when(enter('preparation', 1, 'new'), { at: 4 })
      .then(entered('preparation', 1, 'new'));
    scored.when(enter('turns', 1, 'new'), { at: 13 }).then(entered('turns', 1, 'new'));
    decidedGame.when(enter('turns', 1, 'new'), { at: 13 }).then(entered('turns', 1, 'new'));
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

  test('is wound when a pause begins, so that the task need not be entered again only to wait', () => {
    const asked = given(gameAt('redeal')).later(10, answered(2, false));
    expect(clockOf(asked)).toBe(second(0));
    expect(clockOf(asked.later(29, answered(4, false), { type: 'RoundStarted' }))).toBe(second(29));
    expect(clockOf(scored)).toBe(second(7));
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
