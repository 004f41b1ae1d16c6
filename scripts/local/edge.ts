/** Runs the CloudFront functions of src/edge as they are deployed, with no more at hand than CloudFront gives them. */
import crypto from 'node:crypto';
import { readFileSync } from 'node:fs';
import vm from 'node:vm';

/** A value of a query, header or cookie map of CloudFront's event. */
export interface EdgeValue {
  value: string;
  attributes?: string;
}
export type EdgeMap = Record<string, EdgeValue>;

export interface EdgeRequest {
  method: string;
  uri: string;
  querystring: EdgeMap;
  headers: EdgeMap;
  cookies: EdgeMap;
}

export interface EdgeResponse {
  statusCode: number;
  statusDescription?: string;
  /** Absent from an answer of the function's own that has none. */
  headers?: EdgeMap;
  cookies?: EdgeMap;
}

export interface EdgeEvent {
  version: '1.0';
  context: { eventType: 'viewer-request' | 'viewer-response'; requestId: string };
  viewer: { ip: string };
  request: EdgeRequest;
  response?: EdgeResponse;
}

/** A request to pass on, and the origin chosen for it where that is not the one of its path. */
export type RoutedRequest = EdgeRequest & { readonly origin?: string };

/** The functions of the entry: the request to pass on or an answer of their own, and the response to send. */
export interface Edge {
  readonly viewerRequest: (request: EdgeRequest, ip: string) => Promise<RoutedRequest | EdgeResponse>;
  readonly viewerResponse: (
    request: EdgeRequest,
    response: EdgeResponse,
    ip: string,
  ) => Promise<EdgeResponse>;
}

const FILE = new URL('../../src/edge/entry.js', import.meta.url);

/**
 * Loads src/edge/entry.js into a bare context. `values` stands for the key-value store; a key it lacks rejects, as there.
 */
export function loadEdge(values: Readonly<Record<string, string>>): Edge {
  const kvs = () => ({ get: (key: string) => lookUp(values, key) });
  const source = readFileSync(FILE, 'utf8').replace(
    /^import (\w+) from '(\w+)';$/gm,
    "const $1 = modules['$2'];",
  );
  const script = new vm.Script(`${source}\nhandler;`, { filename: FILE.pathname });
  type Handler = (event: EdgeEvent) => Promise<unknown>;
  // A context for every event, as there: what one chooses must not be another's choice.
  const run = async (event: EdgeEvent): Promise<{ result: unknown; origin?: string }> => {
    const chosen: { origin?: string } = {};
    const selectRequestOriginById = (origin: string) => (chosen.origin = origin);
    const modules = { crypto, cloudfront: { kvs, selectRequestOriginById } };
    const handler = script.runInNewContext({ modules }) as Handler;
    return { result: await handler(event), ...chosen };
  };
  return {
    viewerRequest: async (request, ip) => {
      const { result, ...chosen } = await run({ ...eventOf('viewer-request', ip), request });
      return { ...(result as EdgeRequest | EdgeResponse), ...chosen };
    },
    viewerResponse: async (request, response, ip) =>
      (await run({ ...eventOf('viewer-response', ip), request, response })).result as EdgeResponse,
  };
}

function lookUp(values: Readonly<Record<string, string>>, key: string): Promise<string> {
  const value = values[key];
  return value === undefined ? Promise.reject(new Error(`Key ${key} not found`)) : Promise.resolve(value);
}

function eventOf(
  eventType: EdgeEvent['context']['eventType'],
  ip: string,
): Omit<EdgeEvent, 'request' | 'response'> {
  return { version: '1.0', context: { eventType, requestId: crypto.randomUUID() }, viewer: { ip } };
}
