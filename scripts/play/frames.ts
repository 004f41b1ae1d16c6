// Every server frame of docs/protocol.md as a strict schema: a field too many is as wrong as one too few. The types of
// `src/protocol/server-frames.ts` hold these to the same fields.

import * as z from 'zod/mini';
import { label, PIECES } from '../../src/game/pieces.ts';
import type { Seat } from '../../src/game/seats.ts';
import { PLAY_TYPES } from '../../src/game/sets.ts';
import { EMOTES } from '../../src/protocol/server-frames.ts';
import type { Frame, PhaseData, ServerEvent, ServerEvents } from '../../src/protocol/server-frames.ts';
import { AVATAR_COLOURS } from '../../src/room/room.ts';

const count = z.int().check(z.minimum(0));
const upTo = (most: number) => z.int().check(z.minimum(0), z.maximum(most));
const text = z.string().check(z.minLength(1));
const seconds = z.number().check(z.minimum(0));
/** After 2020: neither milliseconds taken for seconds nor the other way round. */
const epochSeconds = z.number().check(z.minimum(1.577e9), z.maximum(1e11));
const epochMs = z.int().check(z.minimum(1.577e12));
const roomId = z.string().check(z.regex(/^[A-Z0-9]{6}$/));
const sha256 = z.string().check(z.regex(/^[0-9a-f]{64}$/));
const byName = <T extends z.ZodMiniType>(value: T) => z.record(z.string(), value);
const piece = z.literal(PIECES.map(label));
const pieces = z.array(piece);
const playType = z.literal(PLAY_TYPES);

const occupant = {
  name: text,
  is_bot: z.boolean(),
  is_host: z.boolean(),
  avatar_color: z.literal(AVATAR_COLOURS),
};
const seat = z.nullable(z.strictObject(occupant));
const seats = z.array(seat).check(z.length(4));
const slots = z.strictObject({ P1: seat, P2: seat, P3: seat, P4: seat });
const roomSummary = z.strictObject({
  room_id: roomId,
  host_name: text,
  started: z.boolean(),
  players: seats,
  slots,
  occupied_slots: upTo(4),
  total_slots: z.literal(4),
  created_at: epochSeconds,
  last_activity: epochSeconds,
});

const player = z.strictObject({
  ...occupant,
  hand_size: upTo(8),
  declared: z.nullable(upTo(8)),
  captured_piles: upTo(8),
  score: z.int(),
  zero_declares_in_a_row: count,
  is_connected: z.boolean(),
  original_is_bot: z.boolean(),
  hand: z.exactOptional(pieces),
});
const tablePlay = z.strictObject({ pieces, play_type: playType, play_value: count, is_valid: z.boolean() });
const winningPlay = z.strictObject({ pieces, value: count, type: playType, pilesWon: upTo(6) });
const seatScore = z.strictObject({
  declared: upTo(8),
  actual: upTo(8),
  base_score: z.int(),
  bonus: z.literal([0, 3, 5]),
  hit_value: z.int(),
  multiplier: count,
  final_score: z.int(),
  total_score: z.int(),
});
const hiddenDeal = z.strictObject({ commitment: sha256 });
const revealedDeal = z.strictObject({ commitment: sha256, seed: sha256 });
const starterReason = z.literal(['accepted_redeal', 'has_general_red', 'won_last_turn']);

