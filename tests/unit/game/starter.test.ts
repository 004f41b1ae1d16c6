import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { deal } from '../../../src/game/deal.ts';
import { orderFrom, SEATS } from '../../../src/game/seats.ts';
import { firstAccepter, firstStarter } from '../../../src/game/starter.ts';
import { seats, seeds } from './arbitraries.ts';

test('round 1 is started by the holder of the red general', () => {
  expect(
    firstStarter({ 1: ['GENERAL_BLACK'], 2: ['ADVISOR_RED'], 3: ['SOLDIER_RED', 'GENERAL_RED'], 4: [] }),
  ).toBe(3);
  fc.assert(
    fc.property(seeds, (seed) => expect(deal(seed, 0)[firstStarter(deal(seed, 0))]).toContain('GENERAL_RED')),
  );
});

test('hands without the red general have no starter', () => {
  expect(() => firstStarter({ 1: [], 2: [], 3: ['GENERAL_BLACK'], 4: [] })).toThrow('GENERAL_RED');
});

test('of seats 1, 2 and 4 accepting, 4 is the first when seat 3 was to start', () => {
  expect(firstAccepter([1, 2, 4], 3)).toBe(4);
});

test('the current starter stays the starter by accepting', () => {
  expect(firstAccepter([4, 2], 2)).toBe(2);
});

test('the first accepter has no accepter before it in play order, in whatever order they answered', () => {
  const accepters = fc.shuffledSubarray([...SEATS], { minLength: 1 });
  fc.assert(
    fc.property(accepters, seats, (accepted, from) => {
      const first = firstAccepter(accepted, from);
      const order = orderFrom(from);
      expect(accepted).toContain(first);
      expect(order.slice(0, order.indexOf(first)).filter((seat) => accepted.includes(seat))).toEqual([]);
    }),
  );
});

test('without an accepter there is no first', () => {
  expect(() => firstAccepter([], 1)).toThrow('nobody accepted');
});
