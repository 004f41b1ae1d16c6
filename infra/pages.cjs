/* global __dirname */
/**
 * The pages inside a function's bundle: `import files from 'liap:pages'` builds them (scripts/web.ts) and gives every file but the source
 * maps as base64 by its path. So one package has everything of a version, and `sls deploy` needs nothing else.
 */
const { execFile } = require('node:child_process');
const { mkdtemp, readdir, readFile, rm } = require('node:fs/promises');
const { tmpdir } = require('node:os');
const { join, posix, relative, sep } = require('node:path');
const { promisify } = require('node:util');

const ROOT = join(__dirname, '..');
// scripts/ are TypeScript: they need the Node of the dependencies, whichever one runs the framework.
const NODE = join(ROOT, 'node_modules', '.bin', 'node');

async function buildPages() {
  const folder = await mkdtemp(join(tmpdir(), 'liap-pages-'));
  try {
    await promisify(execFile)(NODE, [join(ROOT, 'scripts', 'web.ts'), folder]);
    const entries = await readdir(folder, { recursive: true, withFileTypes: true });
    const paths = entries
      .filter((entry) => entry.isFile() && !entry.name.endsWith('.map'))
      .map((entry) => join(entry.parentPath ?? entry.path, entry.name))
      .sort();
    const files = await Promise.all(
      paths.map(async (path) => [
        relative(folder, path).split(sep).join(posix.sep),
        await readFile(path, 'base64'),
      ]),
    );
    return Object.fromEntries(files);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

const pages = {
  name: 'pages',
  setup(build) {
    build.onResolve({ filter: /^liap:pages$/ }, ({ path }) => ({ path, namespace: 'liap' }));
    build.onLoad({ filter: /./, namespace: 'liap' }, async () => ({
      contents: JSON.stringify(await buildPages()),
      loader: 'json',
    }));
  },
};

module.exports = [pages];
