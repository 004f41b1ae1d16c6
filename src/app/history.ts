// A room's log as outsiders may read it: no token, connection or session ever; no hand or seed of a round still in play.

import type { Commit, RoomRecord } from '../room/record.ts';
import type { EventType, RoomEvent } from '../room/events.ts';
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

type EventOf<T extends EventType> = Extract<RoomEvent, { type: T }>;

/** The fields of each event that are nobody else's business. All types are named: none becomes public by being forgotten. */
const SECRETS: { readonly [T in EventType]: readonly Exclude<keyof EventOf<T>, 'type'>[] } = {
  RoomOpened: ['player'],
  SeatTaken: ['player'],
  BotAdded: [],
  SeatVacated: [],
  RoomClosed: [],
  Attached: ['connection', 'without'],
  Detached: [],
  BotTookOver: [],
  LeftForGood: [],
  HostChanged: [],
  SpectatorJoined: ['connection', 'without'],
  SpectatorLeft: ['connection'],
  GameStarted: [],
  TaskEntered: ['token'],
  Dealt: [],
  RedealDecided: [],
  RoundStarted: [],
  DeclarationOpened: [],
  Declared: [],
  TurnStarted: [],
  Played: [],
  TurnResolved: [],
  PlayerReady: [],
  RoundScored: [],
  GameEnded: [],
};

function publicPart(event: RoomEvent, inPlay: boolean): { type: EventType } & Record<string, unknown> {
  if (event.type === 'Dealt' && inPlay) {
    const { hands: _hands, proof, ...rest } = event;
    return { ...rest, proof: { commitment: proof.commitment } };
  }
  const secrets: readonly string[] = SECRETS[event.type];
  const shown = Object.entries(event).filter(([field]) => !secrets.includes(field));
  return { ...Object.fromEntries(shown), type: event.type };
}
