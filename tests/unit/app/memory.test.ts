// What a function instance remembers of rooms, and for how long.

import { beforeEach, expect, test } from '@jest/globals';
import { createMemory } from '../../../src/app/memory.ts';
import type { Memory } from '../../../src/app/ports.ts';
import { NO_RECORD } from '../../../src/room/record.ts';
import type { RoomRecord } from '../../../src/room/record.ts';

const at = (seq: number): RoomRecord => ({ ...NO_RECORD, seq });
let now: number;
let memory: Memory;
beforeEach(() => {
  now = 0;
  memory = createMemory({ now: () => now });
});

test('the last record of a room is remembered, each room by itself', () => {
  memory.keep('A', at(1));
  memory.keep('B', at(5));
  memory.keep('A', at(2));
  expect(memory.recall('A')).toEqual(at(2));
  expect(memory.recall('B')).toEqual(at(5));
  expect(memory.recall('C')).toBeNull();
});

test('what was read earlier does not replace what was written later', () => {
  memory.keep('A', at(3));
  memory.keep('A', at(2));
  expect(memory.recall('A')).toEqual(at(3));
});

test('that there is no such room is not remembered: there may be one in a moment', () => {
  memory.keep('A', NO_RECORD);
  expect(memory.recall('A')).toBeNull();
});

test('a record is forgotten five minutes after it was kept, and then any other is as good', () => {
  memory.keep('A', at(3));
  now = 5 * 60_000;
  expect(memory.recall('A')).toEqual(at(3));
  now++;
  expect(memory.recall('A')).toBeNull();
  memory.keep('A', at(1));
  expect(memory.recall('A')).toEqual(at(1));
});

test('of more than five hundred rooms those used last are remembered', () => {
  for (let room = 0; room < 500; room++) memory.keep(`R${room}`, at(1));
  memory.keep('R0', at(2));
  memory.keep('R500', at(1));
  expect(memory.recall('R0')).toEqual(at(2));
  expect(memory.recall('R1')).toBeNull();
  expect(memory.recall('R2')).toEqual(at(1));
  expect(memory.recall('R500')).toEqual(at(1));
});
