// What clients may say, read from text: every event of docs/protocol.md, and everything that is not one.
import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { MAX_FRAME_BYTES, parseClientFrame } from '../../../src/protocol/client-frames.ts';
import type { ClientFrame } from '../../../src/protocol/client-frames.ts';

const ID = '3f8e1c52-9a41-4b7e-8f1d-2c6b7a90e4d1';

function parse(event: string, body: unknown = {}) {
  return parseClientFrame(JSON.stringify({ event, data: body, id: ID }));
}
function codeOf(text: string): string {
  const parsed = parseClientFrame(text);
  return parsed.ok ? 'ok' : parsed.code;
}
function nameOf(name: unknown): string | undefined {
  const parsed = parse('create_room', { player_name: name });
  return parsed.ok && parsed.frame.event === 'create_room' ? parsed.frame.playerName : undefined;
}

describe('a frame under any of its names', () => {
  const cases: readonly (readonly [string, unknown, ClientFrame])[] = [
    [
      'client_ready',
      { player_name: ' Ann ', room_id: 'ab12cd', is_reconnection: true },
      { event: 'client_ready', playerName: 'Ann', roomId: 'AB12CD', isReconnection: true, without: [] },
    ],
    [
      'client_ready',
      {},
      { event: 'client_ready', playerName: null, roomId: null, isReconnection: false, without: [] },
    ],
    [
      'client_ready',
      { room_id: 'lobby', player_name: null },
      { event: 'client_ready', playerName: null, roomId: 'LOBBY', isReconnection: false, without: [] },
    ],
    ['ping', { timestamp: 1732500000000 }, { event: 'ping', timestamp: 1732500000000 }],
    ['ping', {}, { event: 'ping', timestamp: null }],
    ['get_rooms', {}, { event: 'get_rooms' }],
    ['request_room_list', {}, { event: 'get_rooms' }],
    ['create_room', { player_name: 'Ann' }, { event: 'create_room', playerName: 'Ann', isPrivate: false }],
    [
      'create_room',
      { player_name: 'Ann', private: true },
      { event: 'create_room', playerName: 'Ann', isPrivate: true },
    ],
    ['emote', { emote: 'wow' }, { event: 'emote', emote: 'wow' }],
    [
      'join_room',
      { room_id: 'k7m2qx', player_name: 'Bea' },
      { event: 'join_room', roomId: 'K7M2QX', playerName: 'Bea' },
    ],
    ['get_room_state', { room_id: 'K7M2QX' }, { event: 'get_room_state' }],
    ['add_bot', { slot_id: 2 }, { event: 'add_bot', slot: 2 }],
    ['remove_player', { slot_id: 4 }, { event: 'remove_player', slot: 4 }],
    ['leave_room', { player_name: 'Ann' }, { event: 'leave_room', playerName: 'Ann' }],
    ['start_game', {}, { event: 'start_game' }],
    ['redeal_decision', { choice: 'decline' }, { event: 'redeal_decision', choice: 'decline' }],
    ['accept_redeal', { player_name: 'Ann' }, { event: 'redeal_decision', choice: 'accept' }],
    ['request_redeal', {}, { event: 'redeal_decision', choice: 'accept' }],
    ['decline_redeal', {}, { event: 'redeal_decision', choice: 'decline' }],
    ['declare', { value: 0, player_name: 'Ann' }, { event: 'declare', value: 0 }],
    ['declare', { value: 8 }, { event: 'declare', value: 8 }],
    ['play', { piece_indices: [0, 3], play_value: 12 }, { event: 'play', indices: [0, 3] }],
    ['play_pieces', { indices: [7] }, { event: 'play', indices: [7] }],
    ['play', { indices: [1, 2, 3, 4, 5, 6] }, { event: 'play', indices: [1, 2, 3, 4, 5, 6] }],
    ['play_pieces', { piece_indices: [5], indices: [1] }, { event: 'play', indices: [5] }],
    ['player_ready', {}, { event: 'player_ready' }],
    ['start_next_round', {}, { event: 'start_next_round' }],
    ['leave_game', {}, { event: 'leave_game', playerName: null }],
    ['sync_request', { client_id: 'x' }, { event: 'sync_request' }],
    ['ack', { sequence: 4 }, { event: 'ack' }],
  ];

  test.each(cases)('%s %j is understood', (event, body, frame) => {
    expect(parse(event, body)).toEqual({ ok: true, id: ID, frame });
  });

  test('may come without data, without an id, and with fields nobody knows', () => {
    expect(parseClientFrame('{"event":"start_game","colour":"red"}')).toEqual({
      ok: true,
      frame: { event: 'start_game' },
    });
    expect(parseClientFrame('{"event":"start_game","data":null,"id":null}')).toEqual({
      ok: true,
      frame: { event: 'start_game' },
    });
  });

  test('is read as the old client writes it, with its own sequence and time', () => {
    const text = JSON.stringify({
      event: 'add_bot',
      data: { slot_id: 3 },
      sequence: 7,
      timestamp: 1732500000000,
      id: ID,
    });
    expect(parseClientFrame(text)).toEqual({ ok: true, id: ID, frame: { event: 'add_bot', slot: 3 } });
  });

  test('may say what its sender has seen', () => {
    const frame = { event: 'declare', value: 3 };
    const said = (seen: unknown) =>
      parseClientFrame(JSON.stringify({ event: 'declare', data: { value: 3 }, seen }));
    expect(said(12)).toEqual({ ok: true, seen: 12, frame });
    expect(said(null)).toEqual({ ok: true, frame });
  });
});

