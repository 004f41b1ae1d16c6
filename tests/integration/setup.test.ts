/** What a deployment does by itself, with the AWS clients talking to a server in this process that speaks as much of AWS as that needs. */
import { createServer } from 'node:http';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { CloudFrontKeyValueStoreClient } from '@aws-sdk/client-cloudfront-keyvaluestore';
import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import { provideSecrets, removeSecrets } from '../../src/app/stage-secrets.ts';
import type { Log } from '../../src/app/ports.ts';
import { createCostHistory, createNotices } from '../../src/aws/notices.ts';
import { createPageBucket } from '../../src/aws/page-bucket.ts';
import { createStackResource } from '../../src/aws/stack.ts';
import { createSecretPorts } from '../../src/aws/stage-secrets.ts';

interface Asked {
  readonly method: string;
  readonly url: string;
  readonly target: string;
  readonly authorization: string;
  readonly body: string;
  readonly headers: IncomingMessage['headers'];
}
type Answer = (asked: Asked, response: ServerResponse) => void;

const asked: Asked[] = [];
let answer: Answer = (_asked, response) => response.end();
const server = createServer((request, response) => {
  const parts: Buffer[] = [];
  request.on('data', (part: Buffer) => parts.push(part));
  request.on('end', () => {
    const one: Asked = {
      method: request.method ?? '',
      url: request.url ?? '',
      target: String(request.headers['x-amz-target'] ?? ''),
      authorization: request.headers.authorization ?? '',
      body: Buffer.concat(parts).toString(),
      headers: request.headers,
    };
    asked.push(one);
    answer(one, response);
  });
});
let url: string;
const kept = { ...process.env };

beforeAll(async () => {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  Object.assign(process.env, {
    AWS_REGION: 'us-east-1',
    AWS_ACCESS_KEY_ID: 'local',
    AWS_SECRET_ACCESS_KEY: 'local',
    AWS_ENDPOINT_URL: url,
  });
});
afterEach(() => {
  asked.splice(0);
});
afterAll(() => {
  process.env = kept;
  server.closeAllConnections();
  server.close();
});

const silent: Log = { info: () => undefined, warn: () => undefined, error: () => undefined };
const json = (response: ServerResponse, body: unknown, status = 200): void => {
  response.writeHead(status, { 'content-type': 'application/json', etag: 'E1' });
  response.end(JSON.stringify(body));
};

describe('a part of the stack', () => {
  const request = (RequestType: string) => ({
    RequestType,
    ResponseURL: `${url}/answer?signature=x`,
    StackId: 'stack',
    RequestId: 'request',
    LogicalResourceId: 'Pages',
    ResourceType: 'Custom::Pages',
    ServiceToken: 'arn',
  });

  test('is set up, and CloudFormation is told under the name it will always have', async () => {
    const done: string[] = [];
    const handler = createStackResource(silent, (change) => Promise.resolve(void done.push(change)));
    await handler(request('Create'));
    await handler(request('Update'));
    expect(done).toEqual(['Create', 'Update']);
    expect(asked.map(({ method, url: path }) => [method, path])).toEqual([
      ['PUT', '/answer?signature=x'],
      ['PUT', '/answer?signature=x'],
    ]);
    for (const { body } of asked)
      expect(JSON.parse(body)).toEqual({
        Status: 'SUCCESS',
        StackId: 'stack',
        RequestId: 'request',
        LogicalResourceId: 'Pages',
        PhysicalResourceId: 'Pages',
      });
  });

  test('that cannot be set up says why, rather than have the deployment wait for an hour', async () => {
    const handler = createStackResource(silent, () =>
      Promise.reject(new TypeError('No type is known for x')),
    );
    await handler(request('Create'));
    expect(JSON.parse(asked[0]?.body ?? '')).toMatchObject({
      Status: 'FAILED',
      Reason: 'TypeError: No type is known for x',
    });
  });
});

