/** `npm run licences`: lists what the product is made of besides our own code, with its licences, in docs/licences.md. */
import { readFileSync, writeFileSync } from 'node:fs';

const ROOT = new URL('../', import.meta.url);
const FILE = new URL('docs/licences.md', ROOT);

interface Locked {
  readonly version?: string;
  readonly license?: string;
  readonly dev?: boolean;
  readonly optional?: boolean;
  readonly devOptional?: boolean;
  readonly link?: boolean;
}

/** A package that is part of what is deployed. */
export interface Part {
  readonly name: string;
  readonly version: string;
  /** As its author calls it (SPDX), or `unknown`. */
  readonly licence: string;
}

/** Every production package of the lockfile, by name; a package that is there twice is listed by each version. */
export function parts(): readonly Part[] {
  const lock = JSON.parse(readFileSync(new URL('package-lock.json', ROOT), 'utf8')) as {
    readonly packages: Readonly<Record<string, Locked>>;
  };
  const found = Object.entries(lock.packages).flatMap(([path, locked]): Part[] => {
    if (path === '' || locked.dev || locked.devOptional) return [];
    const name = path.slice(path.lastIndexOf('node_modules/') + 'node_modules/'.length);
    return [{ name, version: locked.version ?? '', licence: locked.license ?? 'unknown' }];
  });
  const unique = new Map(found.map((part) => [`${part.name}@${part.version}`, part]));
  return [...unique.values()].sort((a, b) => (a.name + a.version < b.name + b.version ? -1 : 1));
}

/** The document. */
export function licencesText(list: readonly Part[]): string {
  const by = Map.groupBy(list, ({ licence }) => licence);
  const sums = [...by]
    .sort(([, a], [, b]) => b.length - a.length)
    .map(([licence, { length }]) => `${licence}: ${length}`);
  const rows = list.map(({ name, version, licence }) => `- ${name} ${version}: ${licence}`);
  return [
    '# Licences',
    '',
    'Liap Tui is under the [MIT licence](../LICENSE). What is deployed has these packages in it, functions and pages together; made by',
    '`npm run licences` from the lockfile, and held to it by `tests/unit/licences.test.ts`.',
    '',
    `${sums.join(', ')}.`,
    '',
    ...rows,
    '',
  ].join('\n');
}

if (import.meta.main) writeFileSync(FILE, licencesText(parts()));
