/** Runs the CloudFront functions of src/edge as they are deployed, with no more at hand than CloudFront gives them. */
import crypto from 'node:crypto';
import { createRequire } from 'node:module';
import vm from 'node:vm';

/** A value of a query, header or cookie map of CloudFront's event: as the viewer sent it, still percent-encoded. */
export interface EdgeValue {
  value: string;
  attributes?: string;
  /** All values, the first included, where a name comes more than once. */
  multiValue?: { value: string; attributes?: string }[];
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

/** What the function made of an event, and the origin it chose where that is not the one of the path. */
export interface EdgeOutcome {
  readonly result: EdgeRequest | EdgeResponse;
  readonly origin?: string;
}

/** Something that runs the function: this process, njs, CloudFront itself. */
export type EdgeEngine = (event: EdgeEvent) => Promise<EdgeOutcome>;

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

const deployedCode = createRequire(import.meta.url)('../../infra/entry-code.cjs') as () => string;

/** What CloudFront gets as the function's code. */
export const entryCode = (): string => deployedCode();

/** The entry function in this process. `values` stands for the key-value store; a key it lacks rejects, as there. */
export function loadEdge(values: Readonly<Record<string, string>>): Edge {
  return edgeOn(inNode(values));
}

/** The entry function, run by an engine. */
export function edgeOn(engine: EdgeEngine): Edge {
  return {
    viewerRequest: async (request, ip) => {
      const { result, ...chosen } = await engine({ ...eventOf('viewer-request', ip), request });
      return { ...result, ...chosen };
    },
    viewerResponse: async (request, response, ip) => {
      const { result } = await engine({ ...eventOf('viewer-response', ip), request, response });
      return result as EdgeResponse;
    },
  };
}

/** Runs the function in a bare context of this process. */
export function inNode(values: Readonly<Record<string, string>>): EdgeEngine {
  const kvs = () => ({ get: (key: string) => lookUp(values, key) });
  const source = entryCode().replace(/^import (\w+) from '(\w+)';$/gm, "const $1 = modules['$2'];");
  const script = new vm.Script(`${source}\nhandler;`, { filename: 'entry.js' });
  type Handler = (event: EdgeEvent) => Promise<EdgeOutcome['result']>;
  // A context for every event, as there: what one chooses must not be another's choice.
  return async (event) => {
    const chosen: { origin?: string } = {};
    const selectRequestOriginById = (origin: string) => (chosen.origin = origin);
    const modules = { crypto, cloudfront: { kvs, selectRequestOriginById } };
    const handler = script.runInNewContext({ modules }) as Handler;
    // What it changes is its own: the event is a copy.
    return { result: await handler(structuredClone(event)), ...chosen };
  };
}

/** The map that CloudFront makes of names and values in their order: `value` is the first of several. */
export function mapOf(pairs: Iterable<readonly [name: string, value: string]>): EdgeMap {
  const all = new Map<string, { value: string }[]>();
  for (const [name, value] of pairs) all.set(name, [...(all.get(name) ?? []), { value }]);
  const entries = [...all].map(([name, values]): [string, EdgeValue] => {
    const value = values[0]?.value ?? '';
    return [name, values.length > 1 ? { value, multiValue: values } : { value }];
  });
  return Object.fromEntries(entries);
}

/** The names and values of such a map, each as often as it is there. */
export function pairsOf(map: EdgeMap): [name: string, value: string][] {
  return Object.entries(map).flatMap(([name, each]) =>
    (each.multiValue ?? [each]).map(({ value }): [string, string] => [name, value]),
  );
}

/** A query as CloudFront reads it, with nothing decoded. */
export function queryOf(text: string): EdgeMap {
  return mapOf(
    text
      .split('&')
      .filter((part) => part !== '')
      .map((part) => splitPair(part)),
  );
}

/** The cookies of a `Cookie` header, with nothing decoded. */
export function cookiesOf(header: string): EdgeMap {
  return mapOf(
    header
      .split(';')
      .map((part) => part.trim())
      .filter((part) => part !== '')
      .map((part) => splitPair(part)),
  );
}

function splitPair(text: string): [string, string] {
  const [name = '', ...value] = text.split('=');
  return [name, value.join('=')];
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
