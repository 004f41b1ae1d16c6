import { describe, expect, test } from '@jest/globals';
import { clocksOf, effectsOf, settleTask, tickOf } from '../../../src/app/effects.ts';
import type { Effect } from '../../../src/app/effects.ts';
import type { RoomEvent } from '../../../src/room/events.ts';
import type { TaskPhase } from '../../../src/room/room.ts';
import { NO_RECORD } from '../../../src/room/record.ts';
import type { RoomRecord } from '../../../src/room/record.ts';
import { createWorld } from '../../support/memory-ports.ts';
import { happened, playByItself } from '../../support/players.ts';
import {
  ALL_DECLARED,
  answered,
  attached,
  bot,
  declared,
  detached,
  entered,
  FOUR_HUMANS,
  gameAt,
  given,
  LAST,
  lastTurn,
  opened,
  played,
  ROOM,
  ROUND_STARTED,
  sat,
  second,
  settingsWith,
  STARTED,
  tableOf,
  TICK,
  turn,
} from '../../support/room.ts';
import type { Story } from '../../support/room.ts';

/** What the latest commit of a story asks for, right after it. */
function effects({ change }: Story, now = change.after.at): readonly Effect[] {
  return effectsOf(change.before, change.after, now);
}
/** What is asked for when nobody knows what has been done already. */
function allOver({ record }: Story, now = record.at): readonly Effect[] {
  return effectsOf(null, record, now);
}
function kinds(asked: readonly Effect[]): readonly string[] {
  return asked.map(({ effect }) => effect);
}
function only(asked: readonly Effect[], kind: Effect['effect']): readonly Effect[] {
  return asked.filter(({ effect }) => effect === kind);
}

describe('the execution of a game', () => {
  const clocks = { moveHeartbeat: 63, redealHeartbeat: 33 };

  test('is started with the game', () => {
    const story = given(...tableOf([1])).later(1, STARTED);
    expect(only(effects(story), 'startExecution')).toMatchObject([{ game: 1, clocks, isFirst: true }]);
  });

  test('is not started again by what happens before it has begun', () => {
    const story = given(...tableOf([1]))
      .later(1, STARTED)
      .later(2, detached(1));
    expect(only(effects(story), 'startExecution')).toEqual([]);
  });

  test('is started again when nobody knows, as long as it has not begun', () => {
    const story = given(...gameAt('starting'));
    expect(only(allOver(story), 'startExecution')).toMatchObject([{ game: 1, clocks, isFirst: false }]);
    expect(only(allOver(given(...gameAt('round_start'))), 'startExecution')).toEqual([]);
  });

  test('is another one for another game in the same room', () => {
    const story = given(...gameAt('turn'))
      .later(1, { type: 'GameEnded', outcome: 'aborted', winners: [] })
      .later(2, { type: 'GameStarted', game: 2 });
    expect(only(effects(story), 'startExecution')).toMatchObject([{ game: 2, clocks, isFirst: true }]);
  });

  test('has the room’s own clocks, moves with the slack that heartbeats are allowed', () => {
    const settings = settingsWith({ moveSeconds: 10, redealSeconds: 8 });
    expect(clocksOf(settings)).toEqual({ moveHeartbeat: 13, redealHeartbeat: 11 });
  });
});

describe('the move clock', () => {
  const declaring = given(...gameAt('declaration'));

  test('is wound by a move', () => {
    const story = declaring.later(3, declared(1, 2));
    expect(only(effects(story), 'heartbeat')).toEqual([{ effect: 'heartbeat', token: 'declaration 1' }]);
  });

  test('is not wound again within three seconds, for it has that much slack', () => {
    expect(only(effects(declaring.later(2.9, declared(1, 2))), 'heartbeat')).toEqual([]);
    const story = declaring.later(3, declared(1, 2)).later(5.9, declared(2, 2)).later(6, declared(3, 0));
    expect(only(effects(story), 'heartbeat')).toHaveLength(1);
  });

  test('begins by itself with a new token, and is wound by nobody who does not move', () => {
    // The new task's clock runs out nine seconds after the deadline: a tick is planned for that.
    const again = effects(declaring.later(9, entered('declaration', 1, 'again')));
    expect(again).toEqual([expect.objectContaining({ effect: 'scheduleTick', delaySeconds: 51 })]);
    expect(only(effects(declaring.later(9, detached(2))), 'heartbeat')).toEqual([]);
  });

  test('is not wound when nobody knows what has been done: it will run out and be wound then', () => {
    expect(only(allOver(declaring.later(3, declared(1, 2))), 'heartbeat')).toEqual([]);
  });
});

