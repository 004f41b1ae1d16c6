// A game that is over, checked: as its event tells it and as it is kept. By itself, so that a function which reads no rooms does
// not carry their schemas (docs/decisions/0014).

import * as z from 'zod/mini';
import type { Usage } from '../room/usage.ts';
import type { Holds, Same } from './room-schemas.ts';

export const outcome = z.enum(['completed', 'abandoned', 'aborted']);

/** Amounts by name; in commits they are a list (src/store/items.ts). */
const usage = z.object({
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

export const finishedSeat = {
  name: z.string(),
  player: z.nullable(z.string()),
  score: z.number(),
  turnsWon: z.int(),
  perfectRounds: z.int(),
  isWinner: z.boolean(),
  left: z.boolean(),
};

/** All of it but its seats. */
export const finishedGame = {
  roomId: z.string(),
  game: z.int(),
  outcome,
  rounds: z.int(),
  startedAt: z.number(),
  endedAt: z.number(),
  usage: z.exactOptional(usage),
};

/** If this does not compile, an amount has no schema here. */
export type UsageSchemaIsExact = Holds<Same<z.output<typeof usage>, Usage>>;