const scoreSheet = z.array(
  z.strictObject({
    round: count,
    multiplier: count,
    players: byName(z.strictObject({ declared: upTo(8), actual: upTo(8), score: z.int() })),
  }),
);
const PHASE_DATA = {
  preparation: z.strictObject({
    dealing_cards: z.boolean(),
    redeal_multiplier: count,
    simultaneous_mode: z.exactOptional(z.literal(true)),
    weak_players_awaiting: z.exactOptional(z.array(text)),
    decisions_received: z.exactOptional(upTo(4)),
    decisions_needed: z.exactOptional(upTo(4)),
    decision_timeout: z.exactOptional(seconds),
    deal: z.exactOptional(hiddenDeal),
  }),
  round_start: z.strictObject({
    current_starter: text,
    starter_reason: starterReason,
    round_number: count,
    display_duration: seconds,
    redeal_multiplier: count,
    deal: hiddenDeal,
  }),
  declaration: z.strictObject({
    declaration_order: z.array(text).check(z.length(4)),
    current_declarer: z.nullable(text),
    declarations: byName(upTo(8)),
    declaration_total: count,
    redeal_multiplier: count,
    deal: hiddenDeal,
  }),
  turn: z.strictObject({
    turn_order: z.array(text).check(z.length(4)),
    current_turn_starter: text,
    current_player: z.nullable(text),
    required_piece_count: z.nullable(upTo(6)),
    turn_plays: byName(tablePlay),
    pile_counts: byName(upTo(8)),
    current_turn_number: count,
    redeal_multiplier: count,
    deal: hiddenDeal,
  }),
  turn_results: z.strictObject({
    turn_winner: text,
    turn_order: z.array(text).check(z.length(4)),
    winning_play: winningPlay,
    turn_plays: byName(tablePlay),
    pile_counts: byName(upTo(8)),
    current_turn_number: count,
    display_duration: seconds,
    next_phase: z.literal(['turn', 'scoring']),
    next_turn_at: z.nullable(epochMs),
    next_deadline: z.nullable(epochMs),
    ready_players: z.array(text),
    redeal_multiplier: count,
    deal: hiddenDeal,
  }),
  scoring: z.strictObject({
    round_scores: byName(seatScore),
    total_scores: byName(z.int()),
    scoring_players_data: z.array(
      z.strictObject({ name: text, is_bot: z.boolean(), pile_count: upTo(8), captured_piles: upTo(8) }),
    ),
    redeal_multiplier: count,
    score_sheet: scoreSheet,
    game_complete: z.boolean(),
    winners: z.array(text),
    display_duration: seconds,
    deal: revealedDeal,
  }),
  game_over: z.strictObject({
    winners: z.array(text),
    final_rankings: z.array(
      z.strictObject({ name: text, score: z.int(), rank: upTo(4), turns_won: count, perfect_rounds: count }),
    ),
    score_sheet: scoreSheet,
    game_stats: z.strictObject({
      total_rounds: count,
      game_duration: seconds,
      start_time: epochSeconds,
      end_time: epochSeconds,
    }),
  }),
} satisfies { readonly [P in keyof PhaseData]: z.ZodMiniType<PhaseData[P]> };

const lastAction = z.discriminatedUnion('kind', [
  z.strictObject({
    player: text,
    kind: z.literal('redeal'),
    value: z.literal(['accept', 'decline']),
    forced: z.boolean(),
  }),
  z.strictObject({ player: text, kind: z.literal('declare'), value: upTo(8), forced: z.boolean() }),
  z.strictObject({ player: text, kind: z.literal('play'), pieces, forced: z.boolean() }),
]);

const phaseChange = <P extends keyof PhaseData>(phase: P) =>
  z.strictObject({
    phase: z.literal(phase),
    phase_data: PHASE_DATA[phase],
    round: count,
    allowed_actions: z.array(text),
    reason: text,
    sequence: count,
    timestamp: epochSeconds,
    players: byName(player),
    deadline: z.nullable(epochMs),
    last_action: z.nullable(lastAction),
  });
const presence = z.strictObject({ player_name: text, is_bot: z.boolean(), resumed_control: z.boolean() });

