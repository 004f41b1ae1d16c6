// The HTTP API: sessions, health, a room's history, the ranking, what operators see and do (docs/protocol.md, "HTTP").

/* eslint-disable @typescript-eslint/no-deprecated -- the adapter's new package is announced but not published yet */
import { Hono } from 'hono/tiny';
import type { Context } from 'hono';
import { handle } from 'hono/aws-lambda';
import type { LambdaEvent } from 'hono/aws-lambda';
import * as z from 'zod/mini';
import { mayRead, publicEvents } from './history.ts';
import { createIdentity, isSame, sessionIn, viewerIn } from './identity.ts';
import type { Closed, Dependency, EventsPage, Health, Probed } from '../protocol/http.ts';
import { createLeaderboard, LEADERBOARD_SECONDS, ownStatistics } from './leaderboard.ts';
import { closeRoom, roomDetail } from './operator.ts';
import type { Ports, Queues } from './ports.ts';
import { roomStats, systemDays, systemSeries, systemStats } from './statistics.ts';
import { LISTED_STAGES } from '../store/keys.ts';
import type { Results } from '../store/results.ts';
import packageFile from '../../package.json' with { type: 'json' };

/** What the API answers from. A secret is asked for by every request that needs it: it may have been changed. */
export interface HttpPorts extends Ports {
  readonly gateway: { probe(): Promise<void> };
  readonly queues: Queues;
  readonly results: Results;
  readonly sessionSecret: () => Promise<string>;
  readonly adminToken: () => Promise<string>;
}

/** Payload format 2.0. */
type HttpEvent = Extract<LambdaEvent, { readonly rawPath: string }>;
/** Answers a request as API Gateway hands it on. */
export type HttpApi = (event: HttpEvent) => Promise<HttpAnswer>;
export interface HttpAnswer {
  readonly statusCode: number;
  readonly body: string;
}

const { version } = packageFile;

type ErrorStatus = 400 | 401 | 403 | 404 | 429 | 500;

/** New sessions an address may have in a minute. */
const SESSIONS_A_MINUTE = 30;

const Page = z.object({
  limit: z._default(z.coerce.number().check(z.int(), z.minimum(1), z.maximum(50)), 20),
  cursor: z.optional(z.string().check(z.maxLength(500))),
  stage: z.optional(z.enum(LISTED_STAGES)),
  text: z.optional(z.string().check(z.maxLength(40))),
});
/** Minutes of a series; counts are kept for a day. */
const Series = z.object({
  minutes: z._default(z.coerce.number().check(z.int(), z.minimum(1), z.maximum(1_440)), 60),
});
/** Days of a series; they are kept for a year and more. */
const Days = z.object({
  days: z._default(z.coerce.number().check(z.int(), z.minimum(1), z.maximum(366)), 30),
});
const RankingPage = z.pick(Page, { limit: true, cursor: true });
/** More commits than a room can have, and still within the digits that the table's keys have for them. */
const MOST_COMMITS = 9_999_999;
const EventsPage = z.object({
  after: z._default(z.coerce.number().check(z.int(), z.minimum(0), z.maximum(MOST_COMMITS)), 0),
  limit: z._default(z.coerce.number().check(z.int(), z.minimum(1), z.maximum(500)), 100),
});
const RoomIdParam = z.string().check(z.regex(/^[A-Za-z0-9]{1,16}$/), z.toUpperCase());

