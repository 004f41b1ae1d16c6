// What a room will do by itself, and when: bots' moves, ends of pauses, takeovers, deadlines, abandonment. One list serves
// the planner of ticks, the tick itself and the move clock, so that they cannot disagree.

import { SEATS } from '../game/seats.ts';
import type { Seat } from '../game/seats.ts';
import { HEARTBEAT_SLACK_MS } from './evolve.ts';
import { currentMover, resultsEnd, startsUntold } from './turns.ts';
import { isConnected } from './room.ts';
import type { LiveRoom, Occupant, OpenRoom, PlayingRoom, Room } from './room.ts';

/** Something that happens at a time unless something else happens first. */
export type Due = { readonly at: number } & DueStep;
export type DueStep =
  | { readonly step: 'closeEmptyRoom' }
  | { readonly step: 'passHostOn'; readonly host: Seat }
  | { readonly step: 'abandonGame' }
  | { readonly step: 'takeOver'; readonly seat: Seat }
  /** A move by the bot rule: the seat is a bot's, or an absent human's. */
  | { readonly step: 'botMove'; readonly seat: Seat }
  | { readonly step: 'endTurnResults' }
  /** The move of a connected human whose time is up. While the state machine's heartbeat watches over it no tick is planned. */
  | { readonly step: 'forcedMove'; readonly seat: Seat };

/** How long a start of the execution may take before it is asked for again. */
const START_PATIENCE_MS = 2_000;

/** When the next tick is needed, epoch ms; null when nothing will happen by itself, or the move clock sees to it. */
export function nextTick(room: Room): number | null {
  const times = dueSteps(room)
    .filter(({ step }) => !isSeenTo(room, step))
    .map(({ at }) => at);
  const all = [...times, ...machineTicks(room)];
  return all.length === 0 ? null : Math.min(...all);
}

/** When the state machine has to hear of something: ticks for `execute`, nothing that changes the room. */
function machineTicks(room: Room): readonly number[] {
  if (room.stage !== 'playing') return [];
  const { phase } = room.game;
  if (phase.name === 'starting') return [phase.since + START_PATIENCE_MS];
  const end = pauseEnd(room);
  // Without a pause the commit itself tells the machine to go on.
  return end === null || end <= phase.since ? [] : [end];
}

/** When the pause is over that ends a task of the state machine (the starter or the scores are shown), epoch ms; null without one. */
export function pauseEnd({ game: { phase }, settings }: PlayingRoom): number | null {
  if (phase.name === 'round_start') return phase.since + settings.roundStartSeconds * 1_000;
  return phase.name === 'scoring' ? phase.since + settings.scoringSeconds * 1_000 : null;
}

/** Whether a step needs no tick: the move clock watches over it, or a player begins it. */
function isSeenTo(room: Room, step: DueStep['step']): boolean {
  if (room.stage !== 'playing') return false;
  if (step === 'endTurnResults') return startsUntold(room);
  return step === 'forcedMove' && isOnMoveClock(room);
}

/**
 * Whether the heartbeat of a task watches over the awaited move. The first turn begins before the task of the turns is entered, and
 * a heartbeat may have been sent so late that it would run out long after the deadline.
 */
function isOnMoveClock(room: PlayingRoom): boolean {
  const { task, phase, beatAt } = room.game;
  if (phase.name === 'turn' && task?.phase !== 'turns') return false;
  return beatAt - Math.max(phase.since, room.attendance.since) <= HEARTBEAT_SLACK_MS;
}

/** The first of the steps that are due by `at`; null when none is. */
export function firstDue(room: Room, at: number): Due | null {
  const due = dueSteps(room).filter((step) => step.at <= at);
  return due.reduce<Due | null>((first, step) => (first === null || step.at < first.at ? step : first), null);
}

/** Epoch ms by which the awaited players must move; null when nobody is awaited or the room is empty. */
export function moveDeadline(room: PlayingRoom): number | null {
  if (!room.attendance.anyone) return null;
  const { phase } = room.game;
  const since = Math.max(phase.since, room.attendance.since);
  if (phase.name === 'redeal') return since + room.settings.redealSeconds * 1_000;
  return currentMover(phase) === null ? null : since + room.settings.moveSeconds * 1_000;
}

/** Whether a bot makes this seat's moves: its own, or for a human who is away for longer than the grace. */
export function isBotPlayed(occupant: Occupant): boolean {
  return occupant.kind === 'bot' || occupant.presence.status === 'replaced';
}

function dueSteps(room: Room): readonly Due[] {
  switch (room.stage) {
    case 'open':
      return dueInOpenRoom(room);
    case 'playing':
      return [...dueAnyway(room), ...(room.attendance.anyone ? dueInPlay(room) : [])];
    case 'none':
    case 'finished':
    case 'closed':
      return [];
  }
}

function dueInOpenRoom(room: OpenRoom): readonly Due[] {
  const patience = room.settings.emptyRoomSeconds * 1_000;
  if (!room.attendance.anyone) return [{ at: room.attendance.since + patience, step: 'closeEmptyRoom' }];
  const host = room.seats[room.host];
  if (host?.kind !== 'human' || host.presence.status === 'present') return [];
  const heir = nextHost(room, room.host);
  return heir === null ? [] : [{ at: host.presence.since + patience, step: 'passHostOn', host: heir }];
}

/** The first connected human after this seat, who would be the next host; else any other human; null without one. */
export function nextHost(room: LiveRoom, leaving: Seat): Seat | null {
  const others = SEATS.map((_, step) => SEATS[(leaving + step) % 4]).filter(
    (seat): seat is Seat => seat !== undefined && seat !== leaving && room.seats[seat]?.kind === 'human',
  );
  const connected = others.find((seat) => isConnected(room.seats[seat]));
  return connected ?? others[0] ?? null;
}

/** What time brings to a game whether or not anybody is there. */
function dueAnyway({ seats, settings, attendance }: PlayingRoom): readonly Due[] {
  const due: Due[] = SEATS.flatMap((seat): Due[] => {
    const occupant = seats[seat];
    if (occupant.kind !== 'human' || occupant.presence.status !== 'away') return [];
    return [{ at: occupant.presence.since + settings.graceSeconds * 1_000, step: 'takeOver', seat }];
  });
  if (!attendance.anyone) {
    due.push({ at: attendance.since + settings.abandonSeconds * 1_000, step: 'abandonGame' });
  }
  return due;
}

/** The moves and pauses of a game somebody is watching. */
function dueInPlay(room: PlayingRoom): readonly Due[] {
  const shown = resultsEnd(room);
  if (shown !== null) return [{ at: shown, step: 'endTurnResults' }];
  return awaitedSeats(room).map((seat) => dueMove(room, seat));
}

function dueMove(room: PlayingRoom, seat: Seat): Due {
  const { seats, settings, attendance, game } = room;
  const occupant = seats[seat];
  if (isBotPlayed(occupant)) {
    const since = Math.max(game.phase.since, attendance.since, botSince(occupant));
    return { at: since + settings.botThinkSeconds * 1_000, step: 'botMove', seat };
  }
  return { at: moveDeadline(room) ?? Infinity, step: 'forcedMove', seat };
}

function botSince(occupant: Occupant): number {
  return occupant.kind === 'bot' ? occupant.since : occupant.presence.since;
}

/** The seats whose move the phase waits for. */
export function awaitedSeats({ game: { phase } }: PlayingRoom): readonly Seat[] {
  if (phase.name === 'redeal') {
    return phase.weak.filter((seat) => phase.decisions.every((decision) => decision.seat !== seat));
  }
  const mover = currentMover(phase);
  return mover === null ? [] : [mover];
}
