// Who sits where and who is there: the events of a log that come before a game and go on beside it.

import { bySeat, SEATS } from '../game/seats.ts';
import type { Seat } from '../game/seats.ts';
import type { ToldEvent, ToldOf } from './log.ts';
import { graceOf } from './movers.ts';
import { isPresent, objectionTo } from './table.ts';
import type { Game, Objection, Occupant, Ruling, Table } from './table.ts';

const OF_ROOM = [
  'RoomOpened',
  'RoomClosed',
  'HostChanged',
  'SpectatorJoined',
  'SpectatorLeft',
  'GameStarted',
] as const;
const OF_SEAT = [
  'SeatTaken',
  'BotAdded',
  'SeatVacated',
  'Attached',
  'Detached',
  'BotTookOver',
  'LeftForGood',
] as const;
export type OfRoom = ToldOf<(typeof OF_ROOM)[number]>;
export type OfSeat = ToldOf<(typeof OF_SEAT)[number]>;

export function isOfRoom(event: ToldEvent): event is OfRoom {
  return OF_ROOM.some((type) => type === event.type);
}
export function isOfSeat(event: ToldEvent): event is OfSeat {
  return OF_SEAT.some((type) => type === event.type);
}

const isLive = ({ stage }: Table): boolean => stage !== 'none' && stage !== 'closed';
const NO_ROOM: Objection = { problem: 'There is no room.' };

/** What comes of an event of the room as a whole. */
export function judgeRoom(table: Table, event: OfRoom, at: number): Ruling {
  switch (event.type) {
    case 'RoomOpened': {
      const { settings, host, name } = event;
      if (table.stage !== 'none') return { problem: 'The room was opened already.' };
      const room: Table = { ...table, stage: 'open', settings, attended: { anyone: false, since: at } };
      return seated(room, host, newcomer(name, at), at);
    }
    case 'RoomClosed':
      return isLive(table) ? { ...table, stage: 'closed' } : NO_ROOM;
    case 'HostChanged':
      return table.seats[event.host]?.kind === 'human' ? table : { problem: 'The host must be a human.' };
    case 'SpectatorJoined':
    case 'SpectatorLeft':
      return isLive(table) ? table : NO_ROOM;
    case 'GameStarted':
      return gameStarted(table, event, at);
  }
}

/** What comes of an event of one seat. */
export function judgeSeat(table: Table, event: OfSeat, at: number): Ruling {
  const { seat, type } = event;
  const { stage } = table;
  const occupant = table.seats[seat];
  if (!isLive(table)) return NO_ROOM;
  switch (type) {
    case 'SeatTaken':
    case 'BotAdded': {
      if (stage !== 'open' || occupant !== null) return { problem: 'The seat was not free.' };
      const { name } = event;
      return seated(table, seat, type === 'BotAdded' ? newBot(name, at) : newcomer(name, at), at);
    }
    case 'SeatVacated':
    case 'LeftForGood':
      return left(table, event, at);
    case 'BotTookOver':
      if (occupant !== null && table.settings !== null && at < graceOf(occupant, table.settings))
        return { problem: `${occupant.name} could still come back.` };
      return reached(table, seat, 'replaced', at);
    case 'Attached':
      return reached(table, seat, 'present', at);
    case 'Detached':
      return reached(table, seat, 'away', at);
  }
}

/** A seat in a waiting room gets free; in a game a bot has it from then on. */
function left(table: Table, { type, seat }: ToldOf<'SeatVacated' | 'LeftForGood'>, at: number): Ruling {
  const occupant = table.seats[seat];
  const isOpen = table.stage === 'open';
  if (type === 'SeatVacated' && isOpen && occupant !== null) return seated(table, seat, null, at);
  if (type === 'LeftForGood' && !isOpen && occupant?.kind === 'human')
    return seated(table, seat, newBot(occupant.name, at), at);
  return { problem: 'Nobody could leave that seat.' };
}

function newcomer(name: string, since: number): Occupant {
  return { kind: 'human', name, since, presence: 'away' };
}
function newBot(name: string, since: number): Occupant {
  return { kind: 'bot', name, since };
}

const COMES_FROM = { present: null, away: 'present', replaced: 'away' } as const;

function reached(table: Table, seat: Seat, presence: keyof typeof COMES_FROM, at: number): Ruling {
  const occupant = table.seats[seat];
  if (occupant?.kind !== 'human') return { problem: `No human sits in seat ${seat}.` };
  const before = COMES_FROM[presence];
  if (before !== null && occupant.presence !== before)
    return { problem: `${occupant.name} was ${occupant.presence} already.` };
  return seated(table, seat, { ...occupant, presence, since: at }, at);
}

function seated(table: Table, seat: Seat, occupant: Occupant | null, at: number): Table {
  const seats = { ...table.seats, [seat]: occupant };
  const anyone = SEATS.some((each) => isPresent(seats[each]));
  const attended = anyone === table.attended.anyone ? table.attended : { anyone, since: at };
  return { ...table, seats, attended };
}

function gameStarted(table: Table, event: ToldOf<'GameStarted'>, at: number): Ruling {
  const { stage, seats } = table;
  if (stage !== 'open' && stage !== 'finished') return { problem: 'No game can start now.' };
  if (SEATS.some((seat) => seats[seat] === null)) return { problem: 'A game needs four players.' };
  const number = (table.game?.number ?? 0) + 1;
  const game: Game = {
    number,
    totals: bySeat(() => 0),
    zeros: bySeat(() => 0),
    scored: 0,
    lastWinner: null,
    round: null,
    phase: { name: 'starting' },
    since: at,
  };
  return objectionTo(event, { ...event, game: number }) ?? { ...table, stage: 'playing', game };
}
