// What one seat may know: everything public and its own hand; no other hand, no seed before its round is scored, no secret.

import { describe, expect, test } from '@jest/globals';
import { SEATS } from '../../../src/game/seats.ts';
import { viewFor } from '../../../src/room/view.ts';
import {
  answered,
  declared,
  detached,
  FAIR,
  FOUR_HUMANS,
  gameAt,
  given,
  LAST,
  lastTurn,
  liveRoom,
  opened,
  played,
  POOR,
  second,
  tableOf,
  TICK,
  won,
} from '../../support/room.ts';
import type { Story } from '../../support/room.ts';
import type { RoomEvent } from '../../../src/room/events.ts';

const PIECE = /(GENERAL|ADVISOR|ELEPHANT|CHARIOT|HORSE|CANNON|SOLDIER)_(RED|BLACK)/;
const SECRET = /session-|socket-|preparation 1|declaration 1|turns 1/;

const OVER: RoomEvent = { type: 'GameEnded', outcome: 'completed', winners: [1] };
const scored = given(gameAt('turn', undefined, LAST), lastTurn())
  .when(TICK, { at: 7 })
  .thenTypes('RoundScored');

/** Rooms of every stage and phase. */
const ROOMS: Readonly<Record<string, Story>> = {
  open: given(FOUR_HUMANS),
  'with an empty seat': given(opened()),
  starting: given(gameAt('starting')),
  redeal: given(gameAt('redeal'), answered(2, true)),
  'round start': given(gameAt('round_start')),
  declaration: given(gameAt('declaration'), declared(1, 2)),
  declared: given(gameAt('declared')),
  turn: given(gameAt('turn'), played(1, [0, 1, 2], 'G A E')),
  'turn result': given(
    gameAt('turn'),
    played(1, [6], 'S'),
    played(2, [0], 'g'),
    played(3, [0], 'A'),
    played(4, [0], 'a'),
    won(2, 1),
  ),
  scoring: scored,
  finished: given(gameAt('turn'), OVER),
};

function viewIn(story: Story, seat: 1 | 2 | 3 | 4 | null) {
  return viewFor(liveRoom(story), seat);
}
/** What is public of a room as JSON, without the pieces that lie on the table for everybody to see. */
function withoutTable(story: Story): string {
  const hidden = new Set(['plays', 'result', 'lastAction']);
  return JSON.stringify(viewIn(story, null).room, (key, value: unknown) =>
    hidden.has(key) ? undefined : value,
  );
}

describe.each(Object.keys(ROOMS))('in a room at: %s', (name) => {
  const story = ROOMS[name] ?? given();

  test('the public part is the same for every seat and names no piece of a hand', () => {
    expect(withoutTable(story)).not.toMatch(PIECE);
    for (const seat of SEATS) expect(viewIn(story, seat).room).toEqual(viewIn(story, null).room);
  });

  test('nobody sees a session, a connection or a task token', () => {
    for (const seat of [...SEATS, null]) expect(JSON.stringify(viewIn(story, seat))).not.toMatch(SECRET);
  });

  test('the seed is shown when the round is scored and not before', () => {
    const seed = /0{62}63/; // the seed of the deal in these stories
    for (const seat of [...SEATS, null]) {
      const view = JSON.stringify(viewIn(story, seat));
      if (name === 'scoring') expect(view).toMatch(seed);
      else expect(view).not.toMatch(seed);
    }
  });

  test('who has no seat has no hand', () => {
    expect(viewIn(story, null).own).toBeNull();
  });
});

describe('the own hand', () => {
  test('is what is left of the deal, in its order', () => {
    for (const seat of SEATS) {
      expect(viewIn(given(gameAt('round_start')), seat).own).toEqual({ seat, hand: FAIR[seat] });
      expect(viewIn(given(gameAt('redeal')), seat).own).toEqual({ seat, hand: POOR[seat] });
    }
    const led = given(gameAt('turn'), played(1, [1, 3, 5], 'A C N'));
    expect(viewIn(led, 1).own?.hand).toEqual(FAIR[1].filter((_, index) => ![1, 3, 5].includes(index)));
  });

  test('is empty before the first deal and after the game', () => {
    expect(viewIn(given(gameAt('starting')), 1).own).toEqual({ seat: 1, hand: [] });
    expect(viewIn(given(FOUR_HUMANS), 1).own).toEqual({ seat: 1, hand: [] });
    expect(viewIn(given(gameAt('turn'), OVER), 1).own).toEqual({ seat: 1, hand: [] });
  });
});

