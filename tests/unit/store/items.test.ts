import { describe, expect, test } from '@jest/globals';
import { marshall, unmarshall } from '@aws-sdk/util-dynamodb';
import fc from 'fast-check';
import { NO_RECORD } from '../../../src/room/record.ts';
import type { Commit } from '../../../src/room/record.ts';
import { commitToItem, CorruptItem, itemToCommit } from '../../../src/store/items.ts';
import type { Item } from '../../../src/store/items.ts';
import { anyEvent, EVENT_TYPES, eventOf, recordIn, STAGES } from '../../support/rooms.ts';

/** What comes back from the table for what was put there. */
function throughTable(commit: Commit): Item {
  return unmarshall(marshall(commitToItem(commit)));
}

const commit = { room: 'ABC234', seq: 7, at: 1_795_500_000_000, by: 'p1', commandId: 'c1' };

describe('a commit comes back from the table as it was', () => {
  test.each(EVENT_TYPES)('with %s', (type) => {
    fc.assert(
      fc.property(fc.array(eventOf(type), { minLength: 1, maxLength: 3 }), (events) => {
        expect(itemToCommit(throughTable({ ...commit, events }))).toStrictEqual({ ...commit, events });
      }),
      { numRuns: 40 },
    );
  });

  test.each(STAGES)('with a snapshot of a room that is %s', (stage) => {
    fc.assert(
      fc.property(recordIn(stage), (snapshot) => {
        const { seq, at } = snapshot;
        const whole = { ...commit, seq, at, events: [], snapshot };
        expect(itemToCommit(throughTable(whole))).toStrictEqual(whole);
      }),
      { numRuns: 100 },
    );
  });

  test('with the time when something is due', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0 }), (wakeAt) => {
        expect(itemToCommit(throughTable({ ...commit, events: [], wakeAt }))).toStrictEqual({
          ...commit,
          events: [],
          wakeAt,
        });
      }),
    );
  });

  test('with the command ids of a snapshot in the order in which they were given, which the table does not keep', () => {
    const command = (id: string) => ({ id, at: commit.at });
    const handled = {
      zoe: ['3', '1', '2'].map(command),
      abe: [command('9')],
      phase: [command('8')],
      mia: [],
    };
    const snapshot = { ...NO_RECORD, seq: 7, at: commit.at, handled };
    const sorted = sortKeys(throughTable({ ...commit, events: [], snapshot })) as Item;
    expect(Object.entries(itemToCommit(sorted).snapshot?.handled ?? {})).toEqual(Object.entries(handled));
  });
});

test('numbers that differ between JavaScript and DynamoDB are stored as the number they are', () => {
  const events = [{ type: 'Declared', seat: 1, value: -0, forced: false } as const];
  expect(itemToCommit(throughTable({ ...commit, events })).events).toEqual([{ ...events[0], value: 0 }]);
});

describe('a corrupt commit', () => {
  const hand = ['GENERAL_RED', 'HORSE_BLACK'];
  const secret = { type: 'Played', seat: 1, indices: [0], pieces: hand, play: 'SINGLE', forced: false };
  const whole = {
    PK: 'ROOM#ABC234',
    SK: 'C#00000007',
    at: 1,
    by: 'p1',
    commandId: 'c1',
    events: [secret],
  };

  test.each([
    ['an unknown event', { events: [{ ...secret, type: 'Cheated' }] }, 'events.0.type'],
    ['a seat that no table has', { events: [secret, { ...secret, seat: 5 }] }, 'events.1.seat'],
    [
      'a piece that is none',
      { events: [{ ...secret, pieces: [...hand, 'JOKER_RED'] }] },
      'events.0.pieces.2',
    ],
    ['a field gone', { commandId: undefined }, 'commandId'],
    [
      'a snapshot of half a room',
      { snapshot: { room: { stage: 'closed' }, handled: [] } },
      'snapshot.room.id',
    ],
    ['a time that is none', { wakeAt: 'soon' }, 'wakeAt'],
    ['a key that is no commit’s', { SK: 'META' }, 'SK'],
  ])('with %s is an error that says where, never what', (_, wrong, field) => {
    const error = thrownBy(() => itemToCommit({ ...whole, ...wrong }));
    expect(error).toBeInstanceOf(CorruptItem);
    expect(error).toMatchObject({ field });
    const { SK } = { ...whole, ...wrong };
    expect(error.message).toBe(`Corrupt item ROOM#ABC234 ${SK} at ${field}`);
    expect(JSON.stringify(error) + String(error.stack)).not.toMatch(/GENERAL|HORSE|JOKER|Cheated|soon/);
  });

  test('is none when it has a field from a later version', () => {
    expect(itemToCommit({ ...whole, mood: 'good' }).events).toEqual([secret]);
  });

  test('of any kind never passes for a commit: one wrong field is enough', () => {
    const fields = ['at', 'by', 'commandId', 'events', 'SK'] as const;
    fc.assert(
      fc.property(fc.constantFrom(...fields), anyEvent, (field, event) => {
        const item = { ...commitToItem({ ...commit, events: [event] }), [field]: null };
        expect(() => itemToCommit(item)).toThrow(new RegExp(`at ${field}$`));
      }),
    );
  });
});

function thrownBy(read: () => unknown): Error {
  try {
    read();
  } catch (error) {
    if (error instanceof Error) return error;
  }
  throw new Error('nothing was thrown');
}

/** As a table may answer that keeps maps in an order of its own. */
function sortKeys(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sortKeys);
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).map(([key, of]) => [key, sortKeys(of)] as const);
  return Object.fromEntries(entries.sort(([a], [b]) => (a < b ? -1 : 1)));
}
