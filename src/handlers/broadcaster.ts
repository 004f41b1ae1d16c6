// The broadcaster: posts a delivery to its connections. Called by the publisher and by nobody else, whom it tells by a first
// line that it has begun, and by the end of its answer that it is done.

import * as z from 'zod/mini';
import { broadcast } from '../app/broadcast.ts';
import { NO_METER } from '../app/meter.ts';
import { createGateway } from '../aws/gateway.ts';
import { createMetrics } from '../aws/metrics.ts';
import { createGraveyard } from '../aws/ticks.ts';
import { Environment, readEnvironment } from './environment.ts';
import { DeliveryPayload } from './payloads.ts';
import { portsFromEnvironment } from './ports.ts';

const environment = readEnvironment(
  z.pick(Environment, { WEBSOCKET_ENDPOINT: true, DEAD_LETTER_QUEUE_URL: true }),
);
const ports = {
  ...portsFromEnvironment(createMetrics),
  // Who called it has counted it (src/app/meter.ts).
  meter: NO_METER,
  gateway: createGateway(environment.WEBSOCKET_ENDPOINT),
  bury: createGraveyard(environment.DEAD_LETTER_QUEUE_URL),
};

/** Answers in two parts: a line once it has the delivery, the `Reach` as JSON when everything is done. */
export const handler = awslambda.streamifyResponse<unknown>(async (event, stream) => {
  const delivery = DeliveryPayload.parse(event);
  stream.write('begun\n');
  const reach = await broadcast(ports, delivery);
  await ports.tally.flush();
  stream.end(JSON.stringify(reach));
});
