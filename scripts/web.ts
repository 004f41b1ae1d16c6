// Bundles the player's page: `npm run build:web` writes it to dist/web; the local cloud builds its own copy at start.

import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { build } from 'esbuild';

const SOURCE = join(import.meta.dirname, '../src/web');
const TARGET = join(import.meta.dirname, '../dist/web');

/** Empties the folder and writes the page into it: index.html, the icon, and assets whose names change with their content. */
export async function buildWeb(outdir: string): Promise<void> {
  await rm(outdir, { recursive: true, force: true });
  await mkdir(outdir, { recursive: true });
  const { metafile } = await build({
    absWorkingDir: SOURCE,
    entryPoints: { app: 'main.tsx', style: 'style.css' },
    outdir: join(outdir, 'assets'),
    entryNames: '[name]-[hash]',
    chunkNames: 'part-[name]-[hash]',
    bundle: true,
    splitting: true,
    minify: true,
    format: 'esm',
    target: ['es2022', 'safari16'],
    jsx: 'automatic',
    jsxImportSource: 'preact',
    sourcemap: 'linked',
    metafile: true,
    logLevel: 'error',
  });
  const assets = Object.keys(metafile.outputs).map((path) => basename(path));
  const html = await readFile(join(SOURCE, 'index.html'), 'utf8');
  await writeFile(join(outdir, 'index.html'), withAssets(html, assets));
  await writeFile(join(outdir, 'icon.svg'), await readFile(join(SOURCE, 'icon.svg')));
}

/** The page with the names its assets have got: `/assets/app.js` becomes `/assets/app-5QZ3BTXN.js`. */
function withAssets(html: string, assets: readonly string[]): string {
  return html.replace(/\/assets\/(\w+)\.(\w+)/g, (path, name: string, ending: string) => {
    const asset = assets.find((each) => each.startsWith(`${name}-`) && each.endsWith(`.${ending}`));
    if (asset === undefined) throw new Error(`${path} was not built`);
    return `/assets/${asset}`;
  });
}

if (import.meta.main) {
  await buildWeb(TARGET);
  console.log(`The page is in ${TARGET}`);
}
