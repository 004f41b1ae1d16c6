// Before the game: taking and leaving seats, bots, names and colours.

import { describe, expect, test } from '@jest/globals';
import {
  attached,
  bot,
  by,
  FOUR_HUMANS,
  gameAt,
  given,
  liveRoom,
  opened,
  PEOPLE,
  ROOM,
  sat,
  settingsWith,
  STARTED,
  tableOf,
  TICK,
} from '../../support/room.ts';
import type { Command } from '../../../src/room/commands.ts';
import type { Seat } from '../../../src/game/seats.ts';
import { SEATS } from '../../../src/game/seats.ts';

function open(seat: Seat): Extract<Command, { type: 'openRoom' }> {
  const { name, player } = PEOPLE[seat];
  return { type: 'openRoom', room: ROOM, player, name, isPrivate: false, settings: settingsWith() };
}
function join(seat: Seat, name = PEOPLE[seat].name): Command {
  return { type: 'join', player: PEOPLE[seat].player, name };
}

describe('opening a room', () => {
  test('seats its creator in seat 1 as host, not yet connected', () => {
    const { record } = given().when(open(1)).then({
      type: 'RoomOpened',
      room: ROOM,
      settings: settingsWith(),
      host: 1,
      isPrivate: false,
      name: 'Ann',
      player: 'session-ann',
      colour: 'blue',
    });
    expect(record.room).toMatchObject({
      stage: 'open',
      id: ROOM,
      host: 1,
      seats: { 1: { name: 'Ann', presence: { status: 'away' } }, 2: null, 3: null, 4: null },
      attendance: { anyone: false },
    });
  });

  test('may keep it private, for those who know its code', () => {
    const story = given()
      .when({ ...open(1), isPrivate: true })
      .thenTypes('RoomOpened');
    expect(liveRoom(story).isPrivate).toBe(true);
    story.when(join(2)).thenTypes('SeatTaken');
  });

  test('is not for a room that exists: whoever made the id has made a mistake', () => {
    expect(() => given(opened()).when(open(2))).toThrow(/exists/);
  });
});

describe('joining', () => {
  test('takes the first free seat and a colour of its own', () => {
    given(opened(), bot(3))
      .when(join(2))
      .then({ type: 'SeatTaken', seat: 2, name: 'Ben', player: 'session-ben', colour: 'purple' })
      .when(join(4))
      .then({ type: 'SeatTaken', seat: 4, name: 'Dan', player: 'session-dan', colour: 'red' });
  });

  test('takes a seat that became free again, with the colour that did', () => {
    given(FOUR_HUMANS, { type: 'SeatVacated', seat: 2, reason: 'left' })
      .when({ type: 'join', player: 'session-eve', name: 'Eve' })
      .then({ type: 'SeatTaken', seat: 2, name: 'Eve', player: 'session-eve', colour: 'purple' });
  });

  test('twice under one name is joining once', () => {
    given(opened(), sat(2)).when(join(2)).thenNothing();
  });

  test('again is possible when the game runs, for those who are in it', () => {
    given(gameAt('turn')).when(join(2)).thenNothing();
  });

  test('under another name gives one session another seat', () => {
    given(opened(), sat(2))
      .when(join(2, 'Bea'))
      .then({ type: 'SeatTaken', seat: 3, name: 'Bea', player: 'session-ben', colour: 'orange' });
  });

  test.each(['Ann', 'ANN', 'Bot 2'])('is refused under the name %s, which is taken', (name) => {
    given(opened(), bot(2)).when({ type: 'join', player: 'session-eve', name }).thenRejected('NAME_TAKEN');
  });

  test('is refused when the four seats are taken', () => {
    given(FOUR_HUMANS).when({ type: 'join', player: 'session-eve', name: 'Eve' }).thenRejected('ROOM_FULL');
  });

  test.each([
    ['running', gameAt('turn')],
    ['over', [...gameAt('turn'), { type: 'GameEnded', outcome: 'aborted', winners: [] } as const]],
  ])('is refused to strangers when the game is %s', (_, events) => {
    given(events)
      .when({ type: 'join', player: 'session-eve', name: 'Eve' })
      .thenRejected('GAME_ALREADY_STARTED');
  });
});

