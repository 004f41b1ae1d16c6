import { readFileSync } from 'node:fs';
import { expect, test } from '@jest/globals';
import { licencesText, parts } from '../../scripts/licences.ts';
import packageFile from '../../package.json' with { type: 'json' };

/** Those that ask for no more than to be named. */
const PERMISSIVE = ['MIT', 'MIT-0', 'Apache-2.0', 'ISC', '0BSD', 'BSD-2-Clause', 'BSD-3-Clause'];

test('Every package of the product has a licence that lets it be part of it', () => {
  const list = parts();
  for (const name of Object.keys(packageFile.dependencies))
    expect(list.map((part) => part.name)).toContain(name);
  for (const { name, licence } of list) {
    const choices = licence.replace(/[()]/g, '').split(' OR ');
    expect({ name, licence, fits: choices.some((choice) => PERMISSIVE.includes(choice)) }).toMatchObject({
      fits: true,
    });
  }
});

test('The list of licences is that of the lockfile: npm run licences', () => {
  const listed = readFileSync(new URL('../../docs/licences.md', import.meta.url), 'utf8');
  expect(listed).toBe(licencesText(parts()));
});