function gameIn(story: Story) {
  const { room } = viewIn(story, null);
  if (room.stage !== 'playing') throw new Error('No game is running');
  return room.game;
}

describe('everybody sees of a game', () => {
  test('hand sizes, declarations so far, piles and points', () => {
    const result = gameIn(ROOMS['turn result'] ?? given());
    expect(result).toMatchObject({
      number: 1,
      round: 1,
      handSizes: { 1: 7, 2: 7, 3: 7, 4: 7 },
      declared: { 1: 1, 2: 1, 3: 1, 4: 1 },
      piles: { 1: 0, 2: 1, 3: 0, 4: 0 },
      tally: { 2: { total: 0, turnsWon: 1 } },
    });
    expect(gameIn(given(gameAt('declaration'), declared(1, 2))).declared).toEqual({
      1: 2,
      2: null,
      3: null,
      4: null,
    });
    expect(gameIn(given(gameAt('round_start')))).toMatchObject({
      declared: { 1: null, 2: null, 3: null, 4: null },
      piles: { 1: 0, 2: 0, 3: 0, 4: 0 },
    });
    expect(gameIn(scored)).toMatchObject({
      handSizes: { 1: 0, 2: 0, 3: 0, 4: 0 },
      declared: { 1: 1, 2: 1, 3: 1, 4: 1 },
      piles: { 1: 1, 2: 0, 3: 0, 4: 0 },
      tally: { 1: { total: 6 }, 2: { total: -1 } },
    });
    expect(gameIn(given(gameAt('starting')))).toMatchObject({
      round: 1,
      handSizes: { 1: 0, 2: 0, 3: 0, 4: 0 },
    });
  });

  test('who is awaited, until when, and the last move', () => {
    expect(gameIn(given(gameAt('redeal')).later(4, answered(2, true)))).toMatchObject({
      awaited: [4],
      deadline: second(30),
      lastAction: { kind: 'redeal', seat: 2, accept: true, forced: false },
    });
    expect(gameIn(given(gameAt('declaration')).later(4, declared(1, 2, 'forced')))).toMatchObject({
      awaited: [2],
      deadline: second(64),
      lastAction: { kind: 'declare', seat: 1, value: 2, forced: true },
    });
    expect(gameIn(scored)).toMatchObject({ awaited: [], deadline: null, lastAction: { seat: 4 } });
  });

  test('the commitment of the deal at once, and the seed with the scores', () => {
    expect(gameIn(given(gameAt('turn'))).phase).toMatchObject({
      round: { commitment: 'commitment 99', seed: null },
    });
    expect(gameIn(scored).phase).toMatchObject({
      round: { commitment: 'commitment 99', seed: '63'.padStart(64, '0') },
    });
  });
});

describe('everybody sees of a seat', () => {
  test('its name, colour, host’s role, and who plays for it', () => {
    const story = given(gameAt('turn', tableOf([1, 2, 3])))
      .later(1, detached(2))
      .later(6, { type: 'BotTookOver', seat: 2 }, { type: 'LeftForGood', seat: 3 });
    expect(viewIn(story, null).room.seats).toEqual({
      1: { name: 'Ann', colour: 'blue', isHost: true, isBot: false, wasBot: false, isConnected: true },
      2: { name: 'Ben', colour: 'purple', isHost: false, isBot: true, wasBot: false, isConnected: false },
      3: { name: 'Cat', colour: 'orange', isHost: false, isBot: true, wasBot: false, isConnected: true },
      4: { name: 'Bot 4', colour: 'red', isHost: false, isBot: true, wasBot: true, isConnected: true },
    });
  });

  test('nothing where nobody sits', () => {
    expect(viewIn(given(opened()), 2).room.seats).toMatchObject({
      1: { isConnected: false },
      2: null,
      3: null,
    });
  });
});

test('a finished room shows its result', () => {
  expect(viewIn(given(gameAt('turn'), OVER), 3).room).toMatchObject({
    stage: 'finished',
    result: { game: 1, outcome: 'completed', winners: [1] },
  });
});
