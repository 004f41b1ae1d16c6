// Before the game: which room quick play tries, which language the page speaks, who sits where.
import { describe, expect, test } from '@jest/globals';
import type { RoomSummary } from '../../../src/protocol/server-frames.ts';
import type { GameView, RoomView } from '../../../src/web/client-state.ts';
import { namesAround } from '../../../src/web/game/who.ts';
import { chooseLanguage, LANGUAGES } from '../../../src/web/language.ts';
import { roomsToTry } from '../../../src/web/quick-play.ts';

const player = (name: string) => ({ name, is_bot: false, is_host: false, avatar_color: 'blue' });

function roomWith(room: string, createdAt: number, names: readonly string[], started = false): RoomSummary {
  const [P1 = null, P2 = null, P3 = null, P4 = null] = names.map(player);
  return {
    room_id: room,
    host_name: names[0] ?? '',
    started,
    players: [P1, P2, P3, P4],
    slots: { P1, P2, P3, P4 },
    occupied_slots: names.length,
    total_slots: 4,
    created_at: createdAt,
    last_activity: createdAt,
  };
}

describe('quick play', () => {
  test('tries the rooms with a free seat, the oldest first', () => {
    const rooms = [
      roomWith('YOUNG', 300, ['Ann']),
      roomWith('OLD', 100, ['Bea', 'Cid']),
      roomWith('FULL', 10, ['Bea', 'Cid', 'Dee', 'Eve']),
      roomWith('BEGUN', 20, ['Fay'], true),
      roomWith('MIDDLE', 200, ['Gus']),
    ];
    expect(roomsToTry(rooms, 'Zoe')).toEqual(['OLD', 'MIDDLE', 'YOUNG']);
  });

  test('leaves out a room where somebody has that name', () => {
    expect(roomsToTry([roomWith('A', 1, ['Ann']), roomWith('B', 2, ['Bea'])], 'Ann')).toEqual(['B']);
    expect(roomsToTry([], 'Ann')).toEqual([]);
  });
});

describe('the language', () => {
  test.each([
    ['th', ['en-US'], 'th'],
    [null, ['th-TH', 'en'], 'th'],
    [null, ['de', 'en-GB'], 'en'],
    ['xx', ['fr'], 'en'],
  ] as const)('remembered %j, preferred %j: %s', (stored, preferred, language) => {
    expect(chooseLanguage(stored, preferred)).toBe(language);
  });

  test('has in Thai a text of its own for everything that is said in English', () => {
    const same = Object.keys(LANGUAGES.en).filter((key) => {
      const name = key as keyof typeof LANGUAGES.en;
      return typeof LANGUAGES.en[name] === 'string' && LANGUAGES.en[name] === LANGUAGES.th[name];
    });
    expect(same).toEqual([]);
  });
});

describe('around the table', () => {
  const game = (own: string | null) =>
    ({
      players: Object.fromEntries(
        ['Ann', 'Bea', 'Cid', 'Dee'].map((name) => [name, name === own ? { name, hand: [] } : { name }]),
      ),
    }) as unknown as GameView;
  const room = { seats: ['Bea', 'Ann', 'Dee', 'Cid'].map(player) } as unknown as RoomView;

  test('one sits in front, the others follow in seat order', () => {
    expect(namesAround(game('Dee'), room)).toEqual(['Dee', 'Cid', 'Bea', 'Ann']);
  });

  test('who only watches sits behind the first seat, and without seats the order of the game will do', () => {
    expect(namesAround(game(null), room)).toEqual(['Bea', 'Ann', 'Dee', 'Cid']);
    expect(namesAround(game('Bea'), null)).toEqual(['Bea', 'Cid', 'Dee', 'Ann']);
  });
});
