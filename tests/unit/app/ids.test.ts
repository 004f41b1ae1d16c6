import { readFileSync } from 'node:fs';
import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { roomIdOf } from '../../../src/app/ids.ts';

const [, pattern = ''] = /const OUR_ROOM = \/(.*)\/;/.exec(readFileSync('src/edge/entry.js', 'utf8')) ?? [];

test('a room of ours is known by its id: it cannot be one of the previous backend, which are hexadecimal', () => {
  expect(pattern).not.toBe('');
  fc.assert(
    fc.property(fc.string(), fc.nat(20), (request, candidate) => {
      const id = roomIdOf(request, candidate);
      expect(id).toMatch(/^[A-HJ-NP-Z2-9]{6}$/);
      expect(id).toMatch(new RegExp(pattern));
      expect(id.toLowerCase()).toMatch(new RegExp(pattern));
    }),
  );
  expect('3F00AC').not.toMatch(new RegExp(pattern));
  expect('ABCDEF').not.toMatch(new RegExp(pattern));
});

test('the same request has the same candidates, and each is another', () => {
  const candidates = Array.from({ length: 20 }, (_, candidate) => roomIdOf('a request', candidate));
  expect(new Set(candidates).size).toBe(20);
  expect(candidates).toEqual(candidates.map((_, candidate) => roomIdOf('a request', candidate)));
});
