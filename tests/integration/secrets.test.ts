/** A stage's secrets, asked for at a parameter store on the loopback through the SDK's client. */
import { afterAll, beforeAll, beforeEach, expect, test } from '@jest/globals';
import { createServer } from 'node:http';
import { json } from 'node:stream/consumers';
import { createSecretReader } from '../../src/aws/secrets.ts';
import { close, listen } from '../support/table.ts';

const MINUTE = 60_000;
const asked: unknown[] = [];
let value = 'first';

const store = createServer((request, response) => {
  void json(request).then((body) => {
    asked.push(body);
    response
      .setHeader('content-type', 'application/x-amz-json-1.1')
      .end(JSON.stringify({ Parameter: { Name: 'secret', Value: value } }));
  });
});

beforeAll(async () => {
  Object.assign(process.env, {
    AWS_REGION: 'us-east-1',
    AWS_ACCESS_KEY_ID: 'local',
    AWS_SECRET_ACCESS_KEY: 'local',
    AWS_ENDPOINT_URL_SSM: await listen(store),
  });
});
afterAll(() => close(store));
beforeEach(() => {
  asked.splice(0);
  value = 'first';
});

test('A secret is decrypted by the parameter store and kept, and one that was changed is taken up five minutes later', async () => {
  let now = 0;
  const readSecret = createSecretReader(() => now);
  expect(await readSecret({ parameter: '/stage/secret' })).toBe('first');
  expect(asked).toEqual([{ Name: '/stage/secret', WithDecryption: true }]);
  value = 'second';
  now = 5 * MINUTE - 1;
  expect(await readSecret({ parameter: '/stage/secret' })).toBe('first');
  now = 5 * MINUTE;
  expect(await readSecret({ parameter: '/stage/secret' })).toBe('second');
  expect(asked).toHaveLength(2);
});

test('A secret that is doubted is read again, but not more often than once a minute, whoever doubts it', async () => {
  let now = 0;
  const readSecret = createSecretReader(() => now);
  await readSecret({ parameter: '/stage/secret' });
  value = 'second';
  now = MINUTE - 1;
  expect(await readSecret({ parameter: '/stage/secret' }, true)).toBe('first');
  now = MINUTE;
  expect(await readSecret({ parameter: '/stage/secret' }, true)).toBe('second');
  value = 'third';
  expect(await readSecret({ parameter: '/stage/secret' }, true)).toBe('second');
  expect(await readSecret({ parameter: '/stage/secret' })).toBe('second');
  expect(asked).toHaveLength(2);
});

test('Two secrets of a stage are two', async () => {
  const readSecret = createSecretReader();
  expect(await readSecret({ parameter: '/stage/one' })).toBe('first');
  value = 'another';
  expect(await readSecret({ parameter: '/stage/two' })).toBe('another');
});

test('The secret of a local run is the one in its environment, and nobody is asked', async () => {
  expect(await createSecretReader()({ value: 'local' })).toBe('local');
  expect(asked).toEqual([]);
});

test('An empty parameter is no secret, and is not kept', async () => {
  const readSecret = createSecretReader();
  value = '';
  await expect(readSecret({ parameter: '/stage/secret' })).rejects.toThrow('/stage/secret is empty');
  value = 'first';
  expect(await readSecret({ parameter: '/stage/secret' })).toBe('first');
});
