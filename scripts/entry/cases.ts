/**
 * What the entry function is asked, and what it has to answer, whatever runs it: this process and njs in the tests, CloudFront
 * after a deployment. Events are data that `aws cloudfront test-function` takes as they are.
 */
import type { EdgeEvent, EdgeMap, EdgeRequest } from '../local/edge.ts';

export interface EntryCase {
  /** A sentence. */
  readonly name: string;
  readonly event: EdgeEvent;
  /** `new-rooms-percent` of the store (docs/migration.md); without one there is no other backend. */
  readonly share?: '0' | '50';
  readonly answer: Expected;
  /** The origin it has to choose; CloudFront's own test does not tell. */
  readonly origin?: string;
}

/** Text that must be the same or match, fields that must be so; `null`: must not be there. */
export type Expected = string | number | RegExp | null | { readonly [field: string]: Expected };

/** Stands in an event for a session that the function itself has given. */
export const OWN_SESSION = '<a session of its own>';

type Parts = Partial<Omit<EdgeRequest, 'uri'>>;

const REQUEST_ID = 'EXAMPLEntjQpEXAMPLE_SG5Z-EXAMPLEPmPfEXAMPLEu3EqEXAMPLE==';
// Whoever is known to be on our side gets the same answers while there is another.
const OURS: EdgeMap = { liap_side: { value: 'new' } };

function asked(uri: string, parts: Parts = {}, ip = '192.0.2.1'): EdgeEvent {
  const request = { method: 'GET', uri, querystring: {}, headers: {}, cookies: OURS, ...parts };
  return {
    version: '1.0',
    context: { eventType: 'viewer-request', requestId: REQUEST_ID },
    viewer: { ip },
    request,
  };
}

function answered(uri: string, cookies: EdgeMap = {}): EdgeEvent {
  const { request, ...event } = asked(uri, { cookies });
  const response = { statusCode: 200, statusDescription: 'OK', headers: {} };
  return { ...event, context: { ...event.context, eventType: 'viewer-response' }, request, response };
}

const several = (first: string, second: string) => ({
  value: first,
  multiValue: [{ value: first }, { value: second }],
});
const session = (value: string): EdgeMap => ({ liap_session: { value } });

const TOKEN = /^[A-Za-z0-9_-]{32}\.[A-Za-z0-9_-]{43}$/;
const NEW_SESSION = {
  headers: { 'cache-control': { value: 'no-store' } },
  cookies: {
    liap_session: {
      value: TOKEN,
      attributes: 'HttpOnly; SameSite=Lax; Secure; Path=/; Max-Age=34560000',
    },
  },
};
const NO_SESSION = { statusCode: 200, headers: { 'cache-control': null }, cookies: { liap_session: null } };

/** How the function is told on AWS whether there is another backend: its answer to this differs. */
export const PROBE = asked('/');

export const SOCKETS: readonly EntryCase[] = [
  ...['ABC234', 'lobby'].map((room) => ({
    name: `the path of a socket names the room, which moves to the query: ${room}`,
    event: asked(`/ws/${room}`),
    answer: { uri: '/', querystring: { room_id: { value: room } } },
  })),
  {
    name: 'the path of a socket takes the first session along as it is, and no other parameter',
    event: asked('/ws/lobby', {
      querystring: { session: several('a%2Eb', 'other'), room_id: { value: 'OTHER' }, x: { value: '1' } },
    }),
    answer: {
      querystring: { room_id: { value: 'lobby' }, session: { value: 'a%2Eb', multiValue: null }, x: null },
    },
  },
  ...['/ws', '/ws/', '/ws/a/b', '/ws/a%20b', '/ws/..'].map((uri) => ({
    name: `the path of a socket that names no room is answered 404: ${uri}`,
    event: asked(uri),
    answer: { statusCode: 404 },
  })),
];

export const PATHS: readonly EntryCase[] = [
  ...['/', '/room/GAB234', '/game/GAB234', '/replay/GAB234', '/administer', '/room/', '/wsx', '/api'].map(
    (uri) => ({
      name: `the path of a view of the client is the one page: ${uri}`,
      event: asked(uri),
      answer: { uri: '/index.html' },
    }),
  ),
  ...['/admin', '/admin/', '/admin/rooms', '/admin/rooms/GAB234'].map((uri) => ({
    name: `the path of a view for operators is their page: ${uri}`,
    event: asked(uri),
    answer: { uri: '/admin.html' },
  })),
  ...['/app.js', '/assets/tile-1.svg', '/index.html', '/api/health', '/api/rooms/GAB234/events'].map(
    (uri) => ({
      name: `the path of a file or an endpoint stays as it is, and its query as the viewer encoded it: ${uri}`,
      event: asked(uri, { querystring: { after: several('3%2B1', '4') } }),
      answer: {
        uri,
        querystring: { after: { value: '3%2B1', multiValue: { 0: { value: '3%2B1' }, 1: { value: '4' } } } },
      },
    }),
  ),
];

