// The local entry in CloudFront's place: what it hands the function, and what it makes of what the function leaves.

import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, request } from 'node:http';
import type { IncomingMessage, Server } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, expect, test } from '@jest/globals';
import { createEntry } from '../../scripts/local/entry.ts';
import type { Entry } from '../../scripts/local/entry.ts';
import { edgeOn, inNode } from '../../scripts/local/edge.ts';
import type { EdgeEvent } from '../../scripts/local/edge.ts';

const pages = mkdtempSync(join(tmpdir(), 'liap-entry-'));
const events: EdgeEvent[] = [];
const passedOn: Pick<IncomingMessage, 'url' | 'headersDistinct'>[] = [];
let api: Server;
let entry: Entry;

beforeAll(async () => {
  writeFileSync(join(pages, 'index.html'), 'page');
  api = createServer(({ url, headersDistinct }, res) => {
    passedOn.push({ url, headersDistinct });
    res.end();
  });
  await once(api.listen(0, '127.0.0.1'), 'listening');
  const address = api.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  entry = await createEntry(0, () => undefined);
  const engine = inNode({ 'session-secret': 'secret' });
  const edge = edgeOn((event) => {
    events.push(structuredClone(event));
    return engine(event);
  });
  const url = `http://127.0.0.1:${port}`;
  entry.open({ sockets: url, api: url, pages, edge });
});

afterAll(async () => {
  await entry.close();
  api.close();
  rmSync(pages, { recursive: true });
});

beforeEach(() => {
  events.length = 0;
  passedOn.length = 0;
});

/** Asks for a path as it stands; no client in between may tidy it up. */
async function get(path: string, headers: Record<string, string | string[]> = {}): Promise<IncomingMessage> {
  const asked = request({ host: '127.0.0.1', port: entry.port, path, headers }).end();
  const [response] = (await once(asked, 'response')) as [IncomingMessage];
  response.resume();
  await once(response, 'end');
  return response;
}

test('the function gets a query with nothing decoded, the first of several values, and all of them', async () => {
  await get('/api/rooms?after=3%2B1&after=4&name=%E0%B8%81&plus=a+b&equals=a=b&flag');
  expect(events[0]?.request).toMatchObject({ method: 'GET', uri: '/api/rooms' });
  expect(events[0]?.request.querystring).toEqual({
    after: { value: '3%2B1', multiValue: [{ value: '3%2B1' }, { value: '4' }] },
    name: { value: '%E0%B8%81' },
    plus: { value: 'a+b' },
    equals: { value: 'a=b' },
    flag: { value: '' },
  });
});

test('the function gets headers by their names in lower case, and cookies apart from them', async () => {
  const headers = { 'X-Some': ['1', '2'], Cookie: 'a=1; b=x=y%20z; a=2' };
  await get('/api/rooms', headers);
  expect(events[0]?.request.headers).toMatchObject({
    'x-some': { value: '1', multiValue: [{ value: '1' }, { value: '2' }] },
    host: { value: `127.0.0.1:${entry.port}` },
  });
  expect(events[0]?.request.headers).not.toHaveProperty('cookie');
  expect(events[0]?.request.cookies).toEqual({
    a: { value: '1', multiValue: [{ value: '1' }, { value: '2' }] },
    b: { value: 'x=y%20z' },
  });
});

test('an origin gets the query, the headers and the cookies as the function left them', async () => {
  const headers = { 'X-Some': ['1', '2'], Cookie: 'a=1; b=x=y%20z; a=2', 'X-Liap-Viewer': 'forged' };
  await get('/api/session?after=3%2B1&after=4&name=%E0%B8%81&plus=a+b', headers);
  const [{ url, headersDistinct } = { url: '', headersDistinct: {} }] = passedOn;
  expect(url).toBe('/api/session?after=3%2B1&after=4&name=%E0%B8%81&plus=a+b');
  // Node makes one line of several cookies and headers of a name; the order is what counts.
  expect(headersDistinct['x-some']?.join(', ')).toBe('1, 2');
  expect(headersDistinct['cookie']?.join('; ')).toBe('a=1; a=2; b=x=y%20z');
  expect(headersDistinct['x-liap-viewer']).toEqual([expect.stringMatching(/^127\.0\.0\.1\.[\w-]{43}$/)]);
});

test('a path with two slashes in front is a path, not the name of a host', async () => {
  await get('//elsewhere.example/room');
  expect(events[0]?.request.uri).toBe('//elsewhere.example/room');
});

test('a page comes with a session; where there is no file, nothing the function noted does', async () => {
  const page = await get('/');
  expect(page.statusCode).toBe(200);
  expect(page.headers).toMatchObject({ 'cache-control': 'no-store' });
  expect(page.headers['set-cookie']?.[0]).toMatch(/^liap_session=/);
  const missing = await get('/missing.html');
  expect(missing.statusCode).toBe(404);
  expect(missing.headers).not.toHaveProperty('set-cookie');
  expect(missing.headers).not.toHaveProperty('cache-control');
  expect(missing.headers).toHaveProperty('content-security-policy');
});
