/** What an account would refuse, asked of a server in this process that answers as AWS's APIs do. */
import { createServer } from 'node:http';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createRequire } from 'node:module';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';

interface Findings {
  readonly refused: readonly string[];
  readonly notes: readonly string[];
}
interface Wanted {
  readonly stack: string;
  readonly resources: Readonly<Record<string, unknown>>;
  readonly functions: readonly string[];
  readonly apiConcurrency: number;
  readonly parameters: readonly string[];
}
const { lookBefore } = createRequire(import.meta.url)('../../infra/preflight.cjs') as {
  lookBefore: (config: object, wanted: Wanted) => Promise<Findings>;
};

/** The account: what is in it. `null` refuses to be asked. */
interface Account {
  stack?: { status: string; ids: readonly string[] } | null;
  tables: string[];
  queues: string[];
  logGroups: string[];
  parameters: string[];
  limit: number;
  reserved: Record<string, number>;
}
let account: Account;
beforeEach(() => {
  account = { tables: [], queues: [], logGroups: [], parameters: [], limit: 1_000, reserved: {} };
});

type Reply = readonly [status: number, body: string];
const json = (status: number, body: unknown): Reply => [status, JSON.stringify(body)];
const found = (is: boolean, type: string, body: unknown = {}): Reply =>
  is ? json(200, body) : json(400, { __type: type, message: 'not there' });

function reply(target: string, path: string, body: string): Reply {
  if (path.includes('account-settings')) {
    const reserved = Object.values(account.reserved).reduce((sum, each) => sum + each, 0);
    return json(200, {
      AccountLimit: {
        ConcurrentExecutions: account.limit,
        UnreservedConcurrentExecutions: account.limit - reserved,
      },
    });
  }
  const [, fn] = /functions\/([\w-]+)\/concurrency/.exec(path) ?? [];
  if (fn !== undefined) return json(200, { ReservedConcurrentExecutions: account.reserved[fn] });
  if (target === '') return cloudFormation(new URLSearchParams(body).get('Action') ?? '');
  const given = JSON.parse(body) as Record<string, string>;
  switch (target.split('.').at(-1)) {
    case 'DescribeTable':
      return found(account.tables.includes(given['TableName'] ?? ''), 'ResourceNotFoundException');
    case 'GetQueueUrl':
      return found(account.queues.includes(given['QueueName'] ?? ''), 'QueueDoesNotExist');
    case 'DescribeParameters':
      return json(200, {
        Parameters: account.parameters
          .filter((name) => body.includes(JSON.stringify(name)))
          .map((Name) => ({ Name })),
      });
    case 'DescribeLogGroups': {
      const prefix = given['logGroupNamePrefix'] ?? '';
      const logGroups = account.logGroups.filter((name) => name.startsWith(prefix));
      return json(200, { logGroups: logGroups.map((logGroupName) => ({ logGroupName })) });
    }
    default:
      throw new Error(`Nobody asks ${target}`);
  }
}

function cloudFormation(action: string): Reply {
  const error = (code: string, message: string): Reply => [
    400,
    `<ErrorResponse><Error><Type>Sender</Type><Code>${code}</Code><Message>${message}</Message></Error></ErrorResponse>`,
  ];
  if (account.stack === null) return error('AccessDenied', 'You may not');
  if (account.stack === undefined)
    return error('ValidationError', 'Stack with id liap-tui-dev does not exist');
  const { status, ids } = account.stack;
  const members = ids.map(
    (id) =>
      `<member><PhysicalResourceId>${id}</PhysicalResourceId><ResourceStatus>CREATE_COMPLETE</ResourceStatus></member>`,
  );
  const result =
    action === 'DescribeStacks'
      ? `<Stacks><member><StackName>x</StackName><StackStatus>${status}</StackStatus></member></Stacks>`
      : `<StackResourceSummaries>${members.join('')}</StackResourceSummaries>`;
  return [200, `<${action}Response><${action}Result>${result}</${action}Result></${action}Response>`];
}