/** The API on some ports. */
export function createHttpApi(ports: HttpPorts): HttpApi {
  const app = new Hono();
  const leaderboard = createLeaderboard(ports.results, ports.clock);

  app.use(async (_context, next) => {
    await next();
    await ports.tally.flush();
  });

  app.post('/api/session', async (context) => {
    const secret = await ports.sessionSecret();
    const address = viewerIn(context.req.header('x-liap-viewer'), secret) ?? callerOf(context);
    const allowed = await ports.store.hit(`session:${address}`, 60, ports.clock.now(), SESSIONS_A_MINUTE);
    if (!allowed)
      return refuse(context, 429, 'RATE_LIMITED', 'Too many new sessions from your address. Wait a minute.');
    const { token, player } = createIdentity(secret).issue();
    return context.json({ session_token: token, player_id: player });
  });

  app.get('/api/health', (context) =>
    context.json({ status: 'ok', timestamp: ports.clock.now() / 1_000, service: 'liap-tui', version }),
  );

  app.get('/api/health/detailed', async (context) => {
    if (!(await isOperator(ports, context))) return refuseOperator(context);
    const [table, state_machine, management_api, queues] = await Promise.all([
      probe(ports, 'table', () => ports.store.probe()),
      probe(ports, 'state_machine', () => ports.phases.probe()),
      probe(ports, 'management_api', () => ports.gateway.probe()),
      probe(ports, 'queues', () => Promise.all([ports.queues.ticks(), ports.queues.deadLetters()])),
    ]);
    const parts = { table, state_machine, management_api, queues };
    const status = Object.values(parts).every((part) => part.status === 'ok') ? 'ok' : 'degraded';
    const timestamp = ports.clock.now() / 1_000;
    return context.json({ status, timestamp, service: 'liap-tui', version, ...parts } satisfies Health);
  });

  app.get('/api/system/stats', async (context) => {
    if (!(await isOperator(ports, context))) return refuseOperator(context);
    return context.json(await systemStats(ports));
  });

  app.get('/api/system/series', async (context) => {
    if (!(await isOperator(ports, context))) return refuseOperator(context);
    const series = Series.safeParse(context.req.query());
    if (!series.success) return refuse(context, 400, 'VALIDATION_ERROR', describe(series.error));
    return context.json(await systemSeries(ports, series.data.minutes));
  });

  app.get('/api/system/days', async (context) => {
    if (!(await isOperator(ports, context))) return refuseOperator(context);
    const days = Days.safeParse(context.req.query());
    if (!days.success) return refuse(context, 400, 'VALIDATION_ERROR', describe(days.error));
    return context.json(await systemDays(ports, days.data.days));
  });

  app.get('/api/leaderboard', async (context) => {
    const page = RankingPage.safeParse(context.req.query());
    if (!page.success) return refuse(context, 400, 'VALIDATION_ERROR', describe(page.error));
    const ranking = await leaderboard(page.data);
    if (ranking === null) return refuseCursor(context);
    context.header('cache-control', `public, max-age=${LEADERBOARD_SECONDS}`);
    return context.json(ranking);
  });

  app.get('/api/players/me', async (context) => {
    const player = await playerOf(ports, context);
    if (player === null) return refuse(context, 401, 'UNAUTHORIZED', 'A session is needed.');
    context.header('cache-control', 'no-store');
    return context.json(await ownStatistics(ports.results, player));
  });

  app.get('/api/debug/room-stats', async (context) => {
    if (!(await isOperator(ports, context))) return refuseOperator(context);
    const page = Page.safeParse(context.req.query());
    if (!page.success) return refuse(context, 400, 'VALIDATION_ERROR', describe(page.error));
    const stats = await roomStats(ports, page.data);
    return stats === null ? refuseCursor(context) : context.json(stats);
  });

  app.get('/api/debug/rooms/:room_id', async (context) => {
    if (!(await isOperator(ports, context))) return refuseOperator(context);
    const room = RoomIdParam.safeParse(context.req.param('room_id'));
    if (!room.success) return refuseRoomId(context);
    const detail = await roomDetail(ports, room.data);
    return detail === null ? refuseRoom(context) : context.json(detail);
  });

  app.post('/api/debug/rooms/:room_id/close', async (context) => {
    if (!(await isOperator(ports, context))) return refuseOperator(context);
    const room = RoomIdParam.safeParse(context.req.param('room_id'));
    if (!room.success) return refuseRoomId(context);
    const stage = await closeRoom(ports, room.data);
    return stage === null
      ? refuseRoom(context)
      : context.json({ room_id: room.data, stage } satisfies Closed);
  });

  app.get('/api/rooms/:room_id/events', async (context) => {
    const operator = await isOperator(ports, context);
    const player = operator ? null : await playerOf(ports, context);
    if (!operator && player === null)
      return refuse(context, 401, 'UNAUTHORIZED', 'A session or the operator’s token is needed.');
    const room = RoomIdParam.safeParse(context.req.param('room_id'));
    const page = EventsPage.safeParse(context.req.query());
    if (!room.success) return refuseRoomId(context);
    if (!page.success) return refuse(context, 400, 'VALIDATION_ERROR', describe(page.error));
    const record = await ports.store.load(room.data);
    if (record.seq === 0) return refuseRoom(context);
    if (player !== null && !mayRead(record, player)) {
      return refuse(
        context,
        403,
        'PERMISSION_DENIED',
        'Only the players of a finished game may read its history.',
      );
    }
    const { commits, next } = await ports.store.commits(room.data, page.data);
    const events = publicEvents(commits, record);
    return context.json({ room_id: room.data, events, next } satisfies EventsPage);
  });

  app.notFound((context) => refuse(context, 404, 'NOT_FOUND', 'There is nothing at this address.'));

  app.onError((error, context) => {
    ports.log.error('A request failed', { path: context.req.path, error });
    ports.tally.count('errors.INTERNAL_ERROR');
    return refuse(context, 500, 'INTERNAL_ERROR', 'Something went wrong here. Please try again.');
  });

  // The small preset's class is not the one that the adapter names, but the same base with fewer routers.
  // eslint-disable-next-line @typescript-eslint/no-unsafe-class-instance-assignment
  const answer = handle(app);
  return (event) => answer(legible(event));
}

