// Handshakes at the entry and at the gateway, judged by the real CloudFront functions and the real authorizer.

import { cookiesOf, loadEdge, mapOf } from '../../scripts/local/edge.ts';
import type { EdgeMap, EdgeRequest } from '../../scripts/local/edge.ts';
import { viewerHeader } from '../../scripts/local/viewer.ts';
import { createIdentity, sessionIn } from '../../src/app/identity.ts';
import { readSocketEvent } from '../../src/handlers/socket-event.ts';
import { SESSION_SECRET } from './house.ts';
import { ADDRESS, ORIGIN } from './requests.ts';
import type { Handshake, Pairs } from './requests.ts';

Object.assign(process.env, { ALLOWED_ORIGINS: ORIGIN, SESSION_SECRET, POWERTOOLS_DEV: 'true' });
const { handler: authorize } = await import('../../src/handlers/authorizer.ts');

const identity = createIdentity(SESSION_SECRET);
const edge = loadEdge({ 'session-secret': SESSION_SECRET });
const ARN = 'arn:aws:execute-api:us-east-1:000000000000:api/local/$connect';

/** Tries a handshake; what is wrong with how it ended, null when nothing is. */
export async function problemOfHandshake(handshake: Handshake): Promise<string | null> {
  const { at, path, query, headers } = handshake;
  if (at === 'gateway') return problemAtGateway(query, headers);
  const request = edgeRequest(path, query, headers);
  const passed = await edge.viewerRequest(structuredClone(request), ADDRESS);
  if ('statusCode' in passed) return passed.statusCode === 404 ? null : `the entry says ${passed.statusCode}`;
  if (!path.startsWith('/ws')) return problemOfPage(passed);
  // With the entry's word of who asks in place of the visitor's own.
  const { ['x-liap-viewer']: viewer = '' } = flat(passed.headers);
  const others = Object.entries(headers).filter(([name]) => name.toLowerCase() !== 'x-liap-viewer');
  const sent = { ...Object.fromEntries(others), 'x-liap-viewer': viewer };
  return isSigned(sent)
    ? problemAtGateway(flat(passed.querystring), sent)
    : 'the entry does not vouch for who comes through it';
}

async function problemOfPage(request: EdgeRequest): Promise<string | null> {
  const response = await edge.viewerResponse(request, { statusCode: 200, headers: {} }, ADDRESS);
  const given = response.cookies?.['liap_session']?.value;
  const own = request.cookies['liap_session']?.value ?? '';
  if (given === undefined) return identity.playerOf(own) === null ? 'a page came without a session' : null;
  return identity.playerOf(given) === null ? 'the entry gave a session that is none' : null;
}

async function problemAtGateway(query: Pairs, headers: Pairs): Promise<string | null> {
  const queryStringParameters = Object.keys(query).length === 0 ? null : query;
  const expected = expectedOf(query, headers);
  try {
    const { policyDocument, context } = await authorize({ methodArn: ARN, headers, queryStringParameters });
    const [statement] = policyDocument.Statement;
    const isExact = policyDocument.Statement.length === 1 && JSON.stringify(statement).includes(ARN);
    if (!isExact || statement === undefined) return 'the policy is not about this handshake alone';
    const found =
      statement.Effect === 'Deny' ? 403 : { player: context?.['player'], room: context?.['room'] };
    if (JSON.stringify(found) !== JSON.stringify(expected))
      return `expected ${JSON.stringify(expected)}, got ${JSON.stringify(found)}`;
    return typeof found === 'number' ? null : problemOfEvents(context ?? {});
  } catch (error) {
    // This very text is what API Gateway answers with 401; with any other it is a 500.
    if (!(error instanceof Error) || error.message !== 'Unauthorized')
      return `the authorizer threw ${String(error)}`;
    return expected === 401 ? null : 'a handshake was taken for one without a session';
  }
}

type Verdict = 401 | 403 | { readonly player: string; readonly room: string };

/** Whether a request says of itself what the entry says. */
export function isSigned(headers: Pairs): boolean {
  const [signed] = Object.values(viewerHeader(SESSION_SECRET, ADDRESS));
  return Object.entries(headers).some(([name, value]) => /^x-liap-viewer$/i.test(name) && value === signed);
}

/** Who may pass, said once more in other words. */
function expectedOf(query: Pairs, headers: Pairs): Verdict {
  const header = (name: string): string | undefined =>
    Object.entries(headers).find(([key]) => key.toLowerCase() === name)?.[1];
  if (!isSigned(headers)) return 403;
  const origin = header('origin');
  const room = Object.hasOwn(query, 'room_id') ? (query['room_id'] ?? '') : '';
  if ((origin !== undefined && origin !== ORIGIN) || !/^[A-Za-z0-9]{1,16}$/.test(room)) return 403;
  const session = Object.hasOwn(query, 'session') ? query['session'] : undefined;
  const player = identity.playerOf(sessionIn({ cookie: header('cookie'), query: session }) ?? '');
  if (player === null) return 401;
  return { player, room: /^lobby$/i.test(room) ? 'lobby' : room.toUpperCase() };
}

/** The events of a connection that was let in are read on their own routes and on no others. */
function problemOfEvents(context: Readonly<Record<string, unknown>>): string | null {
  const kinds = ['CONNECT', 'MESSAGE', 'DISCONNECT'] as const;
  for (const eventType of kinds) {
    const authorizer = { ...context, principalId: 'somebody', integrationLatency: 7 };
    const event = {
      requestContext: { connectionId: 'c', requestId: 'r', eventType, authorizer },
      body: '{}',
    };
    for (const route of kinds) {
      if (isRead(event, route) !== (route === eventType)) return `${eventType} on the route of ${route}`;
    }
  }
  return null;
}

function isRead(event: unknown, route: Parameters<typeof readSocketEvent>[1]): boolean {
  try {
    return readSocketEvent(event, route) !== null;
  } catch {
    return false;
  }
}

function edgeRequest(uri: string, query: Pairs, headers: Pairs): EdgeRequest {
  const { cookie, Cookie = cookie, ...others } = headers;
  const encode = (text: string) => encodeURIComponent(text.toWellFormed());
  return {
    method: 'GET',
    uri,
    querystring: mapOf(
      Object.entries(query).map(([name, value]): [string, string] => [encode(name), encode(value)]),
    ),
    headers: mapOf(
      Object.entries(others).map(([name, value]): [string, string] => [name.toLowerCase(), value]),
    ),
    cookies: cookiesOf(Cookie ?? ''),
  };
}

/** A query as API Gateway hands it on, decoded. */
function flat(map: EdgeMap): Pairs {
  const decode = decodeURIComponent;
  return Object.fromEntries(Object.entries(map).map(([name, { value }]) => [decode(name), decode(value)]));
}
