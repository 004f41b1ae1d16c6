// Whose move it is, who may make it, and when it is made by the rule (rules.md, "Bots" and "Presence").

import { orderFrom, SEATS } from '../game/seats.ts';
import type { Seat } from '../game/seats.ts';
import type { Settings } from '../room/room.ts';
import type { ToldEvent } from './log.ts';
import { nameAt } from './table.ts';
import type { Game, Objection, Occupant, Playing, Table } from './table.ts';

interface Move {
  readonly seat: Seat;
  /** Made for a human, who was away or too slow. */
  readonly forced: boolean;
}

/** Whether the bot rule made the move: for a bot, or for a human who did not. */
export function isByRule({ seats }: Table, { seat, forced }: Move): boolean {
  return forced || seats[seat]?.kind === 'bot';
}

/** Whether a human made a move as a wish and not as a rule. */
export function isOwnMove(table: Table, event: ToldEvent): boolean {
  return 'forced' in event && !isByRule(table, event);
}

/** A human moves as long as there; the rule moves for bots when they have thought, for humans when their time is up. */
export function problemOfMover(table: Playing, { seat, forced }: Move, at: number): Objection | null {
  const { seats, attended } = table;
  const occupant = seats[seat];
  const name = nameAt(table, seat);
  if (!attended.anyone || occupant === null) return { problem: 'Nobody was there, and then nothing moves.' };
  if (forced && occupant.kind === 'bot') return { problem: `${name} is a bot, which nobody forces.` };
  if (!forced && occupant.kind === 'human')
    return occupant.presence === 'present' ? null : { problem: `${name} was not there to move.` };
  return at >= dueAt(table, occupant) ? null : { problem: `The time of ${name} was not up.` };
}

/** When the rule moves for somebody, epoch ms. */
function dueAt({ game, attended, settings }: Playing, occupant: Occupant): number {
  const { botThinkSeconds, redealSeconds, moveSeconds } = settings;
  const asked = Math.max(game.since, attended.since);
  if (occupant.kind === 'bot' || occupant.presence === 'replaced')
    return Math.max(asked, occupant.since) + botThinkSeconds * 1_000;
  return asked + (game.phase.name === 'redeal' ? redealSeconds : moveSeconds) * 1_000;
}

/** Whether time has come for a bot to take over, for a move by the rule, or for the end of a pause. */
export function isOverdue(table: Playing, at: number): boolean {
  const { seats, settings, attended, game } = table;
  const isTakenOver = SEATS.some((seat) => {
    const occupant = seats[seat];
    return occupant?.kind === 'human' && occupant.presence === 'away' && at >= graceOf(occupant, settings);
  });
  if (isTakenOver || !attended.anyone) return isTakenOver;
  if (game.phase.name === 'result') return !isTooEarly(table, at);
  return awaitedIn(game).some((seat) => {
    const occupant = seats[seat];
    return occupant !== null && at >= dueAt(table, occupant);
  });
}

/** When a bot takes over from somebody who is away, epoch ms. */
export function graceOf({ since }: Occupant, { graceSeconds }: Settings): number {
  return since + graceSeconds * 1_000;
}

/** Whose move it is. */
export function awaitedIn({ phase, round }: Game): readonly Seat[] {
  if (phase.name === 'redeal')
    return phase.weak.filter((seat) => phase.answers.every((answer) => answer.seat !== seat));
  if (round === null) return [];
  if (phase.name === 'declaration') return orderFrom(round.starter).slice(round.values.length).slice(0, 1);
  return phase.name === 'turn' ? orderFrom(phase.leader).slice(phase.plays.length).slice(0, 1) : [];
}

/** A turn's result is shown for a while to whoever is there. */
export function isTooEarly(table: Playing, at: number): boolean {
  return !table.attended.anyone || at < resultsEnd(table);
}

/** When a turn's result has been shown for its time, epoch ms. */
export function resultsEnd({ game, attended, settings }: Playing): number {
  return Math.max(game.since, attended.since) + settings.turnResultsSeconds * 1_000;
}