/**
 * An event without what the adapter cannot make a request of: a body with GET (no endpoint takes one with any method), and
 * somebody else's cookies with characters that HTTP has no bytes for.
 */
function legible(event: HttpEvent): HttpEvent {
  const { cookies = [], ...others } = event;
  return { ...others, body: null, cookies: cookies.filter((cookie) => /^[\x20-\x7E]*$/.test(cookie)) };
}

function refuse(context: Context, status: ErrorStatus, code: string, message: string): Response {
  return context.json({ error: { code, message } }, status);
}

function refuseCursor(context: Context): Response {
  return refuse(context, 400, 'VALIDATION_ERROR', 'cursor: not one that a page came with');
}

function refuseRoomId(context: Context): Response {
  return refuse(context, 400, 'VALIDATION_ERROR', 'room_id: up to 16 letters and digits');
}

function refuseRoom(context: Context): Response {
  return refuse(context, 404, 'ROOM_NOT_FOUND', 'There is no such room.');
}

/** Who called API Gateway: the last address is the one it saw itself, those before it are what the client says. */
function callerOf(context: Context): string {
  return context.req.header('x-forwarded-for')?.split(',').at(-1)?.trim().slice(0, 64) ?? 'unknown';
}

/** The operator's token, compared in constant time; 401 without one, 403 with a wrong one. */
async function isOperator({ adminToken }: HttpPorts, context: Context): Promise<boolean> {
  const token = bearerOf(context);
  return token !== null && isSame(token, await adminToken());
}

function refuseOperator(context: Context): Response {
  return bearerOf(context) === null
    ? refuse(context, 401, 'UNAUTHORIZED', 'The operator’s token is needed.')
    : refuse(context, 403, 'PERMISSION_DENIED', 'That is not the operator’s token.');
}

function bearerOf(context: Context): string | null {
  return /^Bearer (\S+)$/.exec(context.req.header('authorization') ?? '')?.[1] ?? null;
}

/** The player behind the session of a cookie, a `session` parameter or a bearer token. */
async function playerOf({ sessionSecret }: HttpPorts, context: Context): Promise<string | null> {
  const cookie = context.req.header('cookie');
  const token = sessionIn({ cookie, query: context.req.query('session') ?? bearerOf(context) ?? undefined });
  return token === null ? null : createIdentity(await sessionSecret()).playerOf(token);
}

async function probe({ log }: Ports, name: Dependency, reach: () => Promise<unknown>): Promise<Probed> {
  const started = performance.now();
  const measured = (status: Probed['status']): Probed => ({
    status,
    latency_ms: Math.round((performance.now() - started) * 10) / 10,
  });
  try {
    await reach();
    return measured('ok');
  } catch (error) {
    log.error('A probe failed', { probe: name, error });
    return measured('failed');
  }
}

function describe(error: z.core.$ZodError): string {
  return error.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`).join('; ');
}