export const SESSIONS: readonly EntryCase[] = [
  ...[
    '/api/session',
    '/api/health',
    '/api/leaderboard',
    '/api/rooms/GAB234/events',
    '/ws/lobby',
    '/ws/GAB234',
  ].map((uri) => ({
    name: `an API is asked with the address of the viewer, and a proof of it: ${uri}`,
    event: asked(uri, {}, '2001:db8::7'),
    answer: { headers: { 'x-liap-viewer': { value: /^2001:db8::7\.[A-Za-z0-9_-]{43}$/ } } },
  })),
  {
    name: 'a page is asked for with no word of the viewer',
    event: asked('/room/GAB234'),
    answer: { headers: { 'x-liap-viewer': null } },
  },
  ...['/api/session', '/ws/lobby'].map((uri) => ({
    name: `a viewer does not say himself who he is: ${uri}`,
    event: asked(uri, { headers: { 'x-liap-viewer': several('somebody.else', 'another.one') } }),
    answer: {
      headers: { 'x-liap-viewer': { value: /^192\.0\.2\.1\.[A-Za-z0-9_-]{43}$/, multiValue: null } },
    },
  })),
  ...['/', '/index.html', '/room/GAB234', '/admin'].map((uri) => ({
    name: `a page asked for without a session comes with one, and is not kept: ${uri}`,
    event: answered(uri),
    answer: NEW_SESSION,
  })),
  ...['/', '/index.html'].map((uri) => ({
    name: `a session of its own is left alone: ${uri}`,
    event: answered(uri, session(OWN_SESSION)),
    answer: NO_SESSION,
  })),
  ...[
    ['empty', ''],
    ['not a token', 'abc'],
    ['without a mac', 'a'.repeat(32)],
    ['signed with another secret', `${'a'.repeat(32)}.${'b'.repeat(43)}`],
    ['signed for another id', `${'b'.repeat(32)}${OWN_SESSION}`],
  ].map(([what = '', value = '']) => ({
    name: `a session is replaced when it is ${what}`,
    event: answered('/', session(value)),
    answer: NEW_SESSION,
  })),
  ...['/app.js', '/api/health', '/ws/lobby', '/favicon.ico'].map((uri) => ({
    name: `a session does not come with what is no page: ${uri}`,
    event: answered(uri),
    answer: NO_SESSION,
  })),
];

const redirected = (location: string, side: string): Expected => ({
  statusCode: 302,
  headers: { location: { value: location }, 'cache-control': { value: 'no-store' } },
  cookies: { liap_side: { value: side } },
});

/** While another backend is being replaced (docs/migration.md). */
export const MIGRATION: readonly EntryCase[] = [
  {
    name: 'a page of ours asked for by somebody of the other side is asked for again, with its query as it was',
    event: asked('/room/GAB234', {
      querystring: { q: several('a%26b%3D', '%E0%B8%81'), lang: { value: 'th' } },
      cookies: { liap_side: { value: 'old' } },
    }),
    share: '50',
    answer: redirected('/room/GAB234?q=a%26b%3D&q=%E0%B8%81&lang=th', 'new'),
  },
  {
    name: 'a path with two slashes in front does not lead to another host',
    event: asked('//elsewhere.example/', { cookies: {} }),
    share: '0',
    answer: redirected('/elsewhere.example/', 'old'),
  },
  {
    name: 'who is on our side stays there, and what is cached is kept apart',
    event: asked('/'),
    share: '50',
    answer: { uri: '/index.html', headers: { 'x-liap-side': { value: 'new' } } },
  },
  {
    name: 'who is on the other side is passed on as he came',
    event: asked('/', { cookies: { liap_side: { value: 'old' } } }),
    share: '50',
    answer: { uri: '/', headers: { 'x-liap-side': { value: 'old' } } },
    origin: 'previous',
  },
  ...['/api/session', '/ws/3F00AC'].map((uri) => ({
    name: `the other side gets nothing that our APIs would believe: ${uri}`,
    event: asked(uri, { cookies: { liap_side: { value: 'old' } } }),
    share: '50' as const,
    answer: { uri, headers: { 'x-liap-side': { value: 'old' }, 'x-liap-viewer': null } },
    origin: 'previous',
  })),
  {
    name: 'a socket of a room of ours comes to us when new rooms are not made here any more',
    event: asked('/ws/GAB234'),
    share: '0',
    answer: { uri: '/', querystring: { room_id: { value: 'GAB234' } } },
  },
  {
    name: 'who was on our side is brought over when new rooms are not made here any more',
    event: asked('/'),
    share: '0',
    answer: redirected('/', 'old'),
  },
];

export const CASES: readonly EntryCase[] = [...SOCKETS, ...PATHS, ...SESSIONS, ...MIGRATION];

/**
 * The cases for a deployed stage with that share. Beside another backend only the response to a page is as without one; what chooses
 * an origin depends on the exact share, and CloudFront's test does not tell it.
 */
export function casesFor(share: EntryCase['share']): EntryCase[] {
  const isResponse = ({ event }: EntryCase) => event.context.eventType === 'viewer-response';
  return CASES.filter(
    (each) =>
      each.origin === undefined && (each.share === share || (each.share === undefined && isResponse(each))),
  );
}

/** The event, with a session that the function has given where one stands in it. */
export function withSession(event: EdgeEvent, given: string): EdgeEvent {
  const cookie = event.request.cookies['liap_session'];
  if (cookie === undefined) return event;
  // After an id of its own, only the mac of the other follows.
  const own = cookie.value.startsWith(OWN_SESSION) ? given : given.slice(32);
  const value = cookie.value.replace(OWN_SESSION, own);
  return { ...event, request: { ...event.request, cookies: session(value) } };
}

/** Where an answer is not as expected, one line each. */
export function differences(expected: Expected, found: unknown, at = 'answer'): string[] {
  if (expected === null) return found === undefined ? [] : [`${at} is ${JSON.stringify(found)}`];
  if (expected instanceof RegExp)
    return typeof found === 'string' && expected.test(found) ? [] : [`${at} is ${JSON.stringify(found)}`];
  if (typeof expected !== 'object') {
    return expected === found ? [] : [`${at} is ${JSON.stringify(found)}, not ${JSON.stringify(expected)}`];
  }
  const fields = typeof found === 'object' && found !== null ? (found as Record<string, unknown>) : {};
  return Object.entries(expected).flatMap(([name, each]) => differences(each, fields[name], `${at}.${name}`));
}
