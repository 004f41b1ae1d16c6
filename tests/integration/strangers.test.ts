/**
 * What strangers can send moves no alarm: fifty handshakes that are refused and fifty frames that are none, through the real handlers, and
 * the metrics that API Gateway, Lambda, the log filters and the embedded metric format would have moved.
 */
import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { parse } from 'yaml';
import * as z from 'zod/mini';
import { DeleteTableCommand } from '@aws-sdk/client-dynamodb';
import { logFilter } from '../support/log-filters.ts';
import { handshake, newSession, openStage, socketEvent, visit } from '../support/stage.ts';
import type { Functions, Stage } from '../support/stage.ts';

jest.setTimeout(60_000);

const FIFTY = Array.from({ length: 50 }, (_each, index) => index);

// ---- Which metric each outcome moves ----

const Alarm = z.looseObject({
  Type: z.string(),
  Properties: z.looseObject({
    Namespace: z.optional(z.string()),
    MetricName: z.optional(z.string()),
    Metrics: z.optional(
      z.array(
        z.looseObject({
          MetricStat: z.optional(
            z.looseObject({ Metric: z.looseObject({ Namespace: z.string(), MetricName: z.string() }) }),
          ),
        }),
      ),
    ),
  }),
});
const Fragment = z.looseObject({ Resources: z.record(z.string(), z.looseObject({ Type: z.string() })) });

/** Everything that an alarm of the template looks at. Durations are no counts: a refusal is a run like any other. */
const watched = ['watching', 'alarms', 'entry-alarms'].flatMap((file) => {
  const { Resources } = Fragment.parse(
    parse(readFileSync(`infra/${file}.yml`, 'utf8'), { logLevel: 'error' }),
  );
  return Object.values(Resources)
    .filter(({ Type }) => Type === 'AWS::CloudWatch::Alarm')
    .flatMap((alarm) => {
      const { Namespace = '', MetricName = '', Metrics } = Alarm.parse(alarm).Properties;
      return (
        Metrics?.flatMap(({ MetricStat }) =>
          MetricStat === undefined ? [] : [`${MetricStat.Metric.Namespace} ${MetricStat.Metric.MetricName}`],
        ) ?? [`${Namespace} ${MetricName}`]
      );
    })
    .map((metric) => metric.replace('${sls:stage}', 'local'))
    .filter((metric) => metric !== 'AWS/Lambda Duration');
});

const Filters = z.object({
  Resources: z.record(
    z.string(),
    z.looseObject({ Properties: z.looseObject({ FilterPattern: z.optional(z.string()) }) }),
  ),
});
const watching = createRequire(import.meta.url)('../../infra/watching.cjs') as (serverless: {
  readonly resolveVariable: () => Promise<unknown>;
}) => Promise<unknown>;
const ERRORS = 'LiapTui/local Errors';

let stage: Stage;
let patterns: ReadonlyMap<string, string>;

beforeAll(async () => {
  // Every count becomes a line of metrics at once.
  stage = await openStage({}, { POWERTOOLS_METRICS_DISABLED: 'false', TALLY_SECONDS: '1' });
  const names = ['authorizer', 'connect', 'disconnect', 'message', 'http'];
  const functions = Object.fromEntries(names.map((name) => [name, {}]));
  const { Resources } = Filters.parse(await watching({ resolveVariable: () => Promise.resolve(functions) }));
  patterns = new Map(
    names.map((name) => {
      const filter = Resources[`${name[0]?.toUpperCase()}${name.slice(1)}Errors`];
      return [name, filter?.Properties.FilterPattern ?? ''];
    }),
  );
});
afterAll(() => stage.stop());

interface Observed {
  readonly status: number;
  readonly body: unknown;
  readonly moved: ReadonlySet<string>;
}

/** Calls a function as API Gateway does: what its client gets, and which metrics that moves. */
async function observe(name: keyof Functions, event: unknown): Promise<Observed> {
  stage.logged.splice(0);
  const { status, body, moved } = await stage.functions[name](event).then(
    (result) => outcomeOf(name, result),
    (error: unknown) => failureOf(name, error),
  );
  const pattern = patterns.get(name) ?? '';
  const isCounted = [true, false].some((missingDiffers) =>
    stage.logged.some(logFilter(pattern, missingDiffers)),
  );
  return {
    status,
    body,
    moved: new Set([...moved, ...(isCounted ? [ERRORS] : []), ...metricsIn(stage.logged)]),
  };
}

type Outcome = Omit<Observed, 'moved'> & { readonly moved: readonly string[] };

