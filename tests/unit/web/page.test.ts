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
  test('is built with every asset it names, from no other host, and loads less than 60 KB of script at first', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'liap-web-'));
    try {
      await buildWeb(folder);
      const html = await readFile(join(folder, 'index.html'), 'utf8');
      const named = [...html.matchAll(/(?:src|href)="\/([^"]+)"/g)].map(([, path]) => path ?? '');
      expect(named).toHaveLength(5);
      expect(html).not.toMatch(/https?:|<script>|<style|style=/);
      const files = await readdir(folder, { recursive: true });
      expect(files).toEqual(expect.arrayContaining(named));
      const manifest = JSON.parse(await readFile(join(folder, 'manifest.webmanifest'), 'utf8')) as {
        icons: { src: string }[];
      };
      expect(files).toEqual(expect.arrayContaining(manifest.icons.map(({ src }) => src.slice(1))));
      const script = named.find((path) => path.endsWith('.js')) ?? '';
      const loaded = await loadedAtOnce(folder, script);
      // What is loaded when it is first shown: the rules, the QR code, scores, the end of a game.
      expect(files.filter((path) => path.endsWith('.js')).length).toBeGreaterThan(loaded.length);
      const sizes = await Promise.all(
        loaded.map(async (path) => gzipSync(await readFile(join(folder, path))).length),
      );
      const total = sizes.reduce((sum, size) => sum + size, 0);
      expect(total).toBeGreaterThan(10_000);
      expect(total).toBeLessThan(60_000);
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  });
});

/** A script and all that it imports before it runs, as paths in the folder. */
async function loadedAtOnce(folder: string, script: string): Promise<readonly string[]> {
  const found = new Set([script]);
  for (const path of found) {
    const text = await readFile(join(folder, path), 'utf8');
    // A static import has no parenthesis before its specifier.
    for (const [, name] of text.matchAll(/(?:from|import)"\.\/([\w.-]+\.js)"/g))
      found.add(`assets/${name ?? ''}`);
  }
  return [...found];
}

describe('an address', () => {
  test.each([
    ['/', { page: 'lobby' }],
    ['/rules', { page: 'rules' }],
    ['/leaderboard', { page: 'leaderboard' }],
    ['/room/K7M2QX', { page: 'room', room: 'K7M2QX', watch: false }],
    ['/room/K7M2QX?watch', { page: 'room', room: 'K7M2QX', watch: true }],
    ['/game/k7m2qx/', { page: 'room', room: 'K7M2QX', watch: false }],
    ['/replay/k7m2qx', { page: 'replay', room: 'K7M2QX' }],
    ['/replay', { page: 'replay', room: null }],
    ['/replay/a%20b', { page: 'lobby' }],
    ['/room/', { page: 'lobby' }],
    ['/room/a%20b', { page: 'lobby' }],
    ['/elsewhere', { page: 'lobby' }],
  ])('%s leads to %j', (address, route) => {
    const [path = '', query = ''] = address.split('?');
    expect(routeOf(path, query)).toEqual(route);
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
