// `npm run verify` as it is called: files of every form, a log fetched page by page, what it prints and how it exits.

import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { Server } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals';
import { publicEvents } from '../../src/app/history.ts';
import { applyCommit, NO_RECORD } from '../../src/room/record.ts';
import { logOf } from '../support/logs.ts';
import { ROOM } from '../support/room.ts';
import { close, listen } from '../support/table.ts';

jest.setTimeout(60_000);

/** Two rounds among four humans, each of whom does the first thing that is allowed. */
const commits = logOf([1, 2, 3, 4], { maxRounds: 2, turnResultsSeconds: 0 }, Array<number>(400).fill(4));
const events = publicEvents(commits, commits.reduce(applyCommit, NO_RECORD));
const TOKEN = 'the operator';
const PAGE = 40;

let folder: string;
let server: Server;
let url: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'liap-verify-'));
  server = createServer((request, response) => {
    const { pathname, searchParams } = new URL(request.url ?? '', 'http://x');
    const isAllowed = request.headers.authorization === `Bearer ${TOKEN}`;
    const isThere = pathname === `/api/rooms/${ROOM}/events`;
    response.statusCode = !isAllowed ? 403 : isThere ? 200 : 404;
    const refusal = { error: { code: 'NO', message: isAllowed ? 'There is no such room.' : 'Not for you.' } };
    response.end(
      JSON.stringify(isAllowed && isThere ? pageAfter(Number(searchParams.get('after'))) : refusal),
    );
  });
  url = await listen(server);
});
afterAll(async () => {
  await close(server);
  await rm(folder, { recursive: true });
});

function pageAfter(after: number): object {
  const page = events.filter(({ seq }) => seq > after && seq <= after + PAGE);
  const last = page.at(-1)?.seq ?? 0;
  return { room_id: ROOM, events: page, next: last === commits.length ? null : last };
}

interface Ended {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}
function runVerify(...options: readonly string[]): Promise<Ended> {
  const script = fileURLToPath(new URL('../../scripts/verify.ts', import.meta.url));
  return new Promise((resolve) => {
    execFile(process.execPath, [script, ...options], (error, out, err) =>
      resolve({ code: Number(error?.code ?? 0), out, err }),
    );
  });
}
async function runOn(content: string): Promise<Ended> {
  const file = join(folder, 'log.json');
  await writeFile(file, content);
  return runVerify(file);
}

describe('a log that holds together', () => {
  test('is said to, round by round, with exit code 0', async () => {
    const { code, out, err } = await runOn(JSON.stringify({ room_id: ROOM, events, next: null }));
    expect(err).toBe('');
    expect(code).toBe(0);
    expect(out).toMatch(/^Room ABC234: \d+ events in \d+ commits\.$/m);
    expect(out).toMatch(/^Game 1: completed, won by .+; Ann -?\d+, Ben -?\d+, Cat -?\d+, Dan -?\d+\.$/m);
    expect(out).toMatch(/^ {2}Round 2: 1 deals?, \d turns: verified$/m);
    expect(out).toMatch(/holds together; 2 rounds verified\.\n$/);
  });

  test.each([
    ['a list of events', JSON.stringify(events)],
    ['a list of pages', JSON.stringify([pageAfter(0), pageAfter(PAGE)])],
    ['pages one after the other', [0, PAGE].map((after) => JSON.stringify(pageAfter(after))).join('')],
  ])('is read from %s', async (_form, content) => {
    expect(await runOn(content)).toMatchObject({ code: 0, err: '' });
  });

  test('is fetched page by page', async () => {
    const { code, out } = await runVerify('--url', url, '--room', ROOM, '--token', TOKEN);
    expect(out).toContain(`${events.length} events in ${commits.length} commits`);
    expect(code).toBe(0);
  });

  test('of a game that goes on tells which round cannot be verified yet', async () => {
    const part = commits.slice(
      0,
      commits.findLastIndex((commit) => commit.events.some(({ type }) => type === 'Played')),
    );
    const { code, out } = await runOn(
      JSON.stringify(publicEvents(part, part.reduce(applyCommit, NO_RECORD))),
    );
    expect(out).toMatch(/^Game 1: not over;/m);
    expect(out).toMatch(/Round 2: .*: not yet verifiable/);
    expect(out).toContain('1 of 2 rounds verified');
    expect(code).toBe(0);
  });
});

describe('a log that does not', () => {
  test('has its wrong event named, and where that shows, with exit code 1', async () => {
    const place = events.findIndex(({ type }) => type === 'Declared');
    const declared = events[place];
    if (declared === undefined) throw new Error('Nobody declared');
    const lied = events.with(place, { ...declared, value: declared['value'] === 3 ? 2 : 3 });
    const { code, out } = await runOn(JSON.stringify(lied));
    expect(out).toContain(`Wrong: event ${place + 1}, Declared (seq ${declared.seq}).`);
    expect(out).toMatch(/^It shows at event \d+, \w+ \(seq \d+\):$/m);
    expect(code).toBe(1);
  });

  test.each([
    ['is no JSON', 'hello', /JSON/],
    ['is of two rooms', '{"room_id":"A","events":[]}{"room_id":"B","events":[]}', /different rooms/],
    ['is half pages, half events', '[{"room_id":"A","events":[]},{"seq":1}]', /mixed/],
  ])('because the file %s is refused with exit code 1', async (_why, content, reason) => {
    const { code, err } = await runOn(content);
    expect(err).toMatch(reason);
    expect(code).toBe(1);
  });

  test('because it cannot be fetched, or nothing was asked for, is refused with exit code 1', async () => {
    const [foreign, missing, nothing] = await Promise.all([
      runVerify('--url', url, '--room', ROOM, '--token', 'x'),
      runVerify('--url', url, '--room', 'NOROOM', '--token', TOKEN),
      runVerify(),
    ]);
    expect(foreign).toMatchObject({ code: 1, err: '403: Not for you.\n' });
    expect(missing).toMatchObject({ code: 1, err: '404: There is no such room.\n' });
    expect(nothing).toMatchObject({ code: 1, err: 'Give a file, or --url, --room and --token.\n' });
  });
});
