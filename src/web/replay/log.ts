// A room's log as `GET /api/rooms/{room_id}/events` gives it, from there or from a file; checked before it is believed.

import { PIECES } from '../../game/pieces.ts';
import { SEATS } from '../../game/seats.ts';
import { PLAY_TYPES } from '../../game/sets.ts';
import type { EventType, RoomEvent } from '../../room/events.ts';
import { AVATAR_COLOURS } from '../../room/room.ts';

/** An event with its commit's place and time (epoch ms). */
export interface LoggedEvent {
  readonly seq: number;
  readonly at: number;
  readonly event: RoomEvent;
}
export interface Log {
  readonly room: string;
  readonly events: readonly LoggedEvent[];
}

/** Why there is nothing to replay. */
export type LogProblem =
  'no_session' | 'no_room' | 'not_yours' | 'unreachable' | 'not_a_log' | 'not_finished' | 'does_not_fit';
export type Result<T> =
  { readonly ok: true; readonly value: T } | { readonly ok: false; readonly why: LogProblem };

type Check = (value: unknown) => boolean;

const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
const isText: Check = (value) => typeof value === 'string';
const isFlag: Check = (value) => typeof value === 'boolean';
const isCount: Check = (value) => Number.isInteger(value);
const isSeat = oneOf(SEATS);
const isPiece = oneOf(PIECES);
const isScore = objectOf(['declared', 'captured', 'base', 'bonus', 'hitValue', 'final', 'total'], isCount);

function oneOf(allowed: readonly unknown[]): Check {
  return (value) => allowed.includes(value);
}
function listOf(check: Check): Check {
  return (value) => Array.isArray(value) && value.every(check);
}
function objectOf(keys: readonly PropertyKey[], check: Check): Check {
  return (value) => isRecord(value) && keys.every((key) => check(value[String(key)]));
}

/** What a field holds, whichever event it is in. */
const FIELDS = {
  accept: isFlag,
  colour: oneOf(AVATAR_COLOURS),
  forced: isFlag,
  game: isCount,
  hands: objectOf(SEATS, listOf(isPiece)),
  host: isSeat,
  indices: listOf(isCount),
  isPrivate: isFlag,
  leader: isSeat,
  multiplier: isCount,
  name: isText,
  number: isCount,
  outcome: oneOf(['completed', 'abandoned', 'aborted']),
  phase: oneOf(['preparation', 'declaration', 'turns']),
  pieces: listOf(isPiece),
  piles: isCount,
  play: oneOf(PLAY_TYPES),
  proof: objectOf(['seed', 'commitment'], isText),
  reason: isText,
  redeals: isCount,
  room: isText,
  round: isCount,
  scores: objectOf(SEATS, isScore),
  seat: isSeat,
  settings: isRecord,
  starter: isSeat,
  starterReason: oneOf(['accepted_redeal', 'has_general_red', 'won_last_turn']),
  value: isCount,
  weak: listOf(isSeat),
  winner: isSeat,
  winners: listOf(isSeat),
} satisfies Readonly<Record<string, Check>>;
type Field = keyof typeof FIELDS;

/** What a log for others leaves out and no replay needs; it is there to be folded, and empty. */
const CUT = { player: '', connection: '', token: '' } as const;

/** The fields of an event in a log, all of them. */
type FieldsOf<T extends EventType> = readonly Exclude<
  keyof Extract<RoomEvent, { type: T }>,
  'type' | keyof typeof CUT
>[];

const EVENTS: { readonly [T in EventType]: FieldsOf<T> & readonly Field[] } = {
  RoomOpened: ['room', 'settings', 'host', 'isPrivate', 'name', 'colour'],
  SeatTaken: ['seat', 'name', 'colour'],
  BotAdded: ['seat', 'name', 'colour'],
  SeatVacated: ['seat', 'reason'],
  RoomClosed: ['reason'],
  Attached: ['seat'],
  Detached: ['seat'],
  BotTookOver: ['seat'],
  LeftForGood: ['seat'],
  HostChanged: ['host'],
  SpectatorJoined: [],
  SpectatorLeft: [],
  GameStarted: ['game'],
  TaskEntered: ['phase', 'round'],
  Dealt: ['round', 'redeals', 'multiplier', 'proof', 'hands', 'starter', 'starterReason', 'weak'],
  RedealDecided: ['seat', 'accept', 'forced'],
  RoundStarted: [],
  DeclarationOpened: [],
  Declared: ['seat', 'value', 'forced'],
  TurnStarted: ['number', 'leader'],
  Played: ['seat', 'indices', 'pieces', 'play', 'forced'],
  TurnResolved: ['winner', 'piles'],
  PlayerReady: ['seat'],
  TurnsEnded: [],
  RoundScored: ['scores', 'winners'],
  GameEnded: ['outcome', 'winners'],
};

const isEventType = (value: unknown): value is EventType =>
  typeof value === 'string' && Object.hasOwn(EVENTS, value);

/** What a file or an answer says, when it is a log; a deal still in play makes it one that is not finished. */
export function readLog(said: unknown): Result<Log> {
  if (!isRecord(said) || !Array.isArray(said['events'])) return { ok: false, why: 'not_a_log' };
  const events: LoggedEvent[] = [];
  for (const each of said['events'] as readonly unknown[]) {
    if (!isRecord(each)) return { ok: false, why: 'not_a_log' };
    if (isStillHidden(each)) return { ok: false, why: 'not_finished' };
    const event = readEvent(each);
    if (event === null) return { ok: false, why: 'not_a_log' };
    events.push(event);
  }
  const room = said['room_id'];
  return { ok: true, value: { room: typeof room === 'string' ? room : '', events } };
}

function readEvent({ seq, at, type, ...fields }: Readonly<Record<string, unknown>>): LoggedEvent | null {
  if (!isCount(seq) || typeof at !== 'number' || !isEventType(type)) return null;
  const known: readonly Field[] = EVENTS[type];
  if (!known.every((field) => FIELDS[field](fields[field]))) return null;
  // Checked field by field against the table of its type.
  return { seq: Number(seq), at, event: { ...CUT, ...fields, type } as unknown as RoomEvent };
}

function isStillHidden({ type, hands }: Readonly<Record<string, unknown>>): boolean {
  return type === 'Dealt' && hands === undefined;
}

/** How many commits a page has; the server's most. */
const PAGE = 500;

const REFUSED: Readonly<Record<number, LogProblem>> = { 401: 'no_session', 403: 'not_yours', 404: 'no_room' };

/** Asks the server for the whole log of a room, page by page, as the visitor this browser is to it. */
export async function fetchLog(room: string): Promise<Result<Log>> {
  const events: unknown[] = [];
  for (let after: number | null = 0; after !== null;) {
    const page = await fetchPage(room, after);
    if (!page.ok) return page;
    events.push(...page.value.events);
    after = page.value.next;
  }
  return readLog({ room_id: room, events });
}

interface Page {
  readonly events: readonly unknown[];
  readonly next: number | null;
}

async function fetchPage(room: string, after: number): Promise<Result<Page>> {
  try {
    const answer = await fetch(`/api/rooms/${room}/events?after=${after}&limit=${PAGE}`);
    if (!answer.ok) return { ok: false, why: REFUSED[answer.status] ?? 'unreachable' };
    return { ok: true, value: (await answer.json()) as Page };
  } catch {
    return { ok: false, why: 'unreachable' };
  }
}
