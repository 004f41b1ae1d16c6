// The phase function: what the states of statemachines/game.asl.json invoke.

import * as z from 'zod/mini';
import { runPhase } from '../app/game-phases.ts';
import type { PhaseAnswer, PhaseRequest } from '../app/game-phases.ts';
import { portsFromEnvironment } from './ports.ts';

const ports = portsFromEnvironment();

const game = { roomId: z.string(), game: z.int() };
const Request = z.discriminatedUnion('phase', [
  z.object({
    phase: z.literal(['preparation', 'declaration', 'turns']),
    ...game,
    round: z.int(),
    token: z.string(),
  }),
  z.object({ phase: z.literal('scoring'), ...game, round: z.int() }),
  z.object({ phase: z.literal('game_over'), ...game }),
  z.object({ phase: z.literal('abort'), ...game, error: z.optional(z.unknown()) }),
]);

export async function handler(event: unknown): Promise<PhaseAnswer> {
  const request: PhaseRequest = Request.parse(event);
  if (request.phase === 'abort')
    ports.log.error('A game is aborted', { room: request.roomId, error: request.error });
  const answered = await runPhase(ports, request);
  await ports.tally.flush();
  return answered;
}
