// The clock and the state machine of a world of memory, for games that go on by themselves.

import { runPhase, runTick } from '../../src/app/game-phases.ts';
import type { PhaseRequest } from '../../src/app/game-phases.ts';
import { moveDeadline, nextTick } from '../../src/room/due.ts';
import type { PlayingRoom, TaskPhase } from '../../src/room/room.ts';
import { taskStatus } from '../../src/room/tasks.ts';
import type { World } from './memory-ports.ts';

/** One step of a running game that nobody plays: what the state machine asks for next, or else what is due next. */
export async function nextStep(world: World, room: PlayingRoom): Promise<void> {
  const request = requestFor(room, `token-${world.table.recordOf(room.id).seq}`, world.now);
  if (request !== null) {
    await runPhase(world.ports, request);
    return;
  }
  // The tick that is due next, or else the heartbeat of a human's move runs out, whichever phase that is in.
  const due = nextTick(room);
  world.now = Math.max(world.now, due ?? moveDeadline(room) ?? world.now);
  const { seq } = world.table.recordOf(room.id);
  if (due !== null) return runTick(world.ports, { kind: 'room', roomId: room.id, seq, due });
  const { task, number } = room.game;
  if (task === null) throw new Error('Nothing will ever happen');
  const token = `token-${seq}`;
  await runPhase(world.ports, { ...phaseRequest(task.phase, task.round, room.id, number), token });
}

/** What the state machine asks for once it has heard that its task is over; null while it waits. */
function requestFor(room: PlayingRoom, token: string, at: number): PhaseRequest | null {
  const { id, game } = room;
  const { phase, number, task } = game;
  if (task !== null && taskStatus(room, number, task, at) === 'entered') return null;
  switch (phase.name) {
    case 'starting':
      return { ...phaseRequest('preparation', 1, id, number), token };
    case 'redeal':
      return { ...phaseRequest('preparation', phase.round.number, id, number), token };
    case 'round_start':
    case 'declaration':
      return { ...phaseRequest('declaration', phase.round.number, id, number), token };
    case 'turn':
    case 'turn_results':
      return { ...phaseRequest('turns', phase.round.number, id, number), token };
    case 'scoring':
      return phase.winners.length > 0
        ? { phase: 'game_over', roomId: id, game: number }
        : { ...phaseRequest('preparation', phase.round.number + 1, id, number), token };
  }
}

function phaseRequest(phase: TaskPhase, round: number, roomId: string, game: number) {
  // Preparation is asked for with the number of rounds that are over.
  return { phase, roomId, game, round: phase === 'preparation' ? round - 1 : round };
}
