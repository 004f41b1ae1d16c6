// A room as lists show it.

import { describe, expect, test } from '@jest/globals';
import { isJoinable, isSameListing, listingOf } from '../../../src/room/listing.ts';
import {
  attached,
  bot,
  detached,
  FOUR_HUMANS,
  gameAt,
  given,
  opened,
  ROOM,
  sat,
  second,
  tableOf,
} from '../../support/room.ts';
import type { Story } from '../../support/room.ts';

function listed({ record }: Story) {
  return listingOf(record);
}

describe('a listing', () => {
  test('of an open room shows who sits where and who is host', () => {
    const story = given(opened(), bot(3)).later(7, attached(1));
    expect(listed(story)).toEqual({
      room: ROOM,
      seq: 2,
      stage: 'open',
      createdAt: second(0),
      lastActivity: second(7),
      isPrivate: false,
      hostName: 'Ann',
      seats: [
        { name: 'Ann', isBot: false, isHost: true, colour: 'blue' },
        null,
        { name: 'Bot 3', isBot: true, isHost: false, colour: 'orange' },
        null,
      ],
      connectedHumans: 1,
      game: 0,
    });
  });

  test('of a game tells its number and who is played by a bot', () => {
    const story = given(gameAt('turn')).later(5, detached(2)).later(10, { type: 'BotTookOver', seat: 2 });
    expect(listed(story)).toMatchObject({ stage: 'playing', game: 1, connectedHumans: 3 });
    expect(listed(story)?.seats.map((seat) => seat?.isBot)).toEqual([false, true, false, false]);
  });

  test('of a finished game tells how it ended', () => {
    const story = given(gameAt('turn'), { type: 'GameEnded', outcome: 'abandoned', winners: [] });
    expect(listed(story)).toMatchObject({ stage: 'finished', game: 1, outcome: 'abandoned' });
    const rematch = story.later(9, { type: 'GameStarted', game: 2 });
    expect(listed(rematch)).toMatchObject({ stage: 'playing', game: 2 });
    expect(listed(rematch)).not.toHaveProperty('outcome');
  });

  test('follows the host’s role', () => {
    const story = given(FOUR_HUMANS, { type: 'HostChanged', host: 3 });
    expect(listed(story)).toMatchObject({ hostName: 'Cat' });
    expect(listed(story)?.seats.map((seat) => seat?.isHost)).toEqual([false, false, true, false]);
  });

  test('there is none of a room that is closed or never was', () => {
    expect(listed(given())).toBeNull();
    expect(listed(given(opened(), { type: 'RoomClosed', reason: 'empty' }))).toBeNull();
  });

  test('names no session and no connection', () => {
    expect(JSON.stringify(listed(given(gameAt('turn'))))).not.toMatch(/session|socket|preparation 1|turns 1/);
  });
});

describe('the lobby shows a room', () => {
  test('only while one can join it', () => {
    expect(isJoinable(listed(given(opened())))).toBe(true);
    expect(isJoinable(listed(given(tableOf([1, 2]))))).toBe(false);
    expect(isJoinable(listed(given(FOUR_HUMANS, { type: 'SeatVacated', seat: 4, reason: 'left' })))).toBe(
      true,
    );
    expect(isJoinable(listed(given(gameAt('starting'))))).toBe(false);
    expect(isJoinable(listed(given()))).toBe(false);
  });

  test('unless it is private', () => {
    expect(isJoinable(listed(given({ ...opened(), isPrivate: true })))).toBe(false);
  });
});

describe('two listings are the same', () => {
  const room = given(gameAt('turn'));

  test('when only time has passed', () => {
    const later = room.later(9, detached(1), attached(1));
    expect(isSameListing(listed(room), listed(later))).toBe(true);
    expect(isSameListing(null, null)).toBe(true);
  });

  test('but not when a seat, the host, the stage or the number of those there differs', () => {
    expect(isSameListing(listed(room), listed(room.later(9, detached(2))))).toBe(false);
    expect(isSameListing(listed(room), listed(room.later(9, { type: 'HostChanged', host: 2 })))).toBe(false);
    const over = room.later(9, { type: 'GameEnded', outcome: 'aborted', winners: [] });
    expect(isSameListing(listed(room), listed(over))).toBe(false);
    expect(isSameListing(listed(given(opened())), listed(given(opened(), sat(2))))).toBe(false);
    expect(isSameListing(listed(room), null)).toBe(false);
  });
});
