import { describe, expect, test } from '@jest/globals';
import { checkCost, DAILY_COST, GAMES_ABORTED, tellAlarm, tellGame } from '../../../src/app/alarm.ts';
import type { AlarmPorts, Notice } from '../../../src/app/alarm.ts';

function watch(costs: readonly number[] = []): { ports: AlarmPorts; told: Notice[] } {
  const told: Notice[] = [];
  const ports: AlarmPorts = {
    stage: 'prod',
    dailyLimit: 2,
    hourlyCosts: (hours) => Promise.resolve(costs.slice(-hours)),
    tell: (notice) => Promise.resolve(void told.push(notice)),
  };
  return { ports, told };
}

test('An alarm is told with its state, its reason and its entry of the runbook', async () => {
  const { ports, told } = watch();
  await tellAlarm(ports, {
    name: 'liap-tui-prod-slow-moves',
    state: 'ALARM',
    reason: 'Threshold Crossed: 1,204 ms',
  });
  expect(told).toEqual([
    {
      subject: 'Liap Tui prod: slow-moves is ALARM',
      text: 'Threshold Crossed: 1,204 ms\n\nWhat to do: docs/runbook.md, "slow-moves".',
    },
  ]);
});

test('A game that did not end as games do is told by its room and number', async () => {
  const { ports, told } = watch();
  await tellGame(ports, { name: 'ABC234-2', status: 'TIMED_OUT' });
  expect(told).toEqual([
    {
      subject: 'Liap Tui prod: game ABC234-2 TIMED_OUT',
      text: expect.stringContaining(`"${GAMES_ABORTED}"`),
    },
  ]);
});

test('A subject is what a mail from SNS may have', async () => {
  const { ports, told } = watch();
  await tellGame(ports, { name: 'é'.repeat(300), status: 'FAILED' });
  expect(told[0]?.subject).toMatch(/^[\x20-\x7E]{1,100}$/);
});

describe('The cost of a day', () => {
  const hours = (first: number, ...rest: readonly [each: number, last: number]) => [
    first,
    ...Array.from({ length: 23 }, () => rest[0]),
    rest[1],
  ];

  test('is told when it goes beyond what a day may cost', async () => {
    const { ports, told } = watch(hours(0, 0.05, 1));
    await checkCost(ports);
    expect(told).toEqual([
      {
        subject: 'Liap Tui prod: a day for $2.15',
        text: expect.stringContaining(`"${DAILY_COST}"`),
      },
    ]);
  });

  test('is not told again by the hour while it stays there', async () => {
    const { ports, told } = watch(hours(1, 0.1, 0.1));
    await checkCost(ports);
    expect(told).toEqual([]);
  });

  test.each([
    ['below', hours(0, 0.05, 0.1)],
    ['of an idle day', hours(0, 0, 0)],
    ['that has gone down', hours(5, 0.01, 0)],
  ])('%s is not told', async (_name, costs) => {
    const { ports, told } = watch(costs);
    await checkCost(ports);
    expect(told).toEqual([]);
  });
});
