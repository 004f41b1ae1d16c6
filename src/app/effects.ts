// What must be done outside once a commit is written. Pure: from the rooms before and after to a list of effects, each of
// which may be done twice without harm, so that a retry can do them all again.

import { isDeepStrictEqual } from 'node:util';
import { HEARTBEAT_SLACK_MS } from '../room/evolve.ts';
import { nextTick } from '../room/due.ts';
import { isJoinable, isSameListing, isWatchable, listingOf } from '../room/listing.ts';
import type { Listing } from '../room/listing.ts';
import type { RoomRecord } from '../room/record.ts';
import type { Room, RoomId, Settings, Task, TaskPhase, TaskToken } from '../room/room.ts';
import { taskStatus } from '../room/tasks.ts';
import type { Clocks } from './ports.ts';

export type Effect =
  | {
      readonly effect: 'startExecution';
      readonly game: number;
      readonly startedAt: number;
      readonly clocks: Clocks;
      /** The game begins with this commit, so nobody can have started it before. */
      readonly isFirst: boolean;
    }
  | { readonly effect: 'heartbeat'; readonly token: TaskToken }
  | {
      readonly effect: 'completeTask';
      readonly token: TaskToken;
      readonly phase: TaskPhase;
      readonly round: number;
    }
  | {
      readonly effect: 'failTask';
      readonly token: TaskToken;
      readonly error: 'GameDecided' | 'GameAbandoned';
    }
  | {
      readonly effect: 'scheduleTick';
      readonly seq: number;
      readonly due: number;
      readonly delaySeconds: number;
    }
  | { readonly effect: 'list'; readonly listing: Listing; readonly tellLobby: boolean }
  | { readonly effect: 'unlist'; readonly room: RoomId; readonly seq: number; readonly tellLobby: boolean };

/**
 * What the broadcaster can do beside its posts, so that no player's answer waits for it: done some ms later it is as good, and
 * when it is lost, the heartbeat's timeout does what it was for (docs/decisions/0020).
 */
export type Errand = Extract<Effect, { effect: 'heartbeat' | 'scheduleTick' | 'completeTask' }>;

/** Whether an effect may be left to the broadcaster. What leads to the next commit that players see may not. */
export function isErrand(effect: Effect): effect is Errand {
  switch (effect.effect) {
    case 'heartbeat':
    case 'scheduleTick':
    case 'completeTask':
      return !leadsOn(effect);
    case 'startExecution':
    case 'failTask':
    case 'list':
    case 'unlist':
      return false;
  }
}

/** Whether another commit follows at once that players see: its frames must not overtake those of this one. */
export function leadsOn(effect: Effect): boolean {
  switch (effect.effect) {
    case 'startExecution':
    case 'failTask':
      return true;
    case 'completeTask':
      // The turns have begun in the commit that ends the declarations: entering them shows nothing new.
      return effect.phase !== 'declaration';
    case 'scheduleTick':
      return effect.delaySeconds === 0;
    case 'heartbeat':
    case 'list':
    case 'unlist':
      return false;
  }
}

/** The longest delay of a queue message (aws-facts.md). A tick due later is scheduled again when it comes too early. */
const MAX_DELAY_SECONDS = 900;
/** How late a tick may be before any passer-by asks for it again. */
export const TICK_PATIENCE_MS = 2_000;

/**
 * The effects of going from one record to the next at `now` (epoch ms). With `before` null nothing is known to have been
 * done: everything the state implies is asked for, as after a crash.
 */
export function effectsOf(before: RoomRecord | null, after: RoomRecord, now: number): readonly Effect[] {
  return [
    ...executionEffects(before, after),
    ...taskEffects(before, after),
    ...tickEffects(before, after, now),
    ...listingEffects(before, after),
  ];
}

