// API Gateway as far as it matters here: sockets of clients in this process, a function for each route, the sender's route
// response, and the management API behind `postToConnection`.

import * as z from 'zod/mini';
import { viewerHeader } from '../local/viewer.ts';
import type { Functions } from './functions.ts';
import { draw, spend, spendThen } from './latency-of.ts';
import { Trace, traceNow, within } from './trace.ts';
import type { Origin } from './trace.ts';
import { now, waitUntil } from './clock.ts';

/** What somebody who measures wants to know of the gateway. */
export interface Observer {
  /** The label for the figures of a frame that a connection sends. */
  readonly labelOf: (connection: string, frame: ClientFrame) => string;
  /** Everything that followed from an event is over. */
  readonly over: (trace: Trace) => void;
}
export type ClientFrame = z.infer<typeof ClientFrame>;
const ClientFrame = z.looseObject({ event: z.string(), id: z.optional(z.string()) });
const Answer = z.object({ body: z.optional(z.string()) });
const Allowed = z.object({ context: z.object({ player: z.string(), room: z.string() }) });

interface Connection {
  readonly id: string;
  readonly socket: Socket;
  readonly authorizer: { readonly player: string; readonly room: string };
  /** Frames are handed over in the order the gateway had them. */
  tail: Promise<unknown>;
}

const METHOD_ARN = 'arn:aws:execute-api:us-east-1:000000000000:bench/local/$connect';

export class Gateway {
  readonly #functions: Functions;
  readonly #observer: Observer;
  /** The entry is before the gateway. */
  readonly #headers: Readonly<Record<string, string>>;
  readonly #connections = new Map<string, Connection>();
  readonly #following = new Set<Trace>();
  #handshakes = 0;
  #requests = 0;
  /** Messages to clients so far, replies included. */
  messages = 0;

  constructor(functions: Functions, observer: Observer, sessionSecret: string) {
    this.#functions = functions;
    this.#observer = observer;
    this.#headers = viewerHeader(sessionSecret);
  }

  /** The class of sockets that lead here, for `Client`. */
  get sockets(): new (url: string) => WebSocket {
    // eslint-disable-next-line @typescript-eslint/no-this-alias -- the class is made by the gateway it belongs to
    const gateway = this;
    return class extends Socket {
      constructor(url: string) {
        super(gateway);
        void gateway.#open(this, new URL(url));
      }
    } as unknown as new (url: string) => WebSocket;
  }

  /** Whether a connection is open. */
  has(connection: string): boolean {
    return this.#connections.has(connection);
  }

  /** Begins a trace of the product's work and follows it to its end. */
  async follow<T>(
    origin: Origin,
    label: string,
    start: number,
    work: (trace: Trace) => Promise<T>,
  ): Promise<T> {
    const trace = new Trace(origin, label, start, (done) => {
      this.#following.delete(done);
      this.#observer.over(done);
    });
    this.#following.add(trace);
    return within(trace, () => trace.hold(() => work(trace)));
  }

