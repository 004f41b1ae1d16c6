// The typed client against a server of a few lines: greeting, answers, repeats, lost connections, missing frames.
import { createServer } from 'node:http';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { WebSocketServer } from 'ws';
import type { WebSocket as Peer } from 'ws';
import { Client, openSession } from '../../../src/web/client.ts';
import type { ClientOptions } from '../../../src/web/client.ts';
import { applyFrame, NOTHING_KNOWN, overdueIn } from '../../../src/web/client-state.ts';
import type { ClientState, ServerFrame } from '../../../src/web/client-state.ts';

interface Sent {
  readonly event: string;
  readonly id: string;
  readonly data: Record<string, unknown>;
  readonly seen?: number;
}
type Script = (sent: Sent, peer: Peer, server: FakeServer) => void;

/** Remembers every frame, answers greetings and pings, and leaves the rest to the script. */
class FakeServer {
  readonly frames: Sent[] = [];
  readonly addresses: string[] = [];
  readonly peers: Peer[] = [];
  readonly url: string;
  readonly #http: Server;
  readonly #sockets: WebSocketServer;

  static async start(script: Script): Promise<FakeServer> {
    const http = createServer((_, response) => {
      response.end(JSON.stringify({ session_token: 't0ken', player_id: 'p1' }));
    });
    await new Promise<void>((listening) => http.listen(0, '127.0.0.1', listening));
    return new FakeServer(http, script);
  }

  private constructor(http: Server, script: Script) {
    this.#http = http;
    this.url = `http://127.0.0.1:${(http.address() as AddressInfo).port}`;
    this.#sockets = new WebSocketServer({ server: http });
    this.#sockets.on('connection', (peer, request) => {
      this.addresses.push(request.url ?? '');
      this.peers.push(peer);
      peer.on('message', (text: Buffer) => {
        const sent = JSON.parse(text.toString()) as Sent;
        this.frames.push(sent);
        script(sent, peer, this);
      });
    });
  }

  sent(event: string): Sent[] {
    return this.frames.filter((frame) => frame.event === event);
  }

  tell(frame: object): void {
    for (const peer of this.peers) peer.send(JSON.stringify(frame));
  }

  async stop(): Promise<void> {
    for (const peer of this.peers) peer.terminate();
    this.#sockets.close();
    await new Promise((closed) => this.#http.close(closed));
  }
}

const READY = { slots: { P1: null, P2: null, P3: null, P4: null }, host_name: 'Ann' };
const polite: Script = (sent, peer) => {
  if (sent.event === 'client_ready') reply(peer, sent, 'room_state_update', READY, 1);
  if (sent.event === 'ping')
    reply(peer, sent, 'pong', { timestamp: sent.data['timestamp'], server_time: 1, seq: 1 });
};
function reply(peer: Peer, sent: Sent, event: string, body: object, seq?: number): void {
  peer.send(JSON.stringify({ event, data: body, seq, reply_to: sent.id }));
}

const FAST = {
  retry: 40,
  giveUp: 2_000,
  gap: 20,
  pingLeast: 5_000,
  pingMost: 5_000,
  overdue: 20,
  pause: 5_000,
  silence: 2_000,
  backoffLeast: 10,
  backoffMost: 20,
};
const open: { close(): unknown }[] = [];

async function serve(script: Script = polite): Promise<FakeServer> {
  const server = await FakeServer.start(script);
  open.push({ close: () => server.stop() });
  return server;
}
function join(server: FakeServer, options: Partial<ClientOptions> = {}): Client {
  const client = new Client({
    url: server.url,
    place: 'K7M2QX',
    playerName: 'Ann',
    timing: FAST,
    ...options,
  });
  open.unshift(client);
  return client;
}
afterEach(async () => {
  for (const each of open.splice(0)) await each.close();
});

/** Resolves when the client's state fits, at once if it does already. */
function until(client: Client, fits: (state: ClientState) => boolean): Promise<ClientState> {
  return new Promise((resolve) => {
    if (fits(client.state)) {
      resolve(client.state);
      return;
    }
    const stop = client.subscribe((state) => {
      if (!fits(state)) return;
      stop();
      resolve(state);
    });
  });
}
async function eventually(fits: () => boolean): Promise<void> {
  while (!fits()) await new Promise((again) => setTimeout(again, 5));
}
const known = (client: Client) => until(client, (state) => state.room !== null);

