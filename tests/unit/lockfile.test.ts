/** What `npm ci` needs of the lockfile on a machine that is not the one it was written on. */
import { expect, it } from '@jest/globals';
import { read } from '../support/documents.ts';

interface Package {
  readonly optionalDependencies?: Readonly<Record<string, string>>;
  readonly resolved?: string;
}
const lockfile = JSON.parse(read('package-lock.json')) as { readonly packages: Record<string, Package> };
const packages = Object.entries(lockfile.packages);

it('the lockfile has every platform, also those that the machine it was written on is not', () => {
  const missing = packages.flatMap(([path, { optionalDependencies = {} }]) =>
    Object.keys(optionalDependencies).filter((name) => findFrom(path, name) === undefined),
  );
  expect(missing).toEqual([]);
});

it('the lockfile names no registry', () => {
  expect(packages.filter(([, { resolved }]) => resolved !== undefined)).toEqual([]);
});

/** Where Node would find a package that one at this path depends on: beside it or in a folder above. */
function findFrom(path: string, name: string): string | undefined {
  const folders = path.split('/node_modules/');
  const places = folders.map((_, depth) =>
    [...folders.slice(0, folders.length - depth), name].join('/node_modules/'),
  );
  return [...places, `node_modules/${name}`].find((place) => packages.some(([found]) => found === place));
}