describe('adding a bot', () => {
  test('gives it a free seat, the number of the seat as a name, and a colour', () => {
    given(opened(), attached(1))
      .when(by(1, { type: 'addBot', seat: 3 }))
      .then({ type: 'BotAdded', seat: 3, name: 'Bot 3', colour: 'purple' });
  });

  test('finds another name when somebody is called like a bot', () => {
    const eve = {
      type: 'SeatTaken',
      seat: 2,
      name: 'bot 3',
      player: 'session-eve',
      colour: 'purple',
    } as const;
    given(opened(), attached(1), eve)
      .when(by(1, { type: 'addBot', seat: 3 }))
      .then({ type: 'BotAdded', seat: 3, name: 'Bot 4', colour: 'orange' })
      .when(by(1, { type: 'addBot', seat: 4 }))
      .then({ type: 'BotAdded', seat: 4, name: 'Bot 5', colour: 'red' });
  });

  test('is refused for a seat that is taken, even the own one', () => {
    const room = given(opened(), attached(1), bot(2), sat(3));
    room.when(by(1, { type: 'addBot', seat: 1 })).thenRejected('SEAT_TAKEN');
    room.when(by(1, { type: 'addBot', seat: 2 })).thenRejected('SEAT_TAKEN');
    room.when(by(1, { type: 'addBot', seat: 3 })).thenRejected('SEAT_TAKEN');
  });

  test('is the host’s right alone', () => {
    given(opened(), sat(2), attached(2))
      .when(by(2, { type: 'addBot', seat: 3 }))
      .thenRejected('PERMISSION_DENIED');
  });

  test('is refused once the game has started', () => {
    given(gameAt('starting'))
      .when(by(1, { type: 'addBot', seat: 3 }))
      .thenRejected('GAME_ALREADY_STARTED');
  });
});

describe('removing a player', () => {
  test('frees the seat of a bot or of a human', () => {
    given(opened(), attached(1), bot(2), sat(3))
      .when(by(1, { type: 'removePlayer', seat: 2 }))
      .then({ type: 'SeatVacated', seat: 2, reason: 'removed' })
      .when(by(1, { type: 'removePlayer', seat: 3 }))
      .then({ type: 'SeatVacated', seat: 3, reason: 'removed' })
      .when(by(1, { type: 'removePlayer', seat: 3 }))
      .thenRejected('SEAT_EMPTY');
  });

  test('ends the removed player’s say in the room', () => {
    given(FOUR_HUMANS, { type: 'SeatVacated', seat: 2, reason: 'removed' })
      .when(by(2, { type: 'leaveRoom' }))
      .thenRejected('NOT_IN_ROOM');
  });

  test('does not work on the host', () => {
    given(tableOf([1]))
      .when(by(1, { type: 'removePlayer', seat: 1 }))
      .thenRejected('PERMISSION_DENIED');
  });

  test('is the host’s right alone', () => {
    given(tableOf([1, 2]))
      .when(by(2, { type: 'removePlayer', seat: 3 }))
      .thenRejected('PERMISSION_DENIED');
  });

  test('is refused once the game has started', () => {
    given(gameAt('turn'))
      .when(by(1, { type: 'removePlayer', seat: 2 }))
      .thenRejected('GAME_ALREADY_STARTED');
  });
});

describe('leaving before the game', () => {
  test('frees the seat', () => {
    const story = given(FOUR_HUMANS)
      .when(by(3, { type: 'leaveRoom' }))
      .then({ type: 'SeatVacated', seat: 3, reason: 'left' });
    expect(liveRoom(story).seats[3]).toBeNull();
  });

  test('closes the room when the host leaves', () => {
    const story = given(FOUR_HUMANS)
      .when(by(1, { type: 'leaveRoom' }))
      .then({ type: 'RoomClosed', reason: 'host_left' });
    expect(story.record.room).toMatchObject({ stage: 'closed', id: ROOM, reason: 'host_left' });
  });

  test('is not leaving a game, since none is running', () => {
    given(FOUR_HUMANS)
      .when(by(3, { type: 'leaveGame' }))
      .thenRejected('WRONG_PHASE');
  });
});

