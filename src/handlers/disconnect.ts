// `$disconnect`: a socket closed. The seat stays; a bot plays for it after the grace.

import { execute } from '../app/execute.ts';
import { LOBBY } from '../app/lobby.ts';
import { createMetrics } from '../aws/metrics.ts';
import { metersRun } from '../app/meter.ts';
import { memoryMb, portsFromEnvironment } from './ports.ts';
import { IGNORED, readSocketEvent } from './socket-event.ts';

const ports = portsFromEnvironment(createMetrics);

export async function handler(event: unknown): Promise<{ statusCode: number }> {
  const call = readSocketEvent(event, 'DISCONNECT');
  if (call === null) return IGNORED;
  const { connection, place } = call;
  const command = { type: 'disconnect', connection, cause: 'closed' } as const;
  return metersRun(ports, { room: place, memoryMb: memoryMb(), cause: {} }, async () => {
    const leaving =
      place === LOBBY
        ? undefined
        : execute(ports, { room: place, command, by: 'presence', commandId: `closed:${connection}` });
    await Promise.all([ports.store.disconnected(connection), leaving]);
    return { statusCode: 200 };
  });
}