/** The effect that settles one task token, if the room is past what it waits for at `at` (epoch ms). */
export function settleTask(room: Room, game: number, task: Task, at: number): readonly Effect[] {
  const { token, phase, round } = task;
  switch (taskStatus(room, game, task, at)) {
    case 'done':
      return [{ effect: 'completeTask', token, phase, round }];
    case 'decided':
      return [{ effect: 'failTask', token, error: 'GameDecided' }];
    case 'ended':
      return [{ effect: 'failTask', token, error: 'GameAbandoned' }];
    case 'ahead':
    case 'to enter':
    case 'entered':
      return [];
  }
}

/** The tick a record needs at `now`, whether or not it has been scheduled before. */
export function tickOf(record: RoomRecord, now: number): readonly Effect[] {
  const due = nextTick(record.room);
  if (due === null) return [];
  const delaySeconds = Math.min(MAX_DELAY_SECONDS, Math.max(0, Math.ceil((due - now) / 1_000)));
  return [{ effect: 'scheduleTick', seq: record.seq, due, delaySeconds }];
}

function executionEffects(before: RoomRecord | null, { room }: RoomRecord): readonly Effect[] {
  if (room.stage !== 'playing' || room.game.phase.name !== 'starting') return [];
  const wasStarting = before?.room.stage === 'playing' && before.room.game.number === room.game.number;
  if (wasStarting) return [];
  const { number: game, startedAt } = room.game;
  const clocks = clocksOf(room.settings);
  return [{ effect: 'startExecution', game, startedAt, clocks, isFirst: before !== null }];
}

/** The state machine's clocks. A heartbeat may come a slack late (`HEARTBEAT_SLACK_MS`), so its period has that much more. */
export function clocksOf(settings: Settings): Clocks {
  const slack = HEARTBEAT_SLACK_MS / 1_000;
  return {
    moveHeartbeat: settings.moveSeconds + slack,
    redealHeartbeat: settings.redealSeconds + slack,
  };
}

/** Both records are seen at the time of the later: what only time has brought about in between is for a tick to tell. */
function taskEffects(before: RoomRecord | null, { room, at }: RoomRecord): readonly Effect[] {
  const known = before?.room.stage === 'playing' ? before.room.game : null;
  const current = room.stage === 'playing' ? room.game : known;
  if (current?.task == null) return [];
  const { number, task } = current;
  const isNew = known?.task?.token !== task.token;
  const settled = settleTask(room, number, task, at);
  if (settled.length > 0) {
    const isAsked =
      before !== null && !isNew && isDeepStrictEqual(settleTask(before.room, number, task, at), settled);
    return isAsked ? [] : settled;
  }
  const isWound = known !== null && !isNew && known.beatAt !== current.beatAt;
  return isWound ? [{ effect: 'heartbeat', token: task.token }] : [];
}

function tickEffects(before: RoomRecord | null, after: RoomRecord, now: number): readonly Effect[] {
  const due = nextTick(after.room);
  const isPlanned = before !== null && due === nextTick(before.room);
  // What was due by a commit and is still to be done has used its tick up: two bots without a pause can be due at one moment.
  const isUsedUp = due !== null && before?.seq !== after.seq && due <= after.at;
  const isOverdue = due !== null && now - due > TICK_PATIENCE_MS;
  return isPlanned && !isUsedUp && !isOverdue ? [] : tickOf(after, now);
}

function listingEffects(before: RoomRecord | null, after: RoomRecord): readonly Effect[] {
  const was = before === null ? null : listingOf(before);
  const is = listingOf(after);
  if (before !== null && isSameListing(was, is)) return [];
  const tellLobby = before === null || lobbyWouldShow(was) !== lobbyWouldShow(is);
  if (is !== null) return [{ effect: 'list', listing: is, tellLobby }];
  const { room } = after;
  return room.stage === 'closed' ? [{ effect: 'unlist', room: room.id, seq: after.seq, tellLobby }] : [];
}

/** What of a listing the lobby shows; the same text twice needs no telling. */
function lobbyWouldShow(listing: Listing | null): string {
  if (listing !== null && isWatchable(listing)) return listing.room;
  if (!isJoinable(listing)) return '';
  return JSON.stringify([listing.hostName, listing.seats]);
}
