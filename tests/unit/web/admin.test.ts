// The operator's page as far as it needs no browser: its bundle, its addresses, how it writes numbers, how it asks.
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, jest, test } from '@jest/globals';
import { buildWeb } from '../../../scripts/web.ts';
import { createApi } from '../../../src/web/admin/api.ts';
import { duration, ms, words } from '../../../src/web/admin/format.ts';
import { pathOf, routeOf } from '../../../src/web/admin/route.ts';

test('The operator’s page is built with every asset it names, and shares none with the players’', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'liap-web-'));
  try {
    await buildWeb(folder);
    const assetsOf = async (page: string) =>
      [...(await readFile(join(folder, page), 'utf8')).matchAll(/(?:src|href)="\/(assets\/[^"]+)"/g)].map(
        ([, path]) => path ?? '',
      );
    const [own, players] = await Promise.all([assetsOf('admin.html'), assetsOf('index.html')]);
    expect(own).toHaveLength(2);
    expect(await readdir(folder, { recursive: true })).toEqual(expect.arrayContaining(own));
    expect(own.filter((asset) => players.includes(asset))).toEqual([]);
    const script = await readFile(join(folder, own.find((path) => path.endsWith('.js')) ?? ''), 'utf8');
    expect(script).not.toMatch(/import\s*["'{]|from\s*["']/);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
});

describe('an address of the operator’s page', () => {
  test.each([
    ['/admin', { page: 'overview' }],
    ['/admin/', { page: 'overview' }],
    ['/admin/rooms', { page: 'rooms' }],
    ['/admin/rooms/', { page: 'rooms' }],
    ['/admin/rooms/abc234', { page: 'room', room: 'ABC234' }],
    ['/admin/rooms/a%20b', { page: 'overview' }],
    ['/admin/elsewhere', { page: 'overview' }],
  ] as const)('%s leads to %j', (path, route) => {
    expect(routeOf(path)).toEqual(route);
    expect(routeOf(pathOf(route))).toEqual(route);
  });
});

describe('the operator’s page writes', () => {
  test.each([
    [null, '–'],
    [0.84, '0.8 ms'],
    [12.4, '12 ms'],
    [999.6, '1,000 ms'],
    [1_250, '1.3 s'],
  ])('%p ms as %s', (value, written) => {
    expect(ms(value)).toBe(written);
  });

  test.each([
    [-3, '0 s'],
    [59.4, '59 s'],
    [185, '3 min 5 s'],
    [7_800, '2 h 10 min'],
    [270_000, '3 d 3 h'],
  ])('%d seconds as %s', (seconds, written) => {
    expect(duration(seconds)).toBe(written);
  });

  test.each([
    ['state_machine', 'State machine'],
    ['TurnResolved', 'Turn resolved'],
    ['TIMED_OUT', 'Timed out'],
    ['turnResultsSeconds', 'Turn results seconds'],
  ])('%s as %s', (name, written) => {
    expect(words(name)).toBe(written);
  });
});

describe('the operator’s page asks', () => {
  const asked = jest.spyOn(globalThis, 'fetch');
  afterEach(() => void asked.mockReset());
  const answerWith = (status: number, body: unknown) =>
    asked.mockResolvedValue(new Response(JSON.stringify(body), { status }));

  test('with the token and without the visitor’s own session', async () => {
    answerWith(200, { rooms: [] });
    const search = { stage: 'open', text: 'Ann & Ben', cursor: 'open:x' } as const;
    expect(await createApi('secret').rooms(search, 25)).toEqual({ kind: 'ok', value: { rooms: [] } });
    expect(asked).toHaveBeenCalledWith(
      '/api/debug/room-stats?limit=25&stage=open&text=Ann+%26+Ben&cursor=open%3Ax',
      expect.objectContaining({ headers: { authorization: 'Bearer secret' }, credentials: 'omit' }),
    );
  });

  test.each([401, 403])('and hears as a sentence that the token does not fit: %d', async (status) => {
    answerWith(status, { error: { code: 'PERMISSION_DENIED', message: 'That is not it.' } });
    expect(await createApi('wrong').health()).toEqual({ kind: 'unauthorized', message: 'That is not it.' });
  });

  test('and hears what else is wrong as a sentence', async () => {
    answerWith(404, { error: { code: 'ROOM_NOT_FOUND', message: 'There is no such room.' } });
    expect(await createApi('secret').close('NOROOM')).toEqual({
      kind: 'failed',
      message: 'There is no such room.',
    });
    answerWith(502, {});
    expect(await createApi('secret').health()).toMatchObject({
      kind: 'failed',
      message: expect.stringContaining('502'),
    });
    asked.mockRejectedValue(new TypeError('fetch failed'));
    expect(await createApi('secret').health()).toMatchObject({
      kind: 'failed',
      message: expect.stringContaining('cannot be reached'),
    });
    asked.mockRejectedValue(new DOMException('', 'TimeoutError'));
    expect(await createApi('secret').health()).toMatchObject({
      kind: 'failed',
      message: expect.stringContaining('too long'),
    });
  });
});
