// A stage of the product in this process: the real handlers on the SDK's own clients, which find the table, the state machine,
// the queues, the functions and the sockets on the loopback. Only the two ends are played: API Gateway and Lambda's endpoint.

import type { APIGatewayAuthorizerResult, SQSBatchResponse } from 'aws-lambda';
import { createServer } from 'node:http';
import { text } from 'node:stream/consumers';
import { setTimeout as sleep } from 'node:timers/promises';
import { createSteps, gameFinishedPattern, readDefinition } from '../../scripts/local/steps.ts';
import type { Steps } from '../../scripts/local/steps.ts';
import { answerStreaming, contextOf, defineStreaming } from '../../scripts/local/streaming.ts';
import type { Handler as StreamingHandler } from '../../scripts/local/streaming.ts';
import { viewerHeader } from '../../scripts/local/viewer.ts';
import type { Reach } from '../../src/app/broadcast.ts';
import { parseSettings } from '../../src/app/settings.ts';
import type { Frame } from '../../src/protocol/server-frames.ts';
import type { Settings } from '../../src/room/room.ts';
import { createStore } from '../../src/store/store.ts';
import type { Store } from '../../src/store/store.ts';
import { STATE_MACHINE_ARN } from './machine.ts';
import { close, listen, startTable } from './table.ts';
import type { StartedTable } from './table.ts';

export const ADMIN_TOKEN = 'the-token-of-the-operator';
export const SESSION_SECRET = 'the secret of all sessions';
export const ORIGIN = 'https://play.example';
const PREFIX = 'liap-tui-local-';

type Handler<Result> = (event: unknown, context?: { readonly clientContext: unknown }) => Promise<Result>;
export interface HttpResult {
  readonly statusCode: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}
/** The handlers by the names of their files. */
export interface Functions {
  readonly authorizer: Handler<APIGatewayAuthorizerResult>;
  readonly connect: Handler<{ statusCode: number }>;
  readonly disconnect: Handler<{ statusCode: number }>;
  readonly message: Handler<{ statusCode: number; body?: string }>;
  readonly broadcaster: Handler<Reach>;
  readonly phase: Handler<unknown>;
  readonly tick: Handler<SQSBatchResponse>;
  readonly results: Handler<SQSBatchResponse>;
  readonly http: Handler<HttpResult>;
}

export interface Stage {
  readonly functions: Functions;
  /** The table, to look into. */
  readonly store: Store;
  readonly table: StartedTable;
  readonly steps: Steps;
  readonly sockets: Sockets;
  /** Invocations of functions over the network, in order. */
  readonly invoked: { readonly name: string; readonly payload: unknown }[];
  /** Every line that the functions have logged. */
  readonly logged: string[];
  stop(): Promise<void>;
}

/** The gateway's side of all sockets. */
export interface Sockets {
  readonly posts: { readonly connection: string; readonly text: string }[];
  readonly closed: string[];
  /** The statuses that the next posts to a connection are answered with; then 200 again. */
  readonly statuses: Map<string, number[]>;
  framesTo(connection: string): readonly Frame[];
}

