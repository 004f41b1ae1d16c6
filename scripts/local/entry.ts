/**
 * The one port of the local cloud, in CloudFront's place: every request goes through the edge functions, then `/ws/*` to the
 * WebSocket API, `/api/*` to the HTTP API and the rest to the files of the page.
 */
import { createServer } from 'node:http';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { createProxyServer } from 'httpxy';
import sirv from 'sirv';
import { cookiesOf, mapOf, pairsOf, queryOf } from './edge.ts';
import type { Edge, EdgeRequest, EdgeResponse, EdgeValue, RoutedRequest } from './edge.ts';
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
    // CloudFront runs no viewer-response after a status of 400 or more: what it noted is taken back.
    onNoMatch: (_req, res) => {
      for (const name of res.getHeaderNames()) res.removeHeader(name);
      for (const [name, value] of security) res.setHeader(name, value);
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
      passOn(req, request);
      if (isForPrevious(request)) return proxy.web(req, res, { target: previous ?? '' });
      if (request.uri === '/') {
        answer(res, 426);
        return;
      }
      if (request.uri.startsWith('/api/')) return proxy.web(req, res, { target: api });
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
      passOn(req, request);
      if (isForPrevious(request)) return proxy.ws(req, socket, { target: previous ?? '' }, head);
      if (request.uri !== '/') {
        refuse(socket, 404, 'Not Found');
        return;
      }
      return proxy.ws(req, socket, { target: sockets }, head);
    },
  };
}

/** Runs viewer-response on the answer that the files will give, and notes its headers and cookies on it. */
async function addHeaders(edge: Edge, request: EdgeRequest, res: ServerResponse, ip: string): Promise<void> {
  addToHead(
    res,
    await edge.viewerResponse(request, { statusCode: 200, statusDescription: 'OK', headers: {} }, ip),
  );
}

function addToHead(res: ServerResponse, response: EdgeResponse): void {
  for (const [name, { value }] of Object.entries(response.headers ?? {})) res.setHeader(name, value);
  for (const [name, { value, attributes }] of Object.entries(response.cookies ?? {})) {
    // The local entry speaks plain HTTP, over which a browser may drop what is `Secure`.
    res.appendHeader('set-cookie', `${name}=${value}; ${(attributes ?? '').replace('Secure; ', '')}`);
  }
}

/** The request as CloudFront hands it to the function; cookies are none of its headers. */
function requestOf(req: IncomingMessage): EdgeRequest {
  const [path = '', ...query] = (req.url ?? '/').split('?');
  const { cookie, ...headers } = req.headersDistinct;
  return {
    method: req.method ?? 'GET',
    uri: new URL(path.startsWith('/') ? `http://localhost${path}` : path, 'http://localhost').pathname,
    querystring: queryOf(query.join('?')),
    headers: mapOf(
      Object.entries(headers).flatMap(([name, values = []]) =>
        values.map((value): [string, string] => [name, value]),
      ),
    ),
    cookies: cookiesOf((cookie ?? []).join(';')),
  };
}

/** Makes the request what the function left of it, with nothing decoded or encoded on the way. */
function passOn(req: IncomingMessage, request: EdgeRequest): void {
  const query = pairsOf(request.querystring).map(joinPair).join('&');
  req.url = query === '' ? request.uri : `${request.uri}?${query}`;
  const cookie = pairsOf(request.cookies).map(joinPair).join('; ');
  req.headers = {
    ...Object.fromEntries(Object.entries(request.headers).map(([name, each]) => [name, valueOf(each)])),
    ...(cookie !== '' && { cookie }),
  };
}

/** A header of several lines is one to Node, as to the functions behind API Gateway. */
const valueOf = ({ value, multiValue }: EdgeValue): string =>
  multiValue === undefined ? value : multiValue.map((each) => each.value).join(', ');

const joinPair = ([name, value]: readonly [string, string]): string => `${name}=${value}`;

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