describe('a task’s token', () => {
  const NO_PAUSES = tableOf([1, 2, 3, 4], { roundStartSeconds: 0, scoringSeconds: 0 });
  const ONE_ROUND = tableOf([1, 2, 3, 4], { scoringSeconds: 0, maxRounds: 1 });
  const scoredAt = (table: readonly RoomEvent[]) =>
    given(...gameAt('turn', table, LAST), ...lastTurn())
      .when(TICK, { at: 7 })
      .thenTypes('RoundScored');
  const completed = (token: string, phase: TaskPhase): Effect => ({
    effect: 'completeTask',
    token,
    phase,
    round: 1,
  });
  const endings: readonly (readonly [string, Story, Effect])[] = [
    [
      'the last answer to a redeal, when the starter is not shown',
      given(...gameAt('redeal', NO_PAUSES))
        .later(1, answered(2, false))
        .later(2, answered(4, false), ROUND_STARTED),
      completed('preparation 1', 'preparation'),
    ],
    [
      'a deal without weak hands, when the starter is not shown',
      given(...gameAt('starting', NO_PAUSES)).later(1, ...gameAt('round_start').slice(-2)),
      completed('preparation 1', 'preparation'),
    ],
    [
      'the last declaration',
      given(...gameAt('declaration'), ...ALL_DECLARED.slice(0, 3)).later(1, declared(4, 1), turn(1, 1)),
      completed('declaration 1', 'declaration'),
    ],
    ['the scores, when they are not shown', scoredAt(NO_PAUSES), completed('turns 1', 'turns')],
    [
      'the scores that decide the game',
      scoredAt(ONE_ROUND),
      { effect: 'failTask', token: 'turns 1', error: 'GameDecided' },
    ],
  ];
  const settling = (asked: readonly Effect[]) =>
    asked.filter(({ effect }) => effect === 'completeTask' || effect === 'failTask');

  test.each(endings)('is settled by %s', (_what, story, effect) => {
    expect(settling(effects(story))).toEqual([effect]);
    expect(only(effects(story), 'heartbeat')).toEqual([]);
  });

  test.each(endings)(
    'that was settled by %s is not settled again, unless nobody knows',
    (_what, story, effect) => {
      const later = story.later(8, detached(3));
      expect(settling(effects(later))).toEqual([]);
      expect(settling(allOver(later))).toEqual([effect]);
    },
  );

  test('is not settled by a move in the middle of its phase', () => {
    expect(settling(effects(given(...gameAt('turn')).later(1, played(1, [0], 'G'))))).toEqual([]);
  });

  test('waits for the end of the pause in which the starter or the scores are shown: a tick tells it', () => {
    const shown = given(...gameAt('starting')).later(1, ...gameAt('round_start').slice(-2));
    expect(effects(shown)).toEqual([{ effect: 'scheduleTick', seq: 2, due: second(6), delaySeconds: 5 }]);
    const scored = scoredAt(FOUR_HUMANS);
    expect(kinds(effects(scored))).toEqual(['heartbeat', 'scheduleTick']);
    expect(only(effects(scored), 'scheduleTick')).toEqual([
      { effect: 'scheduleTick', seq: 2, due: second(14), delaySeconds: 7 },
    ]);
    for (const story of [shown.later(5.9, detached(3)), scored.later(13.9, detached(3))])
      expect(settling(allOver(story))).toEqual([]);
    for (const story of [shown.later(6, detached(3)), scored.later(14, detached(3))])
      expect(settling(allOver(story))).toHaveLength(1);
  });

  test('gets no heartbeat from the moves that are made before the task of the turns is entered', () => {
    const story = given(...gameAt('declared')).later(9, played(1, [0], 'G'));
    expect(kinds(effects(story))).toEqual(['scheduleTick']);
  });

  test('that comes for a phase that is over is completed at once', () => {
    const { room } = given(...gameAt('turn')).record;
    const task = { phase: 'declaration', round: 1, token: 'late' } as const;
    expect(settleTask(room, 1, task, second(0))).toEqual([completed('late', 'declaration')]);
    expect(settleTask(room, 1, { ...task, phase: 'turns' }, second(0))).toEqual([]);
    expect(settleTask(room, 2, task, second(0))).toEqual([
      { effect: 'failTask', token: 'late', error: 'GameAbandoned' },
    ]);
  });

  test.each(['abandoned', 'aborted'] as const)('is failed when the game is %s', (outcome) => {
    const story = given(...gameAt('turn')).later(1, { type: 'GameEnded', outcome, winners: [] });
    expect(settling(effects(story))).toEqual([
      { effect: 'failTask', token: 'turns 1', error: 'GameAbandoned' },
    ]);
  });

  const over: RoomEvent = { type: 'GameEnded', outcome: 'completed', winners: [1] };

  test('is left alone by the end of a game that was played out: it was failed before', () => {
    expect(kinds(effects(scoredAt(ONE_ROUND).later(9, over)))).toEqual(['list']);
    const shown = scoredAt(tableOf([1, 2, 3, 4], { maxRounds: 1 }));
    expect(kinds(effects(shown.later(14.1, over)))).toEqual(['list']);
  });

  test('tells that the game was decided when it ends while its last scores are shown', () => {
    const shown = scoredAt(tableOf([1, 2, 3, 4], { maxRounds: 1 }));
    expect(settling(effects(shown.later(9, over)))).toEqual([
      { effect: 'failTask', token: 'turns 1', error: 'GameDecided' },
    ]);
  });
});

