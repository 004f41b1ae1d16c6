// `npm run load` on a local cloud: what it counts is what is in the logs, and its exit code tells of broken budgets.

import { execFile } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, jest, test } from '@jest/globals';
import getPort from 'get-port';
import type { Report } from '../../scripts/load/run.ts';
import { startLocal } from '../../scripts/local/cloud.ts';
import type { LocalCloud } from '../../scripts/local/cloud.ts';
import { parseSettings } from '../../src/app/settings.ts';
import { eventsOf } from '../support/town.ts';

jest.setTimeout(90_000);

const LOAD = fileURLToPath(new URL('../../scripts/load.ts', import.meta.url));
const MOVES: readonly string[] = ['RedealDecided', 'Declared', 'Played'];
const scratch = mkdtempSync(join(tmpdir(), 'liap-load-'));
let town: LocalCloud;

beforeAll(async () => {
  const pages = join(scratch, 'pages');
  mkdirSync(pages);
  writeFileSync(join(pages, 'index.html'), '<h1>Liap Tui</h1>');
  const settings = { roundStartSeconds: 0, scoringSeconds: 1 };
  town = await startLocal({
    memory: true,
    webRoot: pages,
    settings: parseSettings(JSON.stringify(settings)),
    logLevel: 'error',
  });
});
afterAll(async () => {
  await town.stop();
  rmSync(scratch, { recursive: true, force: true });
});

interface Ended {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

function load(...args: readonly string[]): Promise<Ended> {
  return new Promise((resolve) => {
    execFile(process.execPath, [LOAD, ...args], (error, out, err) => {
      const code = error === null ? 0 : Number(error.code);
      resolve({ code, out, err });
    });
  });
}

/** How many moves players made themselves there. */
async function movesIn(room: string): Promise<number> {
  const events = await eventsOf(town, room);
  return events.filter((event) => MOVES.includes(event.type) && event['forced'] === false).length;
}

test('every move that a load counts is in the log of one of its rooms, and no other is', async () => {
  const file = join(scratch, 'report.json');
  const { code, out } = await load(
    ...['--url', town.url, '--rooms', '2', '--ramp', '1', '--seconds', '4', '--rate', '8'],
    ...['--json', file, '--errors', '0', '--p99', '600000'],
  );
  const report = JSON.parse(readFileSync(file, 'utf8')) as Report;
  expect({ code, errors: report.total.errors }).toEqual({ code: 0, errors: {} });
  expect(report.rooms).toHaveLength(2);
  const logged = await Promise.all(report.rooms.map(movesIn));
  expect(logged.reduce((sum, moves) => sum + moves, 0)).toBe(report.total.moves);
  expect(report.total.moves).toBeGreaterThan(0);
  expect(out).toContain(`In all ${report.total.moves} moves`);

  const { commands, moves, counts } = report;
  const sumOf = (half: 'reply' | 'lastSeat') =>
    ['redeal_decision', 'declare', 'play'].reduce(
      (sum, name) => sum + (commands[name]?.[half].count ?? 0),
      0,
    );
  expect(sumOf('lastSeat')).toBe(moves.lastSeatUncorrected.count);
  expect(sumOf('reply')).toBe(counts.moves);
  // What waited unsent is added, nothing is left out.
  expect(moves.lastSeat.count).toBeGreaterThanOrEqual(moves.lastSeatUncorrected.count);
  expect(report.ping.count).toBeGreaterThan(0);
  expect(report.health.count).toBeGreaterThan(0);
});

test('a budget that cannot be kept ends a load with 1 and says which', async () => {
  const args = ['--url', town.url, '--rooms', '1', '--seconds', '5', '--p50', '0', '--p99', '0'];
  const { code, err } = await load(...args);
  expect(code).toBe(1);
  expect(err).toMatch(/The last seat's p50 is [\d.]+ ms, the budget is 0 ms\./);
  expect(err).toMatch(/The last seat's p99 is [\d.]+ ms, the budget is 0 ms\./);
});

test('where nobody answers, or somebody else does, a load says so and ends with 1', async () => {
  const url = `http://127.0.0.1:${await getPort({ host: '127.0.0.1' })}`;
  const away = await load('--url', url);
  expect(away).toMatchObject({ code: 1, out: '' });
  expect(away.err).toBe(
    `Nothing answers at ${url} (ECONNREFUSED). npm start prints the address of the local cloud.\n`,
  );
  const other = await load('--url', town.database.endpoint);
  expect(other.code).toBe(1);
  expect(other.err).toMatch(/is no entry of Liap Tui: \/api\/health is answered with HTTP \d+\./);
});