  /** Resolves once nothing is going on any more. */
  async settle(): Promise<void> {
    while (this.#following.size > 0) await new Promise((resolve) => setTimeout(resolve, 10));
  }

  /** A frame of a client, by the route of all frames. */
  async receive(socket: Socket, text: string): Promise<void> {
    const connection = this.#connections.get(socket.connection);
    if (connection === undefined) return;
    const frame = ClientFrame.parse(JSON.parse(text));
    const label = this.#observer.labelOf(connection.id, frame);
    const origin: Origin = { kind: 'frame', connection: connection.id, id: frame.id };
    await this.follow(origin, label, now(), async (trace) => {
      await spend('frame', 'edge in', () => undefined);
      const answered = await this.#functions.call('message', this.#event(connection, 'MESSAGE', text));
      trace.returned = now();
      const { body } = Answer.parse(answered);
      if (body !== undefined) this.#deliver(connection, { text: body, start: trace.returned, isReply: true });
    });
  }

  /** `postToConnection`; false when there is no such connection. */
  post(connection: string, text: string, start: number): boolean {
    const known = this.#connections.get(connection);
    if (known === undefined) return false;
    this.#deliver(known, { text, start, isReply: false });
    return true;
  }

  /** Ends a connection: its client has closed it, or a function did. */
  end(id: string): boolean {
    const connection = this.#connections.get(id);
    if (connection === undefined) return false;
    this.#connections.delete(id);
    connection.socket.ended();
    void within(undefined, () =>
      this.follow({ kind: 'other' }, 'disconnect', now(), async () => {
        await spend('frame', 'edge in', () => undefined);
        await this.#functions.call('disconnect', this.#event(connection, 'DISCONNECT'));
      }),
    );
    return true;
  }

  /** The frame goes out now and is there a little later, after those that went before it. */
  #deliver(
    connection: Connection,
    { text, start, isReply }: { readonly text: string; readonly start: number; readonly isReply: boolean },
  ): void {
    const trace = traceNow();
    const left = now();
    const due = left + draw('out');
    this.messages += 1;
    const arrive = async (): Promise<void> => {
      await waitUntil(due);
      trace?.arrivals.push({ connection: connection.id, text, start, left, at: now(), isReply });
      within(undefined, () => connection.socket.hear(text));
    };
    const arriving = connection.tail.then(arrive);
    connection.tail = arriving;
    void trace?.hold(() => arriving);
  }

  /** The authorizer, then `$connect`; the client hears of it when both have agreed. */
  async #open(socket: Socket, url: URL): Promise<void> {
    const id = `connection-${(this.#handshakes += 1)}`;
    const room_id = decodeURIComponent(url.pathname.split('/').at(-1) ?? '');
    const session = url.searchParams.get('session') ?? '';
    await this.follow({ kind: 'other' }, 'handshake', now(), async () => {
      const headers = this.#headers;
      const asked = { methodArn: METHOD_ARN, headers, queryStringParameters: { room_id, session } };
      await spend('frame', 'edge in', () => undefined);
      const allowed = Allowed.parse(await this.#functions.call('authorizer', asked));
      const connection: Connection = { id, socket, authorizer: allowed.context, tail: Promise.resolve() };
      await spendThen('invoke', 'connect begun', () =>
        this.#functions.call('connect', this.#event(connection, 'CONNECT')),
      );
      await waitUntil(now() + draw('out'));
      if (socket.readyState !== WebSocket.CONNECTING) return;
      this.#connections.set(id, connection);
      within(undefined, () => socket.opened(id));
    });
  }

  #event({ id, authorizer }: Connection, eventType: string, body?: string): unknown {
    const requestId = `request-${(this.#requests += 1)}`;
    return {
      requestContext: { connectionId: id, requestId, eventType, authorizer },
      ...(body === undefined ? {} : { body }),
    };
  }
}

/** A client's end: as much of a WebSocket as `Client` uses. */
class Socket extends EventTarget {
  readonly #gateway: Gateway;
  connection = '';
  readyState: number = WebSocket.CONNECTING;

  constructor(gateway: Gateway) {
    super();
    this.#gateway = gateway;
  }

  send(text: string): void {
    if (this.readyState === WebSocket.OPEN) void within(undefined, () => this.#gateway.receive(this, text));
  }

  close(): void {
    this.readyState = WebSocket.CLOSED;
    this.#gateway.end(this.connection);
  }

  opened(connection: string): void {
    this.connection = connection;
    this.readyState = WebSocket.OPEN;
    this.dispatchEvent(new Event('open'));
  }

  hear(text: string): void {
    if (this.readyState === WebSocket.OPEN) this.dispatchEvent(new MessageEvent('message', { data: text }));
  }

  ended(): void {
    if (this.readyState === WebSocket.CLOSED) return;
    this.readyState = WebSocket.CLOSED;
    this.dispatchEvent(new Event('close'));
  }
}
