// Bundles the pages: `npm run build:web` writes them to dist/web (or `-- FOLDER`); the local cloud builds its own copy at start.

import { copyFile, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { build } from 'esbuild';

const SOURCE = join(import.meta.dirname, '../src/web');
const TARGET = join(import.meta.dirname, '../dist/web');

interface Page {
  /** In the folder of the sources; its name is that of the page. */
  readonly html: string;
  /** What it loads from `/assets`, by the name there. */
  readonly entries: readonly { readonly in: string; readonly out: string }[];
}

/** The players' page and the operators'. Each has its own scripts: players load nothing of the other. */
const PAGES: readonly Page[] = [
  {
    html: 'index.html',
    entries: [
      { in: 'main.tsx', out: 'app' },
      { in: 'style.css', out: 'style' },
    ],
  },
  {
    html: 'admin/admin.html',
    entries: [
      { in: 'admin/main.tsx', out: 'admin' },
      { in: 'admin/admin.css', out: 'admin' },
    ],
  },
];

/** Files that keep their names: what an installed page shows itself with. */
const FIXED = ['icon.svg', 'icon-192.png', 'icon-512.png', 'manifest.webmanifest'];

/** Empties the folder and writes the pages into it, the icons, and assets whose names change with their content. */
export async function buildWeb(outdir: string): Promise<void> {
  await rm(outdir, { recursive: true, force: true });
  await mkdir(outdir, { recursive: true });
  await Promise.all(PAGES.map((page) => buildPage(page, outdir)));
  await Promise.all(FIXED.map((file) => copyFile(join(SOURCE, file), join(outdir, file))));
}

async function buildPage({ html, entries }: Page, outdir: string): Promise<void> {
  const { metafile } = await build({
    absWorkingDir: SOURCE,
    entryPoints: [...entries],
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
  const text = await readFile(join(SOURCE, html), 'utf8');
  await writeFile(join(outdir, basename(html)), withAssets(text, assets));
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
  const target = process.argv[2] ?? TARGET;
  await buildWeb(target);
  console.log(`The page is in ${target}`);
}
