// Who is there: connections that come, go, replace one another, and the bot that plays for those who are away.

import { describe, expect, test } from '@jest/globals';
import { seatOf } from '../../../src/room/decide.ts';
import {
  attach,
  attached,
  by,
  declared,
  detached,
  disconnect,
  FOUR_HUMANS,
  gameAt,
  given,
  liveRoom,
  opened,
  PEOPLE,
  playingRoom,
  sat,
  second,
  tableOf,
  TICK,
} from '../../support/room.ts';
import type { Story } from '../../support/room.ts';
import type { Seat } from '../../../src/game/seats.ts';
import { DISPENSABLE } from '../../../src/room/room.ts';

function presenceOf(story: Story, seat: Seat) {
  const occupant = liveRoom(story).seats[seat];
  return occupant?.kind === 'human' ? occupant.presence.status : null;
}
const TAKEN_OVER = { type: 'BotTookOver', seat: 2 } as const;

describe('attaching', () => {
  test('connects a player with the seat of that session and name', () => {
    const story = given(opened(), sat(2)).when(attach(2)).then(attached(2));
    expect(seatOf(story.record.room, 'socket-ben')).toBe(2);
    expect(liveRoom(story).attendance).toEqual({ anyone: true, since: second(0) });
  });

  test('a second time over the same connection changes nothing, not even what it need not be told', () => {
    given(opened(), attached(1)).when(attach(1)).thenNothing();
    given(opened(), attached(1))
      .when({ type: 'attach', ...PEOPLE[1], without: DISPENSABLE })
      .thenNothing();
  });

  test('keeps what the connection need not be told, until another takes its place', () => {
    const choosing = { type: 'attach', ...PEOPLE[2], without: DISPENSABLE } as const;
    const story = given(opened(), sat(2))
      .when(choosing)
      .then({ type: 'Attached', seat: 2, connection: PEOPLE[2].connection, without: DISPENSABLE });
    const { connection } = PEOPLE[2];
    const presence = { status: 'present', connection, since: second(0), without: DISPENSABLE };
    expect(liveRoom(story).seats[2]).toMatchObject({ presence });
    const next = story.when(attach(2, 'next-page')).then(attached(2, 'next-page'));
    expect(liveRoom(next).seats[2]).not.toHaveProperty('presence.without');
  });

  test('with nothing chosen leaves no trace of a choice in the log', () => {
    given(opened())
      .when({ type: 'attach', ...PEOPLE[1], without: [] })
      .then(attached(1));
  });

  test('without a name finds the only seat of the session', () => {
    given(opened(), sat(2))
      .when({ type: 'attach', player: 'session-ben', name: null, connection: 'socket-ben' })
      .then(attached(2));
  });

  test('without a name does not choose among several seats of the session', () => {
    const bea = {
      type: 'SeatTaken',
      seat: 3,
      name: 'Bea',
      player: 'session-ben',
      colour: 'orange',
    } as const;
    const story = given(opened(), sat(2), bea);
    story.when({ type: 'attach', player: 'session-ben', name: null, connection: 'tab' }).thenNothing();
    story
      .when({ type: 'attach', player: 'session-ben', name: 'Bea', connection: 'tab-bea' })
      .then(attached(3, 'tab-bea'))
      .when({ type: 'attach', player: 'session-ben', name: 'Ben', connection: 'tab-ben' })
      .then(attached(2, 'tab-ben'));
  });

  test.each([
    ['to a seat of another session', 'session-eve', 'Ben'],
    ['by a session that has no seat', 'session-eve', null],
    ['under a name that nobody has', 'session-ben', 'Eve'],
    ['under the name of a bot', 'session-ben', 'Bot 3'],
  ])('does not work %s', (_, player, name) => {
    const story = given(tableOf([1, 2])).when({ type: 'attach', player, name, connection: 'socket-eve' });
    expect(seatOf(story.thenNothing().record.room, 'socket-eve')).toBeNull();
  });

  test('over a connection of another seat of the session leaves that seat', () => {
    const bea = {
      type: 'SeatTaken',
      seat: 3,
      name: 'Bea',
      player: 'session-ben',
      colour: 'orange',
    } as const;
    const story = given(opened(), attached(1), sat(2), bea, attached(2, 'tab'))
      .when({ type: 'attach', player: 'session-ben', name: 'Bea', connection: 'tab' })
      .then(detached(2), attached(3, 'tab'));
    expect(seatOf(story.record.room, 'tab')).toBe(3);
    expect(presenceOf(story, 2)).toBe('away');
  });

  test('in a second tab takes the seat from the first, whose end then means nothing', () => {
    const story = given(FOUR_HUMANS).when(attach(2, 'second-tab')).then(attached(2, 'second-tab'));
    expect(seatOf(story.record.room, 'socket-ben')).toBeNull();
    story.when(by(2, { type: 'leaveRoom' })).thenRejected('NOT_IN_ROOM');
    story.when(disconnect(2)).thenNothing();
    expect(presenceOf(story, 2)).toBe('present');
  });
});