/** Opens a stage. One for a test file: the functions read their environment once, when they are loaded. `environment`: what differs there. */
export async function openStage(
  settings: Partial<Settings> = {},
  environment: Readonly<Record<string, string>> = {},
): Promise<Stage> {
  const table = await startTable();
  const invoked: Stage['invoked'] = [];
  const logged = captureLog();
  const sockets: Sockets = {
    posts: [],
    closed: [],
    statuses: new Map(),
    framesTo: (connection) =>
      sockets.posts
        .filter((post) => post.connection === connection)
        .map((post) => JSON.parse(post.text) as Frame),
  };
  const gateway = createServer(answerAsGateway(sockets));
  let running = 0;
  const lambda = createServer(
    answerAsLambda(async (name, payload, stream) => {
      invoked.push({ name, payload });
      const handler = new Map<string, Handler<unknown>>(Object.entries(functions)).get(name);
      if (handler === undefined) throw new Error(`There is no function ${name}`);
      running++;
      return handler(payload, { clientContext: contextOf(stream) }).finally(() => running--);
    }),
  );
  const steps = createSteps({
    database: ':memory:',
    definition: readDefinition({ PhaseFunctionArn: 'phase', EventBusName: 'default' }),
    invoke: async (name, payload) => {
      invoked.push({ name, payload });
      if (name === 'phase') return functions.phase(payload);
      return name === 'results' ? functions.results(payload) : functions.tick(payload);
    },
    log: () => undefined,
    stateMachineArn: STATE_MACHINE_ARN,
    tickQueueUrl: 'http://127.0.0.1/000000000000/ticks',
    deadLetterQueueUrl: 'http://127.0.0.1/000000000000/dead-letters',
    tickFunction: 'tick',
    subscriptions: [
      {
        pattern: gameFinishedPattern(),
        queueUrl: 'http://127.0.0.1/000000000000/results',
        functionName: 'results',
      },
    ],
    visibilitySeconds: 1,
  });
  const stepsUrl = await steps.listen(0);
  Object.assign(process.env, {
    AWS_REGION: 'us-east-1',
    AWS_ACCESS_KEY_ID: 'local',
    AWS_SECRET_ACCESS_KEY: 'local',
    AWS_ENDPOINT_URL_DYNAMODB: table.endpoint,
    AWS_ENDPOINT_URL_SFN: stepsUrl,
    AWS_ENDPOINT_URL_SQS: stepsUrl,
    AWS_ENDPOINT_URL_LAMBDA: await listen(lambda),
    STAGE: 'local',
    TABLE_NAME: table.table,
    ALLOWED_ORIGINS: `${ORIGIN}, https://other.example`,
    WEBSOCKET_ENDPOINT: `${await listen(gateway)}/local`,
    BROADCASTER_FUNCTION: `${PREFIX}broadcaster`,
    STATE_MACHINE_ARN,
    TICK_QUEUE_URL: `${stepsUrl}/000000000000/ticks`,
    DEAD_LETTER_QUEUE_URL: `${stepsUrl}/000000000000/dead-letters`,
    GAME_SETTINGS: JSON.stringify(settings),
    TALLY_SECONDS: '5',
    POWERTOOLS_METRICS_DISABLED: 'true',
    SESSION_SECRET,
    ADMIN_TOKEN,
    ...environment,
  });
  const functions = await loadFunctions(() => running === 0);
  steps.resume();
  const store = createStore({
    client: table.client,
    table: table.table,
    ...parseSettings(JSON.stringify(settings)),
    now: () => Date.now(),
  });
  return {
    functions,
    store,
    table,
    steps,
    sockets,
    invoked,
    logged,
    stop: async () => {
      await steps.close();
      await Promise.all([close(gateway), close(lambda)]);
      await table.stop();
    },
  };
}

/** `isQuiet`: no function runs that another called. A frame is answered before the broadcaster is done; tests want to see both. */
async function loadFunctions(isQuiet: () => boolean): Promise<Functions> {
  defineStreaming();
  const [authorizer, connect, disconnect, message, broadcaster, phase, tick, results, http] =
    await Promise.all([
      import('../../src/handlers/authorizer.ts'),
      import('../../src/handlers/connect.ts'),
      import('../../src/handlers/disconnect.ts'),
      import('../../src/handlers/message.ts'),
      import('../../src/handlers/broadcaster.ts'),
      import('../../src/handlers/phase.ts'),
      import('../../src/handlers/tick.ts'),
      import('../../src/handlers/results.ts'),
      import('../../src/handlers/http.ts'),
    ]);
  return {
    authorizer: authorizer.handler as Functions['authorizer'],
    connect: connect.handler,
    disconnect: disconnect.handler,
    message: async (event) => {
      const answer = await message.handler(event);
      for (let quiet = 0; quiet < 3; quiet = isQuiet() ? quiet + 1 : 0) await sleep(5);
      return answer;
    },
    broadcaster: async (event, context) => {
      const [, reach = ''] = (
        await (broadcaster.handler as unknown as StreamingHandler)(event, context)
      ).split('\n');
      return JSON.parse(reach) as Reach;
    },
    phase: phase.handler,
    tick: tick.handler,
    results: results.handler,
    http: http.handler as unknown as Functions['http'],
  };
}

/** The functions' logger writes to the console when it is told that this is no Lambda; nothing is printed from then on. */
function captureLog(): string[] {
  process.env['POWERTOOLS_DEV'] = 'true';
  const logged: string[] = [];
  const keep = (...line: readonly unknown[]): void => void logged.push(line.map(String).join(' '));
  Object.assign(console, { debug: keep, info: keep, log: keep, warn: keep, error: keep });
  return logged;
}

// ---- The ends that are played ----

type Listener = Parameters<typeof createServer>[1] & object;

/** The management API: a post is kept, unless a status is waiting for its connection. */
function answerAsGateway({ posts, closed, statuses }: Sockets): Listener {
  return (request, response) => {
    void text(request).then((body) => {
      const connection = decodeURIComponent(request.url?.split('/@connections/')[1]?.split('?')[0] ?? '');
      const status = statuses.get(connection)?.shift() ?? 200;
      if (status === 200 && request.method === 'POST') posts.push({ connection, text: body });
      if (status === 200 && request.method === 'DELETE') closed.push(connection);
      const found = request.method === 'GET' && status === 200 ? 410 : status;
      response.writeHead(found, { 'content-type': 'application/json' });
      response.end(found === 200 ? '' : JSON.stringify({ message: `status ${found}` }));
    });
  };
}