describe('a frame that is none', () => {
  test.each([
    ['no text at all', ''],
    ['no JSON', 'hello'],
    ['half of an object', '{"event":"ping"'],
    ['a list', '[]'],
    ['null', 'null'],
    ['a number', '4'],
    ['no event', '{"data":{}}'],
    ['an event that is no text', '{"event":4}'],
    ['data that is a list', '{"event":"ping","data":[]}'],
    ['data that is a text', '{"event":"ping","data":"now"}'],
    ['an id that is no text', '{"event":"ping","id":4}'],
    ['an id of strange characters', '{"event":"ping","id":"a b"}'],
    ['an id of 65 characters', `{"event":"ping","id":"${'a'.repeat(65)}"}`],
    ['a seen that is no whole number', '{"event":"ping","seen":1.5}'],
    ['a seen below 0', '{"event":"ping","seen":-1}'],
    ['a sequence that is no number', '{"event":"ping","sequence":"1"}'],
  ])('because it is %s is refused as an invalid frame', (_why, text) => {
    expect(codeOf(text)).toBe('INVALID_FRAME');
  });

  test.each(['dance', '', 'PLAY', '__proto__', 'constructor', 'toString'])(
    'because its event is %j is refused as unknown, and the answer names its id',
    (event) => {
      expect(parse(event)).toMatchObject({ ok: false, code: 'UNKNOWN_EVENT', id: ID });
    },
  );

  test('of more than 4 KB of UTF-8 is refused, and the answer still names its id', () => {
    const ascii = parse('create_room', { player_name: 'a'.repeat(5000) });
    expect(ascii).toMatchObject({ ok: false, code: 'FRAME_TOO_LARGE', id: ID });
    expect(parse('create_room', { player_name: '帥'.repeat(1400) })).toMatchObject({
      code: 'FRAME_TOO_LARGE',
    });
  });

  test('of exactly 4 KB is still read', () => {
    const empty = JSON.stringify({ event: 'ping', data: { pad: '' } });
    const full = (extra: number) =>
      JSON.stringify({ event: 'ping', data: { pad: 'x'.repeat(MAX_FRAME_BYTES - empty.length + extra) } });
    expect(codeOf(full(0))).toBe('ok');
    expect(codeOf(full(1))).toBe('FRAME_TOO_LARGE');
  });
});

