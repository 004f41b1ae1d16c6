import { createServer } from 'node:http';
import type { Writable } from 'node:stream';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { answerStreaming, contextOf, defineStreaming } from '../../../scripts/local/streaming.ts';
import type { Handler } from '../../../scripts/local/streaming.ts';
import { close, listen } from '../../support/table.ts';

let invoke: Handler = () => Promise.reject(new Error('Not there yet'));
const server = createServer((_request, response) => {
  void answerStreaming(response, (stream) => invoke({}, { clientContext: contextOf(stream) }));
});
let address = '';

beforeAll(async () => {
  defineStreaming();
  const { streamifyResponse } = (
    globalThis as unknown as {
      awslambda: {
        streamifyResponse: (handler: (event: unknown, stream: Writable) => Promise<void>) => Handler;
      };
    }
  ).awslambda;
  invoke = streamifyResponse((_event, stream) => {
    stream.write('begun\n');
    stream.end('done');
    return Promise.resolve();
  });
  address = await listen(server);
});
afterAll(() => close(server));

test('Every other answer of a function comes as a whole, as where the runtime holds small first writes back', async () => {
  const chunks: number[] = [];
  for (const _ of [1, 2, 3, 4]) {
    const text = await (await fetch(address)).text();
    expect(text).toMatch(/begun\n.*done.*InvokeComplete/s);
    chunks.push(text.split('PayloadChunk').length - 1);
  }
  expect(chunks).toEqual([2, 1, 2, 1]);
});
