// The items of results as zod schemas, as items.ts has the others: apart, so that only functions that use them carry them.

import * as z from 'zod/mini';
import type { FinishedSeat, GameFinished } from '../room/finished.ts';
import type { GameOutcome, PlayerId, RoomId } from '../room/room.ts';
import { parse } from './items.ts';
import type { Item } from './items.ts';
import type { Day, GameKey } from './keys.ts';
import { finishedGame, finishedSeat, outcome } from './finished-schema.ts';
import type { Holds, Same } from './room-schemas.ts';

/** What a game did to a seat's player: how much the rating changed, null when it was not rated. */
export interface KeptSeat extends FinishedSeat {
  readonly change: number | null;
}
/** A finished game with what it does to its players, worked out once. */
export interface KeptResult extends Omit<GameFinished, 'seats'> {
  readonly seats: readonly KeptSeat[];
  /** Everybody and the day have it in their sums: an event that comes again has nothing to do. */
  readonly isSettled: boolean;
}

/** One of a player's latest games, as that player saw it. */
export interface RecentGame {
  readonly key: GameKey;
  readonly room: RoomId;
  readonly game: number;
  readonly endedAt: number;
  readonly outcome: GameOutcome;
  readonly score: number;
  readonly place: number;
  readonly isWinner: boolean;
  readonly left: boolean;
  readonly change: number | null;
}
/** What is known of a player. `version` counts the writes. */
export interface Profile {
  readonly player: PlayerId;
  readonly version: number;
  /** What others see instead of the player's id. */
  readonly handle: string;
  /** The last one used. */
  readonly name: string;
  readonly rating: number;
  /** Rated games. */
  readonly rated: number;
  /** Games played to their end by the player, or left; the sums are of the former. */
  readonly games: number;
  readonly left: number;
  readonly wins: number;
  readonly rounds: number;
  readonly perfectRounds: number;
  readonly turnsWon: number;
  readonly totalScore: number;
  /** Null before the first. */
  readonly bestScore: number | null;
  /** When the last game ended, epoch ms. */
  readonly lastAt: number;
  /** The games added last, and any that may come again; oldest first. */
  readonly recent: readonly RecentGame[];
}

/** What one shard counted of a day's games. */
export interface DayTally {
  readonly day: Day;
  readonly version: number;
  readonly counts: DayCounts;
  /** As a profile's. */
  readonly recent: readonly GameKey[];
}
export interface DayCounts extends Readonly<Record<GameOutcome, number>> {
  readonly rounds: number;
  /** Seats, at the end. */
  readonly humans: number;
  readonly bots: number;
  readonly left: number;
  /** From start to end, summed. */
  readonly seconds: number;
}

const change = z.nullable(z.int());
const resultItem = z.object({
  ...finishedGame,
  seats: z.array(z.object({ ...finishedSeat, change })),
  isSettled: z.boolean(),
});
const profileItem = z.object({
  player: z.string(),
  version: z.int(),
  handle: z.string(),
  name: z.string(),
  rating: z.int(),
  rated: z.int(),
  games: z.int(),
  left: z.int(),
  wins: z.int(),
  rounds: z.int(),
  perfectRounds: z.int(),
  turnsWon: z.int(),
  totalScore: z.number(),
  bestScore: z.nullable(z.number()),
  lastAt: z.number(),
  recent: z.array(
    z.object({
      key: z.string(),
      room: z.string(),
      game: z.int(),
      endedAt: z.number(),
      outcome,
      score: z.number(),
      place: z.int(),
      isWinner: z.boolean(),
      left: z.boolean(),
      change,
    }),
  ),
});
const dayItem = z.object({
  day: z.string(),
  version: z.int(),
  counts: z.object({
    completed: z.int(),
    abandoned: z.int(),
    aborted: z.int(),
    rounds: z.int(),
    humans: z.int(),
    bots: z.int(),
    left: z.int(),
    seconds: z.number(),
  }),
  recent: z.array(z.string()),
});

export function itemToResult(item: Item): KeptResult {
  return parse(resultItem, item);
}

export function itemToProfile(item: Item): Profile {
  return parse(profileItem, item);
}

export function itemToDay(item: Item): DayTally {
  return parse(dayItem, item);
}

/** If this does not compile, what is written and what is read are no longer the same. */
export type ResultSchemasAreExact = [
  Holds<Same<z.output<typeof resultItem>, KeptResult>>,
  Holds<Same<z.output<typeof profileItem>, Profile>>,
  Holds<Same<z.output<typeof dayItem>, DayTally>>,
];
