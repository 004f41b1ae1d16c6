// The first call of each function's life, and AWS as it needs to be for that: one server on the loopback that answers for every
// service. Each call goes through every client that the function has a use for in a call of this kind.

import { createHash } from 'node:crypto';
import { createServer } from 'node:http';
import type { IncomingHttpHeaders, Server } from 'node:http';
import { text } from 'node:stream/consumers';
import { createIdentity } from '../../../src/app/identity.ts';
import { viewerHeader } from '../../local/viewer.ts';

export interface FirstCall {
  readonly event: unknown;
  /** Of the answer as text, when all went well. */
  readonly answered: RegExp;
}

/** Where AWS is in an event; the one that is called knows its address. */
export const AWS = 'http://aws.invalid';

const SECRET = 'what-the-parameter-store-says';
const ORIGIN = 'https://play.example';
const CONNECTION = 'connection-1';
const { token } = createIdentity(SECRET).issue();

const atSocket = (eventType: string, room: string, body?: string): unknown => ({
  requestContext: {
    connectionId: CONNECTION,
    requestId: 'request-1',
    eventType,
    authorizer: { player: 'player-1', room },
  },
  body,
});

const delivery = {
  roomId: 'ABCDEF',
  seq: 1,
  sends: [{ connectionId: CONNECTION, frames: [{ event: 'room_update', data: {} }] }],
};

const gameFinished = {
  version: '0',
  id: 'event-1',
  'detail-type': 'game.finished',
  source: 'liap-tui',
  account: '000000000000',
  time: '2026-01-01T12:00:00Z',
  region: 'us-east-1',
  resources: [],
  detail: {
    roomId: 'ABCDEF',
    game: 1,
    outcome: 'completed',
    rounds: 12,
    startedAt: 1_767_268_800_000,
    endedAt: 1_767_270_000_000,
    seats: [50, 30, 20, 10].map((score, place) => ({
      name: `Player ${place}`,
      player: `player-${place}`,
      score,
      turnsWon: 8,
      perfectRounds: 3,
      isWinner: place === 0,
      left: false,
    })),
  },
};

/** CloudFormation's request; a function that failed answers it so, and is then refused (`createAws`). */
const fromStack = (RequestType: string): unknown => ({
  RequestType,
  ResponseURL: `${AWS}/stack`,
  StackId: 'stack-1',
  RequestId: 'request-1',
  LogicalResourceId: 'Part',
});

const httpGet = (path: string): unknown => ({
  version: '2.0',
  routeKey: `GET ${path}`,
  rawPath: path,
  rawQueryString: '',
  headers: { host: 'api.example', authorization: `Bearer ${SECRET}`, ...viewerHeader(SECRET) },
  requestContext: {
    domainName: 'api.example',
    http: { method: 'GET', path, protocol: 'HTTP/1.1', sourceIp: '203.0.113.7' },
    requestId: 'request-1',
    stage: '$default',
  },
  isBase64Encoded: false,
});

/** By the function's name. */
export const FIRST_CALLS: Readonly<Record<string, FirstCall>> = {
  authorizer: {
    event: {
      methodArn: 'arn:aws:execute-api:us-east-1:000000000000:api/dev/$connect',
      headers: { Origin: ORIGIN, ...viewerHeader(SECRET) },
      queryStringParameters: { room_id: 'lobby', session: token },
    },
    answered: /"Effect":"Allow"/,
  },
  connect: { event: atSocket('CONNECT', 'lobby'), answered: /"statusCode":200/ },
  disconnect: { event: atSocket('DISCONNECT', 'ABCDEF'), answered: /"statusCode":200/ },
  message: {
    event: atSocket(
      'MESSAGE',
      'lobby',
      JSON.stringify({ event: 'create_room', data: { player_name: 'Ann' }, id: 'frame-1' }),
    ),
    answered: /room_created/,
  },
  broadcaster: { event: delivery, answered: /"delivered":1/ },
  phase: {
    event: { phase: 'turns', roomId: 'ABCDEF', game: 1, round: 1, token: 'token-1' },
    answered: /"entered":true/,
  },
  tick: {
    event: { Records: [{ messageId: 'message-1', body: JSON.stringify({ kind: 'lobby' }) }] },
    answered: /"batchItemFailures":\[\]/,
  },
  results: {
    event: { Records: [{ messageId: 'message-1', body: JSON.stringify(gameFinished) }] },
    answered: /"batchItemFailures":\[\]/,
  },
  ranking: {
    event: httpGet('/api/system/days'),
    answered: /\\"completed\\":0,.*"statusCode":200/,
  },
  http: {
    event: httpGet('/api/health/detailed'),
    answered: /\\"status\\":\\"ok\\",.*"statusCode":200/,
  },
  secrets: { event: fromStack('Delete'), answered: /^nothing$/ },
  pages: { event: fromStack('Create'), answered: /^nothing$/ },
  alarm: { event: { source: 'aws.events' }, answered: /^nothing$/ },
};

/** What functions learn from their environment, where AWS is at `url`. */
export function environmentAt(url: string): Readonly<Record<string, string>> {
  return {
    AWS_REGION: 'us-east-1',
    AWS_ACCESS_KEY_ID: 'local',
    AWS_SECRET_ACCESS_KEY: 'local',
    AWS_ENDPOINT_URL: url,
    STAGE: 'dev',
    TABLE_NAME: 'table',
    ALLOWED_ORIGINS: ORIGIN,
    WEBSOCKET_ENDPOINT: `${url}/dev`,
    BROADCASTER_FUNCTION: 'broadcaster',
    STATE_MACHINE_ARN: 'arn:aws:states:us-east-1:000000000000:stateMachine:game',
    TICK_QUEUE_URL: `${url}/000000000000/ticks`,
    DEAD_LETTER_QUEUE_URL: `${url}/000000000000/dead-letters`,
    GAME_SETTINGS: '{}',
    TALLY_SECONDS: '60',
    SESSION_SECRET_PARAMETER: '/dev/session-secret',
    ADMIN_TOKEN_PARAMETER: '/dev/admin-token',
    ENTRY_STORE_ARN: 'arn:aws:cloudfront::000000000000:key-value-store/entry',
    PAGES_BUCKET: 'pages',
    ALARM_TOPIC: 'arn:aws:sns:us-east-1:000000000000:alarms',
    DAILY_COST_LIMIT: '1',
    POWERTOOLS_LOG_LEVEL: 'SILENT',
  };
}

/** All of AWS, empty: every room is yet to be made, every queue has nothing in it, every post arrives. */
export function createAws(): Server {
  return createServer((request, response) => {
    void text(request).then((body) => {
      response
        .setHeader('content-type', 'application/json')
        .writeHead(body.includes('"Status":"FAILED"') ? 500 : 200)
        .end(JSON.stringify(answerTo(request.headers, body)));
    });
  });
}

function answerTo(headers: IncomingHttpHeaders, body: string): unknown {
  const operation = String(headers['x-amz-target']).split('.').at(-1);
  switch (operation) {
    case 'Query':
      return { Items: [], Count: 0, ScannedCount: 0 };
    case 'UpdateItem':
      return { Attributes: { hits: { N: '1' } } };
    case 'GetParameter':
      return { Parameter: { Value: SECRET } };
    case 'SendMessage': {
      const { MessageBody } = JSON.parse(body) as { MessageBody: string };
      return {
        MessageId: 'message-1',
        MD5OfMessageBody: createHash('md5').update(MessageBody).digest('hex'),
      };
    }
    case 'GetQueueAttributes':
      return { Attributes: {} };
    default:
      return {};
  }
}