describe('a field out of range', () => {
  test.each<[string, unknown, string]>([
    ['declare', {}, 'value'],
    ['declare', { value: -1 }, 'value'],
    ['declare', { value: 9 }, 'value'],
    ['declare', { value: 1.5 }, 'value'],
    ['declare', { value: '3' }, 'value'],
    ['declare', { value: null }, 'value'],
    ['add_bot', {}, 'slot_id'],
    ['add_bot', { slot_id: 0 }, 'slot_id'],
    ['add_bot', { slot_id: 5 }, 'slot_id'],
    ['add_bot', { slot_id: '2' }, 'slot_id'],
    ['remove_player', { slot_id: 2.5 }, 'slot_id'],
    ['play', {}, 'piece_indices'],
    ['play', { piece_indices: [] }, 'piece_indices'],
    ['play', { piece_indices: 3 }, 'piece_indices'],
    ['play', { piece_indices: [0, 1, 2, 3, 4, 5, 6] }, 'piece_indices'],
    ['play', { piece_indices: [1, 1] }, 'piece_indices'],
    ['play', { piece_indices: [0, -1] }, 'piece_indices.1'],
    ['play', { piece_indices: [32] }, 'piece_indices.0'],
    ['play', { piece_indices: [0.5] }, 'piece_indices.0'],
    ['play_pieces', { indices: ['0'] }, 'piece_indices.0'],
    ['redeal_decision', {}, 'choice'],
    ['redeal_decision', { choice: 'maybe' }, 'choice'],
    ['redeal_decision', { choice: true }, 'choice'],
    ['join_room', { player_name: 'Ann' }, 'room_id'],
    ['join_room', { room_id: 'AB#1', player_name: 'Ann' }, 'room_id'],
    ['join_room', { room_id: 'A'.repeat(17), player_name: 'Ann' }, 'room_id'],
    ['join_room', { room_id: 123456, player_name: 'Ann' }, 'room_id'],
    ['create_room', {}, 'player_name'],
    ['create_room', { player_name: 12 }, 'player_name'],
    ['client_ready', { player_name: '   ' }, 'player_name'],
    ['client_ready', { is_reconnection: 'yes' }, 'is_reconnection'],
    ['ping', { timestamp: 'now' }, 'timestamp'],
  ])('in %s %j is named in the refusal', (event, body, field) => {
    expect(parse(event, body)).toMatchObject({
      ok: false,
      code: 'VALIDATION_ERROR',
      id: ID,
      details: { field },
    });
  });
});

describe("a player's name", () => {
  test.each([
    ['Ann', 'Ann'],
    ['  Ann Marie\t', 'Ann Marie'],
    ['Tom & Jerry', 'Tom & Jerry'],
    ["O'Neil-3", "O'Neil-3"],
    ['สมชาย', 'สมชาย'],
    ['将军', '将军'],
    ['Jose\u0301', 'José'],
    ['👩‍👩‍👧 family', '👩‍👩‍👧 family'],
    ['❤️', '❤️'],
    ['a'.repeat(50), 'a'.repeat(50)],
    ['😀'.repeat(50), '😀'.repeat(50)],
  ])('%j is taken as %j', (given, taken) => {
    expect(nameOf(given)).toBe(taken);
  });

  test.each([
    ['nothing', ''],
    ['blanks', ' \t '],
    ['51 characters', 'a'.repeat(51)],
    ['51 emoji', '😀'.repeat(51)],
    ['a control character', 'A\u0007nn'],
    ['a line break', 'Ann\nBea'],
    ['a line separator', 'Ann\u2028Bea'],
    ['half a surrogate pair', 'Ann\ud800'],
    ['a zero-width space', 'An\u200bn'],
    ['a zero-width joiner between letters', 'An\u200dn'],
    ['a right-to-left override', 'Ann\u202enoT'],
    ['a bidi isolate', '\u2066Ann'],
    ['a byte-order mark inside', 'An\ufeffn'],
    ['a Hangul filler', '\u3164'],
    ['a blank of Braille', 'Ann\u2800'],
    ['a soft hyphen', 'An\u00adn'],
    ['markup', '<b>Ann</b>'],
    ['one bracket', 'a>b'],
    ['a character reference', '&lt;Ann'],
    ['a numeric reference', '&#60;Ann'],
    ['the prototype', '__proto__'],
  ])('of %s is refused', (_what, name) => {
    expect(nameOf(name)).toBeUndefined();
    expect(parse('create_room', { player_name: name })).toMatchObject({ code: 'VALIDATION_ERROR' });
  });
});