let server: Server;
let config: object;
beforeAll(async () => {
  server = createServer((request, response) => {
    const parts: Buffer[] = [];
    request.on('data', (part: Buffer) => parts.push(part));
    request.on('end', () => {
      const target = String(request.headers['x-amz-target'] ?? '');
      const [status, body] = reply(target, request.url ?? '', Buffer.concat(parts).toString());
      response.writeHead(status, { 'content-type': body.startsWith('<') ? 'text/xml' : 'application/json' });
      response.end(body);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  config = {
    endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    region: 'us-east-1',
    credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
    maxAttempts: 1,
  };
});
afterAll(() => {
  server.closeAllConnections();
  server.close();
});

const WANTED: Wanted = {
  stack: 'liap-tui-dev',
  resources: {
    GameTable: { Type: 'AWS::DynamoDB::Table', Properties: { TableName: 'liap-tui-dev' } },
    TickQueue: { Type: 'AWS::SQS::Queue', Properties: { QueueName: 'liap-tui-dev-ticks' } },
    HttpLogGroup: {
      Type: 'AWS::Logs::LogGroup',
      Properties: { LogGroupName: '/aws/lambda/liap-tui-dev-http' },
    },
    PagesBucket: { Type: 'AWS::S3::Bucket' },
  },
  functions: ['liap-tui-dev-http', 'liap-tui-dev-ranking'],
  apiConcurrency: 0,
  parameters: ['/liap-tui/dev/session-secret'],
};
const look = (wanted: Partial<Wanted> = {}) => lookBefore(config, { ...WANTED, ...wanted });

describe('A deployment that has not begun', () => {
  test('is let through without a word where there is nothing yet', async () => {
    expect(await look()).toEqual({ refused: [], notes: [] });
  });

  test('hears of a table, a queue and a log group that no stack owns, in a line each', async () => {
    account.tables = ['liap-tui-dev'];
    account.queues = ['liap-tui-dev-ticks'];
    account.logGroups = ['/aws/lambda/liap-tui-dev-http'];
    const { refused } = await look();
    expect(refused).toEqual([
      expect.stringMatching(/^the table liap-tui-dev is there and belongs to no stack/),
      expect.stringMatching(/^the queue liap-tui-dev-ticks is there/),
      expect.stringMatching(/^the log group \/aws\/lambda\/liap-tui-dev-http is there/),
    ]);
    expect(refused.join('')).not.toContain('\n');
  });

  test('is not held up by what belongs to its own stack, whose queues go by their addresses', async () => {
    account.tables = ['liap-tui-dev'];
    account.queues = ['liap-tui-dev-ticks'];
    account.stack = {
      status: 'UPDATE_COMPLETE',
      ids: ['liap-tui-dev', 'https://sqs.us-east-1.amazonaws.com/123456789012/liap-tui-dev-ticks'],
    };
    expect(await look()).toEqual({ refused: [], notes: [] });
  });

  test('hears of what a first attempt left although its stack stands', async () => {
    account.tables = ['liap-tui-dev'];
    account.stack = { status: 'UPDATE_ROLLBACK_COMPLETE', ids: ['deployment-bucket'] };
    expect((await look()).refused).toEqual([expect.stringContaining('the table liap-tui-dev')]);
  });

  test('is not held up by the logs of a stage whose name begins the same', async () => {
    account.logGroups = ['/aws/lambda/liap-tui-dev-http-2'];
    expect((await look()).refused).toEqual([]);
  });

  test('is told that secrets which outlived their stack are gone on with', async () => {
    account.parameters = ['/liap-tui/dev/session-secret'];
    expect(await look()).toEqual({
      refused: [],
      notes: [expect.stringContaining('/liap-tui/dev/session-secret is there')],
    });
  });

  test.each([
    ['ROLLBACK_COMPLETE', 'sls remove'],
    ['DELETE_FAILED', 'sls remove'],
    ['UPDATE_ROLLBACK_FAILED', 'continue-update-rollback'],
    ['UPDATE_IN_PROGRESS', 'wait'],
  ])('is refused while its stack is %s, with what to do', async (status, way) => {
    account.stack = { status, ids: [] };
    expect((await look()).refused).toEqual([expect.stringContaining(way)]);
  });

  test('is refused a bound on the API that a new account has no concurrency for', async () => {
    account.limit = 10;
    const { refused, notes } = await look({ apiConcurrency: 5 });
    expect(refused).toEqual([expect.stringContaining('--param apiConcurrency=0')]);
    expect(notes).toEqual([expect.stringContaining('10 functions at once')]);
  });

  test('has the bound that it has already counted to its credit', async () => {
    account.limit = 500;
    account.reserved = { 'liap-tui-dev-http': 200, 'liap-tui-dev-ranking': 200 };
    expect(await look({ apiConcurrency: 200 })).toEqual({ refused: [], notes: [] });
    expect((await look({ apiConcurrency: 250 })).refused).toHaveLength(1);
  });

  test('goes on where the account does not let us look, and says so', async () => {
    account.stack = null;
    account.tables = ['liap-tui-dev'];
    const { refused, notes } = await look();
    expect(refused).toEqual([]);
    expect(notes).toEqual([
      expect.stringContaining('could not look at the stack liap-tui-dev: AccessDenied'),
    ]);
  });
});
