// An operator closes a room.

import { describe, expect, test } from '@jest/globals';
import type { Command } from '../../../src/room/commands.ts';
import { nextTick } from '../../../src/room/due.ts';
import { taskStatus } from '../../../src/room/tasks.ts';
import { bySeat } from '../../../src/game/seats.ts';
import {
  attached,
  FOUR_HUMANS,
  gameAt,
  given,
  LAST,
  lastTurn,
  opened,
  playingRoom,
  ROOM,
  tableOf,
} from '../../support/room.ts';
import type { RoomEvent } from '../../../src/room/events.ts';

const CLOSE: Command = { type: 'closeRoom' };
const CLOSED: RoomEvent = { type: 'RoomClosed', reason: 'closed_by_operator' };
const ABORTED: RoomEvent = { type: 'GameEnded', outcome: 'aborted', winners: [] };

describe('closing a room', () => {
  test('that waits for players is all it takes', () => {
    const story = given(opened(), attached(1)).when(CLOSE).then(CLOSED);
    expect(story.record.room).toMatchObject({ stage: 'closed', id: ROOM, reason: 'closed_by_operator' });
  });

  test.each(['starting', 'redeal', 'round_start', 'declaration', 'declared', 'turn'] as const)(
    'ends its game as aborted, wherever it stands: %s',
    (phase) => {
      const before = given(gameAt(phase));
      const { task, number } = playingRoom(before).game;
      const story = before.when(CLOSE).then(ABORTED, CLOSED);
      expect(story.record.room.stage).toBe('closed');
      expect(nextTick(story.record.room)).toBeNull();
      // Whatever the state machine waits for is over with the game.
      if (task !== null) expect(taskStatus(story.record.room, number, task, story.record.at)).toBe('ended');
    },
  );

  test('leaves a game its winners when it is decided already', () => {
    const score = { declared: 1, captured: 1, base: 6, bonus: 5, hitValue: 1, final: 6, total: 6 };
    const scored: RoomEvent = { type: 'RoundScored', scores: bySeat(() => score), winners: [2] };
    given(gameAt('turn', FOUR_HUMANS, LAST), lastTurn(), scored)
      .when(CLOSE)
      .then({ type: 'GameEnded', outcome: 'completed', winners: [2] }, CLOSED);
  });

  test('whose game is over takes nothing from how it ended', () => {
    given(gameAt('turn'), { type: 'GameEnded', outcome: 'completed', winners: [1] })
      .when(CLOSE)
      .then(CLOSED);
  });

  test('twice is closing it once', () => {
    given(tableOf([1, 2]))
      .when(CLOSE)
      .then(CLOSED)
      .when(CLOSE)
      .thenNothing();
    given().when(CLOSE).thenNothing();
  });
});