describe('what CloudFormation is told of a failure', () => {
  const longest = 'x'.repeat(255);
  const request = () => ({
    RequestType: 'Create',
    ResponseURL: `${url}/answer`,
    StackId: `arn:aws:cloudformation:us-east-1:123456789012:stack/${longest}`,
    RequestId: 'request',
    LogicalResourceId: longest,
  });

  test.each([
    ['of plain letters', 'a'],
    ['of three bytes a letter', '€'],
    ['of pairs', '🎲'],
    ['that JSON writes as six bytes a letter', '\u0001'],
    ['that JSON escapes', '"\\\n'],
  ])(
    'fits into the 4,096 bytes that it takes, with as much of the reason as can be: %s',
    async (_what, text) => {
      const handler = createStackResource(silent, () => Promise.reject(new Error(text.repeat(9_000))));
      await handler(request());
      const body = asked[0]?.body ?? '';
      const { Reason, Status, PhysicalResourceId } = JSON.parse(body) as Record<string, string>;
      expect(Status).toBe('FAILED');
      expect(PhysicalResourceId).toBe(longest);
      expect(Reason).toMatch(/^Error: .+ …$/su);
      expect(Reason?.isWellFormed()).toBe(true);
      expect(Buffer.byteLength(body)).toBeLessThanOrEqual(4_096);
      expect(Buffer.byteLength(body)).toBeGreaterThan(4_080);
    },
  );

  test('is whole when it fits to the byte, and cut when it is one byte longer', async () => {
    const reasonFor = async (length: number) => {
      asked.splice(0);
      await createStackResource(silent, () => Promise.reject(new Error('a'.repeat(length))))(request());
      return asked[0]?.body ?? '';
    };
    const room = 4_096 - Buffer.byteLength(await reasonFor(0));
    expect(Buffer.byteLength(await reasonFor(room))).toBe(4_096);
    expect(await reasonFor(room)).not.toContain('…');
    expect(await reasonFor(room + 1)).toContain('…');
  });
});

describe('the secrets of a stage', () => {
  const names = { sessionSecret: '/liap-tui/dev/session-secret', adminToken: '/liap-tui/dev/admin-token' };
  const STORE = 'arn:aws:cloudfront::123456789012:key-value-store/abc';

  /** The store's host is the account's: a name below `localhost`, which not every machine knows. */
  const secretPorts = () =>
    createSecretPorts(
      STORE,
      new CloudFrontKeyValueStoreClient({
        endpoint: url.replace('127.0.0.1', 'localhost'),
        requestHandler: {
          httpAgent: {
            lookup: (_host, _options, callback) => callback(null, [{ address: '127.0.0.1', family: 4 }]),
          },
        },
      }),
    );

  /** SSM and the key-value store, as far as they are asked. */
  function world(parameters: Map<string, string>, store: Map<string, string>): Answer {
    const outcome = ({ method, target, url: path, body, headers }: Asked): readonly [number, unknown] => {
      const given = (body === '' ? {} : JSON.parse(body)) as {
        Name?: string;
        Names?: string[];
        Value?: string;
      };
      const { Name = '', Names = [], Value = '' } = given;
      switch (target) {
        case 'AmazonSSM.PutParameter':
          if (parameters.has(Name))
            return [400, { __type: 'ParameterAlreadyExists', message: 'it is there' }];
          parameters.set(Name, Value);
          return [200, {}];
        case 'AmazonSSM.GetParameter':
          return [200, { Parameter: { Value: parameters.get(Name) } }];
        case 'AmazonSSM.DeleteParameters':
          for (const name of Names) parameters.delete(name);
          return [200, {}];
      }
      if (method === 'PUT' && headers['if-match'] !== 'E1') return [409, { message: 'changed meanwhile' }];
      if (method === 'PUT') store.set(decodeURIComponent(path.split('/').at(-1) ?? ''), Value);
      return [200, {}];
    };
    return (one, response) => {
      const [status, body] = outcome(one);
      json(response, body, status);
    };
  }

  test('are made by the first deployment: two, unlike each other, one of them known to the entry', async () => {
    const parameters = new Map<string, string>();
    const store = new Map<string, string>();
    answer = world(parameters, store);
    await provideSecrets(secretPorts(), names);
    const secret = parameters.get(names.sessionSecret) ?? '';
    const token = parameters.get(names.adminToken) ?? '';
    expect(Buffer.from(secret, 'base64url')).toHaveLength(32);
    expect(Buffer.from(token, 'base64url')).toHaveLength(32);
    expect(secret).not.toBe(token);
    expect(Object.fromEntries(store)).toEqual({ 'session-secret': secret });
    const puts = asked.filter(({ target }) => target === 'AmazonSSM.PutParameter');
    for (const { body } of puts) expect(JSON.parse(body)).toMatchObject({ Type: 'SecureString' });
  });

  test('stay what they are at the next, and the entry is told again', async () => {
    const parameters = new Map([
      [names.sessionSecret, 'old secret'],
      [names.adminToken, 'old token'],
    ]);
    const store = new Map<string, string>();
    answer = world(parameters, store);
    await provideSecrets(secretPorts(), names);
    expect([...parameters.values()]).toEqual(['old secret', 'old token']);
    expect(Object.fromEntries(store)).toEqual({ 'session-secret': 'old secret' });
  });

  test('reach the entry’s store by requests signed for every region, as it demands', async () => {
    answer = world(new Map(), new Map());
    await provideSecrets(secretPorts(), names);
    const toStore = asked.filter(({ url: path }) => path.includes('key-value-stores'));
    expect(toStore.map(({ method }) => method)).toEqual(['GET', 'PUT']);
    for (const { authorization } of toStore) expect(authorization).toMatch(/^AWS4-ECDSA-P256-SHA256 /);
  });

  test('go with the stage', async () => {
    const parameters = new Map([
      [names.sessionSecret, 'x'],
      [names.adminToken, 'y'],
    ]);
    answer = world(parameters, new Map());
    await removeSecrets(secretPorts(), names);
    expect(parameters.size).toBe(0);
  });
});

