// Usage as a zod schema, where its amounts have their names: in events and in results.

import * as z from 'zod/mini';
import type { Usage } from '../room/usage.ts';
import type { Holds, Same } from './room-schemas.ts';

export const usage = z.object({
  messages: z.number(),
  connectedMs: z.number(),
  egress: z.number(),
  requests: z.number(),
  mbMs: z.number(),
  reads: z.number(),
  writes: z.number(),
  transitions: z.number(),
  queue: z.number(),
  events: z.number(),
  log: z.number(),
});

/** If this does not compile, an amount has no schema here. */
export type UsageSchemaIsExact = Holds<Same<z.output<typeof usage>, Usage>>;
