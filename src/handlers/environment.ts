// The environment of the functions, parsed once when a function starts. A missing variable is named and nothing runs.

import * as z from 'zod/mini';
import type { Secret } from '../aws/secrets.ts';

const text = z.string('is missing').check(z.minLength(1, 'is empty'));

/** Every variable of every function; each takes its own with `z.pick`. */
export const Environment = z.object({
  STAGE: text,
  TABLE_NAME: text,
  /** Comma separated; pages from elsewhere are refused. */
  ALLOWED_ORIGINS: z.string('is missing'),
  /** The management API with the stage in its path. */
  WEBSOCKET_ENDPOINT: z.url('is not an address'),
  BROADCASTER_FUNCTION: text,
  STATE_MACHINE_ARN: text,
  TICK_QUEUE_URL: z.url('is not an address'),
  DEAD_LETTER_QUEUE_URL: z.url('is not an address'),
  GAME_SETTINGS: text,
  TALLY_SECONDS: z.coerce
    .number('is not a number')
    .check(z.int('is not a whole number'), z.positive('is not above 0')),
  /** Where the secrets are kept: names of SSM parameters. */
  SESSION_SECRET_PARAMETER: text,
  ADMIN_TOKEN_PARAMETER: text,
  /** The key-value store of the entry function. */
  ENTRY_STORE_ARN: text,
  /** The bucket of the pages. */
  PAGES_BUCKET: text,
  /** The topic that tells operators. */
  ALARM_TOPIC: text,
  /** US dollars of a day beyond which operators are told. */
  DAILY_COST_LIMIT: z.coerce.number('is not a number').check(z.positive('is not above 0')),
});

/** What `createPorts` is made from. */
export const PortsEnvironment = z.pick(Environment, {
  TABLE_NAME: true,
  BROADCASTER_FUNCTION: true,
  STATE_MACHINE_ARN: true,
  TICK_QUEUE_URL: true,
  GAME_SETTINGS: true,
  STAGE: true,
  TALLY_SECONDS: true,
});

/** The variables of a schema. Throws an error that names each that is missing or wrong, never its value. */
export function readEnvironment<T>(schema: z.ZodMiniType<T>): T {
  const parsed = schema.safeParse(process.env);
  if (parsed.success) return parsed.data;
  const problems = parsed.error.issues.map((issue) => `${issue.path.join('.')} ${issue.message}`);
  throw new Error(`Unusable environment: ${problems.join(', ')}`);
}

/** Where a secret is: in `NAME` itself on a local run, in the SSM parameter that `NAME_PARAMETER` names elsewhere. */
export function secretSource(name: 'SESSION_SECRET' | 'ADMIN_TOKEN'): Secret {
  const value = process.env[name];
  const parameter = process.env[`${name}_PARAMETER`];
  if (value) return { value };
  if (parameter) return { parameter };
  throw new Error(`Unusable environment: ${name} or ${name}_PARAMETER is missing`);
}