describe('disconnecting', () => {
  test('leaves the seat to its owner, who is away', () => {
    const story = given(FOUR_HUMANS).when(disconnect(2), { at: 9 }).then(detached(2));
    expect(liveRoom(story).seats[2]).toMatchObject({
      name: 'Ben',
      presence: { status: 'away', since: second(9) },
    });
  });

  test('by a connection without a seat changes nothing', () => {
    given(tableOf([1]))
      .when(disconnect(2))
      .thenNothing();
  });

  test('is not believed of a failed post to a connection that is only just opening', () => {
    const story = given(FOUR_HUMANS);
    story.when(disconnect(2, 'gone'), { at: 1.999 }).thenNothing();
    story.when(disconnect(2, 'gone'), { at: 2 }).then(detached(2));
    story.when(disconnect(2, 'closed'), { at: 0 }).then(detached(2));
  });

  test('by the last one there leaves the room empty since then', () => {
    const story = given(tableOf([1, 2]))
      .when(disconnect(1), { at: 3 })
      .then(detached(1))
      .when(disconnect(2), { at: 7 })
      .then(detached(2));
    expect(liveRoom(story).attendance).toEqual({ anyone: false, since: second(7) });
  });
});

describe('during the game', () => {
  const away = given(gameAt('declaration')).later(10, declared(1, 2)).later(20, detached(2));

  test('a player away for less than the grace of 5 s is waited for', () => {
    away.when(TICK, { at: 24.999 }).thenNothing();
  });

  test('a player away for the grace has a bot play for the seat, and the move made a second later', () => {
    const replaced = away.when(TICK, { at: 25 }).then(TAKEN_OVER);
    expect(presenceOf(replaced, 2)).toBe('replaced');
    replaced.when(TICK, { at: 25.999 }).thenNothing();
    replaced.when(TICK, { at: 26 }).then(declared(2, 3, 'forced'));
  });

  test('navigating, which is coming back within the grace, changes nothing', () => {
    const back = away.when(attach(2, 'next-page'), { at: 23 }).then(attached(2, 'next-page'));
    back.when(TICK, { at: 25 }).thenNothing();
    back.when(TICK, { at: 69 }).thenNothing();
    back.when({ type: 'declare', connection: 'next-page', value: 0 }, { at: 69 }).then(declared(2, 0));
  });

  test('coming back takes the seat from the bot for the next move on', () => {
    const back = away
      .later(25, TAKEN_OVER)
      .later(26, declared(2, 3, 'forced'))
      .when(attach(2, 'again'), { at: 40 })
      .then(attached(2, 'again'));
    expect(presenceOf(back, 2)).toBe('present');
  });

  test('coming back before the bot has moved gives the move back too', () => {
    const back = away.later(25, TAKEN_OVER).later(25.5, attached(2, 'again'));
    back.when(TICK, { at: 30 }).thenNothing();
    back.when({ type: 'declare', connection: 'again', value: 1 }, { at: 30 }).then(declared(2, 1));
  });

  test('an owner away through a takeover keeps the seat from everybody else', () => {
    away
      .later(25, TAKEN_OVER)
      .when({ type: 'attach', player: 'session-eve', name: 'Ben', connection: 'socket-eve' })
      .thenNothing();
  });

  test('without a grace the bot takes over at once', () => {
    given(gameAt('declaration', tableOf([1, 2], { graceSeconds: 0 })))
      .when(disconnect(2), { at: 3 })
      .then(detached(2))
      .when(TICK, { at: 3 })
      .then(TAKEN_OVER);
  });

  test('a seat whose owner was away when the game began is the bot’s from the start', () => {
    given(tableOf([1, 2]))
      .later(10, detached(2))
      .later(60, { type: 'GameStarted', game: 1 })
      .when(TICK, { at: 60 })
      .then(TAKEN_OVER);
  });

  test('a takeover happens also while nobody else is there', () => {
    given(gameAt('turn', tableOf([1, 2])))
      .later(10, detached(1), detached(2))
      .when(TICK, { at: 15 })
      .thenTypes('BotTookOver', 'BotTookOver');
  });
});

describe('leaving the game', () => {
  const left = given(gameAt('declaration', tableOf([1, 2])))
    .later(10, declared(1, 2))
    .when(by(2, { type: 'leaveGame' }), { at: 20 })
    .then({ type: 'LeftForGood', seat: 2 });

  test('gives the seat to a bot for good, under the same name and colour', () => {
    expect(playingRoom(left).seats[2]).toEqual({
      kind: 'bot',
      name: 'Ben',
      colour: 'purple',
      origin: 'left',
      since: second(20),
    });
    left.when(attach(2), { at: 21 }).thenNothing();
    left.when({ type: 'join', player: 'session-ben', name: 'Ben' }).thenRejected('GAME_ALREADY_STARTED');
  });

  test('in the middle of one’s move lets the bot make it', () => {
    left.when(TICK, { at: 20.999 }).thenNothing();
    left.when(TICK, { at: 21 }).thenTypes('Declared');
  });

  test('is the same as leaving the room while the game runs or is over', () => {
    given(gameAt('turn'))
      .when(by(3, { type: 'leaveRoom' }))
      .then({ type: 'LeftForGood', seat: 3 });
    given(gameAt('turn'), { type: 'GameEnded', outcome: 'aborted', winners: [] })
      .when(by(3, { type: 'leaveRoom' }))
      .then({ type: 'LeftForGood', seat: 3 });
  });

  test('by the last human leaves a game in which nothing moves', () => {
    left
      .when(by(1, { type: 'leaveGame' }), { at: 30 })
      .then({ type: 'LeftForGood', seat: 1 })
      .when(TICK, { at: 100 })
      .thenNothing();
  });
});