const roomUpdate = (hostName: string) => ({
  room_id: 'K7M2QX',
  players: [null, null, null, null],
  host_name: hostName,
  started: false,
  operation_id: 'o',
});
const view = (seq: number, deadline: number | null = null) =>
  ({
    event: 'phase_change',
    seq,
    data: { phase: 'turn', sequence: seq, players: {}, deadline },
  }) as unknown as ServerFrame;

describe('a client that connects', () => {
  test('says who it is and where, and puts its session into the address', async () => {
    const server = await serve();
    await known(join(server, { session: 'a b' }));
    expect(server.addresses).toEqual(['/ws/K7M2QX?session=a+b']);
    expect(server.frames[0]).toMatchObject({
      event: 'client_ready',
      data: { room_id: 'K7M2QX', player_name: 'Ann', is_reconnection: false },
    });
    expect(server.frames[0]?.id).toMatch(
      /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/,
    );
  });

  test('does without a second telling of what the state tells, unless it is to be told', async () => {
    const server = await serve();
    await known(join(server));
    await known(join(server, { without: [] }));
    const choices = server.sent('client_ready').map(({ data }) => data['without']);
    expect(choices).toEqual([['turn_complete', 'turn_start'], undefined]);
  });

  test('watches without a seat when it is told to, on every connection anew', async () => {
    const server = await serve((sent, peer) => {
      if (sent.event === 'spectate') reply(peer, sent, 'room_update', roomUpdate('Ann'), 1);
    });
    await known(join(server, { watch: true }));
    server.peers[0]?.terminate();
    await eventually(() => server.sent('spectate').length === 2);
    expect(server.sent('spectate').map(({ data }) => data)).toEqual([
      { room_id: 'K7M2QX', without: ['turn_complete', 'turn_start'] },
      { room_id: 'K7M2QX', without: ['turn_complete', 'turn_start'] },
    ]);
    expect(server.sent('client_ready')).toEqual([]);
  });

  test('asks the entry for a session of its own', async () => {
    const server = await serve();
    expect(await openSession(server.url)).toEqual({ token: 't0ken', playerId: 'p1' });
  });

  test('sets its clock by the first pong', async () => {
    const server = await serve((sent, peer, self) => {
      if (sent.event !== 'ping') {
        polite(sent, peer, self);
        return;
      }
      reply(peer, sent, 'pong', {
        timestamp: sent.data['timestamp'],
        server_time: (Date.now() + 3_600_000) / 1000,
      });
    });
    const { clockOffset } = await until(join(server), (state) => state.clockOffset !== 0);
    expect(Math.round(clockOffset / 60_000)).toBe(60);
  });
});

