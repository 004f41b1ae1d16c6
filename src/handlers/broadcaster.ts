// The broadcaster: posts a delivery to its connections. Called by the publisher and by nobody else.

import * as z from 'zod/mini';
import { broadcast } from '../app/broadcast.ts';
import type { Reach } from '../app/broadcast.ts';
import { createGateway } from '../aws/gateway.ts';
import { createGraveyard } from '../aws/ticks.ts';
import { Environment, readEnvironment } from './environment.ts';
import { DeliveryPayload } from './payloads.ts';
import { portsFromEnvironment } from './ports.ts';

const environment = readEnvironment(
  z.pick(Environment, { WEBSOCKET_ENDPOINT: true, DEAD_LETTER_QUEUE_URL: true }),
);
const ports = {
  ...portsFromEnvironment(),
  gateway: createGateway(environment.WEBSOCKET_ENDPOINT),
  bury: createGraveyard(environment.DEAD_LETTER_QUEUE_URL),
};

export async function handler(event: unknown): Promise<Reach> {
  const reach = await broadcast(ports, DeliveryPayload.parse(event));
  await ports.tally.flush();
  return reach;
}
