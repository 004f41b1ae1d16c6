// What a room looks like from one place: everything public, and the hand of the one seat that looks. No other hand, no seed
// before its round is scored, no token, session or connection gets past here.

import { bySeat } from '../game/seats.ts';
import type { BySeat, Seat } from '../game/seats.ts';
import { awaitedSeats, isBotPlayed, moveDeadline } from './due.ts';
import { resultsEnd } from './turns.ts';
import { declarationsSoFar } from './evolve.ts';
import { isConnected } from './room.ts';
import type {
  AvatarColour,
  Game,
  GameResult,
  HandOf,
  Hands,
  LastMove,
  LiveRoom,
  Occupant,
  Phase,
  PlayingRoom,
  Round,
  RoomId,
  SeatTally,
  SheetLine,
  Settings,
  StarterReason,
} from './room.ts';

export interface PublicOccupant {
  readonly name: string;
  readonly colour: AvatarColour;
  readonly isHost: boolean;
  /** Whether a bot plays for the seat now, and whether a human ever sat there. */
  readonly isBot: boolean;
  readonly wasBot: boolean;
  readonly isConnected: boolean;
}
export interface PublicRound {
  readonly number: number;
  readonly multiplier: number;
  readonly starter: Seat;
  readonly starterReason: StarterReason;
  readonly commitment: string;
  /** Null until the round is scored. */
  readonly seed: string | null;
}
type WithPublicRound<P> = P extends { readonly round: Round }
  ? Omit<P, 'round'> & { readonly round: PublicRound }
  : P;
export type PublicPhase = WithPublicRound<Phase>;

export interface PublicGame {
  readonly number: number;
  readonly startedAt: number;
  readonly round: number;
  readonly tally: BySeat<SeatTally>;
  readonly sheet: readonly SheetLine[];
  readonly handSizes: BySeat<number>;
  /** Null for who has not declared in this round. */
  readonly declared: BySeat<number | null>;
  readonly piles: BySeat<number>;
  readonly phase: PublicPhase;
  readonly awaited: readonly Seat[];
  readonly deadline: number | null;
  /** When a turn's result has been shown for its time, epoch ms; null when none is shown. */
  readonly resultsEnd: number | null;
  readonly lastAction: LastMove | null;
}

interface Listed {
  readonly id: RoomId;
  readonly createdAt: number;
  readonly host: Seat;
  readonly isPrivate: boolean;
  readonly settings: Settings;
  /** How many watch without a seat. */
  readonly spectators: number;
}
export type PublicRoom =
  | (Listed & { readonly stage: 'open'; readonly seats: BySeat<PublicOccupant | null> })
  | (Listed & {
      readonly stage: 'playing';
      readonly seats: BySeat<PublicOccupant>;
      readonly game: PublicGame;
    })
  | (Listed & {
      readonly stage: 'finished';
      readonly seats: BySeat<PublicOccupant>;
      readonly result: GameResult;
    });

export interface View<S extends Seat> {
  readonly room: PublicRoom;
  /** Null for whoever has no seat. */
  readonly own: { readonly seat: S; readonly hand: HandOf<S> } | null;
}

/** What the holder of a seat may know; `null` is anybody without one. */
export function viewFor<S extends Seat>(room: LiveRoom, seat: S | null): View<S> {
  return { room: publicRoom(room), own: seat === null ? null : { seat, hand: handOf(room, seat) } };
}

function handOf<S extends Seat>(room: LiveRoom, seat: S): HandOf<S> {
  if (room.stage !== 'playing' || room.game.phase.name === 'starting') return [];
  const { hands }: { hands: Hands } = room.game.phase.round;
  return hands[seat];
}

function publicRoom(room: LiveRoom): PublicRoom {
  const { id, createdAt, host, isPrivate, settings, spectators } = room;
  const listed: Listed = { id, createdAt, host, isPrivate, settings, spectators: spectators.length };
  switch (room.stage) {
    case 'open':
      return {
        ...listed,
        stage: 'open',
        seats: bySeat((seat) => {
          const occupant = room.seats[seat];
          return occupant === null ? null : publicOccupant(occupant, seat === host);
        }),
      };
    case 'playing':
      return { ...listed, stage: 'playing', seats: publicTable(room), game: publicGame(room) };
    case 'finished':
      return { ...listed, stage: 'finished', seats: publicTable(room), result: room.result };
  }
}

function publicTable({ seats, host }: Exclude<LiveRoom, { stage: 'open' }>): BySeat<PublicOccupant> {
  return bySeat((seat) => publicOccupant(seats[seat], seat === host));
}

function publicOccupant(occupant: Occupant, isHost: boolean): PublicOccupant {
  const { name, colour } = occupant;
  return {
    name,
    colour,
    isHost,
    isBot: isBotPlayed(occupant),
    wasBot: occupant.kind === 'bot' && occupant.origin === 'added',
    isConnected: occupant.kind === 'bot' || isConnected(occupant),
  };
}

function publicGame(room: PlayingRoom): PublicGame {
  const { number, startedAt, tally, sheet, phase, lastAction } = room.game;
  return {
    number,
    startedAt,
    round: phase.name === 'starting' ? sheet.length + 1 : phase.round.number,
    tally,
    sheet,
    handSizes: bySeat((seat) => (phase.name === 'starting' ? 0 : phase.round.hands[seat].length)),
    declared: declaredIn(phase),
    piles: pilesIn(phase),
    phase: publicPhase(phase),
    awaited: awaitedSeats(room),
    deadline: moveDeadline(room),
    resultsEnd: resultsEnd(room),
    lastAction,
  };
}

function declaredIn(phase: Phase): BySeat<number | null> {
  switch (phase.name) {
    case 'declaration': {
      const declared = declarationsSoFar(phase.round, phase.values);
      return bySeat((seat) => declared.get(seat) ?? null);
    }
    case 'turn':
    case 'turn_results':
      return phase.declared;
    case 'scoring':
      return bySeat((seat) => phase.scores[seat].declared);
    case 'starting':
    case 'redeal':
    case 'round_start':
      return bySeat(() => null);
  }
}

function pilesIn(phase: Phase): BySeat<number> {
  if (phase.name === 'turn' || phase.name === 'turn_results') return phase.piles;
  return bySeat((seat) => (phase.name === 'scoring' ? phase.scores[seat].captured : 0));
}

function publicPhase(phase: Game['phase']): PublicPhase {
  if (phase.name === 'starting') return phase;
  const { number, multiplier, starter, starterReason, proof } = phase.round;
  const seed = phase.name === 'scoring' ? proof.seed : null;
  return {
    ...phase,
    round: { number, multiplier, starter, starterReason, commitment: proof.commitment, seed },
  };
}