/** `InvokeWithResponseStream` of Lambda's API; what a function throws is a function error. */
function answerAsLambda(
  invoke: (name: string, payload: unknown, stream: string) => Promise<unknown>,
): Listener {
  return (request, response) => {
    void text(request).then(async (body) => {
      const name = request.url?.split('/').at(-2)?.replace(PREFIX, '') ?? '';
      await answerStreaming(response, (stream) => invoke(name, JSON.parse(body), stream));
    });
  };
}

// ---- Events as AWS makes them ----

export type Handshake = Readonly<{
  methodArn: string;
  headers: Readonly<Record<string, string>>;
  queryStringParameters: Readonly<Record<string, string>> | null;
}>;

export const METHOD_ARN = 'arn:aws:execute-api:us-east-1:000000000000:abcdef/local/$connect';

/** Through the entry, as everything that comes to a stage. */
export function handshake({ headers, ...differing }: Partial<Handshake> = {}): Handshake {
  const signed = { ...viewerHeader(SESSION_SECRET), ...headers };
  return { methodArn: METHOD_ARN, queryStringParameters: null, ...differing, headers: signed };
}

/** Through the entry, unless the headers say otherwise. */
export function httpRequest(
  method: string,
  path: string,
  headers: Readonly<Record<string, string>> = {},
): unknown {
  const [rawPath = '', rawQueryString = ''] = path.split('?');
  // API Gateway takes the cookies out of the headers.
  const { cookie, ...others } = headers;
  const known = { host: 'api.example', ...viewerHeader(SESSION_SECRET), ...others };
  return {
    version: '2.0',
    routeKey: '$default',
    rawPath,
    rawQueryString,
    ...(cookie === undefined ? {} : { cookies: cookie.split('; ') }),
    headers: Object.fromEntries(Object.entries(known).map(([name, value]) => [name.toLowerCase(), value])),
    requestContext: {
      domainName: 'api.example',
      http: { method, path: rawPath, protocol: 'HTTP/1.1', sourceIp: '203.0.113.7', userAgent: 'test' },
      requestId: 'request',
      stage: '$default',
    },
    isBase64Encoded: false,
  };
}

let connections = 0;
let requests = 0;

/** What API Gateway calls a function of a WebSocket route with. */
export function socketEvent(
  eventType: string,
  of: { readonly connection: string; readonly player: string; readonly room: string },
  body?: string,
): object {
  const { connection, player, room } = of;
  return {
    requestContext: {
      connectionId: connection,
      requestId: `request-${requests++}`,
      eventType,
      authorizer: { principalId: player, player, room },
    },
    ...(body === undefined ? {} : { body }),
  };
}

/** Somebody at a socket: what API Gateway would make of it. */
export interface Visitor {
  readonly connection: string;
  readonly session: string;
  readonly player: string;
  readonly place: string;
  /** Sends a frame's text; resolves to the route's response. */
  sayText(text: string): Promise<Frame | null>;
  say(event: string, data?: object, id?: string): Promise<Frame | null>;
  /** Everything posted to it so far. */
  heard(): readonly Frame[];
  leave(): Promise<void>;
}

/** A session of its own, from the HTTP API. */
export async function newSession({ functions }: Stage): Promise<string> {
  const headers = viewerHeader(SESSION_SECRET, `198.51.100.${requests++}`);
  const { body } = await functions.http(httpRequest('POST', '/api/session', headers));
  return (JSON.parse(body) as { session_token: string }).session_token;
}

/** Shakes hands and connects, as API Gateway does it. */
export async function visit(stage: Stage, place: string, session: string): Promise<Visitor> {
  const { functions, sockets } = stage;
  const allowed = await functions.authorizer(
    handshake({ headers: { Origin: ORIGIN }, queryStringParameters: { room_id: place, session } }),
  );
  const { player, room } = allowed.context as { player: string; room: string };
  const connection = `connection-${connections++}`;
  const event = (eventType: string, body?: string): unknown =>
    socketEvent(eventType, { connection, player, room }, body);
  await functions.connect(event('CONNECT'));
  const sayText = async (frame: string): Promise<Frame | null> => {
    const { body } = await functions.message(event('MESSAGE', frame));
    return body === undefined ? null : (JSON.parse(body) as Frame);
  };
  return {
    connection,
    session,
    player,
    place: room,
    sayText,
    say: (name, data = {}, id) =>
      sayText(JSON.stringify({ event: name, data, ...(id === undefined ? {} : { id }) })),
    heard: () => sockets.framesTo(connection),
    leave: async () => {
      await functions.disconnect(event('DISCONNECT'));
    },
  };
}

/** Waits until something is so, at most so many ms. */
export async function until(holds: () => boolean | Promise<boolean>, patience = 10_000): Promise<void> {
  const end = Date.now() + patience;
  while (!(await holds())) {
    if (Date.now() > end) throw new Error('It did not come about');
    await sleep(10);
  }
}
