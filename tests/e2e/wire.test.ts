// The running system as it meets its clients, frame by frame: what the old client does from lobby to end, and how bad
// frames, foreign sessions, repeated frames and lost connections are met.

import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals';
import { startLocal } from '../../scripts/local/cloud.ts';
import type { LocalCloud } from '../../scripts/local/cloud.ts';
import { Witness } from '../../scripts/play/witness.ts';
import { parseSettings } from '../../src/app/settings.ts';
import { deal, isWeak } from '../../src/game/deal.ts';
import { SEATS } from '../../src/game/seats.ts';
import type { Seat } from '../../src/game/seats.ts';
import type { ServerFrame } from '../../src/web/client-state.ts';
import { shakeHands, Tab, visit } from '../support/tab.ts';
import type { EventName } from '../support/tab.ts';
import {
  askOperator,
  enter,
  eventsOf,
  gather,
  makeMove,
  moverIn,
  moveOf,
  playUntil,
  seatOf,
  startGame,
  takeSeat,
} from '../support/town.ts';
import type { Table } from '../support/town.ts';

jest.setTimeout(90_000);

const GRACE_MS = 2_000;
const scratch = mkdtempSync(join(tmpdir(), 'liap-wire-'));
const rig = join(scratch, 'seed');
let town: LocalCloud;

beforeAll(async () => {
  const pages = join(scratch, 'pages');
  mkdirSync(pages);
  writeFileSync(join(pages, 'index.html'), '<h1>Liap Tui</h1>');
  const rigger = new URL('../support/rigged-deals.ts', import.meta.url).href;
  process.env['NODE_OPTIONS'] = `--import ${rigger}`;
  process.env['RIGGED_SEED'] = rig;
  const pauses = { roundStartSeconds: 0, turnResultsSeconds: 1, scoringSeconds: 0, botThinkSeconds: 0 };
  const settings = { ...pauses, graceSeconds: GRACE_MS / 1_000, maxRounds: 2 };
  town = await startLocal({
    memory: true,
    webRoot: pages,
    settings: parseSettings(JSON.stringify(settings)),
    logLevel: 'error',
  });
});
afterAll(async () => {
  await town.stop();
  rmSync(scratch, { recursive: true, force: true });
});

/** In this story these seats and no others are dealt weak hands. */
async function dealingWeakHandsTo(weak: readonly Seat[], story: () => Promise<void>): Promise<void> {
  for (let number = 0; ; number += 1) {
    const seed = createHash('sha256').update(String(number)).digest('hex');
    const hands = deal(seed, 0);
    if (!SEATS.every((seat) => isWeak(hands[seat]) === weak.includes(seat))) continue;
    writeFileSync(rig, seed);
    break;
  }
  try {
    await story();
  } finally {
    rmSync(rig);
  }
}

/** A table of two in a running game, at the first declaration or play that one of them is awaited for. */
async function playingTwo(): Promise<Table> {
  const table = await gather(town, ['Ann', 'Ben']);
  await startGame(table);
  await playUntil(table, 'a turn of theirs', (view) => table.tabs.has(moverIn(view) ?? ''));
  return table;
}

function tabOf({ tabs }: Table, name: string): Tab {
  const tab = tabs.get(name);
  if (tab === undefined) throw new Error(`${name} is not here`);
  return tab;
}

