/** The functions as they are packaged: how large they are, that they work, and that what is left out of the SDK is not missed. */
import { afterAll, beforeAll, expect, jest, test } from '@jest/globals';
import { build } from 'esbuild';
import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import budgets from '../../scripts/bench/budgets.json' with { type: 'json' };
import { bundle, bundleOptions, FUNCTIONS } from '../../scripts/bench/bundle/bundling.ts';
import type { Bundle } from '../../scripts/bench/bundle/bundling.ts';
import { environmentAt, FIRST_CALLS } from '../../scripts/bench/bundle/first-calls.ts';
import { firstAnswers } from '../../scripts/bench/bundle/measuring.ts';
import { close, listen } from '../support/table.ts';

jest.setTimeout(120_000);

const KB = 1000;
let bundles: readonly Bundle[];
const folder = mkdtempSync(join(tmpdir(), 'liap-bundle-test-'));

beforeAll(async () => {
  bundles = await Promise.all(FUNCTIONS.map(bundle));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** Of the budget of the function that carries the pages to their bucket, so much is for them. */
const PAGES = 520 * KB;

test('Every function has a budget of its size, within 600 KB for the messages and 400 KB for any other, and a first call', () => {
  expect(Object.keys(budgets.bundle).sort()).toEqual([...FUNCTIONS].sort());
  expect(Object.keys(FIRST_CALLS).sort()).toEqual([...FUNCTIONS].sort());
  for (const [name, budget] of Object.entries(budgets.bundle))
    expect(name === 'pages' ? budget - PAGES : budget).toBeLessThanOrEqual(
      name === 'message' ? 600 * KB : 400 * KB,
    );
});

test.each(Object.entries(budgets.bundle))('%s is at most %i bytes', (name, budget) => {
  const { size, weights } = bundles.find((each) => each.name === name) ?? { size: NaN };
  if (size > budget) console.error(name, weights?.slice(0, 20));
  expect(size).toBeLessThanOrEqual(budget);
});

test('A function has only the clients that it uses', () => {
  const clientsOf = ({ weights }: Bundle): readonly string[] =>
    weights
      .flatMap(({ from, bytes }) => (bytes > 0 ? (/^@aws-sdk\/client-(\w+)/.exec(from)?.[1] ?? []) : []))
      .sort();
  const EXECUTES = ['dynamodb', 'lambda', 'sfn', 'sqs'];
  expect(Object.fromEntries(bundles.map((each) => [each.name, clientsOf(each)]))).toEqual({
    authorizer: ['ssm'],
    connect: ['dynamodb'],
    disconnect: EXECUTES,
    message: EXECUTES,
    broadcaster: ['apigatewaymanagementapi', ...EXECUTES],
    phase: EXECUTES,
    tick: EXECUTES,
    results: ['dynamodb'],
    ranking: ['dynamodb', 'ssm'],
    http: ['apigatewaymanagementapi', ...EXECUTES, 'ssm'],
    secrets: ['cloudfront', 'ssm'],
    pages: ['s3'],
    alarm: ['cloudwatch', 'sns'],
  });
});

test('No function carries other sources of credentials than its environment, nor zod’s languages', () => {
  for (const { weights } of bundles) {
    const packages = weights.filter(({ bytes }) => bytes > 0).map(({ from }) => from);
    expect(packages).toContain('@aws-sdk/credential-provider-env');
    expect(packages).not.toContainEqual(
      expect.stringMatching(/nested-clients|credential-provider-(?!env)|token-providers|mnemonist/),
    );
    expect(weights.find(({ from }) => from === 'zod')?.bytes ?? 0).toBeLessThan(50 * KB);
  }
});

test('A packaged function answers its first call, with nothing but its bundle', async () => {
  const answers = await firstAnswers(bundles, 1);
  expect([...answers.keys()]).toEqual(FUNCTIONS);
  for (const [, [answer]] of answers) expect(answer?.answered).toBeGreaterThan(0);
});

/** Runs a few lines of ours, bundled as a function is, where DynamoDB refuses everything with such an error. */
async function refusedWith(error: Readonly<Record<string, unknown>>, lines: string): Promise<unknown> {
  const dynamodb = createServer((_request, response) => {
    response.writeHead(400, { 'content-type': 'application/x-amz-json-1.0' }).end(JSON.stringify(error));
  });
  try {
    const outfile = join(folder, 'probe.mjs');
    const contents = [
      `import { DynamoDBClient } from '@aws-sdk/client-dynamodb';`,
      `import { DynamoDBDocumentClient, PutCommand } from '@aws-sdk/lib-dynamodb';`,
      `import { guarded } from './src/store/table.ts';`,
      `const client = DynamoDBDocumentClient.from(new DynamoDBClient({ maxAttempts: 3, retryMode: 'standard' }));`,
      `const write = () => client.send(new PutCommand({ TableName: 'table', Item: { PK: 'A' } }));`,
      lines,
    ].join('\n');
    const { absWorkingDir, ...options } = bundleOptions();
    await build({
      ...options,
      stdin: { contents, resolveDir: String(absWorkingDir) },
      outfile,
      outExtension: {},
    });
    const { stdout } = await promisify(execFile)(process.execPath, [outfile], {
      env: { PATH: process.env['PATH'], ...environmentAt(await listen(dynamodb)) },
    });
    return JSON.parse(stdout);
  } finally {
    await close(dynamodb);
  }
}

test('A packaged function knows a refused write by its class, and sees the item in the way', async () => {
  const refused = {
    __type: 'com.amazonaws.dynamodb.v20120810#ConditionalCheckFailedException',
    message: 'The conditional request failed',
    Item: { PK: { S: 'A' }, at: { N: '7' }, tags: { L: [{ BOOL: true }] } },
  };
  expect(await refusedWith(refused, 'console.log(JSON.stringify(await guarded(write())));')).toEqual({
    kind: 'refused',
    by: { PK: 'A', at: 7, tags: [true] },
  });
});

const TELL = `
  const error = await write().catch((error) => error);
  const { name, message, $fault, $metadata } = error;
  console.log(JSON.stringify({ name, message, $fault, attempts: $metadata.attempts, isError: error instanceof Error }));`;

test('An error whose class no source asks for still says its name and why, and is tried again when that is worth it', async () => {
  const missing = {
    __type: 'com.amazonaws.dynamodb.v20120810#ResourceNotFoundException',
    message: 'No such table',
  };
  expect(await refusedWith(missing, TELL)).toEqual({
    name: 'ResourceNotFoundException',
    message: 'No such table',
    $fault: 'client',
    attempts: 1,
    isError: true,
  });
  const throttled = {
    __type: 'com.amazonaws.dynamodb.v20120810#ProvisionedThroughputExceededException',
    message: 'Slow down',
  };
  expect(await refusedWith(throttled, TELL)).toMatchObject({
    name: 'ProvisionedThroughputExceededException',
    message: 'Slow down',
    attempts: 3,
  });
});
