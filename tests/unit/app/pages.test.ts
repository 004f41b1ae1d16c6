import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { publishPages, storedAs } from '../../../src/app/pages.ts';
import { buildWeb } from '../../../scripts/web.ts';

const base64 = (text: string) => Buffer.from(text).toString('base64');

test('An asset is kept for ever, since its name changes with it; a page and an icon are asked for again', () => {
  expect(storedAs('assets/app-XYZ.js', base64('1'))).toMatchObject({
    type: 'text/javascript; charset=utf-8',
    cache: 'public, max-age=31536000, immutable',
  });
  for (const path of ['index.html', 'icon.svg', 'manifest.webmanifest'])
    expect(storedAs(path, '')).toMatchObject({ cache: 'no-cache' });
});

test('A page is there only after everything it may name', async () => {
  const put: string[] = [];
  await publishPages(
    {
      put: async ({ path }) => {
        await new Promise((resolve) => setTimeout(resolve, path.startsWith('assets') ? 20 : 0));
        put.push(path);
      },
      empty: () => Promise.reject(new Error('Nobody asked for that')),
    },
    { 'index.html': '', 'assets/app.js': base64('x'), 'icon.svg': '', 'admin.html': '' },
  );
  expect(put.slice(2).sort()).toEqual(['admin.html', 'index.html']);
  expect(put).toHaveLength(4);
});

test('What is in a file arrives as it was', () => {
  const bytes = Buffer.from([0, 255, 137, 80]);
  expect(storedAs('icon-192.png', bytes.toString('base64')).body).toEqual(bytes);
});

test('A type is known for every file that the pages are built of', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'liap-web-'));
  try {
    await buildWeb(folder);
    const paths = (readdirSync(folder, { recursive: true }) as string[]).filter(
      (path) => path.includes('.') && !path.endsWith('.map'),
    );
    expect(paths.length).toBeGreaterThan(10);
    for (const path of paths) expect(storedAs(path, '').type).toMatch(/\//);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});

test('A file of a type that nobody thought of stops the deployment', async () => {
  const bucket = { put: () => Promise.resolve(), empty: () => Promise.resolve() };
  await expect(publishPages(bucket, { 'song.ogg': '' })).rejects.toThrow('song.ogg');
});
