// The entry's two CloudFront functions (runtime 2.0) in one file: which backend, paths of the API and the pages, and the
// session cookie.
// It is deployed as it stands, and run as it stands by the local entry (scripts/local/edge.ts). Only what that runtime
// has may be used: no for-of, spread, destructuring, `?.`, `??` or classes (tests/unit/edge.test.ts checks).
import crypto from 'crypto';
import cf from 'cloudfront';

const COOKIE = 'liap_session';
// Chrome keeps no cookie longer than 400 days.
const COOKIE_SECONDS = 400 * 24 * 3600;
const TOKEN = /^[A-Za-z0-9_-]{32}\.[A-Za-z0-9_-]{43}$/;
const SOCKET_PATH = /^\/ws\/([A-Za-z0-9_-]{1,64})$/;
const FILE_PATH = /\.[A-Za-z0-9]+$/;
const ADMIN_PATH = /^\/admin(\/|$)/;
const VIEWER_HEADER = 'x-liap-viewer';

// While the previous backend is being replaced (docs/migration.md): who is sent where, and how long a visitor stays there.
const SIDE = 'liap_side';
const SIDE_SECONDS = 24 * 3600;
const ROOM_PATH = /^\/(?:ws|room|game|replay)\/([A-Za-z0-9]{1,16})$/;
// Ids made here begin beyond F (src/app/ids.ts); those of the previous backend are hexadecimal.
const OUR_ROOM = /^[G-Zg-z]/;

async function handler(event) {
  return event.context.eventType === 'viewer-request' ? chooseBackend(event) : keepSession(event);
}

// viewer-request: a room's id says which backend has it; who names none goes where the cookie says, or where the draw falls.
async function chooseBackend(event) {
  const request = event.request;
  const share = await shareOfNew();
  if (share === null) return routeRequest(event);
  const room = roomNamed(request.uri);
  const known = sideKnown(request, share);
  const side = room
    ? OUR_ROOM.test(room)
      ? 'new'
      : 'old'
    : known || (Math.random() * 100 < share ? 'new' : 'old');
  // The page's files and its lobby have to come from the same side, so a page is asked for once more with the side noted.
  if (side !== known && isPage(request.uri) && request.method === 'GET') return noteSide(request, side);
  // Part of the cache's key (infra/entry.yml): both sides may have a file of the same name.
  request.headers['x-liap-side'] = { value: side };
  if (side === 'new') return routeRequest(event);
  cf.selectRequestOriginById('previous');
  return request;
}

// How many of a hundred visitors make their rooms here; null when there is no other backend (any more).
async function shareOfNew() {
  try {
    // Into a variable first: CloudFront refuses an `await` among a call's arguments.
    const value = await cf.kvs().get('new-rooms-percent');
    const share = Number(value);
    return share >= 0 && share <= 100 ? share : null;
  } catch (_error) {
    return null;
  }
}

function roomNamed(uri) {
  const match = ROOM_PATH.exec(uri);
  return match && match[1].toLowerCase() !== 'lobby' ? match[1] : null;
}

// At 0 and at 100 nobody stays where new rooms are not made any more.
function sideKnown(request, share) {
  const cookie = request.cookies[SIDE];
  const side = cookie ? cookie.value : '';
  if (side === 'new' && share > 0) return side;
  return side === 'old' && share < 100 ? side : null;
}

function noteSide(request, side) {
  // Values are as the viewer sent them, still encoded, and a name may have several.
  const query = Object.keys(request.querystring)
    .map((name) => {
      const one = request.querystring[name];
      return (one.multiValue || [one]).map((each) => name + '=' + each.value).join('&');
    })
    .join('&');
  // Two slashes in front would be the name of another host.
  const path = request.uri.replace(/^\/+/, '/');
  const cookies = {};
  cookies[SIDE] = {
    value: side,
    attributes: 'HttpOnly; SameSite=Lax; Secure; Path=/; Max-Age=' + SIDE_SECONDS,
  };
  return {
    statusCode: 302,
    statusDescription: 'Found',
    headers: {
      location: { value: path + (query ? '?' + query : '') },
      'cache-control': { value: 'no-store' },
    },
    cookies: cookies,
  };
}

// What the viewer asks for, as the path the origin knows.
async function routeRequest(event) {
  const request = event.request;
  if (request.uri.startsWith('/api/')) return nameViewer(event);
  if (request.uri === '/ws' || request.uri.startsWith('/ws/')) return routeSocket(event);
  request.uri = pagePath(request.uri);
  return request;
}

// The APIs answer only what comes with `<address>.<mac>`: the proof that it came by here, and whose address it came from, which they
// cannot see and limit sessions by. It replaces what the viewer says himself.
async function nameViewer(event) {
  const secret = await cf.kvs().get('session-secret');
  const address = event.viewer.ip;
  event.request.headers[VIEWER_HEADER] = { value: address + '.' + sign('viewer:' + address, secret) };
  return event.request;
}

// API Gateway knows no path behind a socket's stage: the room moves to the query, beside the session and nothing else.
async function routeSocket(event) {
  const request = event.request;
  const match = SOCKET_PATH.exec(request.uri);
  if (!match) return { statusCode: 404, statusDescription: 'Not Found' };
  const session = request.querystring.session;
  request.uri = '/';
  request.querystring = { room_id: { value: match[1] } };
  if (session) request.querystring.session = { value: session.value };
  return nameViewer(event);
}

// Every path that is not a file is a view of the players' page (/, /room/ABC234, /game/ABC234, /replay/ABC234) or of the
// operators' (/admin, /admin/rooms/ABC234).
function pagePath(uri) {
  if (FILE_PATH.test(uri)) return uri;
  return ADMIN_PATH.test(uri) ? '/admin.html' : '/index.html';
}

// viewer-response: a page asked for without a session of ours comes with one.
async function keepSession(event) {
  const response = event.response;
  if (!isPage(event.request.uri)) return response;
  const secret = await cf.kvs().get('session-secret');
  const cookie = event.request.cookies[COOKIE];
  if (cookie && isOurs(cookie.value, secret)) return response;
  response.cookies = response.cookies || {};
  response.cookies[COOKIE] = {
    value: newToken(event, secret),
    attributes: 'HttpOnly; SameSite=Lax; Secure; Path=/; Max-Age=' + COOKIE_SECONDS,
  };
  // A shared cache must not hand one visitor's session to the next.
  response.headers['cache-control'] = { value: 'no-store' };
  return response;
}

// The request may show the path of the viewer or the one it was rewritten to.
function isPage(uri) {
  return (
    !uri.startsWith('/api/') && uri !== '/ws' && !uri.startsWith('/ws/') && pagePath(uri).endsWith('.html')
  );
}

// `<id>.<mac>`. The runtime has no secure random source: the id is a keyed hash of what is unique to this request, so that
// only who has the secret could guess it.
function newToken(event, secret) {
  const parts = ['id', event.context.requestId, Date.now(), event.viewer.ip, Math.random()];
  const id = sign(parts.join(':'), secret).slice(0, 32);
  return id + '.' + sign(id, secret);
}

function isOurs(token, secret) {
  if (!TOKEN.test(token)) return false;
  // Signed once more before comparing: how far two strings agree then says nothing about the right one.
  return sign(sign(token.slice(0, 32), secret), secret) === sign(token.slice(33), secret);
}

function sign(text, secret) {
  return crypto.createHmac('sha256', secret).update(text).digest('base64url');
}
