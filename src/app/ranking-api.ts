// The part of the HTTP API that shows results: the ranking, a player's own statistics, the games of each day (docs/protocol.md, "HTTP").

import * as z from 'zod/mini';
import { systemDays } from './days.ts';
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
import { createLeaderboard, LEADERBOARD_SECONDS, ownStatistics } from './leaderboard.ts';
import type { Clock, Log } from './ports.ts';
import type { Results } from '../store/results.ts';

export interface RankingPorts extends Secrets {
  readonly results: Pick<Results, 'ranking' | 'profile' | 'days'>;
  readonly clock: Pick<Clock, 'now'>;
  readonly log: Log;
}

const Page = z.object({
  limit: z._default(z.coerce.number().check(z.int(), z.minimum(1), z.maximum(50)), 20),
  cursor: z.optional(z.string().check(z.maxLength(500))),
});
/** Days of a series; they are kept for a year and more. */
const Days = z.object({
  days: z._default(z.coerce.number().check(z.int(), z.minimum(1), z.maximum(366)), 30),
});

/** The API on some ports. */
export function createRankingApi(ports: RankingPorts): HttpApi {
  const app = behindEntry(ports);
  const leaderboard = createLeaderboard(ports.results, ports.clock);

  app.get('/api/leaderboard', async (context) => {
    const page = Page.safeParse(context.req.query());
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

  app.get('/api/system/days', async (context) => {
    if (!(await isOperator(ports, context))) return refuseOperator(context);
    const days = Days.safeParse(context.req.query());
    if (!days.success) return refuse(context, 400, 'VALIDATION_ERROR', describe(days.error));
    return context.json(await systemDays(ports, days.data.days));
  });

  return serve(app, ports.log, () => undefined);
}
