// From what happened in a room to the frames of one seat. Everything here sees a room only through `viewFor`.

import { bySeat, SEATS } from '../game/seats.ts';
import type { Seat } from '../game/seats.ts';
import { areHandsEmpty } from '../room/turns.ts';
import { evolve } from '../room/evolve.ts';
import type { RoomEvent } from '../room/events.ts';
import type { Listing, ListedSeat } from '../room/listing.ts';
import type { Commit, RoomRecord } from '../room/record.ts';
import { isLive } from '../room/room.ts';
import type { ClosedReason, Dispensable, LiveRoom, PlayingRoom, Room } from '../room/room.ts';
import { viewFor } from '../room/view.ts';
import type { PublicOccupant, PublicRoom, View } from '../room/view.ts';
import { phaseChange, winningPlay } from './phase-change.ts';
import type {
  ErrorCode,
  Frame,
  RoomSummary,
  SeatSummaries,
  SeatSummary,
  ServerEvents,
  Slots,
} from './server-frames.ts';

/** A commit with the rooms before and after it. */
export interface Change {
  readonly before: RoomRecord;
  readonly after: RoomRecord;
  readonly commit: Commit;
}

/**
 * What a commit shows to the holder of a seat (null: to nobody in particular), in the order to be sent: what happened,
 * where the client has a frame for it, then one frame with the whole state.
 */
export function framesFor<S extends Seat>(change: Change, seat: S | null): readonly Frame<S>[] {
  const { before, after, commit } = change;
  if (after.room.stage === 'none') return [];
  const told = moments(before.room, commit.events, commit.at)
    .flatMap(tellingOf)
    .map((frame) => numbered<S>(frame, after.seq));
  if (after.room.stage === 'closed') return [...told, numbered(roomClosed(after.room.reason), after.seq)];
  return [...told, stateFrame(viewFor(after.room, seat), after)];
}

/** Frames but for those that the receiver chose to do without. */
export function sparing<S extends Seat>(
  frames: readonly Frame<S>[],
  without: readonly Dispensable[],
): readonly Frame<S>[] {
  return frames.filter(({ event }) => !without.some((spared) => spared === event));
}

/** The whole state as the receiver sees it: the seats while the room waits, the phase once a game has started. */
export function stateFrame<S extends Seat>(view: View<S>, { seq, at }: RoomRecord): Frame<S> {
  const change = phaseChange(view, seq, at);
  if (change !== null) return { event: 'phase_change', data: change, seq };
  return { event: 'room_update', data: roomUpdate(view.room, seq), seq };
}

/** The answer to `client_ready`: who sits where, and the phase if a game has started. */
export function welcome<S extends Seat>(
  room: LiveRoom,
  seat: S | null,
  record: RoomRecord,
): readonly Frame<S>[] {
  const view = viewFor(room, seat);
  const { seq, at } = record;
  const slots: Frame<S> = {
    event: 'room_state_update',
    data: { slots: slotsOf(view.room), host_name: hostNameOf(view.room) },
    seq,
  };
  const change = seat === null ? null : phaseChange(view, seq, at);
  return change === null ? [slots] : [slots, { event: 'phase_change', data: change, seq }];
}

/** The answer to `sync_request`: everything the receiver may know. */
export function fullView<S extends Seat>(
  room: LiveRoom,
  seat: S | null,
  record: RoomRecord,
): readonly Frame<S>[] {
  const view = viewFor(room, seat);
  const update: Frame<S> = { event: 'room_update', data: roomUpdate(view.room, record.seq), seq: record.seq };
  const change = phaseChange(view, record.seq, record.at);
  return change === null ? [update] : [update, { event: 'phase_change', data: change, seq: record.seq }];
}

/** The answer to `get_room_state`. */
export function roomUpdateFrame(room: LiveRoom, seq: number): Frame<never> {
  return { event: 'room_update', data: roomUpdate(viewFor(room, null).room, seq), seq };
}

