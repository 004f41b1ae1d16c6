import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import {
  commitSort,
  LAST_COMMIT_SORT,
  listSort,
  seqOf,
  shardOf,
  SHARDS,
  ttlAfter,
} from '../../../src/store/keys.ts';

const seq = fc.integer({ min: 1, max: 99_999_998 });

test('commits sort by their seq, and META after all of them', () => {
  fc.assert(
    fc.property(seq, seq, (a, b) => {
      expect(Math.sign(a - b)).toBe(
        commitSort(a) < commitSort(b) ? -1 : commitSort(a) > commitSort(b) ? 1 : 0,
      );
      expect(seqOf(commitSort(a))).toBe(a);
      expect(commitSort(a) < LAST_COMMIT_SORT && LAST_COMMIT_SORT < 'META').toBe(true);
    }),
  );
});

test('rooms sort by the time they were created', () => {
  const time = fc.integer({ min: 0, max: 4_102_444_800_000 });
  fc.assert(
    fc.property(time, time, (a, b) => {
      fc.pre(a < b);
      expect(listSort(a, 'ZZZZZZ') < listSort(b, 'AAAAAA')).toBe(true);
    }),
  );
});

test('ids spread over all shards, each always to the same', () => {
  const ids = Array.from({ length: 400 }, (_, number) => `room-${number.toString(36)}-${number * 7919}`);
  const sizes = SHARDS.map((shard) => ids.filter((id) => shardOf(id) === shard).length);
  for (const size of sizes) expect(size).toBeGreaterThan(ids.length / SHARDS.length / 2);
  expect(ids.map(shardOf)).toEqual(ids.map(shardOf));
});

test('a time to live is in whole seconds, and never too short', () => {
  expect(ttlAfter(1_000, 60)).toBe(61);
  expect(ttlAfter(1_001, 60)).toBe(62);
});
