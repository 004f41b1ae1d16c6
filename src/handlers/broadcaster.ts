// The broadcaster: posts a delivery to its connections. Called by the publisher and by nobody else.

import * as z from 'zod/mini';
import { broadcast } from '../app/broadcast.ts';
import type { Reach } from '../app/broadcast.ts';
import { createGateway } from '../aws/gateway.ts';
import { createGraveyard } from '../aws/ticks.ts';
import { Environment, readEnvironment } from './environment.ts';
import { portsFromEnvironment } from './ports.ts';

const environment = readEnvironment(
  z.pick(Environment, { WEBSOCKET_ENDPOINT: true, DEAD_LETTER_QUEUE_URL: true }),
);
const ports = {
  ...portsFromEnvironment(),
  gateway: createGateway(environment.WEBSOCKET_ENDPOINT),
  bury: createGraveyard(environment.DEAD_LETTER_QUEUE_URL),
};

/** The frames are not looked into: they come from `src/protocol` and are only passed on. */
const Sends = z.object({
  roomId: z.string(),
  seq: z.int(),
  sends: z.array(
    z.object({
      connectionId: z.string(),
      frames: z.array(z.looseObject({})),
      close: z.exactOptional(z.literal(true)),
    }),
  ),
});

export async function handler(event: unknown): Promise<Reach> {
  const reach = await broadcast(ports, Sends.parse(event));
  await ports.tally.flush();
  return reach;
}
