import { readFileSync } from 'node:fs';
import { describe, expect, test } from '@jest/globals';
import {
  ALTERNATIVES,
  crossingAt,
  dollarsOf,
  idleMonth,
  standingOfSources,
} from '../../../scripts/cost/monthly.ts';
import { billOf, costOf, PRICES } from '../../../src/app/prices.ts';
import { addUsage, messagesOf, NO_USAGE, scaleUsage, USAGE_NAMES } from '../../../src/room/usage.ts';
import { itemBytes, readUnitsOf, writeUnitsOf } from '../../../src/store/units.ts';

describe('the prices', () => {
  test('are those of the facts, each of them', () => {
    const facts = readFileSync(new URL('../../../docs/aws-facts.md', import.meta.url), 'utf8');
    const section = facts.slice(facts.indexOf('## Prices'), facts.indexOf('## Limits'));
    const stated = [...section.matchAll(/\| ([\d./ ]+)\|$/gm)].flatMap(([, cell = '']) =>
      cell.split('/').map(Number),
    );
    const ours = Object.values(PRICES).map(({ dollars }) => dollars);
    expect([...ours].sort()).toEqual([...stated].sort());
  });

  test('make a bill that has a line for everything that is counted and adds up', () => {
    const usage = { ...NO_USAGE, messages: 1e6, transitions: 40, mbMs: 1_024_000, connectedMs: 4 * 60_000 };
    const { lines, dollars } = billOf(usage);
    expect(lines).toHaveLength(USAGE_NAMES.length);
    expect(dollars).toBeCloseTo(1 + 0.001 + 0.0000133334 + 0.000001, 9);
    expect(lines.reduce((sum, line) => sum + line.dollars, 0)).toBe(dollars);
  });

  test('give the alternatives what they are said to cost a month, about', () => {
    expect(dollarsOf(ALTERNATIVES.ec2)).toBeCloseTo(2 * 0.0416 * 730 + 0.0225 * 730 + 20, 9);
    expect(Math.abs(dollarsOf(ALTERNATIVES.ec2) - 96)).toBeLessThan(2);
    expect(Math.abs(dollarsOf(ALTERNATIVES.hybrid) - 98)).toBeLessThan(2);
  });
});

describe('usage', () => {
  test('is added and scaled amount by amount', () => {
    const usage = addUsage(addUsage(NO_USAGE, { messages: 2, log: 10 }), { messages: 1 });
    expect(usage).toEqual({ ...NO_USAGE, messages: 3, log: 10 });
    expect(scaleUsage(usage, 2)).toEqual({ ...NO_USAGE, messages: 6, log: 20 });
  });

  test('counts a message for each started 32 KB, and units for each started KB', () => {
    expect([1, 32_768, 32_769].map(messagesOf)).toEqual([1, 1, 2]);
    expect([1, 1_024, 1_025].map(writeUnitsOf)).toEqual([1, 1, 2]);
    expect([1, 4_096, 4_097].map(readUnitsOf)).toEqual([1, 1, 2]);
  });

  test('measures an item by its names and values', () => {
    expect(itemBytes('größe')).toBe(7);
    expect(itemBytes({ PK: 'ab', n: 12 })).toBeGreaterThanOrEqual(2 + 2 + 1 + 2);
  });
});

describe('a month', () => {
  test('without a game costs polling, alarms and what is kept, and never more than a dollar', () => {
    const standing = standingOfSources(new URL('../../../', import.meta.url));
    expect(standing.polledQueues).toBeGreaterThan(0);
    expect(dollarsOf(idleMonth(standing))).toBeLessThanOrEqual(1);
    // What a stage may have besides counts its metrics one by one.
    expect(standing.moreAlarms).toBe(10);
    const all = idleMonth({ ...standing, alarms: standing.alarms + standing.moreAlarms });
    expect(dollarsOf(all)).toBeLessThan(2.5);
    expect(dollarsOf(idleMonth({ ...standing, polledQueues: 1, alarms: 0 }))).toBeGreaterThan(
      costOf('queueRequests', 600_000),
    );
  });

  test('costs as much as an alternative at the crossing and not one game later', () => {
    const games = crossingAt(98, 1, 0.0075);
    expect(1 + games * 0.0075).toBeLessThanOrEqual(98);
    expect(1 + (games + 1) * 0.0075).toBeGreaterThan(98);
    expect(crossingAt(5, 10, 1)).toBe(0);
  });
});
