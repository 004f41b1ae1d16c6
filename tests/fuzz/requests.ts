// What comes to the entry and to the HTTP API: handshakes and requests with right and wrong paths, queries, headers, sessions.

import type { Dice } from './dice.ts';
import { viewerHeader } from '../../scripts/local/viewer.ts';
import { GUESTS, SESSION_SECRET } from './house.ts';
import { CANARY, distort, STRANGE_TEXTS } from './strange.ts';

export const OPERATOR = 'the-token-of-the-operator';
export const ORIGIN = 'https://liap-tui.example';
/** Of everybody who comes through the entry. */
export const ADDRESS = '10.0.0.1';
/** Stands in every token that is not one, so that it is recognised in a log. */
export const FORGED = 'zq7forged';

export type Pairs = Readonly<Record<string, string>>;
/** An HTTP request as API Gateway hands it on. */
export interface Request {
  readonly method: string;
  readonly path: string;
  readonly query: string;
  readonly headers: Pairs;
  readonly cookies?: readonly string[];
  readonly body?: string;
}
/** A request to open a socket, at the entry or behind it. */
export interface Handshake {
  readonly at: 'entry' | 'gateway';
  readonly path: string;
  readonly query: Pairs;
  readonly headers: Pairs;
}

const PATHS = [
  '/api/session',
  '/api/health',
  '/api/health/detailed',
  '/api/system/stats',
  '/api/system/days',
  '/api/leaderboard',
  '/api/players/me',
  '/api/debug/room-stats',
  '/api/rooms/ROOM/events',
  '/api/rooms/ROOM/events',
  '/api/rooms/ROOM/events',
];
const METHODS = ['GET', 'GET', 'GET', 'GET', 'POST', 'HEAD', 'OPTIONS', 'PUT', 'DELETE', 'PATCH', 'get'];
const SEGMENTS = [
  ...STRANGE_TEXTS,
  '..',
  '.',
  '%',
  '%00',
  '%2e%2e',
  '%zz',
  '%E0%A4%A',
  '\\',
  ';a=b',
  '?',
  '#',
  '//',
  '*',
];
const AMOUNTS = [
  '0',
  '1',
  '2',
  '20',
  '50',
  '51',
  '500',
  '501',
  '-1',
  '1.5',
  '1e3',
  '0x10',
  'NaN',
  'Infinity',
  ' 5',
  '9'.repeat(400),
];
const CURSORS = ['playing:', 'open:', 'finished:', 'closed:', 'open:AAAA', ':', 'playing:playing:', '='];

export function requestOf(dice: Dice, rooms: readonly string[]): Request {
  const path = dice.pick(PATHS).replace('ROOM', () => dice.pick([...rooms, ...rooms, dice.pick(SEGMENTS)]));
  const strange = dice.chance(0.3);
  return {
    method: path === '/api/session' && dice.chance(0.7) ? 'POST' : dice.pick(METHODS),
    path: strange ? strangePath(dice, path) : path,
    query: queryOf(dice),
    headers: { ...headersOf(dice), ...credentials(dice), ...(dice.chance(0.9) ? SIGNED : viewerOf(dice)) },
    ...(dice.chance(0.2)
      ? { cookies: [`liap_session=${tokenOf(dice)}`, `a=${dice.pick(STRANGE_TEXTS)}`] }
      : {}),
    ...(dice.chance(0.2) ? { body: dice.pick([...STRANGE_TEXTS, '{}', '{"a":']) } : {}),
  };
}

/** A path begins with a slash; API Gateway decodes what is in it. */
function strangePath(dice: Dice, path: string): string {
  const other = dice.chance(0.5) ? distort(dice, path) : `${path}/${dice.pick(SEGMENTS)}`;
  return sendable(`/${other.slice(0, 2_000)}`.replace(/^\/\/?/, '/'));
}

/** A text without what no line of HTTP can hold: its ends, NUL, half characters. */
function sendable(text: string): string {
  return Array.from(text.toWellFormed())
    .filter((character) => !'\r\n\0'.includes(character))
    .join('');
}

function queryOf(dice: Dice): string {
  const pairs: string[] = [];
  if (dice.chance(0.4)) pairs.push(`limit=${dice.pick(AMOUNTS)}`);
  if (dice.chance(0.4)) pairs.push(`after=${dice.pick(AMOUNTS)}`);
  if (dice.chance(0.2)) pairs.push(`cursor=${encode(dice.pick([...CURSORS, ...STRANGE_TEXTS]))}`);
  if (dice.chance(0.2)) pairs.push(`session=${encode(tokenOf(dice))}`);
  if (dice.chance(0.2)) pairs.push(`${encode(dice.pick(STRANGE_TEXTS))}=${encode(dice.pick(STRANGE_TEXTS))}`);
  if (dice.chance(0.1))
    pairs.push(dice.pick(['limit', '&&', '=', '%', 'limit[]=1', 'after=1&after=2', '__proto__=1']));
  return pairs.join('&');
}

function encode(text: string): string {
  return encodeURIComponent(text.toWellFormed());
}