describe('starting the game', () => {
  test('is done by the host when four seats are taken', () => {
    const story = given(tableOf([1, 3]))
      .when(by(1, { type: 'startGame' }))
      .then(STARTED);
    expect(liveRoom(story)).toMatchObject({
      stage: 'playing',
      host: 1,
      game: { number: 1, sheet: [], task: null, phase: { name: 'starting' } },
    });
  });

  test.each([2, 3, 4] as const)('is refused while seat %i is empty', (seat) => {
    given(FOUR_HUMANS, { type: 'SeatVacated', seat, reason: 'removed' })
      .when(by(1, { type: 'startGame' }))
      .thenRejected('NOT_ENOUGH_PLAYERS');
  });

  test('is refused to everybody but the host', () => {
    given(FOUR_HUMANS)
      .when(by(4, { type: 'startGame' }))
      .thenRejected('PERMISSION_DENIED');
  });

  test('is refused when it runs already', () => {
    given(gameAt('starting'))
      .when(by(1, { type: 'startGame' }))
      .thenRejected('GAME_ALREADY_STARTED');
  });
});

describe('whoever has no seat', () => {
  const asks: readonly Command[] = [
    { type: 'leaveRoom', connection: 'socket-eve' },
    { type: 'leaveGame', connection: 'socket-eve' },
    { type: 'addBot', connection: 'socket-eve', seat: 2 },
    { type: 'removePlayer', connection: 'socket-eve', seat: 2 },
    { type: 'startGame', connection: 'socket-eve' },
    { type: 'decideRedeal', connection: 'socket-eve', accept: true },
    { type: 'declare', connection: 'socket-eve', value: 1 },
    { type: 'play', connection: 'socket-eve', indices: [0] },
    { type: 'ready', connection: 'socket-eve' },
  ];
  const rooms = { open: tableOf([1, 2]), playing: gameAt('turn') };
  test.each(asks)('cannot $type', (ask) => {
    given(rooms.open).when(ask).thenRejected('NOT_IN_ROOM');
    given(rooms.playing).when(ask).thenRejected('NOT_IN_ROOM');
  });
});

describe('no game is running', () => {
  const moves = [
    { type: 'decideRedeal', accept: true },
    { type: 'declare', value: 1 },
    { type: 'play', indices: [0] },
  ] as const;
  const over = [...gameAt('turn'), { type: 'GameEnded', outcome: 'aborted', winners: [] } as const];
  test.each(moves)('so nobody can $type', (move) => {
    given(FOUR_HUMANS).when(by(1, move)).thenRejected('WRONG_PHASE');
    given(over).when(by(1, move)).thenRejected('WRONG_PHASE');
  });

  test('so being ready is accepted and means nothing', () => {
    given(FOUR_HUMANS)
      .when(by(1, { type: 'ready' }))
      .thenNothing();
    given(over)
      .when(by(1, { type: 'ready' }))
      .thenNothing();
  });
});

describe('a room that is closed, or never was', () => {
  const closed = given(FOUR_HUMANS, { type: 'RoomClosed', reason: 'host_left' });
  const asks: readonly Command[] = [
    join(2),
    by(1, { type: 'startGame' }),
    { type: 'attach', player: 'session-ann', name: 'Ann', connection: 'socket-ann' },
    { type: 'disconnect', connection: 'socket-ann', cause: 'closed' },
    TICK,
    { type: 'enterPhase', game: 1, phase: 'preparation', round: 1, token: 'token' },
    { type: 'endGame', game: 1 },
    { type: 'abortGame', game: 1 },
  ];
  test.each(asks)('does nothing on $type', (ask) => {
    closed.when(ask).thenNothing();
    given().when(ask).thenNothing();
  });
});

test('eight colours are enough for any order of coming and going', () => {
  const story = given(FOUR_HUMANS, { type: 'SeatVacated', seat: 3, reason: 'left' })
    .when(by(1, { type: 'addBot', seat: 3 }))
    .thenTypes('BotAdded');
  const { seats } = liveRoom(story);
  expect(new Set(SEATS.map((seat) => seats[seat]?.colour)).size).toBe(4);
});
