/** The functions as they are deployed, each called with the events that AWS makes, on the SDK's own clients. */
import { afterAll, beforeAll, beforeEach, describe, expect, jest, test } from '@jest/globals';
import { SendMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import { PutCommand } from '@aws-sdk/lib-dynamodb';
import { execFile } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { parse } from 'yaml';
import { chanceFrom, moveFor, occasionIn } from '../../scripts/play/moves.ts';
import { decodeToken, encodeToken } from '../../scripts/local/steps/token.ts';
import { createIdentity } from '../../src/app/identity.ts';
import type { Frame } from '../../src/protocol/server-frames.ts';
import { bySeat } from '../../src/game/seats.ts';
import type { Seat } from '../../src/game/seats.ts';
import type { RoomEvent } from '../../src/room/events.ts';
import { applyCommit, NO_RECORD } from '../../src/room/record.ts';
import { listingOf } from '../../src/room/listing.ts';
import { commitKey } from '../../src/store/keys.ts';
import { codeOf, dataOf } from '../support/players.ts';
import { attached, detached, gameAt, LAST, lastTurn, opened, PEOPLE, tableOf } from '../support/room.ts';
import { viewerHeader } from '../../scripts/local/viewer.ts';
import {
  ADMIN_TOKEN,
  handshake,
  httpRequest,
  METHOD_ARN,
  newSession,
  openStage,
  ORIGIN,
  SESSION_SECRET,
  socketEvent,
  until,
  visit,
} from '../support/stage.ts';
import type { HttpResult, Stage } from '../support/stage.ts';

jest.setTimeout(60_000);

let stage: Stage;

beforeAll(async () => {
  stage = await openStage({
    roundStartSeconds: 0,
    turnResultsSeconds: 0,
    scoringSeconds: 0,
    botThinkSeconds: 0,
    maxRounds: 1,
  });
  waitForStrangeTokens();
});
afterAll(() => stage.stop());
beforeEach(() => {
  stage.sockets.posts.splice(0);
  stage.sockets.closed.splice(0);
  stage.invoked.splice(0);
  stage.logged.splice(0);
});

/** The execution of a room's first game. */
function executionOf(room: string) {
  return stage.steps.executions.list().find(({ name }) => name.startsWith(`${room}-1-`));
}

/** The token of a story's room: no execution gave it out, but somebody waits for it, or the room would be given an execution. */
function strangeToken(): string {
  return encodeToken({ execution: 'NOBODY-1', step: randomUUID() });
}

/** Callbacks for such tokens are accepted; those of true executions do what they do. */
function waitForStrangeTokens(): void {
  const { executions } = stage.steps;
  const real = { ...executions };
  const isStrange = (token: string) => decodeToken(token)?.execution === 'NOBODY-1';
  jest
    .spyOn(executions, 'heartbeat')
    .mockImplementation((token) => (isStrange(token) ? 'accepted' : real.heartbeat(token)));
  jest
    .spyOn(executions, 'succeed')
    .mockImplementation((token, output) => (isStrange(token) ? 'accepted' : real.succeed(token, output)));
  jest
    .spyOn(executions, 'fail')
    .mockImplementation((token, failure) => (isStrange(token) ? 'accepted' : real.fail(token, failure)));
}

let rooms = 0;

/** The socket of a seat: everybody is in one room only, so that what goes on in another disturbs no test. */
function socketOf(room: string, seat: Seat): string {
  return `socket-${room}-${seat}`;
}

/** A room in which this has happened, ten minutes ago so that everybody in it is there for a while, and just now. */
async function roomWith(...commits: readonly (readonly RoomEvent[])[]): Promise<string> {
  const room = `ROOM${rooms++}`;
  let record = NO_RECORD;
  for (const [place, events] of commits.entries()) {
    const told = events.map((event): RoomEvent => {
      if (event.type === 'RoomOpened') return { ...event, room };
      if (event.type === 'Attached') return { ...event, connection: socketOf(room, event.seat) };
      return event.type === 'TaskEntered' ? { ...event, token: strangeToken() } : event;
    });
    const seq = record.seq + 1;
    const at = Date.now() - 600_000 + place;
    const commit = { room, seq, at, by: 'story', commandId: `story-${seq}`, events: told };
    record = applyCommit(record, commit);
    await stage.store.append({ ...commit, snapshot: record });
  }
  return room;
}
async function listed(room: string): Promise<string> {
  const listing = listingOf(await stage.store.load(room));
  if (listing !== null) await stage.store.project(listing);
  return room;
}
async function typesAfter(room: string, seq: number): Promise<readonly (readonly string[])[]> {
  const { commits } = await stage.store.commits(room, { after: seq, limit: 50 });
  return commits.map(({ events }) => events.map(({ type }) => type));
}
async function lengthOf(room: string): Promise<number> {
  return (await stage.store.load(room)).seq;
}

function eventOf(kind: string, room: string, seat: Seat, body?: string): unknown {
  const { player } = PEOPLE[seat];
  return socketEvent(kind, { connection: socketOf(room, seat), player, room }, body);
}
/** What the person of a seat says in a room. */
async function sayText(room: string, seat: Seat, text: string): Promise<Frame | null> {
  const { statusCode, body } = await stage.functions.message(eventOf('MESSAGE', room, seat, text));
  expect(statusCode).toBe(200);
  return body === undefined ? null : (JSON.parse(body) as Frame);
}
function say(room: string, seat: Seat, event: string, data: object = {}, id?: string): Promise<Frame | null> {
  return sayText(room, seat, JSON.stringify({ event, data, ...(id === undefined ? {} : { id }) }));
}
function framesTo(room: string, seat: Seat): readonly Frame[] {
  return stage.sockets.framesTo(socketOf(room, seat));
}
function eventsTo(room: string, seat: Seat): readonly string[] {
  return framesTo(room, seat).map(({ event }) => event);
}
/** How often the broadcaster was called for a room. */
function deliveriesOf(room: string): number {
  return stage.invoked.filter(
    ({ name, payload }) => name === 'broadcaster' && (payload as { roomId: string }).roomId === room,
  ).length;
}

describe('what does not come through the entry', () => {
  const session = createIdentity(SESSION_SECRET).issue().token;
  const FORGERIES: readonly (readonly [string, string])[] = [
    ['says nothing of it', ''],
    ['is signed with another secret', viewerHeader('another secret')['x-liap-viewer'] ?? ''],
    ['has another address than was signed', `9.${viewerHeader(SESSION_SECRET)['x-liap-viewer'] ?? ''}`],
    ['has an address without a signature', '192.0.2.1'],
    ['has a session in place of a signature', session],
    ['has a header as long as there can be', '1.'.repeat(4_000)],
  ];
  const withHeader = (value: string) => ({ 'x-liap-viewer': value });
  // The event has no such header at all when it says nothing.
  const without = (event: unknown) =>
    JSON.parse(JSON.stringify(event), (name, value: unknown) =>
      name === 'x-liap-viewer' && value === '' ? undefined : value,
    ) as unknown;
  const service = parse(readFileSync(new URL('../../serverless.yml', import.meta.url), 'utf8')) as {
    readonly functions: Readonly<
      Record<string, { readonly events?: readonly { readonly httpApi?: string }[] }>
    >;
  };
  const routes = Object.entries(service.functions).flatMap(([name, { events = [] }]) =>
    events.flatMap(({ httpApi }) => (httpApi === undefined ? [] : [[name, ...httpApi.split(' ')] as const])),
  );

  test('may ask for some things if it does: there are routes', () => {
    expect(new Set(routes.map(([name]) => name))).toEqual(new Set(['http', 'ranking']));
  });

  test.each(routes)('is refused by the function %s: %s %s', async (name, method = '', route = '') => {
    const { handler } = (await import(`../../src/handlers/${name}.ts`)) as {
      handler: (event: unknown) => Promise<HttpResult>;
    };
    const path = `${route.replace('{room_id}', 'NOROOM')}?session=${session}`;
    const operator = { authorization: `Bearer ${ADMIN_TOKEN}` };
    for (const [, value] of FORGERIES) {
      const { statusCode, body } = await handler(
        without(httpRequest(method, path, { ...operator, ...withHeader(value) })),
      );
      expect([statusCode, JSON.parse(body)]).toEqual([
        403,
        { error: { code: 'NOT_THROUGH_ENTRY', message: expect.stringMatching(/\S/) } },
      ]);
    }
    const { body } = await handler(httpRequest(method, path, operator));
    expect(body).not.toContain('NOT_THROUGH_ENTRY');
    expect(stage.logged.join('\n')).not.toMatch(/"level":"ERROR"/);
  });

  test.each(FORGERIES)(
    'opens no socket when it %s, with a session of ours and from our page',
    async (_what, value) => {
      const event = without(
        handshake({
          headers: { Origin: ORIGIN, ...withHeader(value) },
          queryStringParameters: { room_id: 'lobby', session },
        }),
      );
      const { policyDocument, context } = await stage.functions.authorizer(event);
      expect([policyDocument.Statement, context]).toEqual([
        [{ Action: 'execute-api:Invoke', Effect: 'Deny', Resource: METHOD_ARN }],
        {},
      ]);
      expect(stage.logged.join('\n')).toContain('not through the entry');
      expect(stage.logged.join('\n')).not.toMatch(/"level":"ERROR"/);
      if (value !== '') expect(stage.logged.join('\n')).not.toContain(value);
    },
  );
});

describe('the authorizer', () => {
  const identity = createIdentity(SESSION_SECRET);
  const { token, player } = identity.issue();
  const authorize = (...given: Parameters<typeof handshake>) =>
    stage.functions.authorizer(handshake(...given));
  const allow = (room: string, resource = METHOD_ARN) => ({
    principalId: player,
    policyDocument: {
      Version: '2012-10-17',
      Statement: [{ Action: 'execute-api:Invoke', Effect: 'Allow', Resource: resource }],
    },
    context: { player, room },
  });

  test('lets a session’s cookie in, and says whose it is and for which room', async () => {
    const answer = await authorize({
      headers: { Cookie: `theme=dark; liap_session=${token}`, Origin: ORIGIN },
      queryStringParameters: { room_id: 'abc234' },
    });
    expect(answer).toEqual(allow('ABC234'));
  });

  test('lets the session of a query parameter in, without any Origin', async () => {
    expect(await authorize({ queryStringParameters: { room_id: 'ABC234', session: token } })).toEqual(
      allow('ABC234'),
    );
  });

  test('finds headers however they are written', async () => {
    const headers = { COOKIE: `liap_session=${token}`, oRiGiN: 'https://other.example' };
    expect(await authorize({ headers, queryStringParameters: { room_id: 'lobby' } })).toEqual(allow('lobby'));
  });

  test.each(['lobby', 'LOBBY', 'Lobby'])('takes %s for the lobby', async (room_id) => {
    expect(await authorize({ queryStringParameters: { room_id, session: token } })).toEqual(allow('lobby'));
  });

  test('names the very ARN it was asked about, whichever that is', async () => {
    const methodArn = 'arn:aws:execute-api:eu-west-1:123456789012:xyz/prod/$connect';
    const answer = await authorize({
      methodArn,
      queryStringParameters: { room_id: 'lobby', session: token },
    });
    expect(answer).toEqual(allow('lobby', methodArn));
  });

  const forged = createIdentity('another secret').issue().token;
  test.each([
    ['without a session', { queryStringParameters: { room_id: 'lobby' } }],
    ['with a forged session in the query', { queryStringParameters: { room_id: 'lobby', session: forged } }],
    [
      'with a forged session in the cookie',
      { headers: { Cookie: `liap_session=${forged}` }, queryStringParameters: { room_id: 'lobby' } },
    ],
    [
      'with a forged cookie, whatever the query says',
      {
        headers: { Cookie: `liap_session=${forged}` },
        queryStringParameters: { room_id: 'lobby', session: token },
      },
    ],
    ['with an empty session', { queryStringParameters: { room_id: 'lobby', session: '' } }],
  ])('refuses a handshake %s with the word that API Gateway knows', async (_what, given) => {
    await expect(authorize(given)).rejects.toThrow(/^Unauthorized$/);
  });

  test.each([
    ['from a page that is not ours', { Origin: 'https://evil.example' }],
    ['from a page whose address begins like ours', { Origin: `${ORIGIN}.evil.example` }],
    ['from our page by another scheme', { Origin: ORIGIN.replace('https', 'http') }],
    ['from a sandbox', { Origin: 'null' }],
  ])('denies a handshake %s, with a session or without', async (_what, headers: Record<string, string>) => {
    const cookie: Record<string, string> = { Cookie: `liap_session=${token}` };
    for (const more of [cookie, {}]) {
      const answer = await authorize({
        headers: { ...headers, ...more },
        queryStringParameters: { room_id: 'lobby' },
      });
      expect(answer.policyDocument.Statement).toEqual([
        { Action: 'execute-api:Invoke', Effect: 'Deny', Resource: METHOD_ARN },
      ]);
    }
  });

  test.each([
    [null],
    [{}],
    [{ room_id: '' }],
    [{ room_id: 'A'.repeat(17) }],
    [{ room_id: 'A/B' }],
    [{ room_id: 'A B' }],
    [{ room_id: 'Ä' }],
  ])('denies a handshake for the room of %j', async (query) => {
    const answer = await authorize({
      headers: { Cookie: `liap_session=${token}` },
      queryStringParameters: query as Record<string, string> | null,
    });
    expect(answer.policyDocument.Statement).toMatchObject([{ Effect: 'Deny', Resource: METHOD_ARN }]);
  });

  test('logs a refusal without the session or the query', async () => {
    await authorize({
      headers: { Origin: 'https://evil.example' },
      queryStringParameters: { room_id: 'lobby', session: token },
    });
    await expect(
      authorize({ queryStringParameters: { room_id: 'lobby', session: forged } }),
    ).rejects.toThrow();
    expect(stage.logged.filter((line) => line.includes('handshake refused'))).toHaveLength(2);
    for (const secret of [token, forged, player]) expect(stage.logged.join('\n')).not.toContain(secret);
  });
});

describe('a connection', () => {
  test('is noted with its player and its place, and a visitor of the lobby hears of its changes', async () => {
    const visitor = await visit(stage, 'lobby', await newSession(stage));
    expect(await stage.store.connection(visitor.connection)).toMatchObject({
      room: 'lobby',
      player: visitor.player,
    });
    const host = await visit(stage, 'lobby', await newSession(stage));
    await host.say('create_room', { player_name: 'Ann' });
    await until(() => visitor.heard().length > 0);
    expect(visitor.heard()[0]).toMatchObject({ event: 'room_list_update' });
    await visitor.leave();
    expect(await stage.store.connection(visitor.connection)).toBeNull();
  });

  test('of a room that ends leaves the seat, and the others are told', async () => {
    const room = await roomWith(gameAt('turn'));
    await stage.functions.connect(eventOf('CONNECT', room, 2));
    expect(await stage.functions.disconnect(eventOf('DISCONNECT', room, 2))).toEqual({ statusCode: 200 });
    expect(await typesAfter(room, 1)).toEqual([['Detached']]);
    expect(eventsTo(room, 1)).toEqual(['phase_change']);
    expect(await stage.store.connection(socketOf(room, 2))).toBeNull();
    await stage.functions.disconnect(eventOf('DISCONNECT', room, 2));
    expect(await lengthOf(room)).toBe(2);
  });

  test('cannot be ended by a frame that says it is', async () => {
    const room = await roomWith(gameAt('turn'));
    const frame = eventOf('MESSAGE', room, 2, '{"event":"$disconnect"}');
    expect(await stage.functions.disconnect(frame)).toEqual({ statusCode: 200 });
    expect(await lengthOf(room)).toBe(1);
  });
});

describe('a frame', () => {
  const long = JSON.stringify({ event: 'declare', data: { value: 2 }, id: 'x1', pad: 'x'.repeat(5 * 1024) });
  test.each([
    ['with bad JSON', '{"event": "declare", "data": {', 'INVALID_FRAME'],
    ['with nothing in it', '', 'INVALID_FRAME'],
    ['with an unknown event', '{"event":"give_me_everything","data":{},"id":"x1"}', 'UNKNOWN_EVENT'],
    ['with a wrong type', '{"event":"declare","data":{"value":"two"},"id":"x1"}', 'VALIDATION_ERROR'],
    ['with a value out of range', '{"event":"declare","data":{"value":9},"id":"x1"}', 'VALIDATION_ERROR'],
    ['with a seat out of range', '{"event":"add_bot","data":{"slot_id":5},"id":"x1"}', 'VALIDATION_ERROR'],
    ['of 5 KB', long, 'FRAME_TOO_LARGE'],
    [
      'with control characters in a name',
      '{"event":"client_ready","data":{"player_name":"A\\u0007nn"},"id":"x1"}',
      'VALIDATION_ERROR',
    ],
    ['out of turn', '{"event":"declare","data":{"value":2},"id":"x1"}', 'NOT_YOUR_TURN'],
    ['in the wrong phase', '{"event":"play","data":{"indices":[0]},"id":"x1"}', 'WRONG_PHASE'],
  ])('%s gets its typed error as the direct reply, and the log does not grow', async (_what, text, code) => {
    const room = await roomWith(gameAt('declaration'));
    const reply = await sayText(room, 2, text);
    expect(reply).toMatchObject({
      event: 'error',
      data: {
        code,
        type: expect.stringMatching(/^\w+_error$/),
        message: expect.stringMatching(/^[A-Z].*\.$/),
        details: expect.anything(),
      },
    });
    expect(reply?.reply_to).toBe(text.includes('"x1"') ? 'x1' : undefined);
    expect(await lengthOf(room)).toBe(1);
    expect(deliveriesOf(room)).toBe(0);
  });

  test('that is accepted is answered directly, posted to the others, and written once', async () => {
    const room = await roomWith(gameAt('declaration'));
    const reply = await say(room, 1, 'declare', { value: 2 }, 'd1');
    expect(reply).toMatchObject({ event: 'phase_change', seq: 2, reply_to: 'd1' });
    expect(eventsTo(room, 1)).toEqual([]);
    for (const seat of [2, 3, 4] as const) expect(eventsTo(room, seat)).toEqual(['phase_change']);
    expect(deliveriesOf(room)).toBe(1);
    expect(await typesAfter(room, 1)).toEqual([['Declared']]);
  });

  test('shows nobody another’s hand, neither in the reply nor in what is posted', async () => {
    const room = await roomWith(gameAt('declaration'));
    const reply = await say(room, 1, 'declare', { value: 2 });
    const shown = [reply, ...([2, 3, 4] as const).flatMap((seat) => framesTo(room, seat))];
    const names = shown.map((frame) =>
      Object.values(dataOf(frame, 'phase_change').players).flatMap((each) =>
        'hand' in each ? [each.name] : [],
      ),
    );
    expect(names).toEqual([['Ann'], ['Ben'], ['Cat'], ['Dan']]);
  });

  test('that is not answered has an empty response', async () => {
    const room = await roomWith(gameAt('declaration'));
    expect(await say(room, 1, 'ack', { sequence: 1 })).toBeNull();
    expect(deliveriesOf(room)).toBe(0);
  });

  test('that ends a turn goes to everybody by posts, the sender included, in order', async () => {
    const room = await roomWith(gameAt('turn', undefined, LAST), lastTurn().slice(0, 3));
    expect(await say(room, 4, 'play', { indices: [0] }, 'p1')).toBeNull();
    for (const seat of [1, 2, 3, 4] as const)
      expect(eventsTo(room, seat)).toEqual(['turn_complete', 'phase_change']);
  });

  test('twice at the same instant is applied once and answered twice', async () => {
    const room = await roomWith(gameAt('turn'));
    const twins = await Promise.all([1, 2].map(() => say(room, 1, 'play', { indices: [0] }, 'p1')));
    expect(twins[0]).toMatchObject({ event: 'phase_change', seq: 2, reply_to: 'p1' });
    expect(twins[1]).toEqual(twins[0]);
    expect(await typesAfter(room, 1)).toEqual([['Played']]);
  });

  test.each([1, 2, 3, 4, 5])(
    'of two who may both act at the same instant: both are applied, once each (%d)',
    async () => {
      const room = await roomWith(gameAt('redeal'));
      const [ben, dan] = await Promise.all([
        say(room, 2, 'redeal_decision', { choice: 'decline' }, 'r1'),
        say(room, 4, 'redeal_decision', { choice: 'decline' }, 'r2'),
      ]);
      expect([ben, dan]).toMatchObject([{ event: 'phase_change' }, { event: 'phase_change' }]);
      expect(await typesAfter(room, 1)).toEqual([['RedealDecided'], ['RedealDecided', 'RoundStarted']]);
      const { commits } = await stage.store.commits(room, { after: 1, limit: 5 });
      const deciders = commits.flatMap(({ events: [first] }) =>
        first?.type === 'RedealDecided' ? [first.seat] : [],
      );
      expect(new Set(deciders)).toEqual(new Set([2, 4]));
    },
  );

  test('from another session cannot use a seat, whatever name it gives', async () => {
    const room = await roomWith(gameAt('turn'));
    const thief = await visit(stage, room, await newSession(stage));
    await thief.say('client_ready', { player_name: 'Ann' });
    expect(codeOf(await thief.say('play', { indices: [0], player_name: 'Ann' }))).toBe('NOT_IN_ROOM');
    expect(JSON.stringify(await thief.say('start_next_round'))).not.toContain('"hand"');
    expect(await lengthOf(room)).toBe(1);
  });

  test('in a room that is not there is answered by room_closed and the end of the connection', async () => {
    const visitor = await visit(stage, 'NOROOM', await newSession(stage));
    expect(await visitor.say('client_ready', { player_name: 'Ann' }, 'r1')).toBeNull();
    expect(visitor.heard()).toEqual([
      { event: 'room_closed', data: { message: expect.any(String), reason: 'not_found' }, reply_to: 'r1' },
    ]);
    expect(stage.sockets.closed).toEqual([visitor.connection]);
  });

  test('that finds the room’s log broken is apologised for, by its id, without a word of what is there', async () => {
    const room = await brokenRoom();
    const reply = await say(room, 1, 'declare', { value: 2 }, 'd1');
    expect(reply).toMatchObject({ event: 'error', reply_to: 'd1', data: { code: 'INTERNAL_ERROR' } });
    expect(stage.logged.join('\n')).toContain('A frame could not be answered');
    expect(stage.logged.join('\n')).not.toContain('GENERAL_RED');
  });

  test('that is not one of a connection is no frame', async () => {
    await expect(stage.functions.message({ body: '{}' })).rejects.toThrow();
  });
});

/** A room whose only commit holds something that nobody understands. */
async function brokenRoom(): Promise<string> {
  const room = `BROKEN${rooms++}`;
  const item = {
    ...commitKey(room, 1),
    at: Date.now(),
    by: 'x',
    commandId: 'x',
    events: [{ type: 'Stolen', hand: 'GENERAL_RED' }],
    ttl: 9e9,
  };
  await stage.table.client.send(new PutCommand({ TableName: stage.table.table, Item: item }));
  return room;
}

describe('the broadcaster', () => {
  const deliver = (roomId: string, ...sends: readonly object[]) =>
    stage.functions.broadcaster({ roomId, seq: 3, sends });
  const send = (connectionId: string, ...frames: readonly object[]) => ({ connectionId, frames });
  const deadLetters = () => {
    const answer = stage.steps.call('AmazonSQS.ReceiveMessage', {
      QueueUrl: 'http://127.0.0.1/000000000000/dead-letters',
      MaxNumberOfMessages: 10,
    });
    const { Messages = [] } = ('body' in answer ? answer.body : {}) as { Messages?: { Body: string }[] };
    return Messages.map(({ Body }) => JSON.parse(Body) as unknown);
  };

  test('posts to each connection in order', async () => {
    const reach = await deliver('R', send('a', { n: 1 }, { n: 2 }), send('b@=/x', { n: 3 }));
    expect(reach).toEqual({ delivered: 2, gone: 0, failed: 0 });
    expect(stage.sockets.framesTo('a')).toEqual([{ n: 1 }, { n: 2 }]);
    expect(stage.sockets.framesTo('b@=/x')).toEqual([{ n: 3 }]);
  });

  test('closes whom it is told to close', async () => {
    await deliver('R', { ...send('a', { n: 1 }), close: true });
    expect(stage.sockets.closed).toEqual(['a']);
  });

  test('takes 410 for the end of the connection: the seat is marked and the others are told', async () => {
    const room = await roomWith(gameAt('turn'));
    stage.sockets.statuses.set(socketOf(room, 2), [410]);
    expect(await deliver(room, send(socketOf(room, 2), { n: 1 }))).toEqual({
      delivered: 0,
      gone: 1,
      failed: 0,
    });
    expect(await typesAfter(room, 1)).toEqual([['Detached']]);
    expect(eventsTo(room, 1)).toEqual(['phase_change']);
  });

  test('does not take 410 for the end of a visit to the lobby that has only just begun', async () => {
    const visitor = await visit(stage, 'lobby', await newSession(stage));
    stage.sockets.statuses.set(visitor.connection, [410]);
    await deliver('lobby', send(visitor.connection, { n: 1 }));
    expect(await stage.store.connection(visitor.connection)).not.toBeNull();
    await visitor.leave();
  });

  test.each([429, 500, 503])('tries again after %d', async (status) => {
    stage.sockets.statuses.set('a', [status, status]);
    expect(await deliver('R', send('a', { n: 1 }))).toEqual({ delivered: 1, gone: 0, failed: 0 });
    expect(stage.sockets.framesTo('a')).toEqual([{ n: 1 }]);
  });

  test('leaves a letter about a connection that it cannot reach, and reaches the others', async () => {
    stage.sockets.statuses.set('a', [500, 500, 500, 500, 500]);
    const reach = await deliver('R', send('a', { hand: 'GENERAL_RED' }, { n: 2 }), send('b', { n: 1 }));
    expect(reach).toEqual({ delivered: 1, gone: 0, failed: 1 });
    expect(stage.sockets.framesTo('a')).toEqual([]);
    expect(deadLetters()).toEqual([{ roomId: 'R', seq: 3, connectionId: 'a' }]);
  });

  test('takes nothing but deliveries', async () => {
    await expect(stage.functions.broadcaster({ roomId: 'R' })).rejects.toThrow();
  });

  test('is not called again when it failed, for nobody knows what it had posted', async () => {
    const room = await roomWith(gameAt('declaration'));
    const functions = stage.functions as { broadcaster: Stage['functions']['broadcaster'] };
    const { broadcaster } = functions;
    functions.broadcaster = () => Promise.reject(new Error('out of memory'));
    try {
      expect(await say(room, 1, 'declare', { value: 2 })).toMatchObject({ event: 'phase_change' });
    } finally {
      functions.broadcaster = broadcaster;
    }
    expect(deliveriesOf(room)).toBe(1);
    expect(eventsTo(room, 2)).toEqual([]);
  });
});

describe('the phase function', () => {
  const ask = (room: string, phase: string, more: object = {}) =>
    stage.functions.phase({ phase, roomId: room, game: 1, ...more });

  test.each([
    ['preparation', 'starting', 0, ['TaskEntered', 'Dealt']],
    ['declaration', 'round_start', 1, ['TaskEntered', 'DeclarationOpened']],
    // The turns began with the last declaration, long ago.
    ['turns', 'declared', 1, ['TaskEntered', 'Played']],
  ] as const)('enters %s with its token, once, and tells everybody', async (phase, point, round, types) => {
    const room = await roomWith(gameAt(point));
    const token = strangeToken();
    for (const _try of [1, 2]) expect(await ask(room, phase, { round, token })).toEqual({ entered: true });
    expect(await typesAfter(room, 1)).toEqual([types]);
    expect(eventsTo(room, 3)).toEqual(['phase_change', 'phase_change']);
  });

  test('makes the move that is overdue when it is entered again', async () => {
    const room = await roomWith(gameAt('turn'));
    await ask(room, 'turns', { round: 1, token: strangeToken() });
    expect(await typesAfter(room, 1)).toEqual([['TaskEntered', 'Played']]);
  });

  test('ends and aborts', async () => {
    const room = await roomWith([...gameAt('turn', tableOf([1, 2], { maxRounds: 1 }), LAST), ...lastTurn()]);
    await stage.functions.tick({
      Records: [{ messageId: 'm', body: JSON.stringify({ kind: 'room', roomId: room, seq: 1, due: 0 }) }],
    });
    expect(await typesAfter(room, 1)).toEqual([['RoundScored']]);
    expect(await ask(room, 'game_over')).toMatchObject({
      roomId: room,
      game: 1,
      outcome: 'completed',
      rounds: 1,
    });
    const other = await roomWith(gameAt('turn'));
    expect(await ask(other, 'abort', { error: 'States.Timeout' })).toMatchObject({ outcome: 'aborted' });
    expect(await ask(other, 'abort')).toMatchObject({ outcome: 'aborted' });
    expect(stage.logged.join('\n')).toContain('States.Timeout');
  });

  test('fails for what cannot be done yet, so that the state machine tries again', async () => {
    const room = await roomWith(gameAt('turn'));
    await expect(ask(room, 'game_over')).rejects.toThrow('is not over yet');
  });

  test.each([{}, { phase: 'party' }, { phase: 'turns', roomId: 'R', game: 1, round: 1 }])(
    'takes no %j',
    async (event) => {
      await expect(stage.functions.phase(event)).rejects.toThrow();
    },
  );

  test('never logs the token', async () => {
    const room = await roomWith(gameAt('declared'));
    const token = strangeToken();
    await ask(room, 'turns', { round: 1, token });
    await expect(ask(room, 'turns', { round: '1', token })).rejects.toThrow();
    expect(stage.logged.join('\n')).not.toContain(token);
  });
});

describe('the tick function', () => {
  const batch = (...bodies: readonly unknown[]) =>
    stage.functions.tick({
      Records: bodies.map((body, place) => ({
        messageId: `m${place}`,
        body: typeof body === 'string' ? body : JSON.stringify(body),
      })),
    });

  test('does what each message is for', async () => {
    const room = await roomWith(gameAt('declaration'), [detached(3)]);
    const due = Date.now() - 590_000;
    expect(await batch({ kind: 'room', roomId: room, seq: 2, due }, { kind: 'lobby' })).toEqual({
      batchItemFailures: [],
    });
    expect(await typesAfter(room, 2)).toEqual([['BotTookOver', 'Declared']]);
  });

  test('names the messages that failed, and those only', async () => {
    const room = await roomWith(gameAt('declaration'), [detached(3)]);
    const broken = await brokenRoom();
    const due = Date.now();
    const failed = await batch(
      { kind: 'room', roomId: room, seq: 2, due },
      'not JSON',
      { kind: 'party' },
      { kind: 'room', roomId: broken, seq: 1, due },
      { kind: 'room', roomId: 'NOROOM', seq: 1, due },
    );
    expect(failed).toEqual({
      batchItemFailures: [{ itemIdentifier: 'm1' }, { itemIdentifier: 'm2' }, { itemIdentifier: 'm3' }],
    });
    expect(await typesAfter(room, 2)).toEqual([['BotTookOver', 'Declared']]);
    expect(stage.logged.filter((line) => line.includes('A tick failed'))).toHaveLength(3);
  });
});

describe('the HTTP API', () => {
  const get = (path: string, headers: Readonly<Record<string, string>> = {}) =>
    stage.functions.http(httpRequest('GET', path, headers));
  const bodyOf = ({ body }: HttpResult) => JSON.parse(body) as Record<string, unknown>;
  const OPERATOR = { authorization: `Bearer ${ADMIN_TOKEN}` };
  const post = (path: string, headers: Readonly<Record<string, string>> = {}) =>
    stage.functions.http(httpRequest('POST', path, headers));
  const OPERATORS = [
    '/api/health/detailed',
    '/api/system/stats',
    '/api/system/series',
    '/api/debug/room-stats',
  ];

  const expectError = (result: HttpResult, status: number, code: string) => {
    expect(result.statusCode).toBe(status);
    expect(result.headers['content-type']).toMatch(/^application\/json/);
    expect(bodyOf(result)).toEqual({ error: { code, message: expect.stringMatching(/\S/) } });
  };

  describe('POST /api/session', () => {
    const ask = (address: string, others: Readonly<Record<string, string>> = {}) =>
      stage.functions.http(
        httpRequest('POST', '/api/session', { ...viewerHeader(SESSION_SECRET, address), ...others }),
      );

    test('gives a session that the authorizer lets in as that player', async () => {
      const { session_token, player_id } = bodyOf(await ask('192.0.2.1')) as Record<string, string>;
      const allowed = await stage.functions.authorizer(
        handshake({ queryStringParameters: { room_id: 'lobby', session: session_token ?? '' } }),
      );
      expect(allowed.context).toEqual({ player: player_id, room: 'lobby' });
      expect(stage.logged.join('\n')).not.toContain(session_token);
    });

    test('gives an address thirty a minute, whatever it says of where it comes from', async () => {
      // Of one window: the other would begin anew.
      if (Date.now() % 60_000 > 50_000) await new Promise((resolve) => setTimeout(resolve, 10_500));
      const statuses: number[] = [];
      for (let tries = 0; tries < 31; tries++)
        statuses.push((await ask('192.0.2.2', { 'x-forwarded-for': `${tries}.${tries}.0.1` })).statusCode);
      expect(statuses).toEqual([...Array.from({ length: 30 }, () => 200), 429]);
      expectError(await ask('192.0.2.2'), 429, 'RATE_LIMITED');
      expect((await ask('192.0.2.3')).statusCode).toBe(200);
    });
  });

  test('GET /api/health is for everybody', async () => {
    const result = await get('/api/health');
    expect(result.statusCode).toBe(200);
    expect(bodyOf(result)).toEqual({
      status: 'ok',
      timestamp: expect.any(Number),
      service: 'liap-tui',
      version: expect.stringMatching(/^\d+\.\d+\.\d+/),
    });
  });

  test.each(OPERATORS)('%s is for operators only', async (path) => {
    expectError(await get(path), 401, 'UNAUTHORIZED');
    expectError(await get(path, { authorization: 'Basic abc' }), 401, 'UNAUTHORIZED');
    expectError(await get(path, { authorization: 'Bearer wrong' }), 403, 'PERMISSION_DENIED');
    expectError(await get(path, { authorization: `Bearer ${ADMIN_TOKEN}x` }), 403, 'PERMISSION_DENIED');
    expect((await get(path, OPERATOR)).statusCode).toBe(200);
  });

  describe('GET /api/health/detailed', () => {
    test('tells how each part is, and how fast', async () => {
      const part = { status: 'ok', latency_ms: expect.any(Number) };
      expect(bodyOf(await get('/api/health/detailed', OPERATOR))).toMatchObject({
        status: 'ok',
        table: part,
        state_machine: part,
        management_api: part,
        queues: part,
      });
    });

    test('tells which part is out of order', async () => {
      stage.sockets.statuses.set('probe', [500, 500, 500, 500, 500]);
      expect(bodyOf(await get('/api/health/detailed', OPERATOR))).toMatchObject({
        status: 'degraded',
        table: { status: 'ok' },
        management_api: { status: 'failed' },
      });
    });
  });

  test('GET /api/system/stats counts', async () => {
    await listed(await roomWith(gameAt('turn')));
    const stats = bodyOf(await get('/api/system/stats', OPERATOR));
    expect(stats).toMatchObject({ rooms: { playing: expect.any(Number) }, complete: true });
    expect((stats['rooms'] as { playing: number }).playing).toBeGreaterThanOrEqual(1);
  });

  test('GET /api/system/stats says how many messages wait in the queues, for now and for later', async () => {
    const depths = async () => {
      const { dead_letters, ticks_waiting } = bodyOf(await get('/api/system/stats', OPERATOR));
      return { dead_letters: Number(dead_letters), ticks_waiting: Number(ticks_waiting) };
    };
    const before = await depths();
    const sqs = new SQSClient({});
    const QueueUrl = process.env['DEAD_LETTER_QUEUE_URL'] ?? '';
    await sqs.send(new SendMessageCommand({ QueueUrl, MessageBody: '{}' }));
    await sqs.send(new SendMessageCommand({ QueueUrl, MessageBody: '{}', DelaySeconds: 900 }));
    expect((await depths()).dead_letters).toBe(before.dead_letters + 2);
  });

  describe('GET /api/system/series', () => {
    test('has a line for each minute asked for, an hour unless told otherwise', async () => {
      const { minutes } = bodyOf(await get('/api/system/series', OPERATOR)) as { minutes: { at: number }[] };
      expect(minutes).toHaveLength(60);
      expect(minutes.map(({ at }) => at - (minutes[0]?.at ?? 0))).toEqual(
        minutes.map((_, minute) => minute * 60),
      );
      expect(bodyOf(await get('/api/system/series?minutes=1440', OPERATOR))['minutes']).toHaveLength(1_440);
    });

    test('counts the commands of players with how long they took, and no pings', async () => {
      const room = await roomWith(tableOf([1, 2]));
      const commands = async (): Promise<number> => {
        const { minutes } = bodyOf(await get('/api/system/series?minutes=2', OPERATOR)) as {
          minutes: { commands: number; frames: number; p50_ms: number | null }[];
        };
        return minutes.reduce((sum, minute) => sum + minute.commands, 0);
      };
      const before = await commands();
      await say(room, 1, 'get_room_state');
      for (let pings = 0; pings < 5; pings++) await say(room, 1, 'ping', { timestamp: 1 });
      // What has gathered is written with a request five seconds after the last time.
      await until(async () => {
        await say(room, 1, 'ping', { timestamp: 1 });
        return (await commands()) > before;
      });
    });

    test.each(['minutes=0', 'minutes=1441', 'minutes=x', 'minutes=1.5'])(
      'refuses %s with a reason',
      async (query) => {
        expectError(await get(`/api/system/series?${query}`, OPERATOR), 400, 'VALIDATION_ERROR');
      },
    );
  });

  describe('GET /api/debug/rooms/{room_id}', () => {
    test('shows a running game without hands, sessions, connections and tokens', async () => {
      const room = await roomWith(gameAt('turn'));
      const result = await get(`/api/debug/rooms/${room.toLowerCase()}`, OPERATOR);
      expect(result.statusCode).toBe(200);
      expect(result.body).not.toMatch(/"(hands|seed|player|token)"|session-|socket-|GENERAL|SOLDIER/);
      expect(bodyOf(result)).toMatchObject({
        room_id: room,
        stage: 'playing',
        phase: 'turn',
        seats: [{ name: 'Ann', is_awaited: true }, {}, {}, {}],
        execution: { name: expect.stringMatching(`^${room}-1-\\d{13}$`), status: null },
        commits: [{ seq: 1, by: 'story…' }],
      });
    });

    test('is for operators only, and knows no room that is not there', async () => {
      const room = await roomWith(gameAt('turn'));
      expectError(await get(`/api/debug/rooms/${room}`), 401, 'UNAUTHORIZED');
      const session = await newSession(stage);
      expectError(
        await get(`/api/debug/rooms/${room}`, { authorization: `Bearer ${session}` }),
        403,
        'PERMISSION_DENIED',
      );
      expectError(await get('/api/debug/rooms/NOROOM', OPERATOR), 404, 'ROOM_NOT_FOUND');
      expectError(await get(`/api/debug/rooms/${'A'.repeat(17)}`, OPERATOR), 400, 'VALIDATION_ERROR');
    });
  });

  describe('POST /api/debug/rooms/{room_id}/close', () => {
    test('ends a room and its game: those in it are told and hung up on, nobody finds it any more', async () => {
      const room = await listed(await roomWith(gameAt('turn', tableOf([1, 2]))));
      const result = await post(`/api/debug/rooms/${room}/close`, OPERATOR);
      expect(result.statusCode).toBe(200);
      expect(bodyOf(result)).toEqual({ room_id: room, stage: 'closed' });
      for (const seat of [1, 2] as const) {
        expect(eventsTo(room, seat)).toEqual(['game_ended', 'room_closed']);
        expect(stage.sockets.closed).toContain(socketOf(room, seat));
      }
      expect(await typesAfter(room, 1)).toEqual([['GameEnded', 'RoomClosed']]);
      const page = await get(`/api/debug/room-stats?text=${room}`, OPERATOR);
      expect(bodyOf(page)).toMatchObject({ rooms: [] });
      expect(bodyOf(await get(`/api/debug/rooms/${room}`, OPERATOR))).toMatchObject({
        stage: 'closed',
        closed_reason: 'closed_by_operator',
        commits: [{ by: 'operator' }, {}],
      });
    });

    test('ends the execution of the game, which was waiting for somebody to play', async () => {
      const lobby = await visit(stage, 'lobby', await newSession(stage));
      const { room_id: room } = dataOf(
        await lobby.say('create_room', { player_name: 'Ann' }),
        'room_created',
      );
      const ann = await visit(stage, room, lobby.session);
      await ann.say('client_ready', { player_name: 'Ann' });
      for (const slot_id of [2, 3, 4]) await ann.say('add_bot', { slot_id });
      await ann.say('start_game');
      const detail = async () => bodyOf(await get(`/api/debug/rooms/${room}`, OPERATOR));
      await until(async () => (await detail())['task'] !== null);
      expect(await detail()).toMatchObject({
        execution: { name: expect.stringMatching(`^${room}-1-\\d{13}$`), status: 'RUNNING' },
      });
      expect((await post(`/api/debug/rooms/${room}/close`, OPERATOR)).statusCode).toBe(200);
      const isOver = () => executionOf(room)?.status === 'SUCCEEDED';
      await until(isOver);
      expect(ann.heard().at(-1)).toMatchObject({
        event: 'room_closed',
        data: { reason: 'closed_by_operator' },
      });
    });

    test('again changes nothing', async () => {
      const room = await roomWith([opened(), attached(1)]);
      for (let tries = 0; tries < 2; tries++)
        expect((await post(`/api/debug/rooms/${room}/close`, OPERATOR)).statusCode).toBe(200);
      expect(await typesAfter(room, 1)).toEqual([['RoomClosed']]);
    });

    test('is for operators only, and for rooms that are there', async () => {
      const room = await roomWith([opened(), attached(1)]);
      expectError(await post(`/api/debug/rooms/${room}/close`), 401, 'UNAUTHORIZED');
      expectError(
        await post(`/api/debug/rooms/${room}/close`, { authorization: 'Bearer wrong' }),
        403,
        'PERMISSION_DENIED',
      );
      expectError(await get(`/api/debug/rooms/${room}/close`, OPERATOR), 404, 'NOT_FOUND');
      expectError(await post('/api/debug/rooms/NOROOM/close', OPERATOR), 404, 'ROOM_NOT_FOUND');
      expectError(await post('/api/debug/rooms/A.B/close', OPERATOR), 400, 'VALIDATION_ERROR');
      expect(await typesAfter(room, 1)).toEqual([]);
    });
  });

  describe('GET /api/debug/room-stats', () => {
    test('shows rooms page by page, each once, and never a hand or a session', async () => {
      const mine = [];
      for (let count = 0; count < 3; count++) mine.push(await listed(await roomWith(gameAt('turn'))));
      const seen: string[] = [];
      let next: string | null = '';
      while (next !== null) {
        const cursor: string = next === '' ? '' : `&cursor=${encodeURIComponent(next)}`;
        const page: HttpResult = await get(`/api/debug/room-stats?limit=2${cursor}`, OPERATOR);
        expect(page.body).not.toMatch(/GENERAL|SOLDIER|session-|socket-|"token"|"seed"/);
        const { rooms: shown, next: following } = bodyOf(page) as {
          rooms: { room_id: string }[];
          next: string | null;
        };
        seen.push(...shown.map(({ room_id }) => room_id));
        next = following;
      }
      expect(new Set(seen).size).toBe(seen.length);
      expect(seen).toEqual(expect.arrayContaining(mine));
    });

    test.each([
      'limit=0',
      'limit=51',
      'limit=x',
      'limit=1.5',
      'cursor=nowhere',
      'stage=closed',
      `text=${'x'.repeat(41)}`,
      'cursor=open:%00',
      `cursor=${'x'.repeat(501)}`,
    ])('refuses %s with a reason', async (query) => {
      expectError(await get(`/api/debug/room-stats?${query}`, OPERATOR), 400, 'VALIDATION_ERROR');
    });
  });

  describe('GET /api/rooms/{room_id}/events', () => {
    const sessionOf = createIdentity(SESSION_SECRET).issue();

    test('is for nobody without a session or the operator’s token', async () => {
      const room = await roomWith(gameAt('turn'));
      expectError(await get(`/api/rooms/${room}/events`), 401, 'UNAUTHORIZED');
      expectError(
        await get(`/api/rooms/${room}/events`, { authorization: 'Bearer wrong' }),
        401,
        'UNAUTHORIZED',
      );
      expectError(await get(`/api/rooms/${room}/events?session=forged`), 401, 'UNAUTHORIZED');
    });

    test('shows an operator a running game without hands, sessions, connections and tokens', async () => {
      const room = await roomWith(gameAt('turn'));
      const result = await get(`/api/rooms/${room.toLowerCase()}/events`, OPERATOR);
      expect(result.statusCode).toBe(200);
      expect(result.body).not.toMatch(/"(hands|seed|player|connection|token)"|session-|socket-/);
      expect(bodyOf(result)).toMatchObject({ room_id: room, next: null });
      const { events } = bodyOf(result) as { events: { type: string }[] };
      expect(events.map(({ type }) => type)).toEqual(gameAt('turn').map(({ type }) => type));
    });

    test('is paged by commits', async () => {
      const room = await roomWith([opened()], [attached(1)], [detached(1)], [attached(1)], [detached(1)]);
      const first = bodyOf(await get(`/api/rooms/${room}/events?limit=2`, OPERATOR));
      expect(first).toMatchObject({ next: 2, events: [{ seq: 1 }, { seq: 2 }] });
      const rest = bodyOf(await get(`/api/rooms/${room}/events?limit=500&after=2`, OPERATOR));
      expect(rest).toMatchObject({ next: null, events: [{ seq: 3 }, { seq: 4 }, { seq: 5 }] });
      expect(bodyOf(await get(`/api/rooms/${room}/events?after=5`, OPERATOR))).toMatchObject({
        events: [],
        next: null,
      });
    });

    test('shows the players of a finished game everything, by cookie, query or bearer, and nobody else', async () => {
      const mine = (event: RoomEvent): RoomEvent =>
        event.type === 'SeatTaken' && event.seat === 2 ? { ...event, player: sessionOf.player } : event;
      const score = { declared: 1, captured: 1, base: 6, bonus: 5, hitValue: 1, final: 6, total: 6 };
      const game = [...gameAt('turn', undefined, LAST).map(mine), ...lastTurn()];
      const running = await roomWith(game);
      const room = await roomWith(game, [
        { type: 'RoundScored', scores: bySeat(() => score), winners: [1] },
        { type: 'GameEnded', outcome: 'completed', winners: [1] },
      ]);
      for (const [query, headers] of [
        ['', { cookie: `liap_session=${sessionOf.token}` }],
        [`?session=${sessionOf.token}`, {}],
        ['', { authorization: `Bearer ${sessionOf.token}` }],
      ] as const) {
        const result = await get(`/api/rooms/${room}/events${query}`, headers);
        expect(result.statusCode).toBe(200);
        expect(result.body).toContain('"hands"');
        expect(result.body).not.toMatch(/"(player|connection|token)"/);
        expectError(await get(`/api/rooms/${running}/events${query}`, headers), 403, 'PERMISSION_DENIED');
      }
      const stranger = createIdentity(SESSION_SECRET).issue().token;
      expectError(await get(`/api/rooms/${room}/events?session=${stranger}`), 403, 'PERMISSION_DENIED');
    });

    test('does not know a room that is not there', async () => {
      expectError(await get('/api/rooms/NOROOM/events', OPERATOR), 404, 'ROOM_NOT_FOUND');
      expectError(await get('/api/rooms/lobby/events', OPERATOR), 404, 'ROOM_NOT_FOUND');
    });

    test.each([
      'after=-1',
      'after=x',
      'after=1.5',
      'after=99999999',
      'after=999999999',
      'after=1e300',
      'limit=0',
      'limit=501',
      'limit=',
      'limit=many',
    ])('refuses %s with a reason', async (query) => {
      const room = await roomWith([opened()]);
      expectError(await get(`/api/rooms/${room}/events?${query}`, OPERATOR), 400, 'VALIDATION_ERROR');
    });

    test.each(['A'.repeat(17), 'A%2FB', 'A%20B', '%E0%A4%A', '%00', '..'])(
      'refuses the room %s',
      async (room) => {
        const result = await get(`/api/rooms/${room}/events`, OPERATOR);
        expect([400, 404]).toContain(result.statusCode);
        expect(bodyOf(result)).toMatchObject({ error: { code: expect.any(String) } });
      },
    );
  });

  test.each([
    ['GET', '/'],
    ['GET', '/api'],
    ['GET', '/api/session'],
    ['POST', '/api/health'],
    ['GET', '/api/rooms'],
    ['DELETE', '/api/rooms/ABC234/events'],
  ])('%s %s is nothing', async (method, path) => {
    expectError(await stage.functions.http(httpRequest(method, path, OPERATOR)), 404, 'NOT_FOUND');
  });

  test('a fault inside is a 500 that says nothing of it, is logged, and counts among the errors', async () => {
    const room = await brokenRoom();
    const result = await get(`/api/rooms/${room}/events`, OPERATOR);
    expectError(result, 500, 'INTERNAL_ERROR');
    expect(result.body).not.toContain(room);
    expect(stage.logged.join('\n')).toContain('A request failed');
    expect(stage.logged.join('\n')).not.toContain('GENERAL_RED');
    await until(async () => {
      // The next request after five seconds writes what has gathered, should this one not have.
      const { errors } = bodyOf(await get('/api/system/stats', OPERATOR)) as {
        errors: Record<string, number>;
      };
      return (errors['INTERNAL_ERROR'] ?? 0) >= 1;
    });
  });
});

test('one human and three bots play a game to its end, and the execution with it', async () => {
  const lobby = await visit(stage, 'lobby', await newSession(stage));
  const created = await lobby.say('create_room', { player_name: 'Ann' }, randomUUID());
  const room = dataOf(created, 'room_created').room_id;
  const ann = await visit(stage, room, lobby.session);
  await ann.say('client_ready', { player_name: 'Ann' }, randomUUID());
  for (const slot_id of [2, 3, 4]) await ann.say('add_bot', { slot_id }, randomUUID());
  const replies: Frame[] = [];
  await ann.say('start_game', {}, randomUUID());
  const chance = chanceFrom(1);
  const done = new Set<string>();
  const views = () =>
    [...ann.heard(), ...replies]
      .filter((frame) => frame.event === 'phase_change')
      .toSorted((a, b) => (a.seq ?? 0) - (b.seq ?? 0));
  await until(async () => {
    const view = views().at(-1)?.data;
    if (view === undefined) return false;
    const occasion = occasionIn(view, 'Ann');
    if (occasion !== null && !done.has(occasion)) {
      done.add(occasion);
      const { event, body } = moveFor(view, 'Ann', chance);
      const reply = await ann.say(event, body, randomUUID());
      expect(reply?.event).not.toBe('error');
      if (reply !== null) replies.push(reply);
    }
    return view.phase === 'game_over';
  }, 40_000);
  expect(ann.heard().map(({ event }) => event)).toContain('game_ended');
  await until(() => executionOf(room)?.status === 'SUCCEEDED');
  expect(stage.steps.executions.events().at(-1)).toMatchObject({
    detailType: 'game.finished',
    detail: { roomId: room, game: 1, outcome: 'completed', rounds: 1 },
  });
  expect(stage.logged.filter((line) => line.includes('"ERROR"'))).toEqual([]);
});

describe('the environment', () => {
  const ENVIRONMENT: Readonly<Record<string, string>> = {
    AWS_REGION: 'us-east-1',
    STAGE: 'local',
    TABLE_NAME: 'table',
    ALLOWED_ORIGINS: ORIGIN,
    WEBSOCKET_ENDPOINT: 'http://127.0.0.1:1/local',
    BROADCASTER_FUNCTION: 'broadcaster',
    STATE_MACHINE_ARN: 'arn:aws:states:us-east-1:000000000000:stateMachine:game',
    TICK_QUEUE_URL: 'http://127.0.0.1:1/000000000000/ticks',
    DEAD_LETTER_QUEUE_URL: 'http://127.0.0.1:1/000000000000/dead-letters',
    GAME_SETTINGS: '{}',
    TALLY_SECONDS: '60',
    SESSION_SECRET_PARAMETER: '/secret',
    ADMIN_TOKEN_PARAMETER: '/token',
  };
  const PORTS = [
    'TABLE_NAME',
    'BROADCASTER_FUNCTION',
    'STATE_MACHINE_ARN',
    'TICK_QUEUE_URL',
    'GAME_SETTINGS',
  ];
  const NEEDS: Readonly<Record<string, readonly string[]>> = {
    authorizer: ['ALLOWED_ORIGINS', 'SESSION_SECRET_PARAMETER'],
    connect: ['TABLE_NAME', 'GAME_SETTINGS'],
    disconnect: PORTS,
    message: PORTS,
    broadcaster: [...PORTS, 'WEBSOCKET_ENDPOINT', 'DEAD_LETTER_QUEUE_URL'],
    phase: PORTS,
    tick: PORTS,
    http: [
      ...PORTS,
      'WEBSOCKET_ENDPOINT',
      'DEAD_LETTER_QUEUE_URL',
      'SESSION_SECRET_PARAMETER',
      'ADMIN_TOKEN_PARAMETER',
    ],
  };
  /** Runs a program in a process of its own, with this environment; what it printed, or its error. */
  const run = async (program: string, env: Readonly<Record<string, string>>): Promise<string> => {
    try {
      const options = ['--input-type=module', '-e', program];
      return (await promisify(execFile)(process.execPath, options, { env })).stdout;
    } catch (error) {
      return (error as { stderr: string }).stderr;
    }
  };
  // The managed runtime's global is there before a handler is.
  const load = (name: string) =>
    `globalThis.awslambda = { streamifyResponse: (handler) => handler };
    await import(${JSON.stringify(fileURLToPath(new URL(`../../src/handlers/${name}.ts`, import.meta.url)))})`;

  test.each(Object.entries(NEEDS))(
    '%s fails at its start with the name of what is missing, and starts once that is there',
    async (name, needs) => {
      const last = needs.at(-1) ?? '';
      const env = Object.fromEntries(Object.entries(ENVIRONMENT).filter(([each]) => each !== last));
      const again = load(name).replace('.ts"', '.ts?again"');
      const program = `
        ${load(name)}.catch(({ message }) => console.log(message));
        process.env.${last} = ${JSON.stringify(ENVIRONMENT[last])};
        ${again}.then(({ handler }) => console.log(typeof handler));`;
      const [failure, success] = (await run(program, env)).trim().split('\n');
      expect(failure).toMatch(/^Unusable environment: /);
      expect(failure).toContain(last.replace('_PARAMETER', ''));
      expect(success).toBe('function');
    },
  );

  test('names all that is missing or wrong at once, never a value', async () => {
    const { TABLE_NAME: _table, STATE_MACHINE_ARN: _machine, ...rest } = ENVIRONMENT;
    const failure = await run(load('message'), { ...rest, TICK_QUEUE_URL: 'my-secret-queue' });
    for (const name of [
      'TABLE_NAME is missing',
      'STATE_MACHINE_ARN is missing',
      'TICK_QUEUE_URL is not an address',
    ])
      expect(failure).toContain(name);
    expect(failure).not.toContain('my-secret-queue');
  });

  test('with an unknown setting of the game is refused', async () => {
    expect(await run(load('connect'), { ...ENVIRONMENT, GAME_SETTINGS: '{"speed":9}' })).toContain(
      'speed: no such setting',
    );
  });
});
