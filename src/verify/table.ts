// What stands on the table of a room, as a log tells it, and what is wrong with an event that does not fit.

import type { Hand, Piece } from '../game/pieces.ts';
import type { BySeat, Seat } from '../game/seats.ts';
import type { EventType } from '../room/events.ts';
import type { Settings } from '../room/room.ts';
import type { ToldEvent } from './log.ts';

/** Why an event is wrong, as a sentence; and how it would be right, where only one thing can be. */
export interface Objection {
  readonly problem: string;
  readonly expected?: ToldEvent;
  /** Told too little earlier on: the deals of the round without a seed. */
  readonly blame?: 'hidden deals';
}
export type Ruling = Table | Objection;
export const isObjection = (ruling: Ruling): ruling is Objection => 'problem' in ruling;

/** What a seed stands for: its SHA-256 in hex and, for texts that are seeds, the hands that it deals. */
export interface Seeds {
  digestOf(seed: string): string;
  handsOf(seed: string, how: 'first draw' | 'no weak hand'): BySeat<Hand> | null;
}

export interface Table {
  readonly seq: number;
  readonly at: number;
  readonly stage: 'none' | 'open' | 'playing' | 'finished' | 'closed';
  readonly settings: Settings | null;
  readonly seats: BySeat<Occupant | null>;
  /** Whether any human is there, and since when. */
  readonly attended: { readonly anyone: boolean; readonly since: number };
  /** The game that runs or ran last. */
  readonly game: Game | null;
  /** What else the commit must or may hold. */
  readonly follow: { readonly must: readonly EventType[] } | { readonly may: readonly EventType[] };
}
export type Occupant = { readonly name: string; readonly since: number } & (
  { readonly kind: 'bot' } | { readonly kind: 'human'; readonly presence: 'present' | 'away' | 'replaced' }
);

export interface Game {
  readonly number: number;
  readonly totals: BySeat<number>;
  readonly zeros: BySeat<number>;
  readonly scored: number;
  readonly lastWinner: Seat | null;
  readonly round: Round | null;
  readonly phase: Phase;
  /** When somebody was last given the move, epoch ms. */
  readonly since: number;
}
export interface Round {
  readonly number: number;
  readonly redeals: number;
  readonly starter: Seat;
  /** What is left of the hands; null while they are not told. */
  readonly hands: BySeat<Hand> | null;
  /** Whether a deal of the round is told without its seed. */
  readonly hidden: boolean;
  readonly laid: BySeat<readonly Piece[]>;
  readonly piles: BySeat<number>;
  /** In the order of declaring. */
  readonly values: readonly number[];
}
interface Play {
  readonly seat: Seat;
  readonly pieces: readonly Piece[];
}
export type Phase =
  | { readonly name: 'starting' | 'round start' | 'declaration' }
  | { readonly name: 'redeal'; readonly weak: readonly Seat[]; readonly answers: readonly Answer[] }
  | { readonly name: 'turn'; readonly number: number; readonly leader: Seat; readonly plays: readonly Play[] }
  | {
      readonly name: 'result';
      readonly number: number;
      readonly winner: Seat;
      readonly ready: readonly Seat[];
    }
  | { readonly name: 'scored'; readonly winners: readonly Seat[] };
interface Answer {
  readonly seat: Seat;
  readonly accept: boolean;
}

/** Before the first event. */
export const EMPTY_TABLE: Table = {
  seq: 0,
  at: 0,
  stage: 'none',
  settings: null,
  seats: { 1: null, 2: null, 3: null, 4: null },
  attended: { anyone: false, since: 0 },
  game: null,
  follow: { may: [] },
};

/** A table at which a game runs. */
export type Playing = Table & { readonly game: Game; readonly settings: Settings };

/** A player by name and seat. */
export function nameAt({ seats }: Table, seat: Seat): string {
  return `${seats[seat]?.name ?? 'Nobody'} (seat ${seat})`;
}

/** Whether a human sits there and is connected. */
export function isPresent(occupant: Occupant | null): boolean {
  return occupant?.kind === 'human' && occupant.presence === 'present';
}

/** The first field in which an event is not what it must be. */
export function objectionTo<E extends ToldEvent>(said: E, expected: E): Objection | null {
  const difference = firstDifference(said, expected, '');
  return difference === null ? null : { problem: difference, expected };
}

function firstDifference(said: unknown, expected: unknown, path: string): string | null {
  if (isContainer(said) && isContainer(expected)) {
    const keys = new Set([...Object.keys(expected), ...Object.keys(said)]);
    for (const key of keys) {
      const found = firstDifference(said[key], expected[key], path === '' ? key : `${path}.${key}`);
      if (found !== null) return found;
    }
    return null;
  }
  return said === expected ? null : `“${path}” is ${shown(said)}; by the rules it is ${shown(expected)}.`;
}

function isContainer(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null;
}

function shown(value: unknown): string {
  return value === undefined ? 'missing' : JSON.stringify(value);
}