const CLOSED_BECAUSE: Readonly<Record<ClosedReason, string>> = {
  host_left: 'The host has left, so the room is closed.',
  empty: 'The room was closed because nobody was there.',
  removed: 'The host has removed you from the room.',
  not_found: 'This room does not exist any more.',
  closed_by_operator: 'The room was closed by the people who run this server.',
};

export function roomClosed(reason: ClosedReason): Frame<never> {
  return { event: 'room_closed', data: { message: CLOSED_BECAUSE[reason], reason } };
}

/** The lobby's list. `at` in epoch ms. */
export function roomList(
  { open, running }: { readonly open: readonly Listing[]; readonly running: readonly Listing[] },
  at: number,
): Frame<never> {
  return {
    event: 'room_list_update',
    data: { rooms: open.map(roomSummary), running: running.map(roomSummary), timestamp: seconds(at) },
  };
}

/** The old client's categories of errors, by the event that was refused, else by code. */
const ERROR_TYPE_OF_EVENT: Readonly<Record<string, string>> = {
  create_room: 'room_creation_error',
  join_room: 'join_room_error',
};
const ERROR_TYPE_OF_CODE: Readonly<Partial<Record<ErrorCode, string>>> = {
  INVALID_FRAME: 'validation_error',
  UNKNOWN_EVENT: 'validation_error',
  VALIDATION_ERROR: 'validation_error',
  FRAME_TOO_LARGE: 'validation_error',
  RATE_LIMITED: 'rate_limit_error',
  INTERNAL_ERROR: 'internal_error',
  WRONG_PHASE: 'game_error',
  NOT_YOUR_TURN: 'game_error',
  ALREADY_DECIDED: 'game_error',
  INVALID_DECLARATION: 'game_error',
  INVALID_PLAY: 'game_error',
  PIECE_COUNT_MISMATCH: 'game_error',
};

/** A refusal: what was wrong, as a code for programs and a sentence for the player. */
export function errorFrame(refused: {
  readonly code: ErrorCode;
  readonly message: string;
  readonly details?: Readonly<Record<string, unknown>>;
  readonly event?: string;
}): Frame<never> {
  const { code, message, details = {}, event = '' } = refused;
  const type =
    code === 'VALIDATION_ERROR' || code === 'INTERNAL_ERROR'
      ? ERROR_TYPE_OF_CODE[code]
      : (ERROR_TYPE_OF_EVENT[event] ?? ERROR_TYPE_OF_CODE[code]);
  return { event: 'error', data: { message, type: type ?? 'room_error', code, details } };
}

/** The frame with the `id` of the client's frame it answers. */
export function inReplyTo<S extends Seat>(frame: Frame<S>, id: string | undefined): Frame<S> {
  return id === undefined ? frame : { ...frame, reply_to: id };
}

/** A line of the lobby's list, from the directory. */
export function roomSummary(listing: Listing): RoomSummary {
  const seats = listing.seats.map((seat) => (seat === null ? null : listedSummary(seat)));
  return {
    room_id: listing.room,
    host_name: listing.hostName,
    started: listing.stage !== 'open',
    players: seats,
    slots: { P1: seats[0] ?? null, P2: seats[1] ?? null, P3: seats[2] ?? null, P4: seats[3] ?? null },
    occupied_slots: seats.filter((seat) => seat !== null).length,
    total_slots: 4,
    created_at: seconds(listing.createdAt),
    last_activity: seconds(listing.lastActivity),
  };
}

// ---- What happened ----

interface Moment {
  readonly event: RoomEvent;
  readonly before: Room;
  readonly after: Room;
}

/** The events of a commit, each with the room right before and after it. */
function moments(room: Room, events: readonly RoomEvent[], at: number): readonly Moment[] {
  let before = room;
  return events.map((event) => {
    const moment = { event, before, after: evolve(before, event, at) };
    before = moment.after;
    return moment;
  });
}

