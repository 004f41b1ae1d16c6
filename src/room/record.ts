// The log and its fold: a commit is what one accepted command did, a record is a room after all its commits.

import { evolve } from './evolve.ts';
import type { RoomEvent } from './events.ts';
import type { Room, RoomId } from './room.ts';

/** A room as folded from its log: what `load` gives. `seq` 0: there is no commit yet. */
export interface RoomRecord {
  readonly seq: number;
  /** Time of the last commit, epoch ms. */
  readonly at: number;
  readonly room: Room;
  /** The latest command ids of each player, newest last: what makes a late retry harmless. */
  readonly handled: Readonly<Record<string, readonly string[]>>;
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
}

/** How many command ids a record remembers of a player: a client has a handful of frames in flight at the most. */
const REMEMBERED = 12;
/** Of how many issuers: four seats, the phases, and some who came and went. */
const ISSUERS = 12;
/** Their commands are no-ops when repeated, by the state alone. */
const UNREMEMBERED: ReadonlySet<string> = new Set(['tick', 'presence']);

export const NO_RECORD: RoomRecord = { seq: 0, at: 0, room: { stage: 'none' }, handled: {} };

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
  };
}

/** Whether a command was already applied: its effect is in the log, once. */
export function wasHandled(record: RoomRecord, by: string, commandId: string): boolean {
  return record.handled[by]?.includes(commandId) ?? false;
}

function remember(handled: RoomRecord['handled'], { by, commandId }: Commit): RoomRecord['handled'] {
  if (UNREMEMBERED.has(by)) return handled;
  const ids = [...(handled[by] ?? []), commandId].slice(-REMEMBERED);
  const others = Object.entries(handled).filter(([issuer]) => issuer !== by);
  return Object.fromEntries([...others, [by, ids] as const].slice(-ISSUERS));
}