describe('the bucket of the pages', () => {
  test('gets a file with its type and how long to keep it', async () => {
    answer = (_asked, response) => response.end();
    await createPageBucket('pages').put({
      path: 'assets/app.js',
      body: Buffer.from('let x'),
      type: 'text/javascript',
      cache: 'immutable',
    });
    expect(asked[0]?.headers).toMatchObject({
      'content-type': 'text/javascript',
      'cache-control': 'immutable',
    });
    expect(asked[0]?.url).toContain('/assets/app.js');
    expect(asked[0]?.body).toContain('let x');
  });

  test('is emptied, however much there is', async () => {
    const files = Array.from({ length: 5 }, (_each, index) => `file-${index}`);
    answer = ({ method, body }, response) => {
      response.setHeader('content-type', 'application/xml');
      if (method === 'GET') {
        const keys = files.slice(0, 2).map((key) => `<Contents><Key>${key}</Key></Contents>`);
        response.end(`<ListBucketResult>${keys.join('')}</ListBucketResult>`);
        return;
      }
      for (const [, key] of body.matchAll(/<Key>(.*?)<\/Key>/g)) files.splice(files.indexOf(key ?? ''), 1);
      response.end('<DeleteResult></DeleteResult>');
    };
    await createPageBucket('pages').empty();
    expect(files).toEqual([]);
  });

  test('that keeps a file says so', async () => {
    answer = ({ method }, response) => {
      response.setHeader('content-type', 'application/xml');
      response.end(
        method === 'GET'
          ? '<ListBucketResult><Contents><Key>a</Key></Contents></ListBucketResult>'
          : '<DeleteResult><Error><Key>a</Key><Code>AccessDenied</Code></Error></DeleteResult>',
      );
    };
    await expect(createPageBucket('pages').empty()).rejects.toThrow('a stays: AccessDenied');
  });
});

describe('operators', () => {
  test('are told by the topic', async () => {
    answer = (_asked, response) => {
      response.setHeader('content-type', 'text/xml');
      response.end(
        '<PublishResponse><PublishResult><MessageId>1</MessageId></PublishResult></PublishResponse>',
      );
    };
    await createNotices('arn:aws:sns:us-east-1:123456789012:alarms').tell({
      subject: 'Liap Tui: x',
      text: 'y',
    });
    const sent = new URLSearchParams(asked[0]?.body);
    expect(Object.fromEntries(sent)).toMatchObject({
      Action: 'Publish',
      TopicArn: 'arn:aws:sns:us-east-1:123456789012:alarms',
      Subject: 'Liap Tui: x',
      Message: 'y',
    });
  });

  test('learn what each hour cost, those without games included', async () => {
    const now = Date.UTC(2026, 10, 24, 12, 34);
    const at = (hour: number) => Date.UTC(2026, 10, 24, hour) / 1_000;
    answer = ({ headers }, response) => {
      expect(headers['content-type']).toMatch(/cbor|json|urlencoded/);
      json(response, {
        Datapoints: [
          { Timestamp: at(11), Sum: 0.5 },
          { Timestamp: at(9), Sum: 0.25 },
        ],
      });
    };
    const history = createCostHistory('dev', () => now);
    expect(await history.hourlyCosts(4)).toEqual([0, 0.25, 0, 0.5]);
  });
});
