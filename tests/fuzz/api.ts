// Requests to the HTTP API of a world of memory, and what must be true of its answers.

import { createHttpApi } from '../../src/app/http-api.ts';
import type { HttpApi } from '../../src/app/http-parts.ts';
import { createRankingApi } from '../../src/app/ranking-api.ts';
import { SEATS } from '../../src/game/seats.ts';
import type { Commit, RoomRecord } from '../../src/room/record.ts';
import type { World } from '../support/memory-ports.ts';
import { GUESTS, SESSION_SECRET } from './house.ts';
import type { House } from './house.ts';
import { firstOf } from './judge.ts';
import { OPERATOR } from './requests.ts';
import type { Request } from './requests.ts';
import { isSigned } from './sockets.ts';
import { CANARY } from './strange.ts';

type ApiEvent = Parameters<HttpApi>[0];

/** Paths of the function that shows results. */
const RANKING = /^\/api\/(leaderboard|players|system\/days)/;

/** Both functions behind one API, as API Gateway has them. */
export function openApi({ ports, world }: House): HttpApi {
  const secrets = {
    sessionSecret: () => Promise.resolve(SESSION_SECRET),
    adminToken: () => Promise.resolve(OPERATOR),
  };
  const { results, queues } = world.ports;
  const ranking = createRankingApi({ ...ports, ...secrets, results });
  const gateway = { probe: () => Promise.resolve() };
  const others = createHttpApi({ ...ports, ...secrets, gateway, queues });
  return (event) => (RANKING.test(event.rawPath) ? ranking(event) : others(event));
}

/** Makes a request; what is wrong with the answer, null when nothing is. */
export async function problemOfRequest(
  api: HttpApi,
  { world }: House,
  request: Request,
): Promise<string | null> {
  const answer = await api(eventOf(request));
  const { statusCode, body } = answer;
  if (!isSigned(request.headers) && (statusCode !== 403 || !/^$|NOT_THROUGH_ENTRY/.test(body)))
    return `${statusCode} for what does not come through the entry: ${body}`;
  if (statusCode >= 500) return `${statusCode}: ${body}`;
  if (body.includes('<')) return `markup goes out: ${body}`;
  // HEAD is answered like GET, without a body.
  if (body === '' && request.method === 'HEAD') return null;
  const said = parsed(body);
  if (said === null) return `${statusCode} without JSON: ${body}`;
  if (world.calls.some((call) => call.startsWith('append'))) return 'a request changed a room';
  return statusCode === 200
    ? problemOfContent(request, said, world.table)
    : problemOfRefusal(statusCode, said);
}

type Json = Readonly<Record<string, unknown>>;

function parsed(body: string): Json | null {
  try {
    return JSON.parse(body) as Json;
  } catch {
    return null;
  }
}

const STATUSES = [400, 401, 403, 404, 429];

function problemOfRefusal(status: number, said: Json): string | null {
  const { error, ...others } = said as { error?: { code?: unknown; message?: unknown } };
  const text = JSON.stringify(said);
  const isShaped =
    STATUSES.includes(status) &&
    Object.keys(others).length === 0 &&
    /^[A-Z_]+$/.test(String(error?.code)) &&
    typeof error?.message === 'string';
  if (!isShaped) return `${status} is not refused as it should be: ${text}`;
  return text.includes(CANARY) ? `a refusal repeats what was sent: ${text}` : null;
}

/** Only who may see something was shown it, and nothing in it that nobody may see. */
function problemOfContent(request: Request, said: Json, table: World['table']): string | null {
  const isOperator = request.headers['authorization']?.trim() === `Bearer ${OPERATOR}`;
  if ('session_token' in said || said['service'] === 'liap-tui') {
    return 'table' in said && !isOperator ? 'health in detail for a stranger' : null;
  }
  // The ranking is everybody's, the own statistics are those of a session.
  if ('ranked_after' in said)
    return 'recent' in said && guestsIn(request).length === 0 ? 'own statistics for a stranger' : null;
  const { room_id, events } = said as { room_id?: string; events?: readonly Json[] };
  if (room_id === undefined || events === undefined) return isOperator ? null : 'statistics for a stranger';
  const { commits } = table.logOf(room_id);
  return firstOf(
    isOperator || isShownTo(request, table.recordOf(room_id))
      ? null
      : `a stranger reads the history of ${room_id}`,
    ...events.map((event) => problemOfEvent(event, commits)),
  );
}

function isShownTo(request: Request, { room }: RoomRecord): boolean {
  if (room.stage !== 'finished') return false;
  const players = guestsIn(request).map(({ player }) => player);
  return SEATS.some((seat) => {
    const occupant = room.seats[seat];
    return occupant.kind === 'human' && players.includes(occupant.player);
  });
}

/** The guests whose session comes with a request. */
function guestsIn(request: Request): typeof GUESTS {
  const query = decodeURIComponent(request.query.replace(/%(?![0-9A-F]{2})/g, ''));
  const given = JSON.stringify([request.headers, request.cookies, query]);
  return GUESTS.filter(({ session }) => given.includes(session));
}

const HIDDEN = ['player', 'connection', 'token'];

function problemOfEvent(event: Json, commits: readonly Commit[]): string | null {
  const shown = HIDDEN.find((field) => field in event);
  if (shown !== undefined) return `the history shows a ${shown}`;
  if (event['type'] !== 'Dealt' || isOver(Number(event['seq']), commits)) return null;
  return 'hands' in event || 'seed' in (event['proof'] as object) ? 'the history shows hands in play' : null;
}

/** Whether the round that was dealt in a commit has been scored, or its game is over. */
function isOver(dealt: number, commits: readonly Commit[]): boolean {
  return commits
    .slice(dealt)
    .some(({ events }) => events.some(({ type }) => type === 'RoundScored' || type === 'GameEnded'));
}

function eventOf({ method, path, query, headers, cookies, body }: Request): ApiEvent {
  const http = { method, path, protocol: 'HTTP/1.1', sourceIp: '10.0.0.1', userAgent: 'fuzz' };
  const event = {
    version: '2.0',
    routeKey: '$default',
    rawPath: path,
    rawQueryString: query,
    headers,
    ...(cookies === undefined ? {} : { cookies }),
    body: body ?? null,
    isBase64Encoded: false,
    requestContext: { http, domainName: 'api.example', stage: '$default', requestId: 'r', timeEpoch: 0 },
  };
  return event as unknown as ApiEvent;
}