describe('a frame that is sent', () => {
  test('is answered by the frame that names it', async () => {
    const server = await serve((sent, peer, self) => {
      polite(sent, peer, self);
      if (sent.event === 'declare') {
        peer.send(JSON.stringify({ event: 'host_changed', data: { new_host: 'Bea' }, seq: 1 }));
        reply(peer, sent, 'phase_change', { phase: 'declaration', players: {} }, 2);
      }
    });
    const answer = await join(server).send('declare', { value: 3 });
    expect(answer).toMatchObject({ ok: true, frame: { event: 'phase_change', seq: 2 } });
    expect(server.sent('declare')).toMatchObject([{ data: { value: 3 } }]);
  });

  test('is answered with the reason when it is refused, and the reason is in the state until dismissed', async () => {
    const refusal = {
      code: 'NOT_YOUR_TURN',
      message: 'It is not your turn.',
      type: 'game_error',
      details: {},
    };
    const server = await serve((sent, peer, self) => {
      polite(sent, peer, self);
      if (sent.event === 'play') reply(peer, sent, 'error', refusal);
    });
    const client = join(server);
    const answer = await client.send('play', { piece_indices: [0] });
    expect(answer).toMatchObject({
      ok: false,
      problem: { code: 'NOT_YOUR_TURN', message: 'It is not your turn.' },
    });
    expect(client.state.problem?.code).toBe('NOT_YOUR_TURN');
    client.dismissProblem();
    expect(client.state.problem).toBeNull();
  });

  test('waits until the greeting is answered', async () => {
    const server = await serve((sent, peer, self) => {
      if (sent.event === 'client_ready') setTimeout(() => polite(sent, peer, self), 20);
      if (sent.event === 'get_room_state') reply(peer, sent, 'room_update', roomUpdate('Ann'), 1);
    });
    await join(server, { timing: { ...FAST, retry: 1_000 } }).send('get_room_state', {});
    expect(server.frames.map((frame) => frame.event).slice(0, 2)).toEqual(['client_ready', 'get_room_state']);
  });

  test('says which commit has been seen last, as it is when it is sent; a greeting does not', async () => {
    const server = await serve((sent, peer, all) => {
      polite(sent, peer, all);
      if (sent.event === 'get_room_state') reply(peer, sent, 'room_update', roomUpdate('Ann'), 4);
      if (sent.event === 'add_bot') reply(peer, sent, 'room_update', roomUpdate('Ann'), 5);
      if (sent.event === 'start_game') reply(peer, sent, 'room_update', roomUpdate('Ann'), 6);
    });
    const client = join(server);
    await client.send('get_room_state', {});
    await client.send('add_bot', { slot_id: 2 });
    await client.send('start_game', {});
    const seen = (event: string): unknown => server.sent(event)[0]?.seen;
    expect([seen('client_ready'), seen('get_room_state')]).toEqual([undefined, undefined]);
    expect([seen('add_bot'), seen('start_game')]).toEqual([4, 5]);
  });

  test('is repeated under the same id while no answer comes', async () => {
    const server = await serve((sent, peer, self) => {
      polite(sent, peer, self);
      if (sent.event === 'start_game' && self.sent('start_game').length === 3) {
        reply(peer, sent, 'game_started', { room_id: 'K7M2QX', success: true }, 2);
      }
    });
    expect(await join(server).send('start_game', {})).toMatchObject({ ok: true });
    const ids = server.sent('start_game').map(({ id }) => id);
    expect(ids).toHaveLength(3);
    expect(new Set(ids).size).toBe(1);
  });

  test('is sent again under the same id on the next connection, after the greeting', async () => {
    const server = await serve((sent, peer, self) => {
      polite(sent, peer, self);
      if (sent.event !== 'declare') return;
      if (self.peers.length === 1) peer.terminate();
      else reply(peer, sent, 'phase_change', { phase: 'declaration', players: {} }, 2);
    });
    expect(await join(server).send('declare', { value: 0 })).toMatchObject({ ok: true });
    const [first, second] = server.sent('declare');
    expect(second?.id).toBe(first?.id);
    expect(server.sent('client_ready').map((greeting) => greeting.data['is_reconnection'])).toEqual([
      false,
      true,
    ]);
    const onSecond = server.frames.slice(
      server.frames.findLastIndex(({ event }) => event === 'client_ready'),
    );
    expect(onSecond.map(({ event }) => event)).toContain('declare');
  });

  test('is given up in words when no answer ever comes', async () => {
    const server = await serve();
    const client = join(server, { timing: { ...FAST, giveUp: 60 } });
    const answer = await client.send('start_game', {});
    expect(answer).toMatchObject({ ok: false, problem: { code: 'NO_ANSWER' } });
    expect(client.state.problem?.message).toMatch(/did not answer/);
  });

  test('is given up when the client is closed, and at once when it was closed before', async () => {
    const server = await serve();
    const client = join(server);
    const waiting = client.send('start_game', {});
    client.close();
    expect(await waiting).toMatchObject({ ok: false, problem: { code: 'CLIENT_CLOSED' } });
    expect(await client.send('start_game', {})).toMatchObject({
      ok: false,
      problem: { code: 'CLIENT_CLOSED' },
    });
    expect(client.state.status).toBe('closed');
  });
});

describe('a ping', () => {
  const game = (deadline: number | null, phase = 'turn') => ({
    ...NOTHING_KNOWN,
    game: { phase, deadline, sequence: 1, players: {} } as unknown as ClientState['game'],
  });
  const patience = { overdue: 3_000, pause: 12_000, now: 1_000, isAsked: false };

  test('is sent once the connection has been silent for a while, again and again', async () => {
    const server = await serve();
    join(server, { timing: { ...FAST, pingLeast: 20, pingMost: 20 } });
    await eventually(() => server.sent('ping').length >= 4);
  });

  test('is not sent while frames flow', async () => {
    const server = await serve();
    const client = join(server, { timing: { ...FAST, pingLeast: 400, pingMost: 400 } });
    await known(client);
    await eventually(() => server.sent('ping').length === 1);
    for (let seq = 2; seq < 42; seq++) {
      server.tell(view(seq));
      await new Promise((again) => setTimeout(again, 20));
    }
    await until(client, ({ seq }) => seq === 41);
    expect(server.sent('ping')).toHaveLength(1);
  });

  test('asks at once when a move was not made in time and nobody said so', async () => {
    const server = await serve();
    const client = join(server);
    await known(client);
    const { clockOffset } = await until(client, (state) => state.clockOffset !== 0);
    server.tell(view(2, Date.now() + clockOffset + 30));
    await eventually(() => server.sent('ping').length === 2);
  });

  test('is due after the deadline by the server’s clock, or when a pause is longer than any', () => {
    expect(overdueIn(game(61_000), patience)).toBe(63_000);
    expect(overdueIn({ ...game(61_000), clockOffset: 500 }, patience)).toBe(62_500);
    expect(overdueIn(game(null, 'turn_results'), patience)).toBe(12_000);
  });

  test('is not due by the game before it starts, after it, when it was asked in this pause, or past a deadline', () => {
    expect(overdueIn(NOTHING_KNOWN, patience)).toBe(Infinity);
    expect(overdueIn(game(null, 'game_over'), patience)).toBe(Infinity);
    expect(overdueIn(game(null, 'turn_results'), { ...patience, isAsked: true })).toBe(Infinity);
    expect(overdueIn(game(900), patience)).toBe(Infinity);
  });
});

