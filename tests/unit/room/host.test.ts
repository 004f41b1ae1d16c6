// The host: who has the role, and who has it next.

import { describe, expect, test } from '@jest/globals';
import { nextHost } from '../../../src/room/due.ts';
import {
  attach,
  attached,
  by,
  detached,
  FOUR_HUMANS,
  gameAt,
  given,
  liveRoom,
  tableOf,
  TICK,
} from '../../support/room.ts';
import type { RoomEvent } from '../../../src/room/events.ts';

const OVER: RoomEvent = { type: 'GameEnded', outcome: 'completed', winners: [1] };

describe('when the host leaves a game', () => {
  test('the next connected human in play order becomes host', () => {
    given(gameAt('turn'))
      .when(by(1, { type: 'leaveGame' }))
      .then({ type: 'LeftForGood', seat: 1 }, { type: 'HostChanged', host: 2 });
  });

  test('bots and those who are away are passed over', () => {
    given(gameAt('turn', tableOf([1, 3, 4])), detached(3))
      .when(by(1, { type: 'leaveGame' }))
      .then({ type: 'LeftForGood', seat: 1 }, { type: 'HostChanged', host: 4 });
  });

  test('a human who is away will do when nobody else is left', () => {
    given(gameAt('turn', tableOf([1, 3])), detached(3))
      .when(by(1, { type: 'leaveGame' }))
      .then({ type: 'LeftForGood', seat: 1 }, { type: 'HostChanged', host: 3 });
  });

  test('the role goes round the table', () => {
    given(gameAt('turn'), { type: 'HostChanged', host: 3 })
      .when(by(3, { type: 'leaveGame' }))
      .then({ type: 'LeftForGood', seat: 3 }, { type: 'HostChanged', host: 4 })
      .when(by(4, { type: 'leaveGame' }))
      .then({ type: 'LeftForGood', seat: 4 }, { type: 'HostChanged', host: 1 });
  });

  test('among bots there is nobody to take the role', () => {
    const story = given(gameAt('turn', tableOf([1])))
      .when(by(1, { type: 'leaveGame' }))
      .then({ type: 'LeftForGood', seat: 1 });
    expect(nextHost(liveRoom(story), 1)).toBeNull();
  });

  test('the role is passed on after the game too, for the rematch', () => {
    given(gameAt('turn'), OVER)
      .when(by(1, { type: 'leaveRoom' }))
      .then({ type: 'LeftForGood', seat: 1 }, { type: 'HostChanged', host: 2 })
      .when(by(2, { type: 'startGame' }))
      .then({ type: 'GameStarted', game: 2 });
  });
});

test('when another player leaves the host stays', () => {
  given(gameAt('turn'))
    .when(by(2, { type: 'leaveGame' }))
    .then({ type: 'LeftForGood', seat: 2 });
});

test('a host who only loses the connection during the game keeps the role', () => {
  const story = given(gameAt('turn'), detached(1)).when(TICK, { at: 5 }).thenTypes('BotTookOver');
  expect(liveRoom(story).host).toBe(1);
});

describe('before the game', () => {
  const away = given(FOUR_HUMANS).later(10, detached(1));

  test('a host who is away keeps the role for a minute', () => {
    away.when(TICK, { at: 69 }).thenNothing();
  });

  test('then the next human who is there has it', () => {
    const story = away.when(TICK, { at: 70 }).then({ type: 'HostChanged', host: 2 });
    story.when(by(2, { type: 'addBot', seat: 3 })).thenRejected('SEAT_TAKEN');
    story
      .when(attach(1, 'again'))
      .then(attached(1, 'again'))
      .when({ type: 'startGame', connection: 'again' })
      .thenRejected('PERMISSION_DENIED');
  });

  test('and whoever lost it is a player like any other, who may be removed', () => {
    away
      .later(70, { type: 'HostChanged', host: 2 })
      .when(by(2, { type: 'removePlayer', seat: 1 }))
      .then({ type: 'SeatVacated', seat: 1, reason: 'removed' });
  });

  test('a host who comes back in time keeps it', () => {
    away.later(60, attached(1)).when(TICK, { at: 200 }).thenNothing();
  });
});
