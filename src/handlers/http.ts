// The HTTP API (src/app/http-api.ts) behind API Gateway.

import * as z from 'zod/mini';
import { createHttpApi } from '../app/http-api.ts';
import { createGateway } from '../aws/gateway.ts';
import { createSecretReader } from '../aws/secrets.ts';
import { createQueues } from '../aws/ticks.ts';
import { Environment, readEnvironment, secretSource } from './environment.ts';
import { portsFromEnvironment } from './ports.ts';

const environment = readEnvironment(
  z.pick(Environment, { WEBSOCKET_ENDPOINT: true, TICK_QUEUE_URL: true, DEAD_LETTER_QUEUE_URL: true }),
);
const sessionSecret = secretSource('SESSION_SECRET');
const adminToken = secretSource('ADMIN_TOKEN');

const readSecret = createSecretReader();

export const handler = createHttpApi({
  // Its counts are for operators, in the table; metrics would be a twentieth of the function.
  ...portsFromEnvironment(),
  gateway: createGateway(environment.WEBSOCKET_ENDPOINT),
  queues: createQueues(environment.TICK_QUEUE_URL, environment.DEAD_LETTER_QUEUE_URL),
  sessionSecret: (isDoubted) => readSecret(sessionSecret, isDoubted),
  adminToken: () => readSecret(adminToken),
});
