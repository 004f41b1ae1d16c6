// What the functions of the HTTP API share: how a request becomes legible, who asks, and how one is refused (docs/protocol.md, "HTTP").

/* eslint-disable @typescript-eslint/no-deprecated -- the adapter's new package is announced but not published yet */
import type { Context } from 'hono';
import { handle } from 'hono/aws-lambda';
import type { LambdaEvent } from 'hono/aws-lambda';
import { Hono } from 'hono/tiny';
import type * as z from 'zod/mini';
import { createIdentity, isSame, sessionIn, VIEWER_HEADER, viewerThrough } from './identity.ts';
import type { SessionSecret } from './identity.ts';
import type { Log } from './ports.ts';

/** Payload format 2.0. */
type HttpEvent = Extract<LambdaEvent, { readonly rawPath: string }>;
/** Answers a request as API Gateway hands it on. */
export type HttpApi = (event: HttpEvent) => Promise<HttpAnswer>;
export interface HttpAnswer {
  readonly statusCode: number;
  readonly body: string;
}

/** A secret is asked for by every request that needs it: it may have been changed. */
export interface Secrets {
  readonly sessionSecret: SessionSecret;
  readonly adminToken: () => Promise<string>;
}

type ErrorStatus = 400 | 401 | 403 | 404 | 429 | 500;

/** Routes that know the address of who asks. */
export type App = Hono<{ Variables: { viewer: string } }>;

/** Routes for what comes through the entry; the rest is refused, so that nobody gets round the limits there. */
export function behindEntry({ sessionSecret }: Secrets): App {
  const app: App = new Hono();
  app.use(async (context, next) => {
    const viewer = await viewerThrough(context.req.header(VIEWER_HEADER), sessionSecret);
    if (viewer === null)
      return refuse(
        context,
        403,
        'NOT_THROUGH_ENTRY',
        'This address answers only what comes through the entry.',
      );
    context.set('viewer', viewer);
    return next();
  });
  return app;
}

/** An app as a function, with an answer to what it has no answer to. `failed` hears of what was thrown. */
export function serve(app: App, log: Log, failed: () => void): HttpApi {
  app.notFound((context) => refuse(context, 404, 'NOT_FOUND', 'There is nothing at this address.'));

  app.onError((error, context) => {
    log.error('A request failed', { path: context.req.path, error });
    failed();
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

/** The one shape of an error. */
export function refuse(context: Context, status: ErrorStatus, code: string, message: string): Response {
  return context.json({ error: { code, message } }, status);
}

/** A cursor that is none. */
export function refuseCursor(context: Context): Response {
  return refuse(context, 400, 'VALIDATION_ERROR', 'cursor: not one that a page came with');
}

/** The operator's token, compared in constant time. */
export async function isOperator({ adminToken }: Secrets, context: Context): Promise<boolean> {
  const token = bearerOf(context);
  return token !== null && isSame(token, await adminToken());
}

/** 401 without a token, 403 with a wrong one. */
export function refuseOperator(context: Context): Response {
  return bearerOf(context) === null
    ? refuse(context, 401, 'UNAUTHORIZED', 'The operator’s token is needed.')
    : refuse(context, 403, 'PERMISSION_DENIED', 'That is not the operator’s token.');
}

function bearerOf(context: Context): string | null {
  return /^Bearer (\S+)$/.exec(context.req.header('authorization') ?? '')?.[1] ?? null;
}

/** The player behind the session of a cookie, a `session` parameter or a bearer token. */
export async function playerOf({ sessionSecret }: Secrets, context: Context): Promise<string | null> {
  const cookie = context.req.header('cookie');
  const token = sessionIn({ cookie, query: context.req.query('session') ?? bearerOf(context) ?? undefined });
  return token === null ? null : createIdentity(await sessionSecret()).playerOf(token);
}

/** What is wrong with a query, by field. */
export function describe(error: z.core.$ZodError): string {
  return error.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`).join('; ');
}
