// The log and its fold: gapless commits, snapshots that equal the whole fold, and what a record remembers of commands.

import { describe, expect, test } from '@jest/globals';
import { bySeat } from '../../../src/game/seats.ts';
import { applyCommit, NO_RECORD, wasHandled } from '../../../src/room/record.ts';
import type { Commit, RoomRecord } from '../../../src/room/record.ts';
import type { RoomEvent } from '../../../src/room/events.ts';
import {
  answered,
  attached,
  declared,
  detached,
  gameAt,
  LAST,
  lastTurn,
  opened,
  ROOM,
  sat,
  second,
  tableOf,
} from '../../support/room.ts';

function commit(seq: number, differing: Partial<Commit> = {}): Commit {
  const events = seq === 1 ? [opened()] : [attached(1, `socket ${seq}`)];
  return {
    room: ROOM,
    seq,
    at: second(seq),
    by: 'session-ann',
    commandId: `command ${seq}`,
    events,
    ...differing,
  };
}
function fold(commits: readonly Commit[], from: RoomRecord = NO_RECORD): RoomRecord {
  return commits.reduce(applyCommit, from);
}

describe('a record', () => {
  test('is a room after all its commits, with the number and the time of the last', () => {
    const record = fold([commit(1), commit(2, { events: [sat(2), attached(2)] })]);
    expect(record).toMatchObject({
      seq: 2,
      at: second(2),
      room: { stage: 'open', seats: { 1: { name: 'Ann' }, 2: { name: 'Ben' } } },
    });
  });

  test('takes only the next commit', () => {
    const record = fold([commit(1)]);
    expect(() => applyCommit(record, commit(1))).toThrow(/does not follow/);
    expect(() => applyCommit(record, commit(3))).toThrow(/does not follow/);
    expect(() => applyCommit(NO_RECORD, commit(2))).toThrow(/does not follow/);
  });

  test('from a snapshot on is the same as from the beginning', () => {
    const events: readonly RoomEvent[] = [
      ...gameAt('turn', undefined, LAST),
      ...lastTurn(),
      detached(3),
      { type: 'GameEnded', outcome: 'aborted', winners: [] },
    ];
    const commits = events.map((event, index) => commit(index + 1, { events: [event] }));
    const whole = fold(commits);
    for (let cut = 0; cut <= commits.length; cut++) {
      const stored: unknown = JSON.parse(JSON.stringify(fold(commits.slice(0, cut))));
      expect(fold(commits.slice(cut), stored as RoomRecord)).toEqual(whole);
    }
  });
});

describe('a command', () => {
  test('that was applied is known, of whoever issued it', () => {
    const record = fold([commit(1), commit(2, { by: 'session-ben', commandId: 'his' })]);
    expect(wasHandled(record, 'session-ann', 'command 1')).toBe(true);
    expect(wasHandled(record, 'session-ben', 'his')).toBe(true);
    expect(wasHandled(record, 'session-ben', 'command 1')).toBe(false);
    expect(wasHandled(record, 'session-eve', 'his')).toBe(false);
  });

  test('is remembered for two minutes, whatever else comes', () => {
    const record = fold([commit(1), ...range(2, 40).map((seq) => commit(seq))]);
    expect(wasHandled(record, 'session-ann', 'command 1')).toBe(true);
    const at = second(1 + 120);
    expect(wasHandled(applyCommit(record, commit(41, { at })), 'session-ann', 'command 1')).toBe(true);
    expect(wasHandled(applyCommit(record, commit(41, { at: at + 1 })), 'session-ann', 'command 1')).toBe(
      false,
    );
  });

  test('of a tick or of presence need not be known: repeated it finds nothing to do', () => {
    const record = fold([commit(1), commit(2, { by: 'tick' }), commit(3, { by: 'presence' })]);
    expect(Object.keys(record.handled)).toEqual(['session-ann']);
  });
});

describe('what a record remembers', () => {
  test('is bounded for one player, the newest last', () => {
    const at = second(1);
    const { handled } = fold([commit(1), ...range(2, 300).map((seq) => commit(seq, { at }))]);
    const ids = handled['session-ann']?.map(({ id }) => id) ?? [];
    expect(ids.length).toBeGreaterThanOrEqual(12);
    expect(ids.length).toBeLessThanOrEqual(64);
    expect(ids.at(-1)).toBe('command 300');
  });

  test('is bounded in players too, and those who are active are kept', () => {
    const at = second(1);
    const strangers = range(2, 200).map((seq) =>
      commit(seq, { at, by: seq % 5 === 0 ? 'session-ann' : `eve ${seq}` }),
    );
    const { handled } = fold([commit(1), ...strangers]);
    expect(Object.keys(handled).length).toBeLessThanOrEqual(24);
    expect(Object.keys(handled)).toContain('session-ann');
  });
});

describe('events that do not fit the room are a broken log', () => {
  const score = { declared: 1, captured: 1, base: 6, bonus: 5, hitValue: 1, final: 6, total: 6 };
  const SCORED: RoomEvent = { type: 'RoundScored', scores: bySeat(() => score), winners: [] };
  const cases: readonly (readonly [string, readonly RoomEvent[], RoomEvent])[] = [
    ['a seat taken in a game', gameAt('turn'), sat(2)],
    ['a bot added to no room', [], { type: 'BotAdded', seat: 2, name: 'Bot 2', colour: 'blue' }],
    ['a connection to an empty seat', [opened()], attached(2)],
    ['a connection to a bot', tableOf([1]), attached(2)],
    ['a human’s takeover where a bot sits', gameAt('turn', tableOf([1])), { type: 'BotTookOver', seat: 2 }],
    ['a player leaving a game that is none', [opened()], { type: 'LeftForGood', seat: 1 }],
    ['a game with an empty seat', [opened()], { type: 'GameStarted', game: 1 }],
    ['a declaration in a turn', gameAt('turn'), declared(1, 1)],
    ['a redeal decision in a turn', gameAt('turn'), answered(2, true)],
    ['a turn before the declarations', gameAt('declaration'), { type: 'TurnStarted', number: 1, leader: 1 }],
    ['scores in a turn', gameAt('turn'), SCORED],
    ['the end of a game that is none', [opened()], { type: 'GameEnded', outcome: 'completed', winners: [1] }],
    ['anything in a closed room', [opened(), { type: 'RoomClosed', reason: 'empty' }], attached(1)],
  ];
  test.each(cases)('%s', (_, before, event) => {
    const record = before.length === 0 ? NO_RECORD : fold([commit(1, { events: before })]);
    expect(() => applyCommit(record, commit(record.seq + 1, { events: [event] }))).toThrow();
  });
});

function range(from: number, to: number): readonly number[] {
  return Array.from({ length: to - from + 1 }, (_, index) => from + index);
}