describe('an old client', () => {
  const told: ServerFrame[] = [];
  let cookie: string;
  let room: string;

  /** Closes a socket as that client does between its pages. */
  async function turnPage(tab: Tab): Promise<void> {
    await tab.close();
    told.push(...tab.frames);
  }

  test('sees the rooms of the lobby and creates one of its own', async () => {
    cookie = await visit(town.url);
    const lobby = await Tab.open(town.url, 'lobby', cookie);
    await lobby.get('room_list_update', 'client_ready', { player_name: 'Ann' });
    await lobby.get('pong', 'ping', { timestamp: Date.now() });
    const created = await lobby.get('room_created', 'create_room', { player_name: 'Ann' });
    expect(created).toEqual({
      room_id: expect.stringMatching(/^[A-Z0-9]{6}$/),
      host_name: 'Ann',
      success: true,
    });
    room = created.room_id;
    const listed = await lobby.until('the room in the list', (frame) => listsRoom(frame, room));
    expect(listed).toMatchObject({ event: 'room_list_update' });
    await turnPage(lobby);
  });

  test('fills the room up with bots and starts the game', async () => {
    const waiting = await Tab.open(town.url, room, cookie);
    const { slots } = await waiting.get('room_state_update', 'client_ready', {
      player_name: 'Ann',
      room_id: room,
    });
    expect(slots).toMatchObject({
      P1: { name: 'Ann', is_host: true, is_bot: false },
      P2: null,
      P3: null,
      P4: null,
    });
    await waiting.get('room_update', 'get_room_state', { room_id: room });
    for (const slot_id of [2, 3, 4]) await waiting.get('room_update', 'add_bot', { slot_id });
    const { players } = await waiting.get('room_update', 'get_room_state', { room_id: room });
    expect(players.map((player) => player?.is_bot)).toEqual([false, true, true, true]);
    expect(new Set(players.map((player) => player?.avatar_color)).size).toBe(4);
    await dealingWeakHandsTo([1], async () => {
      const started = await waiting.get('game_started', 'start_game', { room_id: room });
      expect(started).toEqual({ room_id: room, success: true });
      await waiting.untilView('a weak hand', ({ phase_data }) => 'weak_players_awaiting' in phase_data);
    });
    await turnPage(waiting);
  });

  test('plays by positions in its hand until the game is over', async () => {
    const game = await Tab.open(town.url, room, cookie);
    const greeting = { player_name: 'Ann', room_id: room, is_reconnection: true };
    await game.get('room_state_update', 'client_ready', greeting);
    const asked = await game.untilView('the question for a redeal', ({ phase }) => phase === 'preparation');
    expect(asked.phase_data).toMatchObject({ weak_players_awaiting: ['Ann'], decisions_needed: 1 });
    await dealingWeakHandsTo([], async () => {
      await game.get('phase_change', 'redeal_decision', { player_name: 'Ann', choice: 'accept' });
      await game.untilView('the new deal', ({ phase }) => phase === 'declaration');
    });

    const table = { room, tabs: new Map([['Ann', game]]), cookies: new Map([['Ann', cookie]]) };
    const over = await playUntil(table, 'the end', ({ phase }) => phase === 'game_over');
    const ended = await game.until('the news of the end', ({ event }) => event === 'game_ended');
    expect(over).toMatchObject({ phase_data: { game_stats: { total_rounds: 2 } } });
    expect(ended.data).toMatchObject({
      winners: expect.arrayContaining([expect.any(String)]),
      reason: 'completed',
    });
    await turnPage(game);
    const witness = new Witness('Ann', 1);
    for (const frame of game.frames) witness.see(frame);
    witness.finish();
    expect(witness.counts.complete).toBeGreaterThan(20);
  });

  test('begins the round of an accepted redeal at twice the points', () => {
    const starts = told.flatMap((frame) =>
      isView(frame) && frame.data.phase === 'round_start' ? frame.data : [],
    );
    expect(starts[0]?.phase_data).toMatchObject({
      current_starter: 'Ann',
      starter_reason: 'accepted_redeal',
      redeal_multiplier: 2,
    });
  });

  test('finds every field it knows in every frame', () => {
    for (const { event, data } of told) {
      expect([event, Object.keys(data)]).toEqual([event, expect.arrayContaining([...(FIELDS[event] ?? [])])]);
    }
    const views = told.filter(isView).map(({ data }) => data);
    for (const { phase, phase_data, players } of views) {
      const decides = phase === 'preparation' && 'simultaneous_mode' in phase_data ? DECIDING : [];
      const due = [...(PHASE_FIELDS[phase] ?? []), ...decides];
      expect([phase, Object.keys(phase_data)]).toEqual([phase, expect.arrayContaining(due)]);
      for (const player of Object.values(players))
        expect(Object.keys(player)).toEqual(expect.arrayContaining(PLAYER_FIELDS));
      expect(Object.values(players).flatMap(({ name, hand }) => (hand === undefined ? [] : [name]))).toEqual([
        'Ann',
      ]);
    }
    expect(new Set(told.map(({ event }) => event))).toEqual(new Set(Object.keys(FIELDS)));
    expect(new Set(views.map(({ phase }) => phase))).toEqual(new Set(Object.keys(PHASE_FIELDS)));
  });
});

