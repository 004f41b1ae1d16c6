// The publisher against a Lambda endpoint that is played: what it calls begun and ended, what it tries again, and for how long
// a caller waits.

import { afterAll, beforeAll, beforeEach, describe, expect, jest, test } from '@jest/globals';
import { once } from 'node:events';
import { createServer, get } from 'node:http';
import type { ServerResponse } from 'node:http';
import type { LookupFunction } from 'node:net';
import { createPublisher, HAND_OVER_MS, STALE_MS, wasRefused } from '../../../src/aws/publisher.ts';
import type { Delivery, Ports, Publisher } from '../../../src/app/ports.ts';
import { encodeChunk, encodeEnd } from '../../../scripts/local/streaming.ts';
import { close, listen } from '../../support/table.ts';

const DELIVERY: Delivery = { roomId: 'R', seq: 3, sends: [] };

/** What one call of the broadcaster is answered with, step by step. */
type Script = (call: Call) => void | Promise<void>;
interface Call {
  readonly begin: () => void;
  readonly end: () => void;
  readonly fail: () => void;
  readonly refuse: (status: number) => void;
  readonly breakOff: () => void;
}

const scripts: Script[] = [];
let calls = 0;
let connections = 0;
const unhandled: unknown[] = [];
const note = (error: unknown): void => void unhandled.push(error);

const server = createServer((request, response) => {
  request.resume().on('end', () => {
    calls++;
    void (scripts.shift() ?? well)(callOf(response));
  });
});
server.on('connection', () => connections++);

const well: Script = ({ begin, end }) => {
  begin();
  end();
};

function callOf(response: ServerResponse): Call {
  const write = (message: Uint8Array): void => {
    if (!response.headersSent)
      response.writeHead(200, { 'content-type': 'application/vnd.amazon.eventstream' });
    response.write(message);
  };
  return {
    begin: () => write(encodeChunk(Buffer.from('begun\n'))),
    end: () => {
      write(encodeEnd(null));
      response.end();
    },
    fail: () => {
      write(encodeEnd(new Error('a bug')));
      response.end();
    },
    refuse: (status) => {
      response.writeHead(status, { 'content-type': 'application/json', 'x-amzn-errortype': 'Refusal' });
      response.end(JSON.stringify({ message: 'Rate Exceeded.' }));
    },
    breakOff: () => response.destroy(),
  };
}

const failing: Script = ({ begin, fail }) => {
  begin();
  fail();
};
/** An answer that comes as a whole, when everything is done. */
const heldBack =
  (done: Promise<void>): Script =>
  async ({ begin, end }) => {
    await done;
    begin();
    end();
  };
const breaking: Script = ({ begin, breakOff }) => {
  begin();
  setTimeout(breakOff, 5);
};

/** A moment of the played endpoint: something to wait for, and the way to have it. */
function gate(): { readonly opened: Promise<void>; readonly open: () => void } {
  const { promise, resolve } = Promise.withResolvers<undefined>();
  return { opened: promise, open: () => resolve(undefined) };
}

let publisher: Publisher;
/** By how much the clock of the function has gone ahead: it was frozen. */
let frozenMs = 0;
const WORLD: Pick<Ports, 'clock' | 'random'> = {
  clock: { now: () => Date.now() + frozenMs, pause: () => Promise.resolve() },
  random: {
    fraction: () => 0.5,
    proof: () => {
      throw new Error('Nothing is dealt here');
    },
  },
};

beforeAll(async () => {
  Object.assign(process.env, {
    AWS_REGION: 'us-east-1',
    AWS_ACCESS_KEY_ID: 'local',
    AWS_SECRET_ACCESS_KEY: 'local',
    AWS_ENDPOINT_URL_LAMBDA: await listen(server),
  });
  process.on('unhandledRejection', note);
});
beforeEach(() => {
  scripts.splice(0);
  calls = 0;
  connections = 0;
  frozenMs = 0;
  publisher = createPublisher('broadcaster', WORLD);
});
afterAll(async () => {
  await close(server);
  await new Promise(setImmediate);
  process.off('unhandledRejection', note);
  expect(unhandled).toEqual([]);
});