describe('what a client need not be told', () => {
  const choiceIn = (event: string, without: unknown) => {
    const parsed = parse(event, { without });
    return parsed.ok && 'without' in parsed.frame ? parsed.frame.without : parsed;
  };

  test.each(['client_ready', 'spectate'])('is named in %s, once or more often', (event) => {
    expect(choiceIn(event, ['turn_complete'])).toEqual(['turn_complete']);
    expect(choiceIn(event, ['turn_complete', 'turn_complete'])).toEqual(['turn_complete']);
  });

  test.each(['client_ready', 'spectate'])('is nothing in %s when nothing is named', (event) => {
    for (const nothing of [undefined, null, []]) expect(choiceIn(event, nothing)).toEqual([]);
  });

  test('may be what only a later server knows, and never the state', () => {
    const names = ['phase_change', 'toString', 'turn_complete', 'weather_report'];
    expect(choiceIn('client_ready', names)).toEqual(['turn_complete']);
  });

  test.each([['turn_complete'], [['turn_complete', 7]], [{ turn_complete: true }], [true]])(
    'cannot be %j',
    (without) => {
      expect(choiceIn('client_ready', without)).toMatchObject({ ok: false, code: 'VALIDATION_ERROR' });
    },
  );
});

describe('the reader of frames', () => {
  test('never throws, whatever the text', () => {
    const text = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.json(),
      fc.string().map((s) => `{"event":${s}`),
    );
    fc.assert(fc.property(text, (any) => typeof parseClientFrame(any).ok === 'boolean'));
  });

  const eventName = fc.constantFrom(
    ...[
      'client_ready',
      'ping',
      'create_room',
      'join_room',
      'add_bot',
      'declare',
      'play',
      'play_pieces',
      'redeal_decision',
    ],
  );
  const field = fc.constantFrom(
    ...[
      'player_name',
      'room_id',
      'slot_id',
      'value',
      'piece_indices',
      'indices',
      'choice',
      'timestamp',
      'is_reconnection',
      'without',
    ],
  );

  test('never throws, whatever a known event holds', () => {
    fc.assert(
      fc.property(eventName, fc.dictionary(field, fc.jsonValue()), (event, body) => {
        expect(typeof parse(event, body).ok).toBe('boolean');
      }),
    );
  });

  test('answers with a sentence that repeats nothing of what was sent', () => {
    const sent = fc.string({ minLength: 3 }).map((s) => `<${s}>`);
    fc.assert(
      fc.property(eventName, field, sent, (event, name, value) => {
        const parsed = parse(event, { [name]: value });
        if (parsed.ok) return;
        expect(parsed.message).toMatch(/^[A-Z][^<>]+\.$/);
        expect(JSON.stringify([parsed.message, parsed.details])).not.toContain(value);
      }),
    );
  });

  test('lets through only plays of one to six different positions', () => {
    fc.assert(
      fc.property(
        fc.array(fc.oneof(fc.integer({ min: -2, max: 40 }), fc.double()), { maxLength: 9 }),
        (indices) => {
          const legal =
            indices.length >= 1 &&
            indices.length <= 6 &&
            new Set(indices).size === indices.length &&
            indices.every((i) => Number.isInteger(i) && i >= 0 && i <= 31);
          expect(parse('play', { piece_indices: indices }).ok).toBe(legal);
        },
      ),
    );
  });
});
