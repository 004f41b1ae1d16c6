// Logs as rooms write them, for who reads them; and whether a room could have written a log at all.

import { createHash } from 'node:crypto';
import { isDeepStrictEqual } from 'node:util';
import type { Seat } from '../../src/game/seats.ts';
import type { Command } from '../../src/room/commands.ts';
import { connectionOf, decide } from '../../src/room/decide.ts';
import type { RoomEvent } from '../../src/room/events.ts';
import { applyCommit, NO_RECORD } from '../../src/room/record.ts';
import type { Commit } from '../../src/room/record.ts';
import type { Room, Settings } from '../../src/room/room.ts';
import { proofOf, ROOM, START, tableOf } from './room.ts';
import { gameOf, walk } from './walk.ts';

export function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}

/** The log of a walk through the life of a room in which a game has just started. */
export function logOf(
  humans: readonly Seat[],
  settings: Partial<Settings>,
  whims: readonly number[],
): readonly Commit[] {
  const happened = beginning(humans, settings).map((event) => ({ at: START, events: [event] }));
  for (const { change } of walk(gameOf(humans, settings), whims)) {
    if (change !== null)
      happened.push({ at: change.commit.at, events: change.commit.events.map(committedTo) });
  }
  return happened.map(({ at, events }, index) => {
    const seq = index + 1;
    return { room: ROOM, seq, at, by: 'walk', commandId: `${seq}`, events };
  });
}

function beginning(humans: readonly Seat[], settings: Partial<Settings>): readonly RoomEvent[] {
  return [...tableOf(humans, settings), { type: 'GameStarted', game: 1 }];
}

/** Walks know commitments by name only; in a log they are the digests of their seeds. */
function committedTo(event: RoomEvent): RoomEvent {
  if (event.type !== 'Dealt') return event;
  return { ...event, proof: { ...event.proof, commitment: sha256(event.proof.seed) } };
}

/** A log up to its last scored round, so that no deal in it is hidden. */
export function toldPart(commits: readonly Commit[]): readonly Commit[] {
  const last = commits.findLastIndex(({ events }) =>
    events.some(
      (event) =>
        event.type === 'RoundScored' || (event.type === 'GameEnded' && event.outcome === 'completed'),
    ),
  );
  return commits.slice(0, last + 1);
}

/**
 * Whether the room itself could have written these commits after the first `trusted`: some command, given at that time and
 * with that seed, makes each of them. What nobody could tell from a true log is no lie that a log can show.
 */
export function couldBeWritten(commits: readonly Commit[], trusted: number): boolean {
  try {
    let record = commits.slice(0, trusted).reduce(applyCommit, NO_RECORD);
    for (const commit of commits.slice(trusted)) {
      if (!isMadeBySome(record.room, commit)) return false;
      record = applyCommit(record, commit);
    }
    return true;
  } catch {
    return false;
  }
}

function isMadeBySome(room: Room, { at, events }: Commit): boolean {
  const proof = events.find((event) => event.type === 'Dealt')?.proof ?? proofOf(1);
  if (events.some((event) => event.type === 'Dealt') && sha256(proof.seed) !== proof.commitment) return false;
  return commandsFor(room, events).some((command) => {
    const decision = decide(room, command, { at, proof });
    return decision.kind === 'accepted' && isDeepStrictEqual(decision.events, events);
  });
}

/** Every command that these events could come of. */
function commandsFor(room: Room, events: readonly RoomEvent[]): readonly Command[] {
  const game = room.stage === 'playing' ? room.game.number : 0;
  return [
    { type: 'tick' },
    { type: 'closeRoom' },
    { type: 'endGame', game },
    { type: 'abortGame', game },
    ...events.flatMap((event) => commandFor(room, game, event) ?? []),
  ];
}

function commandFor(room: Room, game: number, event: RoomEvent): Command | null {
  switch (event.type) {
    case 'SeatTaken':
      return { type: 'join', player: event.player, name: event.name };
    case 'Attached':
      return attachmentTo(room, event);
    case 'SpectatorJoined':
      return { ...event, type: 'spectate' };
    case 'SpectatorLeft':
      return { type: 'disconnect', connection: event.connection, cause: 'closed' };
    case 'TaskEntered':
      return { ...event, type: 'enterPhase', game };
    case 'GameStarted':
      return room.stage === 'finished'
        ? { type: 'startGame', connection: connectionAt(room, room.host) }
        : null;
    default:
      return 'seat' in event ? commandOfSeat(connectionAt(room, event.seat), event) : null;
  }
}

function commandOfSeat(connection: string, event: RoomEvent): Command | null {
  switch (event.type) {
    case 'Detached':
      return { type: 'disconnect', connection, cause: 'closed' };
    case 'LeftForGood':
      return { type: 'leaveGame', connection };
    case 'RedealDecided':
      return { type: 'decideRedeal', connection, accept: event.accept };
    case 'Declared':
      return { type: 'declare', connection, value: event.value };
    case 'Played':
      return { type: 'play', connection, indices: event.indices };
    case 'PlayerReady':
      return { type: 'ready', connection };
    default:
      return null;
  }
}

function attachmentTo(
  room: Room,
  { seat, type: _, ...listening }: Extract<RoomEvent, { type: 'Attached' }>,
): Command | null {
  const occupant = room.stage === 'none' || room.stage === 'closed' ? null : room.seats[seat];
  if (occupant?.kind !== 'human') return null;
  return { type: 'attach', player: occupant.player, name: occupant.name, ...listening };
}

function connectionAt(room: Room, seat: Seat): string {
  if (room.stage === 'none' || room.stage === 'closed') return 'nobody';
  return connectionOf(room.seats[seat]) ?? 'nobody';
}
