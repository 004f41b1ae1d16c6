// What the HTTP API shows of results (src/app/ranking-api.ts) behind API Gateway.

import * as z from 'zod/mini';
import { createRankingApi } from '../app/ranking-api.ts';
import { clock, createLog } from '../aws/process.ts';
import { createSecretReader } from '../aws/secrets.ts';
import { openResults } from '../aws/table.ts';
import { Environment, readEnvironment, secretSource } from './environment.ts';

const { TABLE_NAME } = readEnvironment(z.pick(Environment, { TABLE_NAME: true }));
const sessionSecret = secretSource('SESSION_SECRET');
const adminToken = secretSource('ADMIN_TOKEN');
const readSecret = createSecretReader();

export const handler = createRankingApi({
  results: openResults(TABLE_NAME),
  clock,
  log: createLog(),
  sessionSecret: (isDoubted) => readSecret(sessionSecret, isDoubted),
  adminToken: () => readSecret(adminToken),
});
