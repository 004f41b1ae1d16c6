/**
 * Preloaded into the function host: Lambda's endpoint for the SDK's unchanged clients, in front of serverless-offline's, which
 * knows no response streaming. It lives in the host's process: the first byte can leave when the function writes it.
 */
import { createServer } from 'node:http';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { buffer } from 'node:stream/consumers';
import { isMainThread } from 'node:worker_threads';
import { createProxyServer } from 'httpxy';
import { z } from 'zod';
import { answerStreaming, contextOf, defineStreaming, NotInvoked } from './streaming.ts';

const STREAMING = /^\/2021-11-15\/functions\/([^/]+)\/response-streaming-invocations/;

const environment = z.object({
  /** Where this endpoint is looked for. */
  AWS_ENDPOINT_URL_LAMBDA: z.url(),
  /** serverless-offline's own. */
  LAMBDA_HOST: z.url(),
});

/** Calls a function through serverless-offline, its answer going to a stream; rejects when it fails. */
async function invoke(host: string, name: string, payload: Buffer, stream: string): Promise<void> {
  const clientContext = Buffer.from(JSON.stringify(contextOf(stream))).toString('base64');
  const response = await fetch(`${host}/2015-03-31/functions/${name}/invocations`, {
    method: 'POST',
    headers: { 'content-type': 'application/octet-stream', 'x-amz-client-context': clientContext },
    body: new Uint8Array(payload),
  }).catch((error: unknown) => {
    throw new NotInvoked(String(error));
  });
  const text = await response.text();
  if (!response.ok) throw new NotInvoked(text);
  if (response.headers.has('x-amz-function-error')) throw new Error(text);
}

function serve(endpoint: string, host: string): void {
  const proxy = createProxyServer({ target: host });
  proxy.on('error', (_error, _request, response) => {
    if (response !== undefined && 'writeHead' in response) unavailable(response);
  });
  const answer = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const name = STREAMING.exec(request.url ?? '')?.[1];
    if (name === undefined) return proxy.web(request, response);
    const payload = await buffer(request);
    await answerStreaming(response, (stream) => invoke(host, name, payload, stream));
  };
  const server = createServer((request, response) => {
    answer(request, response).catch(() => unavailable(response));
  });
  const { hostname, port } = new URL(endpoint);
  server.listen(Number(port), hostname);
}

/** What the SDK's clients try again. */
function unavailable(response: ServerResponse): void {
  if (!response.headersSent) response.writeHead(503);
  response.end();
}

if (isMainThread) {
  const { AWS_ENDPOINT_URL_LAMBDA, LAMBDA_HOST } = environment.parse(process.env);
  defineStreaming();
  serve(AWS_ENDPOINT_URL_LAMBDA, LAMBDA_HOST);
}
