import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals';
import WebSocket from 'ws';

jest.setTimeout(90_000);

const START = fileURLToPath(new URL('../../scripts/local/start.ts', import.meta.url));
const scratch = mkdtempSync(join(tmpdir(), 'liap-start-'));
const pages = join(scratch, 'pages');
const running = new Set<ChildProcess>();

/** `npm start` with this environment, and what it has written so far. */
function npmStart(environment: Readonly<Record<string, string>>, ...args: string[]) {
  const child = spawn(process.execPath, [START, ...args], {
    env: {
      ...process.env,
      PORT: '0',
      LIAP_DATA: join(scratch, 'data'),
      WEB_ROOT: pages,
      ADMIN_TOKEN: 'token-of-the-test',
      GAME_SETTINGS: '{}',
      ...environment,
    },
  });
  const written = { out: '', err: '' };
  child.stdout.on('data', (chunk: Buffer) => (written.out += chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => (written.err += chunk.toString()));
  running.add(child);
  const ended = once(child, 'close').then(([code, signal]) => {
    running.delete(child);
    return { code: code as number | null, signal: signal as string | null };
  });
  return { child, written, ended };
}

type Start = ReturnType<typeof npmStart>;

/** The port it serves on, once it says so. */
async function portOf({ written, child }: Start): Promise<number> {
  for (;;) {
    const port = /ready at http:\/\/localhost:(\d+)/.exec(written.out)?.[1];
    if (port !== undefined) return Number(port);
    if (child.exitCode !== null) throw new Error(`It ended: ${written.err}`);
    await sleep(50);
  }
}

/** Repeats a question until its answer is the expected one. */
async function eventually<T>(ask: () => Promise<T>, expected: T): Promise<void> {
  for (let tries = 0; ; tries += 1) {
    const answer = await ask().catch((error: unknown) => error);
    if (answer === expected) return;
    if (tries > 300) throw new Error(`Still ${String(answer)} instead of ${String(expected)}`);
    await sleep(100);
  }
}

const statusOf = async (url: string): Promise<number> => (await fetch(url)).status;

async function health(port: number): Promise<string> {
  const headers = { authorization: 'Bearer token-of-the-test' };
  const response = await fetch(`http://localhost:${port}/api/health/detailed`, { headers });
  return ((await response.json()) as { status: string }).status;
}

/** The processes it has told of at LOG_LEVEL=info, the latest of each name. */
function processesOf({ written }: Start): Map<string, number> {
  return new Map(
    [...written.err.matchAll(/^(\w+): is process (\d+)$/gm)].map(([, name = '', pid]) => [name, Number(pid)]),
  );
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}

/** Opens a socket; resolves with it, or with the status of the refusal. */
function tryOpen(
  port: number,
  path: string,
  headers: Readonly<Record<string, string>>,
): Promise<WebSocket | number> {
  const socket = new WebSocket(`ws://localhost:${port}${path}`, { headers });
  return new Promise((resolve, reject) => {
    socket.once('open', () => resolve(socket));
    socket.once('unexpected-response', (_request, response) => resolve(response.statusCode ?? 0));
    socket.once('error', reject);
  });
}

async function open(
  port: number,
  path: string,
  headers: Readonly<Record<string, string>>,
): Promise<WebSocket> {
  const socket = await tryOpen(port, path, headers);
  if (typeof socket === 'number') throw new Error(`${path} is refused with ${socket}`);
  return socket;
}

/** Sends a frame and resolves with the data of the first frame named as the answer. */
function ask(
  socket: WebSocket,
  event: string,
  data: object,
  answer: string,
): Promise<Record<string, unknown>> {
  return new Promise((resolve, reject) => {
    socket.on('message', (text: Buffer) => {
      const frame = JSON.parse(text.toString()) as { event: string; data: Record<string, unknown> };
      if (frame.event === answer) resolve(frame.data);
    });
    socket.once('close', () => reject(new Error(`closed before ${answer}`)));
    socket.send(JSON.stringify({ event, data }));
  });
}

beforeAll(() => {
  mkdirSync(pages);
  writeFileSync(join(pages, 'index.html'), '<h1>Liap Tui</h1>');
});
afterAll(async () => {
  for (const child of running) child.kill('SIGKILL');
  await sleep(1_000);
  rmSync(scratch, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 });
});

