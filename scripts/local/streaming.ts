/**
 * Response streaming as Lambda has it: the global `awslambda` of the managed runtime, and the event stream in which the answer
 * of `InvokeWithResponseStream` comes. Both ends are in one process; an invocation names its stream in its client context.
 */
import { randomUUID } from 'node:crypto';
import type { ServerResponse } from 'node:http';
import { Writable } from 'node:stream';
import { finished } from 'node:stream/promises';
import { EventStreamCodec } from '@smithy/core/event-streams';

/** A handler as the runtime calls it, of which streaming ones make more than it: their whole answer is what it resolves to. */
export type Handler = (event: unknown, context?: { readonly clientContext?: unknown }) => Promise<string>;
type StreamingHandler = (event: unknown, stream: Writable, context: unknown) => Promise<void>;

/** Who listens to the streams of running invocations. */
const listeners = new Map<string, (chunk: Buffer) => void>();

/** Defines `awslambda` for handlers yet to be loaded. */
export function defineStreaming(): void {
  Object.assign(globalThis, { awslambda: { streamifyResponse } });
}

function streamifyResponse(handler: StreamingHandler): Handler {
  return async (event, context) => {
    const listener = listeners.get(streamOf(context?.clientContext));
    const chunks: Buffer[] = [];
    const stream = new Writable({
      write: (chunk: Buffer, _encoding, done) => {
        chunks.push(chunk);
        listener?.(chunk);
        done();
      },
    });
    await handler(event, stream, context);
    // A handler that forgets to end its stream waits here until it times out, as on AWS.
    await finished(stream);
    return Buffer.concat(chunks).toString();
  };
}

/** The client context of an invocation whose answer goes to that stream. */
export function contextOf(stream: string): { readonly stream: string } {
  return { stream };
}

function streamOf(clientContext: unknown): string {
  if (typeof clientContext !== 'object' || clientContext === null || !('stream' in clientContext)) return '';
  return String(clientContext.stream);
}

/** Whether the next answer comes as a whole. The Node runtime is reported to hold small first writes back: every other does. */
let isHeldBack = false;

/**
 * Answers a call of `InvokeWithResponseStream`: every chunk as the function writes it or all when it has ended, then how it
 * ended. Rejects, with nothing answered yet, when `invoke` throws `NotInvoked`.
 */
export async function answerStreaming(
  response: ServerResponse,
  invoke: (stream: string) => Promise<unknown>,
): Promise<void> {
  const stream = randomUUID();
  const send = (message: Uint8Array): void => {
    if (!response.headersSent)
      response.writeHead(200, { 'content-type': 'application/vnd.amazon.eventstream' });
    response.write(message);
  };
  const kept: Buffer[] = [];
  const holdsBack = isHeldBack;
  isHeldBack = !isHeldBack;
  const release = (): void => {
    if (kept.length > 0) send(encodeChunk(Buffer.concat(kept)));
  };
  listeners.set(stream, (chunk) => {
    if (holdsBack) kept.push(chunk);
    else send(encodeChunk(chunk));
  });
  try {
    await invoke(stream);
    release();
    send(encodeEnd(null));
  } catch (error) {
    if (error instanceof NotInvoked) throw error;
    release();
    send(encodeEnd(error instanceof Error ? error : new Error(String(error))));
  } finally {
    listeners.delete(stream);
  }
  response.end();
}

/** The function could not even be called. */
export class NotInvoked extends Error {}

const codec = new EventStreamCodec(
  (bytes) => Buffer.from(bytes as Uint8Array).toString('utf8'),
  (text) => Buffer.from(text, 'utf8'),
);

/** One part of an answer as it goes over the wire. */
export function encodeChunk(chunk: Buffer): Uint8Array {
  return encode('PayloadChunk', 'application/octet-stream', chunk);
}

/** The end of an answer: well, or with what the function threw. */
export function encodeEnd(error: Error | null): Uint8Array {
  const how = error === null ? {} : { ErrorCode: 'Unhandled', ErrorDetails: error.message };
  return encode('InvokeComplete', 'application/json', Buffer.from(JSON.stringify(how)));
}

function encode(event: string, contentType: string, body: Uint8Array): Uint8Array {
  const text = (value: string) => ({ type: 'string', value }) as const;
  const headers = {
    ':message-type': text('event'),
    ':event-type': text(event),
    ':content-type': text(contentType),
  };
  return codec.encode({ headers, body });
}