function isView(frame: ServerFrame): frame is Extract<ServerFrame, { event: 'phase_change' }> {
  return frame.event === 'phase_change';
}

function isMoveOf(frame: ServerFrame, name: string): boolean {
  return isView(frame) && frame.data.last_action?.player === name;
}

function listsRoom(frame: ServerFrame, room: string): boolean {
  return frame.event === 'room_list_update' && frame.data.rooms.some(({ room_id }) => room_id === room);
}

/** What docs/protocol.md lists, of all an old client is told in a game without trouble. */
const FIELDS: Partial<Record<EventName, readonly string[]>> = {
  pong: ['timestamp', 'server_time'],
  room_list_update: ['rooms', 'timestamp'],
  room_created: ['room_id', 'host_name', 'success'],
  room_state_update: ['slots', 'host_name'],
  room_update: ['room_id', 'players', 'host_name', 'started', 'operation_id'],
  game_started: ['room_id', 'success'],
  phase_change: [
    ...['phase', 'round', 'allowed_actions', 'reason', 'sequence', 'timestamp', 'phase_data', 'players'],
    ...['last_action', 'deadline'],
  ],
  turn_complete: [
    ...['winner', 'winning_play', 'player_piles', 'turn_players_data', 'turn_number', 'next_starter'],
    ...['all_hands_empty', 'will_continue'],
  ],
  game_ended: ['winners', 'final_scores', 'reason'],
};
const DECIDING = [
  ...['simultaneous_mode', 'weak_players_awaiting', 'decisions_received', 'decisions_needed'],
  ...['decision_timeout', 'deal'],
];
const PHASE_FIELDS: Readonly<Record<string, readonly string[]>> = {
  preparation: ['dealing_cards', 'redeal_multiplier'],
  round_start: ['current_starter', 'starter_reason', 'round_number', 'display_duration'],
  declaration: ['declaration_order', 'current_declarer', 'declarations', 'declaration_total'],
  turn: [
    ...['turn_order', 'current_turn_starter', 'current_player', 'required_piece_count', 'turn_plays'],
    ...['pile_counts', 'current_turn_number'],
  ],
  turn_results: [
    'turn_winner',
    'winning_play',
    'turn_plays',
    'pile_counts',
    'display_duration',
    'next_phase',
  ],
  scoring: [
    ...['round_scores', 'total_scores', 'scoring_players_data', 'redeal_multiplier', 'game_complete'],
    ...['winners', 'deal'],
  ],
  game_over: ['winners', 'final_rankings', 'game_stats'],
};
const PLAYER_FIELDS = [
  ...['name', 'is_bot', 'is_host', 'avatar_color', 'hand_size', 'declared', 'captured_piles', 'score'],
  ...['zero_declares_in_a_row', 'is_connected', 'original_is_bot'],
];

