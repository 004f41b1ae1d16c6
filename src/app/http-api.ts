// The HTTP API: sessions, health, a room's history, what operators see and do (docs/protocol.md, "HTTP").

import type { Context } from 'hono';
import * as z from 'zod/mini';
import { mayRead, publicEvents } from './history.ts';
import {
  behindEntry,
  describe,
  isOperator,
  playerOf,
  refuse,
  refuseCursor,
  refuseOperator,
  serve,
} from './http-parts.ts';
import type { HttpApi, Secrets } from './http-parts.ts';
import { createIdentity } from './identity.ts';
import type { Closed, Dependency, EventsPage, Health, Probed } from '../protocol/http.ts';
import { closeRoom, roomDetail } from './operator.ts';
import type { Ports, Queues } from './ports.ts';
import { roomStats, systemSeries, systemStats } from './statistics.ts';
import { LISTED_STAGES } from '../store/keys.ts';
import packageFile from '../../package.json' with { type: 'json' };

/** What the API answers from. */
export interface HttpPorts extends Ports, Secrets {
  readonly gateway: { probe(): Promise<void> };
  readonly queues: Queues;
}

const { version } = packageFile;

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
/** More commits than a room can have, and still within the digits that the table's keys have for them. */
const MOST_COMMITS = 9_999_999;
const EventsPage = z.object({
  after: z._default(z.coerce.number().check(z.int(), z.minimum(0), z.maximum(MOST_COMMITS)), 0),
  limit: z._default(z.coerce.number().check(z.int(), z.minimum(1), z.maximum(500)), 100),
});
const RoomIdParam = z.string().check(z.regex(/^[A-Za-z0-9]{1,16}$/), z.toUpperCase());

/** The API on some ports. */
export function createHttpApi(ports: HttpPorts): HttpApi {
  const app = behindEntry(ports);

  app.use(async (_context, next) => {
    await next();
    await ports.tally.flush();
  });

  app.post('/api/session', async (context) => {
    const place = `session:${context.get('viewer')}`;
    const allowed = await ports.store.hit(place, 60, ports.clock.now(), SESSIONS_A_MINUTE);
    if (!allowed)
      return refuse(context, 429, 'RATE_LIMITED', 'Too many new sessions from your address. Wait a minute.');
    const { token, player } = createIdentity(await ports.sessionSecret()).issue();
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

  return serve(app, ports.log, () => ports.tally.count('errors.INTERNAL_ERROR'));
}

function refuseRoomId(context: Context): Response {
  return refuse(context, 400, 'VALIDATION_ERROR', 'room_id: up to 16 letters and digits');
}

function refuseRoom(context: Context): Response {
  return refuse(context, 404, 'ROOM_NOT_FOUND', 'There is no such room.');
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