/** Whether a moment has come, once everything that can happen by itself has happened. */
async function hasCome(moment: Promise<unknown>): Promise<boolean> {
  const pause = new Promise<false>((resolve) => setTimeout(() => resolve(false), 4 * HAND_OVER_MS));
  return Promise.race([moment.then(() => true), pause]);
}

async function warmUp(): Promise<void> {
  await publisher.publish(DELIVERY).ended;
  // The connection is free again once the end of the answer has been read.
  await new Promise(setImmediate);
  calls = 0;
}

describe('a delivery', () => {
  test('has begun before it has ended', async () => {
    const posts = gate();
    scripts.push(async ({ begin, end }) => {
      begin();
      await posts.opened;
      end();
    });
    const { begun, ended } = publisher.publish(DELIVERY);
    expect(await begun).toBeNull();
    expect(await hasCome(ended)).toBe(false);
    posts.open();
    expect(await ended).toBeNull();
  });

  test.each([429, 500, 503, 400])('whose call is refused with %i is asked for again', async (status) => {
    scripts.push(
      ({ refuse }) => refuse(status),
      ({ refuse }) => refuse(status),
    );
    const { begun, ended } = publisher.publish(DELIVERY);
    expect(await begun).toBeNull();
    expect(await ended).toBeNull();
    expect(calls).toBe(3);
  });

  test('whose call is refused three times has neither begun nor ended', async () => {
    scripts.push(
      ...[1, 2, 3].map(
        (): Script =>
          ({ refuse }) =>
            refuse(429),
      ),
    );
    const { begun, ended } = publisher.publish(DELIVERY);
    expect(String(await begun)).toContain('Rate Exceeded.');
    expect(String(await ended)).toContain('Rate Exceeded.');
    expect(calls).toBe(3);
  });

  test('whose call is refused is not asked for again by a function that was frozen for two seconds meanwhile', async () => {
    scripts.push(({ refuse }) => {
      frozenMs = STALE_MS + 1;
      refuse(429);
    });
    const { begun, ended } = publisher.publish(DELIVERY);
    expect(String(await begun)).toContain('Rate Exceeded.');
    expect(String(await ended)).toContain('Rate Exceeded.');
    expect(calls).toBe(1);
  });

  test.each<readonly [string, Script, string]>([
    ['breaks off before anything is heard', ({ breakOff }) => breakOff(), 'socket hang up'],
    ['fails before anything is heard', ({ fail }) => fail(), 'The broadcaster failed: Unhandled'],
  ])('that %s is not delivered again, for it may have been', async (_how, script, message) => {
    scripts.push(script);
    expect(String(await publisher.publish(DELIVERY).ended)).toContain(message);
    expect(calls).toBe(1);
  });

  test('that nothing is heard of before its end goes out once, and has begun and ended then', async () => {
    const posts = gate();
    scripts.push(heldBack(posts.opened));
    const { begun, ended } = publisher.publish(DELIVERY);
    expect(await hasCome(begun)).toBe(false);
    posts.open();
    expect([await begun, await ended]).toEqual([null, null]);
    expect(calls).toBe(1);
  });

  test.each<readonly [string, Script, string]>([
    ['fails', failing, 'The broadcaster failed: Unhandled'],
    ['breaks off', breaking, 'aborted'],
  ])('that %s after it began is not delivered again', async (_how, script, message) => {
    scripts.push(script);
    const { begun, ended } = publisher.publish(DELIVERY);
    expect(await begun).toBeNull();
    expect(String(await ended)).toContain(message);
    expect(calls).toBe(1);
  });

  test('that nobody waits for may fail without being an unhandled rejection', async () => {
    scripts.push(
      ...[1, 2, 3].map(
        (): Script =>
          ({ refuse }) =>
            refuse(429),
      ),
    );
    publisher.publish(DELIVERY);
    while (calls < 3) await new Promise(setImmediate);
    await new Promise((resolve) => setTimeout(resolve, HAND_OVER_MS));
    expect(unhandled).toEqual([]);
  });
});

