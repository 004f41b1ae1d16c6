// Whole games on `npm start`, every frame of every seat judged; and one that goes on after the whole of it was killed.

import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals';
import getPort from 'get-port';
import { playGame } from '../../scripts/play/game.ts';
import type { LeaderboardPage, OwnStatistics, SystemDays } from '../../src/protocol/http.ts';
import { openSession } from '../../src/web/client.ts';
import { askOperator, eventsOf, statsOf } from '../support/town.ts';
import type { Town } from '../support/town.ts';

jest.setTimeout(120_000);

const START = fileURLToPath(new URL('../../scripts/local/start.ts', import.meta.url));
const ROUNDS = 2;
const SETTINGS = {
  ...{ roundStartSeconds: 0, turnResultsSeconds: 0, scoringSeconds: 0, botThinkSeconds: 0 },
  ...{ moveSeconds: 30, maxRounds: ROUNDS },
};
const scratch = mkdtempSync(join(tmpdir(), 'liap-game-'));
let port: number;
let running: Start;
let town: Town;

interface Start {
  readonly child: ChildProcess;
  /** The processes it has told of at LOG_LEVEL=info. */
  readonly pids: () => readonly number[];
}

/** `npm start` on the folder and the port of this file; resolves when it is ready. */
async function npmStart(): Promise<Start> {
  const child = spawn(process.execPath, [START], {
    env: {
      ...process.env,
      ...{ PORT: String(port), LIAP_DATA: join(scratch, 'data'), WEB_ROOT: join(scratch, 'pages') },
      ...{ ADMIN_TOKEN: 'token-of-the-test', GAME_SETTINGS: JSON.stringify(SETTINGS), LOG_LEVEL: 'info' },
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let out = '';
  let err = '';
  child.stdout.on('data', (chunk: Buffer) => (out += chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => (err += chunk.toString()));
  while (!out.includes('ready at')) {
    if (child.exitCode !== null) throw new Error(`npm start ended: ${err}`);
    await sleep(50);
  }
  return {
    child,
    pids: () => [...err.matchAll(/is process (\d+)$/gm)].map(([, pid]) => Number(pid)),
  };
}

/** Everything at once, as when the power fails. */
async function kill({ child, pids }: Start): Promise<void> {
  const ended = once(child, 'close');
  child.kill('SIGKILL');
  for (const pid of pids()) process.kill(pid, 'SIGKILL');
  await ended;
}

beforeAll(async () => {
  mkdirSync(join(scratch, 'pages'));
  writeFileSync(join(scratch, 'pages', 'index.html'), '<h1>Liap Tui</h1>');
  port = await getPort({ host: '127.0.0.1' });
  town = { url: `http://localhost:${port}`, adminToken: 'token-of-the-test' };
  running = await npmStart();
});
afterAll(async () => {
  running.child.kill('SIGTERM');
  await once(running.child, 'close');
  rmSync(scratch, { recursive: true, force: true });
});

/** The outcomes of a room's games as its log has them, and the state of the execution that led through the last. */
async function endOf(room: string) {
  const ends = (await eventsOf(town, room)).filter(({ type }) => type === 'GameEnded');
  for (let tries = 0; ; tries += 1) {
    const execution = (await statsOf(town, room))?.execution;
    // It takes a moment longer than the players do to see the end.
    if (execution?.status !== 'RUNNING' || tries > 100)
      return { outcomes: ends.map((each) => each['outcome']), execution };
    await sleep(50);
  }
}

describe('a whole game', () => {
  test.each([
    ['four clients', 4],
    ['one client with three bots', 1],
  ])('of %s is played to its end, and every seat sees what it must', async (_whom, humans) => {
    const { room, rounds, moves, winners, seen } = await playGame({
      url: town.url,
      humans,
      patience: 30_000,
    });
    expect(rounds).toBe(ROUNDS);
    expect(winners.length).toBeGreaterThan(0);
    // A round has at least one declaration and two plays of every player.
    expect(moves).toBeGreaterThanOrEqual(humans * ROUNDS * 3);
    expect(seen.complete).toBeGreaterThan(humans * ROUNDS * 4);
    const execution = { name: expect.stringMatching(`^${room}-1-\\d{13}$`), status: 'SUCCEEDED' };
    expect(await endOf(room)).toEqual({ outcomes: ['completed'], execution });
  });
});

test('games are in the statistics and ratings of their players, and after five of them in the leaderboard', async () => {
  const sessions = await Promise.all([1, 2, 3, 4].map(async () => (await openSession(town.url)).token));
  const own = async (session: string): Promise<OwnStatistics> =>
    (await (await fetch(`${town.url}/api/players/me?session=${session}`)).json()) as OwnStatistics;
  const all = (): Promise<readonly OwnStatistics[]> => Promise.all(sessions.map(own));
  expect((await all()).map(({ rating, games }) => [rating, games])).toEqual(sessions.map(() => [1_500, 0]));

  const rooms: string[] = [];
  for (const seed of [1, 2, 3, 4, 5]) {
    const { room } = await playGame({ url: town.url, humans: 4, seed, sessions, patience: 30_000 });
    rooms.push(room);
  }
  let players = await all();
  // Through a bus and a queue: it takes a moment longer than the players do to see the end.
  for (let tries = 0; tries < 200 && players.some(({ games }) => games < rooms.length); tries += 1) {
    await sleep(50);
    players = await all();
  }
  expect(players.map(({ games, rated_games, rounds }) => [games, rated_games, rounds])).toEqual(
    sessions.map(() => [5, 5, 5 * ROUNDS]),
  );
  expect(players.reduce((sum, { rating }) => sum + rating, 0)).toBe(4 * 1_500);
  expect(players.map(({ rating }) => rating)).not.toEqual([1_500, 1_500, 1_500, 1_500]);
  for (const { recent } of players)
    expect(recent.map(({ room_id }) => room_id).toSorted()).toEqual(rooms.toSorted());

  const answer = await fetch(`${town.url}/api/leaderboard?limit=50`);
  expect(answer.headers.get('cache-control')).toBe('public, max-age=10');
  const board = (await answer.json()) as LeaderboardPage;
  const ranked = board.players.map(({ handle, rating }) => [handle, rating]);
  for (const { handle, rating } of players) expect(ranked).toContainEqual([handle, rating]);
  const ratings = board.players.map(({ rating }) => rating);
  expect(ratings).toEqual(ratings.toSorted((a, b) => b - a));

  const { days } = await askOperator<SystemDays>(town, '/api/system/days?days=2');
  expect(days.reduce((sum, { completed }) => sum + completed, 0)).toBeGreaterThanOrEqual(rooms.length);
});

test('a game in the middle of which everything is killed goes on when it is started again', async () => {
  let room = '';
  const game = playGame({
    url: town.url,
    humans: 2,
    pace: 100,
    patience: 60_000,
    say: (line) => (room = /^Room (\w+)/.exec(line)?.[1] ?? room),
  });
  game.catch(() => undefined);
  for (;;) {
    const stats = room === '' ? undefined : await statsOf(town, room);
    if (stats?.phase === 'turn') break;
    await Promise.race([sleep(50), game]);
  }
  await kill(running);
  await expect(fetch(town.url)).rejects.toThrow();
  running = await npmStart();

  const before = await statsOf(town, room);
  expect(before).toMatchObject({
    round: 1,
    execution: { name: expect.stringMatching(`^${room}-1-\\d{13}$`), status: 'RUNNING' },
  });
  const { rounds, seen } = await game;
  expect(rounds).toBe(ROUNDS);
  expect(seen.complete).toBeGreaterThan(0);
  const execution = { name: expect.stringMatching(`^${room}-1-\\d{13}$`), status: 'SUCCEEDED' };
  expect(await endOf(room)).toEqual({ outcomes: ['completed'], execution });
});