describe('a bad frame is answered with its error and changes nothing', () => {
  let table: Table;
  /** Who is awaited, and who is not. */
  let mover: Tab;
  let other: Tab;

  beforeAll(async () => {
    table = await gather(town, ['Ann', 'Ben']);
    await startGame(table);
    const view = await playUntil(table, 'a declaration of theirs', (each) =>
      table.tabs.has(moverIn(each) ?? ''),
    );
    const name = moverIn(view) ?? '';
    mover = tabOf(table, name);
    other = tabOf(table, name === 'Ann' ? 'Ben' : 'Ann');
    expect(view.phase).toBe('declaration');
  });

  /** Sends a text; the answer, when it is the only thing that comes of it. */
  async function answerTo(tab: Tab, text: string): Promise<ServerFrame> {
    const before = await eventsOf(town, table.room);
    const told = [mover.frames.length, other.frames.length];
    const at = tab.frames.length;
    tab.sendText(text);
    const answer = await tab.until('an answer', () => true, at);
    expect(await eventsOf(town, table.room)).toEqual(before);
    told[tab === mover ? 0 : 1] = at + 1;
    expect([mover.frames.length, other.frames.length]).toEqual(told);
    return answer;
  }

  test.each([
    ['text that is no JSON', '{"event": "declare", ', 'INVALID_FRAME', 'validation_error'],
    ['JSON that is no frame', '["declare", 3]', 'INVALID_FRAME', 'validation_error'],
    ['data that is no object', '{"event": "declare", "data": "3"}', 'INVALID_FRAME', 'validation_error'],
    ['more than 4 KB without an id', 'x'.repeat(5_000), 'FRAME_TOO_LARGE', 'validation_error'],
  ])('%s', async (_what, text, code, type) => {
    const answer = await answerTo(mover, text);
    expect(answer).toEqual({
      event: 'error',
      data: { code, type, message: expect.stringMatching(/^[A-Z].+\.$/), details: expect.any(Object) },
    });
  });

  test.each([
    ['an event nobody knows', 'deal_me_aces', {}, 'UNKNOWN_EVENT', 'validation_error'],
    ['a value of another type', 'declare', { value: '3' }, 'VALIDATION_ERROR', 'validation_error'],
    ['a value that is missing', 'declare', {}, 'VALIDATION_ERROR', 'validation_error'],
    ['a value out of range', 'declare', { value: 9 }, 'VALIDATION_ERROR', 'validation_error'],
    ['a position twice', 'play', { piece_indices: [1, 1] }, 'VALIDATION_ERROR', 'validation_error'],
    ['5 KB of text', 'declare', { value: 3, note: 'x'.repeat(5_000) }, 'FRAME_TOO_LARGE', 'validation_error'],
    [
      'a name with control characters',
      'client_ready',
      { player_name: 'An\u0007n' },
      'VALIDATION_ERROR',
      'validation_error',
    ],
    ['a name with markup', 'client_ready', { player_name: '<b>Ann' }, 'VALIDATION_ERROR', 'validation_error'],
    ['a play while declarations are asked for', 'play', { piece_indices: [0] }, 'WRONG_PHASE', 'game_error'],
    ['an event of the lobby', 'create_room', { player_name: 'Ann' }, 'VALIDATION_ERROR', 'validation_error'],
    ['a bot for a seat in a running game', 'add_bot', { slot_id: 2 }, 'GAME_ALREADY_STARTED', 'room_error'],
  ])('%s', async (_what, event, body, code, type) => {
    const { id, text } = mover.write(event, body);
    const answer = await answerTo(mover, text);
    expect(answer).toEqual({
      event: 'error',
      data: { code, type, message: expect.stringMatching(/^[A-Z].+\.$/), details: expect.any(Object) },
      reply_to: id,
    });
  });

  test('a declaration of somebody whose turn it is not', async () => {
    const { id, text } = other.write('declare', { value: 1, player_name: moverIn(await seenBy(mover)) });
    const answer = await answerTo(other, text);
    expect(answer).toMatchObject({
      event: 'error',
      data: { code: 'NOT_YOUR_TURN', type: 'game_error' },
      reply_to: id,
    });
  });

  test('and the game goes on after all of them', async () => {
    const before = await seenBy(mover);
    await makeMove(mover, moverIn(before) ?? '');
    const after = await other.untilView('the move', ({ sequence }) => sequence > before.sequence);
    expect(after.last_action).toMatchObject({ player: moverIn(before), kind: 'declare', forced: false });
  });

  test('in the lobby as well', async () => {
    const lobby = await Tab.open(town.url, 'lobby', await visit(town.url));
    const { rooms } = await lobby.get('room_list_update', 'get_rooms');
    const bad = [
      ['create_room', { player_name: 'Ev\u0000e' }, 'VALIDATION_ERROR', 'validation_error'],
      ['create_room', { player_name: '  ' }, 'VALIDATION_ERROR', 'validation_error'],
      ['join_room', { player_name: 'Eve', room_id: 'ZZZZZZ' }, 'ROOM_NOT_FOUND', 'join_room_error'],
      ['join_room', { player_name: 'Eve', room_id: '../..' }, 'VALIDATION_ERROR', 'validation_error'],
      ['join_room', { player_name: 'Eve', room_id: table.room }, 'GAME_ALREADY_STARTED', 'join_room_error'],
      ['start_game', {}, 'NOT_IN_ROOM', 'room_error'],
    ] as const;
    for (const [event, body, code, type] of bad) {
      expect(await lobby.ask(event, body)).toMatchObject({ event: 'error', data: { code, type } });
    }
    expect((await lobby.get('room_list_update', 'get_rooms')).rooms).toEqual(rooms);
    await lobby.close();
  });
});