const Result = z.looseObject({
  statusCode: z.optional(z.number()),
  body: z.optional(z.string()),
  policyDocument: z.optional(z.object({ Statement: z.array(z.looseObject({ Effect: z.string() })) })),
});

function outcomeOf(name: string, result: unknown): Outcome {
  const { statusCode = 200, body, policyDocument } = Result.parse(result);
  const status = policyDocument?.Statement[0]?.Effect === 'Deny' ? 403 : statusCode;
  const metric = name === 'authorizer' ? 'ClientError' : 'IntegrationError';
  return {
    status,
    body: body === undefined ? undefined : (JSON.parse(body) as unknown),
    moved: status >= 400 ? [`AWS/ApiGateway ${metric}`] : [],
  };
}

/** A function that threw: the runtime logs that too. */
function failureOf(name: string, error: unknown): Outcome {
  stage.logged.push(...linesOfRuntime(error));
  const isRefusal = name === 'authorizer' && error instanceof Error && error.message === 'Unauthorized';
  const counted = isRefusal ? ['ClientError'] : ['ExecutionError', 'IntegrationError'];
  return {
    status: isRefusal ? 401 : 500,
    body: undefined,
    moved: ['AWS/Lambda Errors', ...counted.map((metric) => `AWS/ApiGateway ${metric}`)],
  };
}

/** What the Node runtime writes of an error that a handler throws, alone or after a text, and what Lambda may say of such a run. */
function linesOfRuntime(error: unknown): readonly string[] {
  const { name, message } = error instanceof Error ? error : new Error(String(error));
  const thrown = { errorType: name, errorMessage: message, stackTrace: [`${name}: ${message}`] };
  const line = { timestamp: '2026-11-29T00:00:00.000Z', level: 'ERROR', requestId: 'request' };
  const report = (status: string) => ({
    time: line.timestamp,
    type: 'platform.report',
    record: { requestId: 'request', status, errorType: name },
  });
  return [
    { ...line, message: thrown },
    { ...line, message: `Invoke Error ${message}`, ...thrown },
    report('error'),
    report('failure'),
  ].map((each) => JSON.stringify(each));
}

const EmbeddedMetrics = z.looseObject({
  _aws: z.object({
    CloudWatchMetrics: z.array(
      z.looseObject({ Namespace: z.string(), Metrics: z.array(z.looseObject({ Name: z.string() })) }),
    ),
  }),
});

function metricsIn(lines: readonly string[]): readonly string[] {
  return lines.flatMap((line) => {
    if (!line.includes('"_aws"')) return [];
    const { _aws: embedded } = EmbeddedMetrics.parse(JSON.parse(line));
    return embedded.CloudWatchMetrics.flatMap(({ Namespace, Metrics }) =>
      Metrics.map(({ Name }) => `${Namespace} ${Name}`),
    );
  });
}

/** Levels of what our own code wrote. */
function levels(): readonly string[] {
  return stage.logged.flatMap((line) =>
    [...line.matchAll(/"level":\s*"(\w+)"/g)].map(([, level = '']) => level),
  );
}

function alarmed({ moved }: Observed): readonly string[] {
  return watched.filter((metric) => moved.has(metric));
}

// ---- What strangers send ----