/** The data of each event. */
export const SERVER_DATA = {
  pong: z.strictObject({
    timestamp: z.nullable(z.number()),
    server_time: epochSeconds,
    seq: z.exactOptional(count),
  }),
  error: z.strictObject({
    message: text,
    type: text,
    code: z.literal([
      ...(['INVALID_FRAME', 'UNKNOWN_EVENT', 'VALIDATION_ERROR', 'FRAME_TOO_LARGE', 'RATE_LIMITED'] as const),
      ...(['ROOM_NOT_FOUND', 'ROOM_FULL', 'GAME_ALREADY_STARTED', 'NAME_TAKEN', 'NOT_IN_ROOM'] as const),
      ...(['PERMISSION_DENIED', 'NOT_ENOUGH_PLAYERS', 'SEAT_EMPTY', 'SEAT_TAKEN', 'WRONG_PHASE'] as const),
      ...(['NOT_YOUR_TURN', 'ALREADY_DECIDED', 'INVALID_DECLARATION', 'INVALID_PLAY'] as const),
      ...(['PIECE_COUNT_MISMATCH', 'INTERNAL_ERROR'] as const),
    ]),
    details: byName(z.unknown()),
  }),
  room_list_update: z.strictObject({
    rooms: z.array(roomSummary),
    running: z.array(roomSummary),
    timestamp: epochSeconds,
  }),
  room_created: z.strictObject({ room_id: roomId, host_name: text, success: z.literal(true) }),
  room_joined: z.strictObject({
    room_id: roomId,
    player_name: text,
    assigned_slot: z.literal([1, 2, 3, 4]),
    success: z.literal(true),
  }),
  room_update: z.strictObject({
    room_id: roomId,
    players: seats,
    host_name: text,
    started: z.boolean(),
    operation_id: text,
    spectators: z.int(),
    private: z.boolean(),
  }),
  room_state_update: z.strictObject({ slots, host_name: text }),
  room_closed: z.strictObject({ message: text, reason: text }),
  player_left: z.strictObject({ player_name: text, success: z.literal(true), room_closed: z.boolean() }),
  game_started: z.strictObject({ room_id: roomId, success: z.literal(true) }),
  phase_change: z.discriminatedUnion('phase', [
    phaseChange('preparation'),
    phaseChange('round_start'),
    phaseChange('declaration'),
    phaseChange('turn'),
    phaseChange('turn_results'),
    phaseChange('scoring'),
    phaseChange('game_over'),
  ]),
  turn_complete: z.strictObject({
    winner: text,
    winning_play: winningPlay,
    player_piles: byName(upTo(6)),
    turn_players_data: z.array(z.strictObject({ name: text, captured_piles: upTo(8), declared: upTo(8) })),
    turn_number: count,
    next_starter: text,
    all_hands_empty: z.boolean(),
    will_continue: z.boolean(),
  }),
  game_ended: z.strictObject({ winners: z.array(text), final_scores: byName(z.int()), reason: text }),
  player_disconnected: presence,
  player_reconnected: presence,
  host_changed: z.strictObject({ new_host: text }),
  emote: z.strictObject({ player_name: text, emote: z.literal(EMOTES) }),
  leave_game_success: z.strictObject({ player_name: text, success: z.literal(true) }),
} satisfies { readonly [E in ServerEvent]: z.ZodMiniType<ServerEvents<Seat>[E]> };

/** What is around the data. */
export const ServerEnvelope = z.strictObject({
  event: z.literal(Object.keys(SERVER_DATA) as ServerEvent[]),
  data: z.unknown(),
  seq: z.exactOptional(count),
  reply_to: z.exactOptional(text),
});

/** What is wrong with the fields of a frame; null when they are exactly those of the protocol. */
export function findFieldProblem(frame: Frame): string | null {
  const outer = ServerEnvelope.safeParse(frame);
  const result = outer.success ? SERVER_DATA[outer.data.event].safeParse(frame.data) : outer;
  if (result.success) return null;
  const found = result.error.issues.map(
    ({ path, ...issue }) => `${path.join('.')}: ${JSON.stringify(issue)}`,
  );
  return `${frame.event}: ${found.join('; ')}`;
}
