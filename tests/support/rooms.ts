/** Any event and any room there can be, by type; not all of them make sense, but all of them may have to be stored. */
import fc from 'fast-check';
import { PIECES } from '../../src/game/pieces.ts';
import { bySeat, SEATS } from '../../src/game/seats.ts';
import type { BySeat } from '../../src/game/seats.ts';
import { PLAY_TYPES } from '../../src/game/sets.ts';
import type { EventType, RoomEvent } from '../../src/room/events.ts';
import type { RoomRecord } from '../../src/room/record.ts';
import { USAGE_NAMES, usageFrom } from '../../src/room/usage.ts';
import type { Usage } from '../../src/room/usage.ts';
import { AVATAR_COLOURS, DISPENSABLE } from '../../src/room/room.ts';
import type {
  Game,
  GameOutcome,
  LastMove,
  Occupant,
  Phase,
  PhaseName,
  Presence,
  Room,
  Settings,
} from '../../src/room/room.ts';

type EachOf<Union, Tag extends keyof Union> = {
  readonly [T in Union[Tag] & string]: fc.Arbitrary<Omit<Extract<Union, Record<Tag, T>>, Tag>>;
};

const text = fc.string({ unit: 'grapheme', maxLength: 12 });
const count = fc.integer({ min: -99, max: 999 });
const time = fc.integer({ min: 0, max: 4_102_444_800_000 });
const flag = fc.boolean();
const seat = fc.constantFrom(...SEATS);
const seats = fc.subarray([...SEATS]);
const pieces = fc.array(fc.constantFrom(...PIECES), { maxLength: 8 });
const colour = fc.constantFrom(...AVATAR_COLOURS);
const playType = fc.constantFrom(...PLAY_TYPES);
const outcome = fc.constantFrom<GameOutcome[]>('completed', 'abandoned', 'aborted');
const closedReason = fc.constantFrom('host_left', 'empty', 'removed', 'not_found', 'closed_by_operator');
const starterReason = fc.constantFrom('accepted_redeal', 'has_general_red', 'won_last_turn');

/** Records as literals make them: fast-check's own have no prototype now and then. */
function record<T>(fields: { [K in keyof T]: fc.Arbitrary<T[K]> }): fc.Arbitrary<T> {
  return fc.record(fields, { noNullPrototype: true });
}
function forEachSeat<T>(of: fc.Arbitrary<T>): fc.Arbitrary<BySeat<T>> {
  return record(bySeat(() => of));
}

const settings: fc.Arbitrary<Settings> = record({
  moveSeconds: count,
  redealSeconds: count,
  roundStartSeconds: count,
  turnResultsSeconds: count,
  scoringSeconds: count,
  botThinkSeconds: count,
  graceSeconds: count,
  abandonSeconds: count,
  emptyRoomSeconds: count,
  roomTtlSeconds: count,
  historyDays: count,
  winScore: count,
  maxRounds: count,
});
const task = { phase: fc.constantFrom('preparation', 'declaration', 'turns'), round: count, token: text };
const proof = record({ seed: text, commitment: text });
const hands = forEachSeat(pieces);
const scores = forEachSeat(
  record({
    declared: count,
    captured: count,
    base: count,
    bonus: count,
    hitValue: count,
    final: count,
    total: count,
  }),
);
const newcomer = { name: text, player: text, colour };
/** A connection, which may have chosen not to be told some things. */
function listener<T>(fields: { [K in keyof T]: fc.Arbitrary<T[K]> }) {
  const choice = fc.option(fc.constant({ without: [...DISPENSABLE] }), { nil: {} });
  return fc.tuple(record(fields), choice).map(([rest, chosen]) => ({ ...rest, ...chosen }));
}

/** The fields of each event but its type: an event without an entry does not compile. */
const EVENTS: EachOf<RoomEvent, 'type'> = {
  RoomOpened: record({ room: text, settings, host: seat, isPrivate: flag, ...newcomer }),
  SeatTaken: record({ seat, ...newcomer }),
  BotAdded: record({ seat, name: text, colour }),
  SeatVacated: record({ seat, reason: fc.constantFrom('left', 'removed') }),
  RoomClosed: record({ reason: closedReason }),
  Attached: listener({ seat, connection: text }),
  Detached: record({ seat }),
  BotTookOver: record({ seat }),
  LeftForGood: record({ seat }),
  HostChanged: record({ host: seat }),
  SpectatorJoined: listener({ connection: text }),
  SpectatorLeft: record({ connection: text }),
  GameStarted: record({ game: count }),
  TaskEntered: record(task),
  Dealt: record({
    round: count,
    redeals: count,
    multiplier: count,
    proof,
    hands,
    starter: seat,
    starterReason,
    weak: seats,
  }),
  RedealDecided: record({ seat, accept: flag, forced: flag }),
  RoundStarted: record({}),
  DeclarationOpened: record({}),
  Declared: record({ seat, value: count, forced: flag }),
  TurnStarted: record({ number: count, leader: seat }),
  Played: record({ seat, indices: fc.array(count), pieces, play: playType, forced: flag }),
  TurnResolved: record({ winner: seat, piles: count }),
  PlayerReady: record({ seat }),
  RoundScored: record({ scores, winners: seats }),
  GameEnded: record({ outcome, winners: seats }),
};
export const EVENT_TYPES = Object.keys(EVENTS) as EventType[];