describe('a tick', () => {
  const solo = tableOf([1]);

  test('is planned when something is due, in whole seconds from now, never too early', () => {
    const story = given(...gameAt('declaration', solo)).later(4, declared(1, 2));
    const due = second(4) + 1_000;
    expect(effects(story, second(4) + 300)).toContainEqual({
      effect: 'scheduleTick',
      seq: 2,
      due,
      delaySeconds: 1,
    });
    expect(effects(story, second(4) + 1_001)).toContainEqual({
      effect: 'scheduleTick',
      seq: 2,
      due,
      delaySeconds: 0,
    });
  });

  test('is not planned for the move of somebody who is there', () => {
    expect(kinds(effects(given(...gameAt('declaration')).later(1, declared(1, 2))))).toEqual([]);
  });

  test('is not planned again by what leaves the next step where it was', () => {
    const story = given(...gameAt('declaration', solo))
      .later(4, declared(1, 2))
      .later(4.5, attached(1, 'new-socket'));
    expect(kinds(effects(story))).not.toContain('scheduleTick');
    expect(allOver(story)).toContainEqual(expect.objectContaining({ effect: 'scheduleTick', seq: 3 }));
  });

  test('is planned again when it should have come more than two seconds ago', () => {
    const story = given(...gameAt('declaration', solo)).later(4, declared(1, 2));
    const { record } = story;
    expect(effectsOf(record, record, second(7))).toEqual([]);
    expect(effectsOf(record, record, second(7) + 1)).toEqual([
      { effect: 'scheduleTick', seq: 2, due: second(5), delaySeconds: 0 },
    ]);
  });

  test('that comes after the longest delay of the queue comes in between', () => {
    const story = given(opened({ emptyRoomSeconds: 2_000 }));
    expect(tickOf(story.record, second(0))).toEqual([
      { effect: 'scheduleTick', seq: 1, due: second(2_000), delaySeconds: 900 },
    ]);
    expect(tickOf(story.record, second(1_800))).toEqual([
      { effect: 'scheduleTick', seq: 1, due: second(2_000), delaySeconds: 200 },
    ]);
    expect(tickOf(given(...gameAt('declaration')).record, second(0))).toEqual([]);
  });
});

describe('the directory', () => {
  const open = given(opened(), attached(1));
  const listed = (asked: readonly Effect[]) =>
    asked.flatMap((each) => (each.effect === 'list' || each.effect === 'unlist' ? [each] : []));

  const changes: readonly (readonly [string, Story, object])[] = [
    ['a room that is opened', given(opened()), { stage: 'open', hostName: 'Ann', connectedHumans: 0 }],
    [
      'a seat that is taken',
      open.later(1, sat(2)),
      { seats: [expect.anything(), expect.anything(), null, null] },
    ],
    ['somebody who comes', open.later(1, sat(2)).later(2, attached(2)), { connectedHumans: 2 }],
    ['somebody who goes', open.later(2, detached(1)), { connectedHumans: 0 }],
    ['a new host', open.later(1, sat(2)).later(2, { type: 'HostChanged', host: 2 }), { hostName: 'Ben' }],
    ['a game that starts', given(...tableOf([1])).later(1, STARTED), { stage: 'playing', game: 1 }],
    [
      'a game that ends',
      given(...gameAt('turn')).later(1, { type: 'GameEnded', outcome: 'abandoned', winners: [] }),
      { stage: 'finished', outcome: 'abandoned' },
    ],
  ];

  test.each(changes)('is told of %s', (_what, story, listing) => {
    expect(listed(effects(story))).toMatchObject([
      { effect: 'list', listing: { room: ROOM, seq: story.record.seq, ...listing } },
    ]);
  });

  test('is told of a closed room, once', () => {
    const story = open.later(1, { type: 'RoomClosed', reason: 'host_left' });
    expect(listed(effects(story))).toEqual([{ effect: 'unlist', room: ROOM, seq: 2, tellLobby: true }]);
    expect(listed(effectsOf(story.record, story.record, second(2)))).toEqual([]);
    expect(listed(allOver(story))).toEqual([{ effect: 'unlist', room: ROOM, seq: 2, tellLobby: true }]);
  });

  test('is not told of moves, nor of a connection that takes the place of another', () => {
    expect(listed(effects(given(...gameAt('turn')).later(1, played(1, [0], 'G'))))).toEqual([]);
    expect(listed(effects(open.later(1, attached(1, 'new-socket'))))).toEqual([]);
  });

  test('is told again when nobody knows', () => {
    expect(listed(allOver(given(...gameAt('turn'))))).toMatchObject([
      { effect: 'list', listing: { stage: 'playing' }, tellLobby: true },
    ]);
  });

  test('knows nothing of a room that never was', () => {
    expect(effectsOf(null, NO_RECORD, 0)).toEqual([]);
  });
});

