// A room's log as outsiders may read it: no token, connection or session ever; no hand or seed of a round still in play.

import type { Commit, RoomRecord } from '../room/record.ts';
import type { RoomEvent } from '../room/events.ts';
import type { PlayerId } from '../room/room.ts';
import { SEATS } from '../game/seats.ts';
import type { PublicEvent } from '../protocol/http.ts';

/**
 * The events of some commits, as far as they are public given the room as it is now. What came after that is left out: of a
 * game begun since, the room as it was cannot say what is still in play.
 */
export function publicEvents(commits: readonly Commit[], now: RoomRecord): readonly PublicEvent[] {
  return commits
    .filter(({ seq }) => seq <= now.seq)
    .flatMap(({ seq, at, events }) =>
      events.map((event) => ({ seq, at, ...publicPart(event, isInPlay(event, at, now)) })),
    );
}

/** Whether this player sits in a room whose game is over, and so may read its history. */
export function mayRead({ room }: RoomRecord, player: PlayerId): boolean {
  if (room.stage !== 'finished') return false;
  return SEATS.some((seat) => {
    const occupant = room.seats[seat];
    return occupant.kind === 'human' && occupant.player === player;
  });
}

/** Whether a deal belongs to a round of the room's latest game that has not been scored, and, if the game was cut short, will not be. */
function isInPlay(event: RoomEvent, at: number, { room }: RoomRecord): boolean {
  if (event.type !== 'Dealt' || (room.stage !== 'playing' && room.stage !== 'finished')) return false;
  const { startedAt, sheet } = room.stage === 'playing' ? room.game : room.result;
  return at >= startedAt && event.round > sheet.length;
}

/** What of an event is public. Every type is named, so that a new one does not become public by being forgotten here. */
function publicPart(
  event: RoomEvent,
  inPlay: boolean,
): { type: RoomEvent['type'] } & Record<string, unknown> {
  switch (event.type) {
    case 'RoomOpened':
    case 'SeatTaken': {
      const { player: _player, ...rest } = event;
      return rest;
    }
    case 'Attached':
    case 'SpectatorJoined':
    case 'SpectatorLeft': {
      const { connection: _connection, ...rest } = event;
      return rest;
    }
    case 'TaskEntered': {
      const { token: _token, ...rest } = event;
      return rest;
    }
    case 'Dealt': {
      if (!inPlay) return event;
      const { hands: _hands, proof, ...rest } = event;
      return { ...rest, proof: { commitment: proof.commitment } };
    }
    case 'BotAdded':
    case 'SeatVacated':
    case 'RoomClosed':
    case 'Detached':
    case 'BotTookOver':
    case 'LeftForGood':
    case 'HostChanged':
    case 'GameStarted':
    case 'RedealDecided':
    case 'RoundStarted':
    case 'DeclarationOpened':
    case 'Declared':
    case 'TurnStarted':
    case 'Played':
    case 'TurnResolved':
    case 'PlayerReady':
    case 'TurnsEnded':
    case 'RoundScored':
    case 'GameEnded':
      return event;
  }
}