describe('npm start refuses to begin and says why', () => {
  test('when a setting of the game is unknown or out of range', async () => {
    const { written, ended } = npmStart({ GAME_SETTINGS: '{"moveSecond": 5, "winScore": 0}' });
    expect((await ended).code).toBe(1);
    expect(written.err).toContain('GAME_SETTINGS');
    expect(written.err).toContain('moveSecond');
    expect(written.err).toContain('winScore');
    expect(written.out).toBe('');
  });

  test('when the environment is wrong in another way', async () => {
    const { written, ended } = npmStart({
      PORT: 'http',
      WEB_ROOT: join(scratch, 'nowhere'),
      LOG_LEVEL: 'loud',
    });
    expect((await ended).code).toBe(1);
    for (const name of ['PORT', 'WEB_ROOT', 'LOG_LEVEL']) expect(written.err).toContain(`${name}: `);
  });

  test('when its port is taken', async () => {
    const other = createServer().listen(0, '127.0.0.1');
    await once(other, 'listening');
    const { port } = other.address() as AddressInfo;
    const { written, ended } = npmStart({ PORT: String(port) });
    expect((await ended).code).toBe(1);
    expect(written.err).toContain(`Port ${port} is taken`);
    other.close();
  });
});

describe('npm start', () => {
  let first: Start;
  let second: Start;
  let port: number;
  let cookie: string;

  beforeAll(async () => {
    first = npmStart({});
    port = await portOf(first);
  });

  test('says in one line where it is', () => {
    expect(first.written.out).toBe(`Liap Tui is ready at http://localhost:${port}\n`);
    expect(first.written.err).toBe('');
  });

  test('serves the page at every address of the game, with a session', async () => {
    const response = await fetch(`http://localhost:${port}/room/ABC234`);
    expect(await response.text()).toBe('<h1>Liap Tui</h1>');
    const header = response.headers.get('set-cookie') ?? '';
    expect(header).toMatch(/^liap_session=\S{76}; HttpOnly; SameSite=Lax; Path=\/; Max-Age=\d+$/);
    [cookie = ''] = header.split(';');
    const again = await fetch(`http://localhost:${port}/`, { headers: { cookie } });
    expect(again.headers.get('set-cookie')).toBeNull();
    expect(await statusOf(`http://localhost:${port}/missing.js`)).toBe(404);
  });

  test('answers for its API, with every part behind it in order', async () => {
    expect(await statusOf(`http://localhost:${port}/api/health`)).toBe(200);
    expect(await health(port)).toBe('ok');
  });

  test('lets in the sockets of its own page, and nobody else', async () => {
    const own = { cookie, origin: `http://localhost:${port}` };
    const socket = await open(port, '/ws/lobby', own);
    expect(await ask(socket, 'ping', { timestamp: 1 }, 'pong')).toMatchObject({ timestamp: 1 });
    socket.terminate();
    expect(await tryOpen(port, '/ws/lobby', { origin: own.origin })).toBe(401);
    expect(await tryOpen(port, '/ws/lobby', { ...own, cookie: `${cookie.slice(0, -2)}xx` })).toBe(401);
    expect(await tryOpen(port, '/ws/lobby', { ...own, origin: 'http://elsewhere.example' })).toBe(403);
    expect(await tryOpen(port, '/ws/a/b', own)).toBe(404);
  });

  test('lets no second one use its data', async () => {
    const { written, ended } = npmStart({});
    expect((await ended).code).toBe(1);
    expect(written.err).toContain('Another npm start is using the data folder');
  });

  test('says nothing that nobody has to know', () => {
    const lines = first.written.err.split('\n').filter((line) => !line.includes('handshake refused'));
    expect(lines.join('')).toBe('');
  });

  test('killed and started again, knows its rooms and its visitors', async () => {
    const lobby = await open(port, '/ws/lobby', { cookie });
    const created = await ask(lobby, 'create_room', { player_name: 'Ann' }, 'room_created');
    lobby.on('error', () => undefined);
    first.child.kill('SIGKILL');
    await first.ended;

    second = npmStart({ LOG_LEVEL: 'info' });
    port = await portOf(second);
    const socket = await open(port, `/ws/${String(created['room_id'])}`, { cookie });
    const state = await ask(socket, 'client_ready', { player_name: 'Ann' }, 'room_state_update');
    expect(state).toMatchObject({ host_name: 'Ann' });
    socket.terminate();
  });

  test.each(['database', 'steps', 'functions'])('starts the %s again when they are killed', async (name) => {
    const pid = processesOf(second).get(name) ?? 0;
    process.kill(pid, 'SIGKILL');
    await eventually(() => Promise.resolve(processesOf(second).get(name) !== pid), true);
    await eventually(() => health(port), 'ok');
  });

  test('stops on Ctrl-C and leaves nothing running', async () => {
    const pids = [...processesOf(second).values()];
    expect(pids.filter(isAlive)).toHaveLength(3);
    second.child.kill('SIGINT');
    expect(await second.ended).toEqual({ code: 0, signal: null });
    expect(pids.filter(isAlive)).toEqual([]);
    await expect(fetch(`http://localhost:${port}/`)).rejects.toThrow();
  });
});
