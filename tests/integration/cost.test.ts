/** The cost of a game, counted in whole games on the benchmark's cloud in a process of its own: a change that makes it dearer fails here. */
import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import budgets from '../../scripts/bench/budgets.json' with { type: 'json' };
import { missedCosts } from '../../scripts/cost/report.ts';
import type { CostReport } from '../../scripts/cost/report.ts';

const COMMAND = fileURLToPath(new URL('../../scripts/cost.ts', import.meta.url));
const ROUNDS = 5;
const MINUTES = 60_000;

let folder: string;
let report: CostReport;
let text: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'liap-cost-'));
  const file = join(folder, 'cost.json');
  const flags = ['--games', '2', '--rounds', String(ROUNDS), '--seed', '7', '--json', file];
  // A budget missed is an exit code of 1, and told by the test below.
  const run = promisify(execFile)(process.execPath, [COMMAND, ...flags]).catch((error: unknown) => error);
  text = ((await run) as { stdout: string }).stdout;
  report = JSON.parse(await readFile(file, 'utf8')) as CostReport;
}, 3 * MINUTES);
afterAll(() => rm(folder, { recursive: true, force: true }));

test('the reference game, an idle month and the crossing are within their budgets', () => {
  expect(missedCosts(report, budgets.cost)).toEqual([]);
});

test('a dearer change would be noticed', () => {
  const dear: CostReport = {
    ...report,
    timesFloor: 2.6,
    idleDollars: 1.1,
    alternatives: { ...report.alternatives, hybrid: { dollars: 99, crossing: 12_999 } },
  };
  expect(missedCosts(dear, budgets.cost)).toHaveLength(3);
});

describe('what was counted', () => {
  test('is what the game needs: a message in for each move, three transitions a round and two at the end', () => {
    const { measured } = report;
    expect(measured.rounds).toBe(2 * ROUNDS);
    expect(measured.usage.transitions).toBe(3 * measured.rounds + 2 * measured.games);
    const moves = ['in declare', 'in play', 'in redeal_decision'].map((kind) => measured.details[kind] ?? 0);
    expect(moves.reduce((sum, each) => sum + each, 0)).toBe(measured.moves);
    expect(measured.usage.events).toBe(measured.games);
  });

  test('agrees with what the games say of themselves, but for what an instance used after its last commit', () => {
    const { usage, before, own } = report.measured;
    const shareOf = (what: 'messages' | 'egress' | 'transitions' | 'queue' | 'events'): number =>
      own[what] / (usage[what] - before[what]);
    for (const what of ['messages', 'egress', 'transitions', 'events'] as const)
      expect(Math.abs(shareOf(what) - 1)).toBeLessThan(0.05);
    // A tick that ends a pause of the state machine commits nothing: what it used waits for a tick that does, in the same instance.
    expect(shareOf('queue')).toBeGreaterThan(0.6);
    expect(shareOf('queue')).toBeLessThanOrEqual(1);
    expect(report.own).toBeLessThan(report.game);
    expect(report.own).toBeGreaterThan(0.85 * report.game);
  });

  test('is printed with the floor, the months and the crossings', () => {
    for (const line of ['total', 'floor', 'ratio', 'a month without a game', '100,000', 'as the hybrid at'])
      expect(text).toContain(line);
  });
});
