// The room and its events as zod schemas, so that nothing read from the table is believed before it is checked. The
// types are the room's own; the last lines compile only while every schema reads exactly its type.

import * as z from 'zod/mini';
import { PIECES } from '../game/pieces.ts';
import { SEATS } from '../game/seats.ts';
import { PLAY_TYPES } from '../game/sets.ts';
import type { RoomEvent } from '../room/events.ts';
import { AVATAR_COLOURS, DISPENSABLE } from '../room/room.ts';
import type { Room } from '../room/room.ts';
import { outcome } from './finished-schema.ts';

const text = z.string();
const flag = z.boolean();
const count = z.int();
/** Epoch milliseconds; a simulated clock may run in fractions. */
const time = z.number();
const setting = z.number();

const seat = z.literal(SEATS);
const seats = z.array(seat);
const pieces = z.array(z.enum(PIECES));
const playType = z.enum(PLAY_TYPES);
export const colour = z.enum(AVATAR_COLOURS);
const closedReason = z.enum(['host_left', 'empty', 'removed', 'not_found', 'closed_by_operator']);
const starterReason = z.enum(['accepted_redeal', 'has_general_red', 'won_last_turn']);

function bySeat<S extends z.ZodMiniType>(of: S) {
  return z.object({ 1: of, 2: of, 3: of, 4: of });
}

const settings = z.object({
  moveSeconds: setting,
  redealSeconds: setting,
  roundStartSeconds: setting,
  turnResultsSeconds: setting,
  scoringSeconds: setting,
  botThinkSeconds: setting,
  graceSeconds: setting,
  abandonSeconds: setting,
  emptyRoomSeconds: setting,
  roomTtlSeconds: setting,
  historyDays: setting,
  winScore: setting,
  maxRounds: setting,
});
const task = { phase: z.enum(['preparation', 'declaration', 'turns']), round: count, token: text };
const proof = z.object({ seed: text, commitment: text });
const score = z.object({
  declared: count,
  captured: count,
  base: count,
  bonus: count,
  hitValue: count,
  final: count,
  total: count,
});
const sheet = z.array(
  z.object({ round: count, multiplier: count, seats: bySeat(z.tuple([count, count, count])) }),
);
const hands = bySeat(pieces);
const scores = bySeat(score);
const newcomer = { name: text, player: text, colour };
/** Missing where a connection chose nothing, and in every log from before there was a choice. */
const choice = { without: z.exactOptional(z.array(z.enum(DISPENSABLE))) };

export const roomEvent = z.discriminatedUnion('type', [
  z.object({ type: z.literal('RoomOpened'), room: text, settings, host: seat, isPrivate: flag, ...newcomer }),
  z.object({ type: z.literal('SeatTaken'), seat, ...newcomer }),
  z.object({ type: z.literal('BotAdded'), seat, name: text, colour }),
  z.object({ type: z.literal('SeatVacated'), seat, reason: z.enum(['left', 'removed']) }),
  z.object({ type: z.literal('RoomClosed'), reason: closedReason }),
  z.object({ type: z.literal('Attached'), seat, connection: text, ...choice }),
  z.object({ type: z.literal('Detached'), seat }),
  z.object({ type: z.literal('BotTookOver'), seat }),
  z.object({ type: z.literal('LeftForGood'), seat }),
  z.object({ type: z.literal('HostChanged'), host: seat }),
  z.object({ type: z.literal('SpectatorJoined'), connection: text, ...choice }),
  z.object({ type: z.literal('SpectatorLeft'), connection: text }),
  z.object({ type: z.literal('GameStarted'), game: count }),
  z.object({ type: z.literal('TaskEntered'), ...task }),
  z.object({
    type: z.literal('Dealt'),
    round: count,
    redeals: count,
    multiplier: count,
    proof,
    hands,
    starter: seat,
    starterReason,
    weak: seats,
  }),
  z.object({ type: z.literal('RedealDecided'), seat, accept: flag, forced: flag }),
  z.object({ type: z.literal('RoundStarted') }),
  z.object({ type: z.literal('DeclarationOpened') }),
  z.object({ type: z.literal('Declared'), seat, value: count, forced: flag }),
  z.object({ type: z.literal('TurnStarted'), number: count, leader: seat }),
  z.object({
    type: z.literal('Played'),
    seat,
    indices: z.array(count),
    pieces,
    play: playType,
    forced: flag,
  }),
  z.object({ type: z.literal('TurnResolved'), winner: seat, piles: count }),
  z.object({ type: z.literal('PlayerReady'), seat }),
  z.object({ type: z.literal('RoundScored'), scores, winners: seats }),
  z.object({ type: z.literal('GameEnded'), outcome, winners: seats }),
]);