describe('a connection that is lost', () => {
  test('is sought again, and the state tells so', async () => {
    const server = await serve();
    const client = join(server);
    await known(client);
    const statuses: string[] = [];
    client.subscribe(({ status }) => statuses.push(status));
    server.peers[0]?.terminate();
    await eventually(() => server.sent('client_ready').length === 2);
    expect(new Set(statuses)).toEqual(new Set(['reconnecting', 'online']));
  });

  test('without a word is noticed by an unanswered ping', async () => {
    const server = await serve((sent, peer, self) => {
      if (sent.event !== 'ping') polite(sent, peer, self);
    });
    join(server, { timing: { ...FAST, silence: 30 } });
    await eventually(() => server.peers.length >= 2);
    expect(server.sent('client_ready').length).toBeGreaterThanOrEqual(1);
  });

  test('in the sleep of the machine is asked when the page is looked at again, and soon given up', async () => {
    let isAsleep = false;
    const server = await serve((sent, peer, self) => {
      if (!isAsleep || self.peers.length > 1) polite(sent, peer, self);
    });
    const client = join(server, { timing: { silence: 600_000, silenceAwake: 30, backoffLeast: 1 } });
    let pongs = 0;
    client.onFrame(({ event }) => (pongs += event === 'pong' ? 1 : 0));
    await eventually(() => pongs === 1);
    client.wake();
    await eventually(() => pongs === 2);
    isAsleep = true;
    client.wake();
    await eventually(() => server.sent('client_ready').length === 2);
    expect(server.peers).toHaveLength(2);
  });

  test('is sought at once when the page is looked at again, whatever the backoff', async () => {
    const server = await serve();
    const client = join(server, { timing: { backoffLeast: 600_000, backoffMost: 600_000 } });
    await known(client);
    server.peers[0]?.terminate();
    await until(client, ({ status }) => status === 'reconnecting');
    client.wake();
    await until(client, ({ status }) => status === 'online');
    client.close();
    client.wake();
    expect(client.state.status).toBe('closed');
  });

  test('by the word of the machine is sought again at once, and what was asked meanwhile is asked then', async () => {
    const server = await serve((sent, peer, self) => {
      polite(sent, peer, self);
      if (sent.event === 'get_room_state') reply(peer, sent, 'room_update', roomUpdate('Ann'), 1);
    });
    const client = join(server);
    await known(client);
    client.distrust();
    expect(client.state.status).toBe('reconnecting');
    expect(await client.send('get_room_state', {})).toMatchObject({ ok: true });
    expect(server.peers).toHaveLength(2);
    expect(server.sent('get_room_state')).toHaveLength(1);
  });

  test('is sought again when the greeting was refused for a passing reason', async () => {
    const server = await serve((sent, peer, self) => {
      if (self.peers.length > 1) {
        polite(sent, peer, self);
        return;
      }
      if (sent.event === 'client_ready')
        reply(peer, sent, 'error', { code: 'RATE_LIMITED', message: 'Slower.' });
    });
    expect((await known(join(server))).room?.hostName).toBe('Ann');
    expect(server.peers).toHaveLength(2);
  });

  test('is not sought again when the room has closed', async () => {
    const server = await serve();
    const client = join(server);
    await known(client);
    server.tell({
      event: 'room_closed',
      data: { message: 'The host has left.', reason: 'host_left' },
      seq: 2,
    });
    await until(client, (state) => state.farewell !== null);
    server.peers[0]?.close();
    const state = await until(client, ({ status }) => status === 'closed');
    expect(state.farewell).toEqual({ reason: 'host_left', message: 'The host has left.' });
    expect(server.peers).toHaveLength(1);
  });
});