describe('fifty in a row move no alarm', () => {
  test.each([
    ['without a session', 401, { queryStringParameters: { room_id: 'lobby' } }],
    [
      'with a session that is not ours',
      401,
      { queryStringParameters: { room_id: 'lobby', session: 'forged' } },
    ],
    [
      'from another page',
      403,
      { headers: { Origin: 'https://evil.example' }, queryStringParameters: { room_id: 'lobby' } },
    ],
    ['for a room that cannot be', 403, { queryStringParameters: { room_id: '../..' } }],
  ])('handshakes %s are answered with %i', async (_what, expected, given) => {
    for (const _each of FIFTY) {
      const observed = await observe('authorizer', handshake(given));
      expect(observed.status).toBe(expected);
      expect(observed.moved).toContain('AWS/ApiGateway ClientError');
      expect(alarmed(observed)).toEqual([]);
    }
  });

  test.each<readonly [string, object]>([
    ['that name a route', { body: '{"action":"$connect"}' }],
    [
      'that name a route in every way',
      { body: '{"__route":"$disconnect","action":"$disconnect","route":"$default"}' },
    ],
    ['of bytes', { body: Buffer.from([0, 255, 1, 254]).toString('base64'), isBase64Encoded: true }],
    [
      'of bytes that would be a frame',
      { body: Buffer.from('{"event":"ping"}').toString('base64'), isBase64Encoded: true },
    ],
    ['of bytes that look like a word of JSON', { body: 'null', isBase64Encoded: true }],
    ['that are empty', { body: '' }],
    ['without a body', {}],
    ['whose body is null', { body: null }],
  ])('frames %s are answered with INVALID_FRAME, each on a connection of its own', async (_what, frame) => {
    for (const index of FIFTY) {
      const event = { ...messageOf(`stranger-${index}`), ...frame };
      const observed = await observe('message', event);
      expect(observed).toMatchObject({
        status: 200,
        body: { event: 'error', data: { code: 'INVALID_FRAME' } },
      });
      expect(levels()).not.toContain('ERROR');
      expect(alarmed(observed)).toEqual([]);
    }
  });

  test('frames of ours that name a route besides are answered as ever', async () => {
    for (const index of FIFTY) {
      const body = '{"event":"ping","data":{},"action":"$disconnect"}';
      const observed = await observe('message', { ...messageOf(`both-${index}`), body });
      expect(observed).toMatchObject({ status: 200, body: { event: 'pong' } });
      expect(alarmed(observed)).toEqual([]);
    }
  });

  test.each(['connect', 'disconnect'] as const)(
    'frames that came to the route %s all the same are left alone, and the connection is what it was',
    async (route) => {
      const visitor = await visit(stage, 'lobby', await newSession(stage));
      for (const _each of FIFTY) {
        const observed = await observe(route, messageOf(visitor.connection, visitor.player));
        expect(observed.status).toBe(200);
        expect(alarmed(observed)).toEqual([]);
      }
      expect(await stage.store.connection(visitor.connection)).toMatchObject({ player: visitor.player });
    },
  );

  test('a flood from one connection is held off without an alarm', async () => {
    for (const _each of FIFTY) expect(alarmed(await observe('message', messageOf('flood')))).toEqual([]);
  });
});

function messageOf(connection: string, player = 'somebody'): object {
  return socketEvent('MESSAGE', { connection, player, room: 'lobby' });
}

// ---- What is ours ----

test('no frame can choose its route, as the expression that selects it has no variable', () => {
  const { provider } = z
    .object({ provider: z.looseObject({ websocketsApiRouteSelectionExpression: z.string() }) })
    .parse(parse(readFileSync('serverless.yml', 'utf8'), { logLevel: 'error' }));
  expect(provider.websocketsApiRouteSelectionExpression).toBe('\\$default');
});

describe('an error of ours is counted', () => {
  test.each([
    ['another error', 'authorizer', new Error('AccessDeniedException')],
    ['an error at the start', 'authorizer', new TypeError('Unusable environment')],
    ['the word, thrown by another function', 'message', new Error('Unauthorized')],
  ])('by the log filter: %s of %s', (_what, name, error) => {
    for (const missingDiffers of [true, false]) {
      const counts = logFilter(patterns.get(name) ?? '', missingDiffers);
      expect(linesOfRuntime(error).slice(0, 2).map(counts)).toEqual([true, true]);
    }
  });

  test.each([
    ['timeout', undefined],
    ['failure', 'Runtime.ExitError'],
    ['failure', undefined],
  ])('by the log filter of the authorizer: a run that ended as %s (%s)', (status, errorType) => {
    for (const missingDiffers of [true, false]) {
      const counts = logFilter(patterns.get('authorizer') ?? '', missingDiffers);
      expect(counts(JSON.stringify({ record: { status, errorType } }))).toBe(true);
    }
  });

  test('when the table is gone: a frame that cannot be answered, and an opening that cannot be noted', async () => {
    const event = { ...messageOf('unlucky'), body: '{"event":"get_rooms","data":{}}' };
    await stage.table.client.send(new DeleteTableCommand({ TableName: stage.table.table }));
    const frame = await observe('message', event);
    expect(frame).toMatchObject({ body: { data: { code: 'INTERNAL_ERROR' } } });
    expect(alarmed(frame)).toContain(ERRORS);
    const opening = await observe(
      'connect',
      socketEvent('CONNECT', { connection: 'unlucky', player: 'somebody', room: 'lobby' }),
    );
    expect(opening.status).toBe(500);
    expect(alarmed(opening)).toEqual(expect.arrayContaining([ERRORS, 'AWS/ApiGateway IntegrationError']));
  });

  test('and alarms look at every metric that is named here', () => {
    expect(watched).toEqual(
      expect.arrayContaining([ERRORS, 'AWS/ApiGateway IntegrationError', 'AWS/Lambda Throttles']),
    );
  });
});