/** What a tab shows of the game. */
function seenBy(tab: Tab) {
  return tab.untilView('a game', () => true);
}

describe('the HTTP endpoints', () => {
  test.each([
    ['/api/rooms/no-room/events', 'room_id'],
    ['/api/rooms/ABC234/events?limit=0', 'limit'],
    ['/api/rooms/ABC234/events?limit=many', 'limit'],
    ['/api/rooms/ABC234/events?after=-1', 'after'],
    ['/api/debug/room-stats?limit=1000', 'limit'],
    ['/api/debug/room-stats?cursor=nonsense', 'cursor'],
  ])('answer %s with 400 and name the %s', async (path, named) => {
    const headers = { authorization: `Bearer ${town.adminToken}` };
    const response = await fetch(`${town.url}${path}`, { headers });
    expect(response.status).toBe(400);
    const { error } = (await response.json()) as { error: { code: string; message: string } };
    expect(error).toEqual({ code: 'VALIDATION_ERROR', message: expect.stringContaining(named) });
  });

  test('show the operator rooms, and nobody else', async () => {
    const path = '/api/debug/room-stats';
    const stats = await askOperator<{ total_rooms: number }>(town, path);
    expect(stats.total_rooms).toBeGreaterThan(0);
    const statusWith = async (headers: Readonly<Record<string, string>>) =>
      (await fetch(`${town.url}${path}`, { headers })).status;
    expect(await statusWith({})).toBe(401);
    expect(await statusWith({ authorization: `Bearer ${town.adminToken}x` })).toBe(403);
    expect(await statusWith({ cookie: await visit(town.url) })).toBe(401);
  });

  test('know no room that is not there', async () => {
    await expect(askOperator(town, '/api/rooms/ZZZZZZ/events')).rejects.toThrow('404');
  });
});

describe('a handshake', () => {
  let cookie: string;
  beforeAll(async () => {
    cookie = await visit(town.url);
  });

  test('is refused without a session', async () => {
    expect(await shakeHands(town.url, 'lobby', { origin: town.url })).toBe(401);
    expect(await shakeHands(town.url, 'lobby?session=', { origin: town.url })).toBe(401);
  });

  test('is refused with a session that the server did not sign', async () => {
    const [id = '', mac = ''] = cookie.split('.');
    const forged = [
      `${id}.${mac.split('').reverse().join('')}`,
      `${id.slice(0, -1)}_.${mac}`,
      id,
      'liap_session=1',
    ];
    for (const each of forged)
      expect([each, await shakeHands(town.url, 'lobby', { cookie: each })]).toEqual([each, 401]);
    const session = `${'A'.repeat(32)}.${'A'.repeat(43)}`;
    expect(await shakeHands(town.url, `lobby?session=${session}`, {})).toBe(401);
  });

  test('is refused from the page of somebody else, whatever the session', async () => {
    expect(await shakeHands(town.url, 'lobby', { cookie, origin: 'http://liap-tui.example' })).toBe(403);
    expect(await shakeHands(town.url, 'lobby', { cookie, origin: 'null' })).toBe(403);
  });

  test('to a room that is not there ends with the news that it is closed', async () => {
    const tab = await Tab.open(town.url, 'ZZZZZZ', cookie);
    tab.send('client_ready', { player_name: 'Ann' });
    const farewell = await tab.until('a farewell', ({ event }) => event === 'room_closed');
    expect(farewell.data).toMatchObject({ reason: 'not_found' });
    await tab.ended();
  });
});

