// The phase function: what the states of statemachines/game.asl.json invoke.

import { runPhase } from '../app/game-phases.ts';
import type { PhaseAnswer, PhaseRequest } from '../app/game-phases.ts';
import { PhasePayload } from './payloads.ts';
import { createMetrics } from '../aws/metrics.ts';
import { metersRun } from '../app/meter.ts';
import { memoryMb, portsFromEnvironment } from './ports.ts';

const ports = portsFromEnvironment(createMetrics);

export async function handler(event: unknown): Promise<PhaseAnswer> {
  const request: PhaseRequest = PhasePayload.parse(event);
  if (request.phase === 'abort')
    ports.log.error('A game is aborted', { room: request.roomId, error: request.error });
  const run = { room: request.roomId, memoryMb: memoryMb(), cause: { transitions: 1 } };
  return metersRun(ports, run, async () => {
    const answered = await runPhase(ports, request);
    await ports.tally.flush();
    return answered;
  });
}
