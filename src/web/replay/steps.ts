// A log as the steps one watches: what happened, and the table after it. Pure; the state comes from the room's own fold.

import type { Piece } from '../../game/pieces.ts';
import { bySeat } from '../../game/seats.ts';
import type { BySeat, Seat } from '../../game/seats.ts';
import { totalPoints } from '../../game/sets.ts';
import { declarationsSoFar, evolve } from '../../room/evolve.ts';
import type { RoomEvent } from '../../room/events.ts';
import type { Game, GameOutcome, Phase, Play, Room, SheetLine, Table } from '../../room/room.ts';
import type { LoggedEvent, Log, Result } from './log.ts';

/** What is shown as a step; all else happens in between. */
const SHOWN = [
  'Dealt',
  'RedealDecided',
  'Declared',
  'Played',
  'TurnResolved',
  'RoundScored',
  'GameEnded',
  'BotTookOver',
  'LeftForGood',
  'Attached',
] as const;
export type ShownEvent = Extract<RoomEvent, { type: (typeof SHOWN)[number] }>;

/** One thing that happened, and how the table looks after it. */
export interface Step {
  readonly seq: number;
  readonly at: number;
  readonly event: ShownEvent;
  readonly seats: Table;
  readonly game: Game;
}

export interface RoundMark {
  readonly round: number;
  /** Index of the first step of the round, and of the step that begins each of its turns. */
  readonly from: number;
  readonly turns: readonly number[];
}

export interface Replay {
  readonly room: string;
  /** The game's number in its room. */
  readonly game: number;
  readonly outcome: GameOutcome;
  readonly winners: readonly Seat[];
  readonly startedAt: number;
  readonly endedAt: number;
  readonly steps: readonly Step[];
  readonly rounds: readonly RoundMark[];
  /** Its part of the log. */
  readonly events: readonly LoggedEvent[];
}

/** The finished games of a room's log, in order. */
export function replaysOf(log: Log): Result<readonly Replay[]> {
  const games: Replay[] = [];
  let room: Room = { stage: 'none' };
  let steps: Step[] = [];
  let events: LoggedEvent[] = [];
  try {
    for (const logged of log.events) {
      const { event, at } = logged;
      const before = room;
      room = evolve(room, event, at);
      if (event.type === 'GameStarted') [steps, events] = [[], []];
      events.push(logged);
      const step = stepOf(logged, before, room);
      if (step !== null) steps.push(step);
      if (room.stage === 'finished' && before.stage === 'playing')
        games.push({
          room: log.room === '' ? room.id : log.room,
          ...room.result,
          steps,
          rounds: roundsOf(steps),
          events,
        });
    }
  } catch {
    return { ok: false, why: 'does_not_fit' };
  }
  return games.length === 0 ? { ok: false, why: 'not_finished' } : { ok: true, value: games };
}

function stepOf({ seq, at, event }: LoggedEvent, before: Room, after: Room): Step | null {
  if (before.stage !== 'playing' || !isShown(event)) return null;
  if (event.type === 'Attached' && !wasReplaced(before.seats[event.seat])) return null;
  if (after.stage === 'finished') return { seq, at, event, seats: after.seats, game: before.game };
  return after.stage === 'playing' ? { seq, at, event, seats: after.seats, game: after.game } : null;
}

const isShown = (event: RoomEvent): event is ShownEvent => SHOWN.some((type) => type === event.type);

const wasReplaced = (occupant: Table[Seat]): boolean =>
  occupant.kind === 'human' && occupant.presence.status === 'replaced';

function roundsOf(steps: readonly Step[]): readonly RoundMark[] {
  const rounds: { round: number; from: number; turns: number[] }[] = [];
  for (const [index, { event, game }] of steps.entries()) {
    if (event.type === 'Dealt' && event.redeals === 0)
      rounds.push({ round: event.round, from: index, turns: [] });
    if (event.type === 'Played' && game.phase.name === 'turn' && game.phase.plays.length === 1)
      rounds.at(-1)?.turns.push(index);
  }
  return rounds;
}

/** The steps worth jumping to: where a round or a turn begins, and the two ends. Rising. */
export function landmarksOf({ steps, rounds }: Replay): readonly number[] {
  const marks = rounds.flatMap(({ from, turns }) => [from, ...turns]);
  return [...new Set([0, ...marks, Math.max(0, steps.length - 1)])].toSorted((a, b) => a - b);
}

/** A seat as the step shows it. */
export interface Place {
  readonly hand: readonly Piece[];
  readonly declared: number | null;
  readonly piles: number;
  readonly total: number;
  readonly play: (Play & { readonly points: number }) | null;
  /** Moved in this step. */
  readonly isActor: boolean;
  readonly isStarter: boolean;
  readonly hasWonTurn: boolean;
}

export interface Board {
  readonly round: number;
  readonly multiplier: number;
  /** Null outside the turns. */
  readonly turn: number | null;
  readonly places: BySeat<Place>;
  readonly sheet: readonly SheetLine[];
}

/** The table of a step, every hand open. */
export function boardOf({ event, game }: Step): Board {
  const { phase } = game;
  const round = phase.name === 'starting' ? null : phase.round;
  const plays = playsIn(phase);
  const winner = phase.name === 'turn_results' ? phase.result.winner : null;
  const actors = actorsOf(event);
  const declared = declaredIn(phase);
  return {
    round: round?.number ?? 1,
    multiplier: round?.multiplier ?? 1,
    turn: phase.name === 'turn' ? phase.number : phase.name === 'turn_results' ? phase.result.number : null,
    places: bySeat((seat) => {
      const play = plays.find((each) => each.seat === seat);
      return {
        hand: round?.hands[seat] ?? [],
        declared: declared(seat),
        piles: pilesIn(phase, seat),
        total: game.tally[seat].total,
        play: play === undefined ? null : { ...play, points: totalPoints(play.pieces) },
        isActor: actors.includes(seat),
        isStarter: seat === round?.starter,
        hasWonTurn: seat === winner,
      };
    }),
    sheet: game.sheet,
  };
}

/** Whose step it is; at the end the winners'. */
function actorsOf(event: ShownEvent): readonly Seat[] {
  if ('seat' in event) return [event.seat];
  if (event.type === 'TurnResolved') return [event.winner];
  return event.type === 'GameEnded' ? event.winners : [];
}

function playsIn(phase: Phase): readonly Play[] {
  if (phase.name === 'turn') return phase.plays;
  return phase.name === 'turn_results' ? phase.result.plays : [];
}

function declaredIn(phase: Phase): (seat: Seat) => number | null {
  switch (phase.name) {
    case 'declaration': {
      const said = declarationsSoFar(phase.round, phase.values);
      return (seat) => said.get(seat) ?? null;
    }
    case 'turn':
    case 'turn_results':
      return (seat) => phase.declared[seat];
    case 'scoring':
      return (seat) => phase.scores[seat].declared;
    case 'starting':
    case 'redeal':
    case 'round_start':
      return () => null;
  }
}

function pilesIn(phase: Phase, seat: Seat): number {
  if (phase.name === 'turn' || phase.name === 'turn_results') return phase.piles[seat];
  return phase.name === 'scoring' ? phase.scores[seat].captured : 0;
}
