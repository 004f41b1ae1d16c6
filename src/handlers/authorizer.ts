// `$connect` authorizer: did it come through the entry, who is this, from which page, for which room. No read: session and entry are
// verified by their signatures.

import type { APIGatewayRequestAuthorizerEvent, APIGatewayAuthorizerResult } from 'aws-lambda';
import * as z from 'zod/mini';
import { createIdentity, sessionIn, VIEWER_HEADER, viewerThrough } from '../app/identity.ts';
import type { SessionSecret } from '../app/identity.ts';
import { LOBBY } from '../app/lobby.ts';
import { createLog } from '../aws/process.ts';
import { createSecretReader } from '../aws/secrets.ts';
import { Environment, readEnvironment, secretSource } from './environment.ts';

const environment = readEnvironment(z.pick(Environment, { ALLOWED_ORIGINS: true }));
const origins = environment.ALLOWED_ORIGINS.split(',').map((origin) => origin.trim());
const source = secretSource('SESSION_SECRET');
const readSecret = createSecretReader();
const secret: SessionSecret = (isDoubted) => readSecret(source, isDoubted);
const log = createLog();
const ROOM = /^[A-Za-z0-9]{1,16}$/;

type Handshake = Pick<APIGatewayRequestAuthorizerEvent, 'methodArn' | 'headers' | 'queryStringParameters'>;

/** Lets a handshake pass with the session's player and the room as context; 401 without a session, 403 from elsewhere or past the entry. */
export async function handler(event: Handshake): Promise<APIGatewayAuthorizerResult> {
  const viewer = await viewerThrough(headerOf(event, VIEWER_HEADER), secret);
  if (viewer === null) return refuse(event, 'not through the entry');
  const origin = headerOf(event, 'origin');
  if (origin !== undefined && !origins.includes(origin)) return refuse(event, 'foreign origin');
  const room = roomOf(event);
  if (room === null) return refuse(event, 'unusable room');
  const token = sessionIn({
    cookie: headerOf(event, 'cookie'),
    query: event.queryStringParameters?.['session'],
  });
  const player = token === null ? null : createIdentity(await secret()).playerOf(token);
  if (player === null) {
    log.warn('handshake refused', { why: token === null ? 'no session' : 'not our session' });
    throw new Error('Unauthorized'); // the text that API Gateway answers with 401
  }
  return policy(event.methodArn, 'Allow', { player, room });
}

function refuse(event: Handshake, why: string): APIGatewayAuthorizerResult {
  log.warn('handshake refused', { why });
  return policy(event.methodArn, 'Deny', {});
}

/** The policy names the very ARN it was asked about: a pattern of stars does not match `stage/$connect`. */
function policy(
  arn: string,
  effect: 'Allow' | 'Deny',
  context: Record<string, string>,
): APIGatewayAuthorizerResult {
  return {
    principalId: context['player'] ?? 'nobody',
    policyDocument: {
      Version: '2012-10-17',
      Statement: [{ Action: 'execute-api:Invoke', Effect: effect, Resource: arn }],
    },
    context,
  };
}

function roomOf({ queryStringParameters }: Handshake): string | null {
  const room = queryStringParameters?.['room_id'];
  if (room === undefined || !ROOM.test(room)) return null;
  return room.toLowerCase() === LOBBY ? LOBBY : room.toUpperCase();
}

/** A header by its name in whatever case the client wrote it. */
function headerOf({ headers }: Handshake, name: string): string | undefined {
  return Object.entries(headers ?? {}).find(([key]) => key.toLowerCase() === name)?.[1];
}