/** The frames that tell everybody of one event; most events are told by the state alone. */
function tellingOf({ event, before, after }: Moment): readonly Frame<never>[] {
  if (!isLive(after)) return [];
  switch (event.type) {
    case 'GameStarted':
      return [{ event: 'game_started', data: { room_id: after.id, success: true } }];
    case 'TurnResolved':
      return after.stage === 'playing' ? turnComplete(after) : [];
    case 'GameEnded':
      return after.stage === 'finished' ? [gameEnded(after)] : [];
    case 'BotTookOver':
    case 'LeftForGood':
      return [
        {
          event: 'player_disconnected',
          data: { player_name: nameOf(after, event.seat), is_bot: true, resumed_control: false },
        },
      ];
    case 'Attached':
      return isReplaced(before, event.seat)
        ? [
            {
              event: 'player_reconnected',
              data: { player_name: nameOf(after, event.seat), is_bot: false, resumed_control: true },
            },
          ]
        : [];
    case 'HostChanged':
      return [{ event: 'host_changed', data: { new_host: nameOf(after, event.host) } }];
    default:
      return [];
  }
}

function isReplaced(room: Room, seat: Seat): boolean {
  if (!isLive(room)) return false;
  const occupant = room.seats[seat];
  return occupant?.kind === 'human' && occupant.presence.status === 'replaced';
}

function turnComplete(room: PlayingRoom): readonly Frame<never>[] {
  const { phase } = room.game;
  if (phase.name !== 'turn_results') return [];
  const { result, piles, declared, round } = phase;
  const empty = areHandsEmpty(round);
  const winner = nameOf(room, result.winner);
  return [
    {
      event: 'turn_complete',
      data: {
        winner,
        winning_play: winningPlay(result),
        player_piles: Object.fromEntries(
          SEATS.map((seat) => [nameOf(room, seat), seat === result.winner ? result.size : 0]),
        ),
        turn_players_data: SEATS.map((seat) => ({
          name: nameOf(room, seat),
          captured_piles: piles[seat],
          declared: declared[seat],
        })),
        turn_number: result.number,
        next_starter: winner,
        all_hands_empty: empty,
        will_continue: !empty,
      },
    },
  ];
}

function gameEnded({ result, seats }: Extract<LiveRoom, { stage: 'finished' }>): Frame<never> {
  return {
    event: 'game_ended',
    data: {
      winners: result.winners.map((seat) => seats[seat].name),
      final_scores: Object.fromEntries(SEATS.map((seat) => [seats[seat].name, result.tally[seat].total])),
      reason: result.outcome,
    },
  };
}

// ---- Seats ----

function roomUpdate(room: PublicRoom, seq: number): ServerEvents<never>['room_update'] {
  return {
    room_id: room.id,
    players: summaries(room),
    host_name: hostNameOf(room),
    started: room.stage !== 'open',
    operation_id: `${room.id}-${seq}`,
    spectators: room.spectators,
    private: room.isPrivate,
  };
}

function summaries(room: PublicRoom): SeatSummaries {
  return SEATS.map((seat) => seatSummary(room.seats[seat]));
}

function slotsOf(room: PublicRoom): Slots {
  const slot = bySeat((seat) => seatSummary(room.seats[seat]));
  return { P1: slot[1], P2: slot[2], P3: slot[3], P4: slot[4] };
}

function seatSummary(occupant: PublicOccupant | null): SeatSummary | null {
  if (occupant === null) return null;
  const { name, isBot, isHost, colour } = occupant;
  return { name, is_bot: isBot, is_host: isHost, avatar_color: colour };
}

function listedSummary({ name, isBot, isHost, colour }: ListedSeat): SeatSummary {
  return { name, is_bot: isBot, is_host: isHost, avatar_color: colour };
}

function hostNameOf(room: PublicRoom): string {
  return room.seats[room.host]?.name ?? '';
}

function nameOf(room: LiveRoom, seat: Seat): string {
  return room.seats[seat]?.name ?? '';
}

function numbered<S extends Seat>(frame: Frame<S>, seq: number): Frame<S> {
  return { ...frame, seq };
}

/** Epoch seconds, as the old client counts. */
function seconds(at: number): number {
  return at / 1_000;
}
