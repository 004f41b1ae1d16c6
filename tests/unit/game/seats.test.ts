import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { bySeat, nextSeat, orderFrom, SEATS } from '../../../src/game/seats.ts';
import { seats } from './arbitraries.ts';

test('after seat 4 it is the turn of seat 1', () => {
  expect(SEATS.map(nextSeat)).toEqual([2, 3, 4, 1]);
});

test('play order counted from seat 3 is 3, 4, 1, 2', () => {
  expect(orderFrom(3)).toEqual([3, 4, 1, 2]);
});

test('play order counted from any seat has every seat once, each followed by its neighbour', () => {
  fc.assert(
    fc.property(seats, (seat) => {
      const order = orderFrom(seat);
      expect(order[0]).toBe(seat);
      expect(new Set(order)).toEqual(new Set(SEATS));
      expect(order.slice(1)).toEqual(order.slice(0, 3).map(nextSeat));
    }),
  );
});

test('a value for each seat is asked for in seat order', () => {
  const asked: number[] = [];
  const values = bySeat((seat) => {
    asked.push(seat);
    return `seat ${seat}`;
  });
  expect(values).toEqual({ 1: 'seat 1', 2: 'seat 2', 3: 'seat 3', 4: 'seat 4' });
  expect(asked).toEqual([1, 2, 3, 4]);
});