describe('a connection', () => {
  /** How a request of Node's own fails; the SDK hands its errors on as they are. */
  const failure = async (url: string, lookup?: LookupFunction): Promise<unknown> => {
    const request = get(url, { agent: false, ...(lookup && { lookup }) });
    const [error] = (await once(request, 'error')) as [unknown];
    return error;
  };
  const nowhere = async (): Promise<string> => {
    const gone = createServer();
    const address = await listen(gone);
    await close(gone);
    return address;
  };
  const everyAddress: LookupFunction = (_name, _options, found) =>
    found(null, [
      { address: '127.0.0.1', family: 4 },
      { address: '127.0.0.2', family: 4 },
    ]);

  test('that cannot be opened has carried nothing', async () => {
    expect(wasRefused(await failure(await nowhere()))).toBe(true);
  });

  test('that no address of a name can be opened for has carried nothing', async () => {
    const { port } = new URL(await nowhere());
    const error = await failure(`http://broadcaster.test:${port}`, everyAddress);
    expect(error).toMatchObject({ errors: [{ syscall: 'connect' }, { syscall: 'connect' }] });
    expect(wasRefused(error)).toBe(true);
  });

  test('that broke may have carried everything', async () => {
    scripts.push(({ breakOff }) => breakOff());
    expect(wasRefused(await failure(process.env['AWS_ENDPOINT_URL_LAMBDA'] ?? ''))).toBe(false);
    const reset = Object.assign(new Error('read ECONNRESET'), { code: 'ECONNRESET', syscall: 'read' });
    expect(wasRefused(reset)).toBe(false);
  });
});

describe('the wait for the begin', () => {
  test('has no limit on the first connection, whose handshake must not be frozen half way', async () => {
    const start = gate();
    scripts.push(heldBack(start.opened));
    const { begun } = publisher.publish(DELIVERY);
    expect(await hasCome(begun)).toBe(false);
    start.open();
    expect(await begun).toBeNull();
  });

  test('has one on a connection that is open already, and the rest is heard later', async () => {
    await warmUp();
    const start = gate();
    scripts.push(heldBack(start.opened));
    const { begun, ended } = publisher.publish(DELIVERY);
    expect(await begun).toBeNull();
    expect(await hasCome(ended)).toBe(false);
    start.open();
    expect(await ended).toBeNull();
    expect(connections).toBe(1);
  });

  test('has none when the connections that are open are all in use', async () => {
    await warmUp();
    const start = gate();
    scripts.push(heldBack(start.opened), heldBack(start.opened));
    const first = publisher.publish(DELIVERY);
    const second = publisher.publish(DELIVERY);
    expect(await hasCome(first.begun)).toBe(true);
    expect(await hasCome(second.begun)).toBe(false);
    start.open();
    expect(await Promise.all([first.ended, second.ended, second.begun])).toEqual([null, null, null]);
    expect(connections).toBe(2);
  });

  test('leaves no timer behind', async () => {
    await warmUp();
    const [set, clear] = [jest.spyOn(globalThis, 'setTimeout'), jest.spyOn(globalThis, 'clearTimeout')];
    try {
      await publisher.publish(DELIVERY).begun;
      const made = set.mock.results.filter((_, call) => set.mock.calls[call]?.[1] === HAND_OVER_MS);
      const cleared: readonly unknown[] = clear.mock.calls.map(([timer]) => timer);
      expect(made).toHaveLength(1);
      expect(cleared).toContain(made[0]?.value);
    } finally {
      set.mockRestore();
      clear.mockRestore();
    }
  });
});