describe('a seat', () => {
  test('is of no use to another session, whatever name its frames carry', async () => {
    const table = await playingTwo();
    const ann = tabOf(table, 'Ann');
    const before = typesOf(await eventsOf(town, table.room));
    const eve = await Tab.open(town.url, table.room, await visit(town.url));
    await eve.get('room_state_update', 'client_ready', { player_name: 'Ann', room_id: table.room });
    const tried = [
      ['declare', { value: 2 }],
      ['play', { piece_indices: [0] }],
      ['redeal_decision', { choice: 'accept' }],
      ['leave_game', {}],
      ['leave_room', {}],
    ] as const;
    for (const [event, body] of tried) {
      const answer = await eve.ask(event, { ...body, player_name: 'Ann' });
      expect(answer).toMatchObject({ event: 'error', data: { code: 'NOT_IN_ROOM' } });
    }
    await eve.get('room_update', 'sync_request');
    expect(JSON.stringify(eve.frames)).not.toContain('"hand"');
    await eve.close();

    const view = await playUntil(table, 'a move of Ann', (each) => moverIn(each) === 'Ann');
    await makeMove(ann, 'Ann');
    const after = await seenBy(ann);
    expect(after.sequence).toBeGreaterThan(view.sequence);
    const since = typesOf(await eventsOf(town, table.room)).slice(before.length);
    expect(since).not.toEqual(
      expect.arrayContaining([expect.stringMatching(/^(Attached|Detached|LeftForGood)$/)]),
    );
  });

  test('has a name that nobody else in the room can take', async () => {
    const { room } = await gather(town, ['Ann']);
    await expect(takeSeat(town, await visit(town.url), 'ann', room)).rejects.toThrow('NAME_TAKEN');
  });

  test('can be one of four that a browser holds in four tabs', async () => {
    const table = await gather(town, ['Ann', 'Ben', 'Cai', 'Dot'], await visit(town.url));
    await startGame(table);
    await playUntil(table, 'a declaration', ({ phase }) => phase === 'declaration');
    const hands = [...table.tabs].map(async ([name, tab]) => {
      const { players } = await tab.untilView('a hand', ({ phase }) => phase === 'declaration');
      expect(Object.values(players).flatMap((each) => (each.hand === undefined ? [] : each.name))).toEqual([
        name,
      ]);
      return players[name]?.hand ?? [];
    });
    const pieces = (await Promise.all(hands)).flat();
    expect(pieces).toHaveLength(32);
    await playUntil(table, 'the end', ({ phase }) => phase === 'game_over');
    const declared = (await eventsOf(town, table.room)).filter(({ type }) => type === 'Declared');
    expect(declared).toHaveLength(8);
    expect(declared.filter(({ forced }) => forced !== false)).toEqual([]);
  });
});

describe('exactly once', () => {
  test.each([1, 2, 3])('two decisions on a redeal at the same instant are both made (race %i)', async () => {
    const table = await gather(town, ['Ann', 'Ben']);
    const tabs = ['Ann', 'Ben'].map((name) => tabOf(table, name));
    await dealingWeakHandsTo([1, 2], async () => {
      await startGame(table);
      for (const tab of tabs)
        await tab.untilView('the question', ({ allowed_actions }) => allowed_actions.length > 0);
    });
    const answers = await Promise.all(tabs.map((tab) => tab.ask('redeal_decision', { choice: 'decline' })));
    expect(answers).toMatchObject([{ event: 'phase_change' }, { event: 'phase_change' }]);
    const events = await eventsOf(town, table.room);
    const decided = events.filter(({ type }) => type === 'RedealDecided');
    expect(decided.map(({ seat }) => seat).sort()).toEqual([1, 2]);
    expect(new Set(decided.map(({ seq }) => seq)).size).toBe(2);
    expect(typesOf(events).filter((type) => type === 'Dealt' || type === 'RoundStarted')).toEqual([
      'Dealt',
      'RoundStarted',
    ]);
  });

  test('the same frame twice is one move and two answers, and again one over another connection', async () => {
    const table = await playingTwo();
    const name =
      moverIn(await playUntil(table, 'a move', (view) => table.tabs.has(moverIn(view) ?? ''))) ?? '';
    const tab = tabOf(table, name);
    const { event, body } = moveOf(tab, name);
    expect(event).toBe('declare');
    const { id, text } = tab.write(event, body);
    tab.sendText(text);
    tab.sendText(text);
    const answers = () => tab.frames.filter(({ reply_to }) => reply_to === id);
    await tab.until('two answers', () => answers().length === 2);
    expect(answers()).toMatchObject([{ event: 'phase_change' }, { event: 'phase_change' }]);
    await tab.close();

    const again = await enter(town, table, name);
    again.sendText(text);
    expect(await again.until('the answer', ({ reply_to }) => reply_to === id)).toMatchObject({
      event: 'phase_change',
    });
    const declared = (await eventsOf(town, table.room)).filter((each) => each.type === 'Declared');
    expect(declared.filter(({ seat }) => seat === seatOf(table, name))).toMatchObject([{ forced: false }]);
  });

  test('the same request for a room twice is one room', async () => {
    const lobby = await Tab.open(town.url, 'lobby', await visit(town.url));
    const { id, text } = lobby.write('create_room', { player_name: 'Ann' });
    lobby.sendText(text);
    lobby.sendText(text);
    const answers = () => lobby.frames.filter(({ reply_to }) => reply_to === id);
    await lobby.until('two answers', () => answers().length === 2);
    const [first, second] = answers();
    expect(first).toMatchObject({ event: 'room_created' });
    expect(second?.data).toEqual(first?.data);
    await lobby.close();
  });
});

