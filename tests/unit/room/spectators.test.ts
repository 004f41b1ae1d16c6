// Who watches without a seat: sees what everybody may, counts as nobody.

import { describe, expect, test } from '@jest/globals';
import { framesFor } from '../../../src/protocol/frames.ts';
import { DISPENSABLE, MOST_SPECTATORS } from '../../../src/room/room.ts';
import {
  attach,
  attached,
  bot,
  by,
  detached,
  gameAt,
  given,
  liveRoom,
  opened,
  second,
  tableOf,
} from '../../support/room.ts';
import type { RoomEvent } from '../../../src/room/events.ts';
import type { Command } from '../../../src/room/commands.ts';

const WATCH: Command = { type: 'spectate', connection: 'watcher' };
const watching = (connection = 'watcher'): RoomEvent => ({ type: 'SpectatorJoined', connection });
const gone = (connection = 'watcher'): RoomEvent => ({ type: 'SpectatorLeft', connection });
const gonePost: Command = { type: 'disconnect', connection: 'watcher', cause: 'gone' };

describe('a spectator', () => {
  test('may watch a room that waits and a game that runs', () => {
    given(opened()).when(WATCH).then(watching());
    given(...gameAt('turn'))
      .when(WATCH)
      .then(watching());
  });

  test('keeps what it need not be told until it goes', () => {
    const story = given(opened())
      .when({ ...WATCH, without: DISPENSABLE })
      .then({ type: 'SpectatorJoined', connection: 'watcher', without: DISPENSABLE });
    expect(liveRoom(story).spectators).toEqual([
      { connection: 'watcher', since: second(0), without: DISPENSABLE },
    ]);
    const back = story.when(gonePost, { at: 9 }).then(gone()).when(WATCH).then(watching());
    expect(liveRoom(back).spectators[0]).not.toHaveProperty('without');
  });

  test('watching twice over one connection changes nothing', () => {
    given(opened(), watching()).when(WATCH).thenNothing();
  });

  test('who has a seat on that connection does not watch as well', () => {
    given(opened(), attached(1)).when({ type: 'spectate', connection: 'socket-ann' }).thenNothing();
  });

  test('finds no place when twenty watch already', () => {
    const others = Array.from({ length: MOST_SPECTATORS }, (_, index) => watching(`w${index}`));
    given(opened(), ...others)
      .when(WATCH)
      .thenRejected('ROOM_FULL');
  });

  test('may not move, as nobody without a seat may', () => {
    given(...gameAt('turn'))
      .later(1, watching())
      .when({ type: 'play', connection: 'watcher', indices: [0] })
      .thenRejected('NOT_IN_ROOM');
  });

  test('leaves with the connection', () => {
    given(opened(), watching())
      .when({ type: 'disconnect', connection: 'watcher', cause: 'closed' })
      .then(gone());
  });

  test('whose post is answered with 410 right after coming is only just arriving', () => {
    const story = given(opened(), watching());
    story.when(gonePost, { at: 1 }).thenNothing();
    story.when(gonePost, { at: 3 }).then(gone());
  });

  test('who takes a seat over the same connection stops watching', () => {
    given(opened(), watching('socket-ann')).when(attach(1)).then(gone('socket-ann'), attached(1));
  });

  test('is no company: the room stays as empty as it was', () => {
    const story = given(opened(), watching());
    expect(liveRoom(story).attendance).toEqual({ anyone: false, since: second(0) });
  });

  test('stays when the game starts', () => {
    const story = given(...tableOf([1]), watching())
      .when(by(1, { type: 'startGame' }))
      .then({ type: 'GameStarted', game: 1 });
    expect(liveRoom(story).spectators).toEqual([{ connection: 'watcher', since: second(0) }]);
  });

  test('sees no hand, of bots neither, at any point of the game', () => {
    const story = given(...gameAt('turn')).later(1, watching());
    const text = JSON.stringify(framesFor(story.change, null));
    expect(text).toContain('"hand_size":8');
    expect(text).not.toContain('"hand":');
  });

  test('is counted in room_update', () => {
    const { change } = given(opened(), bot(2)).later(1, watching());
    expect(framesFor(change, null)).toMatchObject([{ event: 'room_update', data: { spectators: 1 } }]);
  });
});

test('when everybody disconnects the spectator does not keep the game alive', () => {
  const story = given(...gameAt('turn'))
    .later(1, watching())
    .later(2, ...([1, 2, 3, 4] as const).map(detached));
  expect(liveRoom(story).attendance.anyone).toBe(false);
});
