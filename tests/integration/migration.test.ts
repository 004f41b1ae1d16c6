// The entry while the previous backend is being replaced (docs/migration.md): two backends behind one address.

import { createServer } from 'node:http';
import type { Server } from 'node:http';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { WebSocketServer, WebSocket } from 'ws';
import { createEntry } from '../../scripts/local/entry.ts';
import type { Entry } from '../../scripts/local/entry.ts';
import { loadEdge } from '../../scripts/local/edge.ts';

const PAGE_OF_OURS = 'the new page';

/** A backend that says who it is, over HTTP and over sockets, and which path it was asked for. */
function startBackend(name: string): Promise<Server> {
  const server = createServer((req, res) => res.end(`${name} ${req.url ?? ''}`));
  new WebSocketServer({ server }).on('connection', (socket, req) => socket.send(`${name} ${req.url ?? ''}`));
  return new Promise((resolve) => server.listen(0, '127.0.0.1', () => resolve(server)));
}

function urlOf(server: Server): string {
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('The server does not listen');
  return `http://127.0.0.1:${address.port}`;
}

const pages = mkdtempSync(join(tmpdir(), 'liap-migration-'));
let ours: Server;
let previous: Server;
const entries: Entry[] = [];

beforeAll(async () => {
  writeFileSync(join(pages, 'index.html'), PAGE_OF_OURS);
  writeFileSync(join(pages, 'app.js'), 'new script');
  [ours, previous] = await Promise.all([startBackend('ours'), startBackend('previous')]);
});

afterAll(async () => {
  await Promise.all(entries.map((entry) => entry.close()));
  for (const server of [ours, previous]) {
    server.closeAllConnections();
    server.close();
  }
  rmSync(pages, { recursive: true });
});

/** An entry that sends so many of a hundred visitors to us. */
async function entryAt(percent: string): Promise<string> {
  const entry = await createEntry(0, () => undefined);
  entries.push(entry);
  const edge = loadEdge({ 'session-secret': 'secret', 'new-rooms-percent': percent });
  entry.open({ sockets: urlOf(ours), api: urlOf(ours), pages, edge, previous: urlOf(previous) });
  return `http://127.0.0.1:${entry.port}`;
}

/** Opens a page as a browser does: follows redirects and keeps cookies. */
async function visit(url: string, path: string, cookies: readonly string[] = []) {
  const headers = { cookie: cookies.join('; ') };
  const first = await fetch(`${url}${path}`, { redirect: 'manual', headers });
  const set = first.headers.getSetCookie().map((line) => line.split(';')[0] ?? '');
  const byName = new Map([...cookies, ...set].map((cookie) => [cookie.split('=')[0], cookie]));
  const kept = [...byName.values()];
  const target = first.headers.get('location');
  const last =
    target === null ? first : await fetch(`${url}${target}`, { headers: { cookie: kept.join('; ') } });
  return { text: await last.text(), cookies: kept, redirected: target !== null };
}

/** What the backend says that a socket of this path comes to. */
function socketTo(url: string, path: string, cookies: readonly string[] = []): Promise<string> {
  const socket = new WebSocket(`${url.replace('http', 'ws')}${path}`, {
    headers: { cookie: cookies.join('; ') },
  });
  return new Promise((resolve, reject) => {
    socket.once('error', reject);
    socket.once('message', (text: Buffer) => {
      socket.close();
      resolve(text.toString('utf8'));
    });
  });
}

describe('a visitor', () => {
  test('gets the page, its files, its lobby and its API from one backend', async () => {
    const url = await entryAt('50');
    const sides = new Set<string>();
    for (let visitor = 0; visitor < 40; visitor++) {
      const { text, cookies } = await visit(url, '/');
      const side = text === PAGE_OF_OURS ? 'ours' : 'previous';
      sides.add(side);
      expect(text).toBe(side === 'ours' ? PAGE_OF_OURS : 'previous /');
      const lobby = await socketTo(url, '/ws/lobby', cookies);
      expect(lobby).toBe(side === 'ours' ? 'ours /?room_id=lobby' : 'previous /ws/lobby');
      const headers = { cookie: cookies.join('; ') };
      expect(await (await fetch(`${url}/api/health`, { headers })).text()).toBe(`${side} /api/health`);
      expect(await (await fetch(`${url}/app.js`, { headers })).text()).toBe(
        side === 'ours' ? 'new script' : 'previous /app.js',
      );
    }
    expect(sides).toEqual(new Set(['ours', 'previous']));
  });

  test('comes to the backend that has the room of a link, whatever was drawn before', async () => {
    const url = await entryAt('50');
    const drawnOld = await visit(url, '/', ['liap_side=old']);
    expect(drawnOld.text).toBe('previous /');
    const invited = await visit(url, '/room/GAB234', drawnOld.cookies);
    expect(invited).toMatchObject({ text: PAGE_OF_OURS, redirected: true });
    expect(await socketTo(url, '/ws/lobby', ['liap_side=new'])).toBe('ours /?room_id=lobby');
    expect((await visit(url, '/room/3F00AC', ['liap_side=new'])).text).toBe('previous /room/3F00AC');
  });

  test('keeps the query of a link over the redirect', async () => {
    const url = await entryAt('100');
    const response = await fetch(`${url}/room/GAB234?lang=th&a=1`, { redirect: 'manual' });
    expect(response.status).toBe(302);
    expect(response.headers.get('location')).toBe('/room/GAB234?lang=th&a=1');
    expect(response.headers.get('cache-control')).toBe('no-store');
  });

  test('stays where a game runs while the share is turned down to nothing or up to everything', async () => {
    const [none, all] = await Promise.all([entryAt('0'), entryAt('100')]);
    for (const url of [none, all]) {
      expect(await socketTo(url, '/ws/GAB234', ['liap_side=new'])).toBe('ours /?room_id=GAB234');
      expect(await socketTo(url, '/ws/3F00AC', ['liap_side=old'])).toBe('previous /ws/3F00AC');
    }
    // New rooms are made on one side only: who was on the other is brought over.
    expect((await visit(none, '/', ['liap_side=new'])).text).toBe('previous /');
    expect((await visit(all, '/', ['liap_side=old'])).text).toBe(PAGE_OF_OURS);
  });
});

test('a file is cached for each side by itself', async () => {
  const edge = loadEdge({ 'session-secret': 'secret', 'new-rooms-percent': '50' });
  const ask = (side: string) =>
    edge.viewerRequest(
      {
        method: 'GET',
        uri: '/app.js',
        querystring: {},
        headers: {},
        cookies: { liap_side: { value: side } },
      },
      '192.0.2.1',
    );
  expect(await ask('old')).toMatchObject({
    origin: 'previous',
    headers: { 'x-liap-side': { value: 'old' } },
  });
  expect(await ask('new')).toMatchObject({ headers: { 'x-liap-side': { value: 'new' } } });
});

test('without a share in the store, or with one that is no number, everything is ours', async () => {
  const url = await entryAt('many');
  expect(await visit(url, '/')).toMatchObject({ text: PAGE_OF_OURS, redirected: false });
  expect(await socketTo(url, '/ws/3F00AC')).toBe('ours /?room_id=3F00AC');
});