/** Any event of a type. */
export function eventOf(type: EventType): fc.Arbitrary<RoomEvent> {
  return (EVENTS[type] as fc.Arbitrary<object>).map((fields) => ({ type, ...fields }) as RoomEvent);
}
export const anyEvent = fc.oneof(...EVENT_TYPES.map(eventOf));

const presence: fc.Arbitrary<Presence> = fc.oneof(
  listener({ status: fc.constant('present'), connection: text, since: time }),
  record({ status: fc.constantFrom('away', 'replaced'), since: time }),
);
const occupant: fc.Arbitrary<Occupant> = fc.oneof(
  record({ kind: fc.constant('human'), ...newcomer, presence }),
  record({
    kind: fc.constant('bot'),
    name: text,
    colour,
    origin: fc.constantFrom('added', 'left'),
    since: time,
  }),
);
const round = record({ number: count, multiplier: count, proof, hands, starter: seat, starterReason });
const plays = fc.array(record({ seat, pieces, type: playType }), { maxLength: 4 });
const turning = { round, declared: forEachSeat(count), piles: forEachSeat(count), since: time };

const PHASES: EachOf<Phase, 'name'> = {
  starting: record({ since: time }),
  redeal: record({
    round,
    redeals: count,
    weak: seats,
    decisions: fc.array(record({ seat, accept: flag }), { maxLength: 4 }),
    since: time,
  }),
  round_start: record({ round, since: time }),
  declaration: record({ round, values: fc.array(count, { maxLength: 4 }), since: time }),
  turn: record({ number: count, leader: seat, plays, ...turning }),
  turn_results: record({
    result: record({ number: count, plays, winner: seat, size: count }),
    ready: seats,
    ...turning,
  }),
  scoring: record({ round, scores, winners: seats, since: time }),
};
export const PHASE_NAMES = Object.keys(PHASES) as PhaseName[];

const tally = forEachSeat(
  record({ total: count, zerosInARow: count, turnsWon: count, perfectRounds: count }),
);
const lastMove: fc.Arbitrary<LastMove> = fc.oneof(
  record({ kind: fc.constant('redeal'), seat, accept: flag, forced: flag }),
  record({ kind: fc.constant('declare'), seat, value: count, forced: flag }),
  record({ kind: fc.constant('play'), seat, pieces, forced: flag }),
);
const sheet = fc.array(
  record({ round: count, multiplier: count, seats: forEachSeat(fc.tuple(count, count, count)) }),
  { maxLength: 2 },
);
function gameIn(name: PhaseName): fc.Arbitrary<Game> {
  return record({
    number: count,
    startedAt: time,
    tally,
    sheet,
    lastTurnWinner: fc.option(seat),
    task: fc.option(record(task)),
    beatAt: time,
    lastAction: fc.option(lastMove),
    phase: (PHASES[name] as fc.Arbitrary<object>).map((fields) => ({ name, ...fields }) as Phase),
  });
}

const named = { id: text, createdAt: time, settings };
const hosted = {
  ...named,
  host: seat,
  isPrivate: flag,
  spectators: fc.array(listener({ connection: text, since: time }), { maxLength: 3 }),
  attendance: record({ anyone: flag, since: time }),
};
const ROOMS: EachOf<Room, 'stage'> = {
  none: record({}),
  open: record({ ...hosted, seats: forEachSeat(fc.option(occupant)) }),
  playing: record({
    ...hosted,
    seats: forEachSeat(occupant),
    game: fc.oneof(...PHASE_NAMES.map(gameIn)),
  }),
  finished: record({
    ...hosted,
    seats: forEachSeat(occupant),
    result: record({
      game: count,
      outcome,
      winners: seats,
      tally,
      sheet,
      startedAt: time,
      endedAt: time,
    }),
  }),
  closed: record({ ...named, reason: closedReason }),
};
export const STAGES = Object.keys(ROOMS) as Room['stage'][];

/** What a game may have used; half units are eventually consistent reads. */
export const usage: fc.Arbitrary<Usage> = fc
  .array(fc.nat(1_000_000), { minLength: USAGE_NAMES.length, maxLength: USAGE_NAMES.length })
  .map((amounts) => usageFrom((name) => (amounts[USAGE_NAMES.indexOf(name)] ?? 0) / 2));

/** Any record whose room is in a stage. */
export function recordIn(stage: Room['stage']): fc.Arbitrary<RoomRecord> {
  return record({
    seq: fc.integer({ min: 1, max: 9999 }),
    at: time,
    room: (ROOMS[stage] as fc.Arbitrary<object>).map((fields) => ({ stage, ...fields }) as Room),
    handled: fc.dictionary(
      fc.uuid(),
      fc.array(fc.record({ id: fc.uuid(), at: time }, { noNullPrototype: true }), { maxLength: 3 }),
      {
        maxKeys: 5,
        noNullPrototype: true,
      },
    ),
    usage,
  });
}
