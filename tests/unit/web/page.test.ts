// The page's parts that need no browser: its bundle, its addresses, its pieces.
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { buildWeb } from '../../../scripts/web.ts';
import { label, PIECES } from '../../../src/game/pieces.ts';
import { texts } from '../../../src/web/language.ts';
import { faceOf, setOf, shownOrder } from '../../../src/web/pieces.ts';
import { routeOf } from '../../../src/web/route.ts';

describe('the page', () => {
  test('is built with every asset it names, from no other host, and loads less than 60 KB of script', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'liap-web-'));
    try {
      await buildWeb(folder);
      const html = await readFile(join(folder, 'index.html'), 'utf8');
      const named = [...html.matchAll(/(?:src|href)="\/([^"]+)"/g)].map(([, path]) => path ?? '');
      expect(named).toHaveLength(3);
      expect(html).not.toMatch(/https?:/);
      const files = await readdir(folder, { recursive: true });
      expect(files).toEqual(expect.arrayContaining(named));
      const script = named.find((path) => path.endsWith('.js')) ?? '';
      expect(gzipSync(await readFile(join(folder, script))).length).toBeLessThan(60_000);
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  });
});

describe('an address', () => {
  test.each([
    ['/', { page: 'lobby' }],
    ['/room/K7M2QX', { page: 'room', room: 'K7M2QX' }],
    ['/game/k7m2qx/', { page: 'room', room: 'K7M2QX' }],
    ['/room/', { page: 'lobby' }],
    ['/room/a%20b', { page: 'lobby' }],
    ['/elsewhere', { page: 'lobby' }],
  ])('%s leads to %j', (path, route) => {
    expect(routeOf(path)).toEqual(route);
  });
});

describe('pieces on the page', () => {
  test('all look different', () => {
    const faces = PIECES.map((piece) => faceOf(label(piece)));
    expect(new Set(faces.map((face) => face?.sign)).size).toBe(PIECES.length);
    expect(faceOf('ELEPHANT_RED(10)')).toEqual({
      sign: '相',
      kind: 'ELEPHANT',
      colour: 'RED',
      points: 10,
    });
    expect(faceOf('DRAGON_RED(99)')).toBeNull();
  });

  test('are shown red before black and dearest first, each position once', () => {
    fc.assert(
      fc.property(fc.array(fc.constantFrom(...PIECES), { maxLength: 8 }), (hand) => {
        const written = hand.map(label);
        const order = shownOrder(written);
        expect(order.toSorted((a, b) => a - b)).toEqual([...hand.keys()]);
        const shown = order.map((position) => faceOf(written[position] ?? ''));
        const worth = shown.map((face) => (face?.colour === 'RED' ? 100 : 0) + (face?.points ?? 0));
        expect(worth).toEqual(worth.toSorted((a, b) => b - a));
      }),
    );
  });

  test('that are chosen are named by the set they form', () => {
    const { type, worth } = setOf(['CHARIOT_RED(8)', 'HORSE_RED(6)', 'CANNON_RED(4)']);
    expect(texts().setWorth(type, worth)).toBe('Straight, 18');
    expect(texts().setWorth(setOf(['HORSE_RED(6)', 'HORSE_BLACK(5)']).type, 11)).toBe('No set');
  });
});