describe('frames', () => {
  test('older than the newest seen change nothing, those of the same commit do', async () => {
    const server = await serve();
    const client = join(server);
    await known(client);
    server.tell({ event: 'room_update', data: roomUpdate('Bea'), seq: 5 });
    server.tell({ event: 'room_update', data: roomUpdate('Old'), seq: 4 });
    server.tell({ event: 'host_changed', data: { new_host: 'Cid' }, seq: 5 });
    await until(client, (state) => state.room?.hostName === 'Cid');
    server.tell({ event: 'room_update', data: roomUpdate('Dee'), seq: 6 });
    expect((await until(client, ({ seq }) => seq === 6)).room?.hostName).toBe('Dee');
  });

  test('that are empty, no JSON, or of an unknown event are passed over', async () => {
    const server = await serve();
    const client = join(server);
    await known(client);
    for (const text of [
      '',
      'null',
      '{',
      '{"event":"toString","data":{}}',
      '{"event":"fireworks","data":{}}',
    ]) {
      server.peers[0]?.send(text);
    }
    server.tell({ event: 'room_update', data: roomUpdate('Eve'), seq: 2 });
    expect((await until(client, ({ seq }) => seq === 2)).room?.hostName).toBe('Eve');
  });

  test('that leave a gap make the client ask for a full view', async () => {
    const server = await serve((sent, peer, self) => {
      polite(sent, peer, self);
      if (sent.event === 'sync_request') reply(peer, sent, 'room_update', roomUpdate('Full'), 9);
    });
    const client = join(server);
    await known(client);
    server.tell({ event: 'host_changed', data: { new_host: 'Cid' }, seq: 9 });
    const state = await until(client, ({ room }) => room?.hostName === 'Full');
    expect(state.missing).toBeNull();
    expect(server.sent('sync_request')).toHaveLength(1);
  });

  test('that are late make the client ask when a pong tells of a newer commit', async () => {
    const server = await serve((sent, peer, self) => {
      if (sent.event === 'ping') reply(peer, sent, 'pong', { timestamp: 1, server_time: 1, seq: 4 });
      else polite(sent, peer, self);
      if (sent.event === 'sync_request') reply(peer, sent, 'room_update', roomUpdate('Full'), 4);
    });
    expect((await until(join(server), ({ seq }) => seq === 4)).room?.hostName).toBe('Full');
  });

  test('that are whole views leave nothing to ask for', () => {
    const early = applyFrame(NOTHING_KNOWN, view(3), 0);
    const later = applyFrame(early, view(8), 0);
    expect(later.missing).toBeNull();
    const ahead: ServerFrame = { event: 'pong', data: { timestamp: null, server_time: 1, seq: 9 } };
    const behind = applyFrame(later, ahead, 0);
    expect(behind.missing).toBe(9);
    expect(applyFrame(behind, view(8), 0).missing).toBe(9);
    expect(applyFrame(behind, view(9), 0).missing).toBeNull();
  });

  test('that only herald the state of their commit leave it missing until it comes', () => {
    const seen = applyFrame(NOTHING_KNOWN, view(3), 0);
    const ended: ServerFrame = {
      event: 'game_ended',
      data: { winners: [], final_scores: {}, reason: 'completed' },
      seq: 4,
    };
    const half = applyFrame(seen, ended, 0);
    expect(half.missing).toBe(4);
    expect(applyFrame(half, view(4), 0).missing).toBeNull();
    expect(applyFrame(applyFrame(seen, view(4), 0), ended, 0).missing).toBeNull();
  });

  test('in any order and any number of copies leave the newest view', () => {
    const arrivals = fc
      .uniqueArray(fc.integer({ min: 1, max: 40 }), { minLength: 1 })
      .chain((seqs) => fc.shuffledSubarray([...seqs, ...seqs, ...seqs], { minLength: 2 * seqs.length + 1 }));
    fc.assert(
      fc.property(arrivals, (seqs) => {
        const state = seqs.reduce((before, seq) => applyFrame(before, view(seq), 0), NOTHING_KNOWN);
        expect(state.game?.sequence).toBe(Math.max(...seqs));
        expect(state.seq).toBe(Math.max(...seqs));
      }),
    );
  });
});