const presence = z.discriminatedUnion('status', [
  z.object({ status: z.literal('present'), connection: text, since: time, ...choice }),
  z.object({ status: z.literal('away'), since: time }),
  z.object({ status: z.literal('replaced'), since: time }),
]);
const occupant = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('human'), ...newcomer, presence }),
  z.object({ kind: z.literal('bot'), name: text, colour, origin: z.enum(['added', 'left']), since: time }),
]);
const tally = bySeat(z.object({ total: count, zerosInARow: count, turnsWon: count, perfectRounds: count }));

const lastMove = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('redeal'), seat, accept: flag, forced: flag }),
  z.object({ kind: z.literal('declare'), seat, value: count, forced: flag }),
  z.object({ kind: z.literal('play'), seat, pieces, forced: flag }),
]);
const round = z.object({ number: count, multiplier: count, proof, hands, starter: seat, starterReason });
const plays = z.array(z.object({ seat, pieces, type: playType }));
const turning = { round, declared: bySeat(count), piles: bySeat(count), since: time };

const phase = z.discriminatedUnion('name', [
  z.object({ name: z.literal('starting'), since: time }),
  z.object({
    name: z.literal('redeal'),
    round,
    redeals: count,
    weak: seats,
    decisions: z.array(z.object({ seat, accept: flag })),
    since: time,
  }),
  z.object({ name: z.literal('round_start'), round, since: time }),
  z.object({ name: z.literal('declaration'), round, values: z.array(count), since: time }),
  z.object({ name: z.literal('turn'), number: count, leader: seat, plays, ...turning }),
  z.object({
    name: z.literal('turn_results'),
    result: z.object({ number: count, plays, winner: seat, size: count }),
    ready: seats,
    ...turning,
  }),
  z.object({ name: z.literal('scoring'), round, scores, winners: seats, since: time }),
]);
const game = z.object({
  number: count,
  startedAt: time,
  tally,
  sheet,
  lastTurnWinner: z.nullable(seat),
  task: z.nullable(z.object(task)),
  beatAt: time,
  lastAction: z.nullable(lastMove),
  phase,
});
const result = z.object({
  game: count,
  outcome,
  winners: seats,
  tally,
  sheet,
  startedAt: time,
  endedAt: time,
});

const named = { id: text, createdAt: time, settings };
const hosted = {
  ...named,
  host: seat,
  isPrivate: flag,
  spectators: z.array(z.object({ connection: text, since: time, ...choice })),
  attendance: z.object({ anyone: flag, since: time }),
};
const table = bySeat(occupant);

export const room = z.discriminatedUnion('stage', [
  z.object({ stage: z.literal('none') }),
  z.object({ stage: z.literal('open'), ...hosted, seats: bySeat(z.nullable(occupant)) }),
  z.object({ stage: z.literal('playing'), ...hosted, seats: table, game }),
  z.object({ stage: z.literal('finished'), ...hosted, seats: table, result }),
  z.object({ stage: z.literal('closed'), ...named, reason: closedReason }),
]);

type Plain<T> = T extends readonly (infer E)[]
  ? Plain<E>[]
  : T extends object
    ? { -readonly [K in keyof T]: Plain<T[K]> }
    : T;
/* eslint-disable @typescript-eslint/no-unnecessary-type-parameters -- the only way to compare two types exactly */
/** True when both types are the same, but for `readonly` and brands; a field that one of them lacks makes it false. */
export type Same<A, B> =
  (<T>() => T extends Plain<A> ? 1 : 2) extends <T>() => T extends Plain<B> ? 1 : 2 ? true : false;
/* eslint-enable @typescript-eslint/no-unnecessary-type-parameters */
export type Holds<T extends true> = T;

/** If this does not compile, an event or a part of the room has no schema here, or one that does not fit. */
export type RoomSchemasAreExact = [
  Holds<Same<z.output<typeof roomEvent>, RoomEvent>>,
  Holds<Same<z.output<typeof room>, Room>>,
];
