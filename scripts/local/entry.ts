/**
 * The one port of the local cloud, in CloudFront's place: every request goes through the edge functions, then `/ws/*` to the
 * WebSocket API, `/api/*` to the HTTP API and the rest to the files of the page.
 */
import { createServer } from 'node:http';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { createProxyServer } from 'httpxy';
import sirv from 'sirv';
import type { Edge, EdgeMap, EdgeRequest, EdgeResponse, RoutedRequest } from './edge.ts';
import type { Log } from './log.ts';
import { pageHeaders } from './page-headers.ts';

/** What stands behind the entry, once it runs. */
export interface Origins {
  /** URL of the WebSocket API. */
  readonly sockets: string;
  /** URL of the HTTP API. */
  readonly api: string;
  /** Folder of the page's files. */
  readonly pages: string;
  readonly edge: Edge;
  /** URL of the backend that is being replaced (docs/migration.md). */
  readonly previous?: string | undefined;
}

export interface Entry {
  readonly port: number;
  /** Until then every request is answered 503. */
  readonly open: (origins: Origins) => void;
  readonly close: () => Promise<void>;
}

/** Takes the port (0: any free one) on 127.0.0.1; rejects with code EADDRINUSE when it is taken. */
export async function createEntry(port: number, log: Log): Promise<Entry> {
  let site: Site | undefined;
  const sockets = new Set<Socket>();
  const server = createServer((req, res) => {
    if (site === undefined) {
      answer(res, 503);
      return;
    }
    site.request(req, res).catch((error: unknown) => {
      log('error', 'entry', String(error));
      answer(res, 502);
    });
  });
  server.on('upgrade', (req, socket: Socket, head) => {
    socket.on('error', () => socket.destroy());
    if (site === undefined) {
      refuse(socket, 503, 'Service Unavailable');
      return;
    }
    site.upgrade(req, socket, head).catch((error: unknown) => {
      log('error', 'entry', String(error));
      refuse(socket, 502, 'Bad Gateway');
    });
  });
  server.on('connection', (socket) => {
    sockets.add(socket);
    socket.once('close', () => sockets.delete(socket));
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject).listen(port, '127.0.0.1', resolve);
  });
  const address = server.address();
  return {
    port: typeof address === 'object' && address !== null ? address.port : port,
    open: (origins) => (site = createSite(origins, log)),
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        for (const socket of sockets) socket.destroy();
      }),
  };
}

interface Site {
  readonly request: (req: IncomingMessage, res: ServerResponse) => Promise<void>;
  readonly upgrade: (req: IncomingMessage, socket: Socket, head: Buffer) => Promise<void>;
}

function createSite({ sockets, api, pages, edge, previous }: Origins, log: Log): Site {
  const proxy = createProxyServer({ xfwd: true });
  proxy.on('error', (error, _req, res) => {
    log('info', 'entry', String(error));
    if (res !== undefined && 'writeHead' in res) answer(res, 502);
    else res?.destroy();
  });
  // A half of a socket's way must not outlive the other.
  proxy.on('proxyReqWs', (upstream, _req, socket) => {
    upstream.once('upgrade', (_res, upstreamSocket) => {
      socket.once('close', () => upstreamSocket.destroy());
      upstreamSocket.once('close', () => socket.destroy());
    });
  });
  const security = Object.entries(pageHeaders());
  const files = sirv(pages, {
    dev: true,
    etag: true,
    onNoMatch: (_req, res) => {
      res.removeHeader('set-cookie');
      answer(res, 404);
    },
  });

  return {
    request: async (req, res) => {
      const ip = addressOf(req);
      const request = await edge.viewerRequest(requestOf(req), ip);
      if (isAnswer(request)) {
        addToHead(res, request);
        answer(res, request.statusCode);
        return;
      }
      if (isForPrevious(request)) return proxy.web(req, res, { target: previous ?? '' });
      if (request.uri === '/') {
        answer(res, 426);
        return;
      }
      req.url = urlOf(request);
      if (request.uri.startsWith('/api/')) {
        for (const [name, { value }] of Object.entries(request.headers)) req.headers[name] = value;
        return proxy.web(req, res, { target: api });
      }
      for (const [name, value] of security) res.setHeader(name, value);
      await addHeaders(edge, request, res, ip);
      files(req, res);
    },
    upgrade: async (req, socket, head) => {
      const request = await edge.viewerRequest(requestOf(req), addressOf(req));
      if (isAnswer(request)) {
        refuse(socket, request.statusCode, request.statusDescription ?? '');
        return;
      }
      if (isForPrevious(request)) return proxy.ws(req, socket, { target: previous ?? '' }, head);
      if (request.uri !== '/') {
        refuse(socket, 404, 'Not Found');
        return;
      }
      req.url = urlOf(request);
      return proxy.ws(req, socket, { target: sockets }, head);
    },
  };
}

/** Runs viewer-response on the answer that the files will give, and notes its headers and cookies on it. */
async function addHeaders(edge: Edge, request: EdgeRequest, res: ServerResponse, ip: string): Promise<void> {
  addToHead(res, await edge.viewerResponse(request, { statusCode: 200, headers: {} }, ip));
}

function addToHead(res: ServerResponse, response: EdgeResponse): void {
  for (const [name, { value }] of Object.entries(response.headers ?? {})) res.setHeader(name, value);
  for (const [name, { value, attributes }] of Object.entries(response.cookies ?? {})) {
    // The local entry speaks plain HTTP, over which a browser may drop what is `Secure`.
    res.appendHeader('set-cookie', `${name}=${value}; ${(attributes ?? '').replace('Secure; ', '')}`);
  }
}

function requestOf(req: IncomingMessage): EdgeRequest {
  const url = new URL(req.url ?? '/', 'http://localhost');
  return {
    method: req.method ?? 'GET',
    uri: url.pathname,
    querystring: toMap(url.searchParams.entries()),
    headers: toMap(Object.entries(req.headers).map(([name, value]) => [name, String(value)])),
    cookies: toMap((req.headers.cookie ?? '').split(';').map(splitCookie)),
  };
}

const toMap = (entries: Iterable<readonly [string, string]>): EdgeMap =>
  Object.fromEntries([...entries].map(([name, value]) => [name, { value }]));

function splitCookie(text: string): [string, string] {
  const [name = '', ...value] = text.trim().split('=');
  return [name, value.join('=')];
}

function urlOf(request: EdgeRequest): string {
  const query = new URLSearchParams(
    Object.entries(request.querystring).map(([name, { value }]) => [name, value]),
  );
  return query.size === 0 ? request.uri : `${request.uri}?${query.toString()}`;
}

const addressOf = (req: IncomingMessage): string => req.socket.remoteAddress ?? '';

const isForPrevious = (request: RoutedRequest): boolean => request.origin === 'previous';

const isAnswer = (result: RoutedRequest | EdgeResponse): result is EdgeResponse => 'statusCode' in result;

function answer(res: ServerResponse, status: number): void {
  if (res.headersSent) res.destroy();
  else res.writeHead(status).end();
}

function refuse(socket: Socket, status: number, text: string): void {
  if (socket.writable)
    socket.end(`HTTP/1.1 ${status} ${text}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`);
}