/** Values as HTTP allows them: no line ends, no NUL. */
function headersOf(dice: Dice): Record<string, string> {
  const headers: Record<string, string> = {
    host: 'api.example',
    'x-forwarded-for': `1.2.3.4, 10.0.0.${dice.between(1, 250)}`,
  };
  if (dice.chance(0.3)) headers['x-forwarded-for'] = headerValue(dice);
  if (dice.chance(0.2)) headers['content-type'] = headerValue(dice);
  if (dice.chance(0.2)) headers['accept-encoding'] = headerValue(dice);
  if (dice.chance(0.1)) headers['content-length'] = dice.pick(AMOUNTS);
  if (dice.chance(0.1))
    headers[dice.pick(['x-http-method-override', 'constructor', 'transfer-encoding', 'expect'])] = 'x';
  return headers;
}

function headerValue(dice: Dice): string {
  return sendable(dice.pick(STRANGE_TEXTS)).slice(0, 500);
}

function credentials(dice: Dice): Record<string, string> {
  switch (dice.between(0, 5)) {
    case 0:
    case 1:
      return { authorization: `Bearer ${OPERATOR}` };
    case 2:
      return { authorization: `${dice.pick(['Bearer', 'bearer', 'Basic', '', 'Bearer '])} ${tokenOf(dice)}` };
    case 3:
      return { cookie: `x=y; liap_session=${tokenOf(dice)}` };
    case 4:
      return { authorization: headerValue(dice), cookie: headerValue(dice) };
    default:
      return {};
  }
}

/** A session of somebody, or what looks a little like one. */
function tokenOf(dice: Dice): string {
  const { session } = dice.pick(GUESTS);
  const [id = '', mac = ''] = session.split('.');
  switch (dice.between(0, 6)) {
    case 0:
      return `${FORGED}${session}`;
    case 1:
      return `${id.slice(0, -9)}${FORGED}.${mac}`;
    case 2:
      return `${id}.${mac.slice(0, -9)}${FORGED}`;
    case 3:
      return dice.pick([
        FORGED,
        `${FORGED}.`,
        `.${FORGED}`,
        `${FORGED}<b>`,
        FORGED.repeat(300),
        `${FORGED}é`,
      ]);
    default:
      return session;
  }
}

export function handshakeOf(dice: Dice, rooms: readonly string[]): Handshake {
  const place = dice.chance(0.6) ? dice.pick(rooms) : dice.pick(STRANGE_TEXTS);
  const session = dice.chance(0.5) ? { session: tokenOf(dice) } : {};
  const extra = dice.chance(0.2) ? { [dice.pick(STRANGE_TEXTS)]: dice.pick(STRANGE_TEXTS) } : {};
  const isDirect = dice.chance(0.5);
  return {
    at: isDirect ? 'gateway' : 'entry',
    path: dice.pick([
      `/ws/${place}`,
      `/ws/${place}`,
      '/ws',
      '/ws/',
      `/ws/${place}/x`,
      `/${place}`,
      '/index.html',
      '/',
    ]),
    query: { ...(isDirect && dice.chance(0.9) ? { room_id: place } : {}), ...session, ...extra },
    headers: {
      ...originOf(dice),
      ...cookieOf(dice),
      ...(isDirect && dice.chance(0.8) ? SIGNED : viewerOf(dice)),
      ...(dice.chance(0.1) ? { [CANARY]: CANARY } : {}),
    },
  };
}

const SIGNED = viewerHeader(SESSION_SECRET, ADDRESS);

/** What somebody says of himself in the entry's name, or nothing. */
function viewerOf(dice: Dice): Pairs {
  const name = dice.pick(['x-liap-viewer', 'X-Liap-Viewer']);
  const [signed = ''] = Object.values(SIGNED);
  const said = [
    `${FORGED}.${FORGED}`,
    `1${signed}`,
    signed.slice(0, -9),
    '',
    '.',
    ADDRESS,
    headerValue(dice),
  ];
  return dice.chance(0.5) ? {} : { [name]: dice.pick(said) };
}

function originOf(dice: Dice): Pairs {
  const name = dice.pick(['Origin', 'origin', 'ORIGIN']);
  switch (dice.between(0, 4)) {
    case 0:
      return {};
    case 1:
      return {
        [name]: dice.pick([
          'null',
          '',
          `${ORIGIN}.evil.example`,
          `${ORIGIN}/`,
          'http://liap-tui.example',
          headerValue(dice),
        ]),
      };
    default:
      return { [name]: ORIGIN };
  }
}

function cookieOf(dice: Dice): Pairs {
  if (dice.chance(0.4)) return {};
  const cookies = [
    `liap_session=${tokenOf(dice)}`,
    `other=${headerValue(dice)}`,
    'liap_session',
    'liap_session=',
  ];
  return {
    [dice.pick(['Cookie', 'cookie'])]: dice.pick([
      cookies.join('; '),
      cookies.toReversed().join(';'),
      cookies[0] ?? '',
    ]),
  };
}