describe('a connection', () => {
  test('that ends and comes back within the grace changes nothing', async () => {
    const table = await playingTwo();
    const ben = tabOf(table, 'Ben');
    const before = await playUntil(table, 'a move of Ann', (view) => moverIn(view) === 'Ann');
    await tabOf(table, 'Ann').close();
    const ann = await enter(town, table, 'Ann');
    await sleep(GRACE_MS + 500);

    const shown = await seenBy(ann);
    expect(shown.phase_data).toEqual(before.phase_data);
    await makeMove(ann, 'Ann');
    const after = await ben.untilView('the move', ({ sequence }) => sequence > shown.sequence);
    expect(after.last_action).toMatchObject({ player: 'Ann', forced: false });
    for (const { event, data } of ben.frames) {
      expect(event).not.toMatch(/^player_(dis|re)connected$/);
      if ('players' in data) expect(data.players).not.toMatchObject({ Ann: { is_bot: true } });
    }
    expect(typesOf(await eventsOf(town, table.room))).not.toContain('BotTookOver');
  });

  test('that ends in its turn leaves the move to a bot after the grace, and control comes back with it', async () => {
    const table = await playingTwo();
    const ben = tabOf(table, 'Ben');
    await playUntil(table, 'a move of Ann', (view) => moverIn(view) === 'Ann');
    const heard = ben.frames.length;
    await tabOf(table, 'Ann').close();
    table.tabs.delete('Ann');

    const taken = await ben.until('the bot', ({ event }) => event === 'player_disconnected');
    expect(taken.data).toEqual({ player_name: 'Ann', is_bot: true, resumed_control: false });
    const forced = await ben.until('its move', (frame) => isMoveOf(frame, 'Ann'), heard);
    expect(forced.data).toMatchObject({
      last_action: { player: 'Ann', forced: true },
      players: { Ann: { is_bot: true } },
    });
    const absence = await eventsOf(town, table.room);
    const timeOf = (type: string) => absence.findLast((event) => event.type === type)?.at ?? Number.NaN;
    expect(timeOf('BotTookOver') - timeOf('Detached')).toBeGreaterThanOrEqual(GRACE_MS);

    await playUntil(table, 'that Ben is awaited', (view) => moverIn(view) === 'Ben');
    const ann = await enter(town, table, 'Ann');
    const back = await ben.until('the return', ({ event }) => event === 'player_reconnected');
    expect(back.data).toEqual({ player_name: 'Ann', is_bot: false, resumed_control: true });
    const shown = await ann.untilView('the game', () => true);
    expect(ann.frames.map(({ event }) => event)).toEqual(['room_state_update', 'phase_change']);
    const seen = await ben.untilView('the same', ({ sequence }) => sequence === shown.sequence);
    expect(shown.phase_data).toEqual(seen.phase_data);
    expect(shown.players['Ann']).toMatchObject({ is_bot: false, is_connected: true });

    await playUntil(table, 'a move of Ann', (view) => moverIn(view) === 'Ann');
    await makeMove(ann, 'Ann');
    expect((await seenBy(ann)).players['Ann']).toMatchObject({ is_bot: false });
    const moves = (await eventsOf(town, table.room)).filter(
      ({ type }) => type === 'Declared' || type === 'Played',
    );
    expect(moves.findLast(({ seat }) => seat === 1)).toMatchObject({ forced: false });
  });
});

const typesOf = (events: readonly { readonly type: string }[]): readonly string[] =>
  events.map(({ type }) => type);
