// The log and its fold: a commit is what one accepted command did, a record is a room after all its commits.

import { evolve } from './evolve.ts';
import type { RoomEvent } from './events.ts';
import type { Room, RoomId } from './room.ts';
import { addUsage, NO_USAGE } from './usage.ts';
import type { Usage } from './usage.ts';

/** A room as folded from its log: what `load` gives. `seq` 0: there is no commit yet. */
export interface RoomRecord {
  readonly seq: number;
  /** Time of the last commit, epoch ms. */
  readonly at: number;
  readonly room: Room;
  /** The latest commands of each issuer, newest last: what makes a late retry harmless. */
  readonly handled: Readonly<Record<string, readonly Handled[]>>;
  /** What the game in play, or the last one, has used from its start to its end. */
  readonly usage: Usage;
}

/** One accepted command: its events, applied all or not at all. */
export interface Commit {
  readonly room: RoomId;
  readonly seq: number;
  readonly at: number;
  /** A player id, or what else issued the command. */
  readonly by: string;
  readonly commandId: string;
  readonly events: readonly RoomEvent[];
  /** The record after this commit: on every 16th commit and on every phase entry. */
  readonly snapshot?: RoomRecord;
  /** When something is due if nothing else happens (`nextTick`), epoch ms. */
  readonly wakeAt?: number;
  /** What the room's game used since the last commit of the same function instance, this commit included. */
  readonly usage?: Usage;
}

/** A command that is in the log already, and since when (epoch ms). */
export interface Handled {
  readonly id: string;
  readonly at: number;
}

/** How long a repeated command is known for what it is. Clients give up on an answer after half of that. */
const REMEMBERED_MS = 120_000;
/** Of an issuer and in all at the most, so that nobody can make a record grow; far more than people can do in the time. */
const MOST_COMMANDS = 64;
const MOST_ISSUERS = 24;
/** Their commands are no-ops when repeated, by the state alone. */
const UNREMEMBERED: ReadonlySet<string> = new Set(['tick', 'presence']);

export const NO_RECORD: RoomRecord = { seq: 0, at: 0, room: { stage: 'none' }, handled: {}, usage: NO_USAGE };

/** The record after one more commit. The commit must be the next one. */
export function applyCommit(record: RoomRecord, commit: Commit): RoomRecord {
  if (commit.seq !== record.seq + 1) {
    throw new Error(`Room ${commit.room}: commit ${commit.seq} does not follow ${record.seq}`);
  }
  return {
    seq: commit.seq,
    at: commit.at,
    room: commit.events.reduce((room, event) => evolve(room, event, commit.at), record.room),
    handled: remember(record.handled, commit),
    usage: usageAfter(record.usage, commit),
  };
}

/** What the game has used after one more commit; a game that starts begins at nothing. */
export function usageAfter(before: Usage, { events, usage = NO_USAGE }: Commit): Usage {
  const isStart = events.some(({ type }) => type === 'GameStarted');
  return isStart ? usage : addUsage(before, usage);
}

/** Whether a command was already applied: its effect is in the log, once. */
export function wasHandled(record: RoomRecord, by: string, commandId: string): boolean {
  return record.handled[by]?.some(({ id }) => id === commandId) ?? false;
}

function remember(handled: RoomRecord['handled'], { by, commandId, at }: Commit): RoomRecord['handled'] {
  if (UNREMEMBERED.has(by)) return handled;
  const ids = [...(handled[by] ?? []), { id: commandId, at }].slice(-MOST_COMMANDS);
  const others = Object.entries(handled).filter(([issuer]) => issuer !== by);
  const recent = [...others, [by, ids] as const].slice(-MOST_ISSUERS).flatMap(([issuer, commands]) => {
    const kept = commands.filter((command) => at - command.at <= REMEMBERED_MS);
    return kept.length === 0 ? [] : [[issuer, kept] as const];
  });
  return Object.fromEntries(recent);
}