describe('the lobby', () => {
  const open = given(opened(), attached(1));
  const full = open.later(1, bot(2), bot(3), bot(4));
  const isTold = (story: Story) =>
    effects(story).map((each) =>
      each.effect === 'list' || each.effect === 'unlist' ? each.tellLobby : null,
    );

  test.each<readonly [string, Story]>([
    ['opens', given(opened())],
    ['has another player', open.later(1, sat(2))],
    ['is full', full],
    ['has a free seat again', full.later(2, { type: 'SeatVacated', seat: 3, reason: 'removed' })],
    ['closes', open.later(1, { type: 'RoomClosed', reason: 'empty' })],
    ['has a new host', open.later(1, sat(2)).later(2, { type: 'HostChanged', host: 2 })],
    ['starts its game, which may be watched from then on', full.later(2, STARTED)],
    [
      'ends its game',
      given(...gameAt('turn')).later(9, { type: 'GameEnded', outcome: 'aborted', winners: [] }),
    ],
  ])('is told when a room %s', (_what, story) => {
    expect(isTold(story)).toContain(true);
  });

  test.each<readonly [string, Story]>([
    ['has somebody come', open.later(1, sat(2)).later(2, attached(2))],
    [
      'is taken over by a bot for a while',
      given(...gameAt('turn'))
        .later(1, detached(2))
        .later(6, { type: 'BotTookOver', seat: 2 }),
    ],
    [
      'that is private starts its game',
      given({ ...opened(), isPrivate: true }, attached(1), bot(2), bot(3), bot(4)).later(2, STARTED),
    ],
  ])('is not told when a room %s', (_what, story) => {
    expect(isTold(story)).toContain(false);
    expect(isTold(story)).not.toContain(true);
  });
});

describe('over a whole game that plays itself', () => {
  test('whatever a commit asks for is asked for again when nobody knows, but for the winding of the clock', async () => {
    const world = createWorld();
    happened(world, [...tableOf([1, 2], { maxRounds: 2 }), STARTED]);
    expect(await playByItself(world)).toBe(2);
    const { records } = world.table.logOf(ROOM);
    const told = (asked: readonly Effect[]) =>
      asked
        .filter(({ effect }) => effect !== 'heartbeat')
        .map((each) => ({ ...each, tellLobby: true, isFirst: false }));
    const pairs = records
      .slice(1)
      .map((after, place): [RoomRecord, RoomRecord] => [records[place] ?? after, after]);
    expect(pairs.length).toBeGreaterThan(60);
    for (const [before, after] of pairs) {
      const asked = told(effectsOf(before, after, after.at));
      expect(told(effectsOf(null, after, after.at))).toEqual(expect.arrayContaining(asked));
    }
  });

  test('every token is completed once, but the last, which is failed because the game is decided', async () => {
    const world = createWorld();
    happened(world, [...tableOf([1, 2], { maxRounds: 2 }), STARTED]);
    await playByItself(world);
    const done = world.phases.flatMap((each) => (each.call === 'complete' ? [each.token] : []));
    expect(new Set(done).size).toBe(done.length);
    expect(done).toHaveLength(2 * 3 - 1);
    const failed = world.phases.filter(({ call }) => call === 'fail');
    expect(failed).toEqual([{ call: 'fail', token: expect.any(String), error: 'GameDecided' }]);
  });
});
