// The entry's two CloudFront functions (runtime 2.0) in one file: paths of the API and the pages, and the session cookie.
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

async function handler(event) {
  return event.context.eventType === 'viewer-request' ? routeRequest(event.request) : keepSession(event);
}

// viewer-request: what the viewer asks for, as the path the origin knows.
function routeRequest(request) {
  if (request.uri.startsWith('/api/')) return request;
  if (request.uri === '/ws' || request.uri.startsWith('/ws/')) return routeSocket(request);
  request.uri = pagePath(request.uri);
  return request;
}

// API Gateway knows no path behind a socket's stage: the room moves to the query, beside the session and nothing else.
function routeSocket(request) {
  const match = SOCKET_PATH.exec(request.uri);
  if (!match) return { statusCode: 404, statusDescription: 'Not Found' };
  const session = request.querystring.session;
  request.uri = '/';
  request.querystring = { room_id: { value: match[1] } };
  if (session) request.querystring.session = { value: session.value };
  return request;
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
