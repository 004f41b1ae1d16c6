// Names that players type are keys of plain objects: none of them may reach the object's prototype.
import { describe, expect, test } from '@jest/globals';
import { entryOf } from '../../../src/protocol/by-name.ts';
import { bestSoFar } from '../../../src/web/selection.ts';

const INHERITED = ['constructor', 'toString', 'valueOf', 'hasOwnProperty', '__proto__'];
const play = { pieces: ['HORSE_RED(6)'], play_type: 'SINGLE', play_value: 6, is_valid: true } as const;

describe('a player named like a property of every object', () => {
  test.each(INHERITED)('%s has no entry in a record that holds none', (name) => {
    expect(entryOf({}, name)).toBeUndefined();
  });

  test.each(INHERITED)('%s has the entry that a frame holds for it', (name) => {
    const frame = JSON.stringify(Object.fromEntries([[name, 3]]));
    expect(entryOf(JSON.parse(frame) as Record<string, number>, name)).toBe(3);
  });

  test.each(INHERITED)('%s has laid nothing before it has played', (name) => {
    expect(bestSoFar([name, 'Ann'], {})).toBeNull();
    expect(bestSoFar([name, 'Ann'], { Ann: play })).toBe('Ann');
    expect(bestSoFar([name, 'Ann'], Object.fromEntries([[name, play]]))).toBe(name);
  });
});
