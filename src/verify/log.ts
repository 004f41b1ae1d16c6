// A room's log as `GET /api/rooms/{room_id}/events` gives it: checked event by event, so that a wrong one can be named.

import { PIECES } from '../game/pieces.ts';
import type { Hand } from '../game/pieces.ts';
import { SEATS } from '../game/seats.ts';
import type { BySeat } from '../game/seats.ts';
import { PLAY_TYPES } from '../game/sets.ts';
import type { EventType, RoomEvent } from '../room/events.ts';
import { AVATAR_COLOURS } from '../room/room.ts';
import type { Settings } from '../room/room.ts';

/** What others are not shown of an event. */
type Secret = 'player' | 'connection' | 'without' | 'token';
/** A deal of a round in play is told without its hands and its seed. */
type ToldDeal<E> = Omit<E, 'hands' | 'proof'> & {
  readonly hands?: BySeat<Hand>;
  readonly proof: { readonly commitment: string; readonly seed?: string };
};
type Told<E> = E extends { readonly type: 'Dealt' }
  ? ToldDeal<E>
  : E extends RoomEvent
    ? Omit<E, Secret>
    : never;
/** An event as it is told to others. */
export type ToldEvent = Told<RoomEvent>;
export type ToldOf<T extends EventType> = Extract<ToldEvent, { readonly type: T }>;

/** An event with its commit's number and time (epoch ms). */
export interface Entry {
  readonly seq: number;
  readonly at: number;
  readonly event: ToldEvent;
}

type Json = Readonly<Record<string, unknown>>;
type Check = (value: unknown) => boolean;

const isText: Check = (value) => typeof value === 'string';
const isFlag: Check = (value) => typeof value === 'boolean';
const isCount: Check = (value) => Number.isSafeInteger(value);
const isTime: Check = (value) => Number.isFinite(value);
const isJson = (value: unknown): value is Json =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const oneOf =
  (...allowed: readonly unknown[]): Check =>
  (value) =>
    allowed.includes(value);
const listOf =
  (check: Check): Check =>
  (value) =>
    Array.isArray(value) && value.every(check);
const shaped =
  (fields: Readonly<Record<string, Check>>, optional: readonly string[] = []): Check =>
  (value) =>
    isJson(value) && wrongField(value, fields, optional) === null;
const bySeat = (check: Check): Check => shaped({ 1: check, 2: check, 3: check, 4: check });

const seat = oneOf(...SEATS);
const seats = listOf(seat);
const pieces = listOf(oneOf(...PIECES));
const colour = oneOf(...AVATAR_COLOURS);
const score = shaped({
  declared: isCount,
  captured: isCount,
  base: isCount,
  bonus: isCount,
  hitValue: isCount,
  final: isCount,
  total: isCount,
});

/** The settings that the rules ask for. */
const RULING: readonly (keyof Settings)[] = [
  'moveSeconds',
  'redealSeconds',
  'turnResultsSeconds',
  'botThinkSeconds',
  'graceSeconds',
  'abandonSeconds',
  'winScore',
  'maxRounds',
];
const settings: Check = (value) => isJson(value) && RULING.every((name) => isCount(value[name]));

type Fields<E> = { readonly [K in keyof E as K extends 'type' ? never : K]-?: Check };
/** Every field of every event; a field that is missing here, or has no event, does not compile. */
const EVENTS: { readonly [T in EventType]: Fields<ToldOf<T>> } = {
  RoomOpened: { room: isText, settings, host: seat, isPrivate: isFlag, name: isText, colour },
  SeatTaken: { seat, name: isText, colour },
  BotAdded: { seat, name: isText, colour },
  SeatVacated: { seat, reason: oneOf('left', 'removed') },
  RoomClosed: { reason: isText },
  Attached: { seat },
  Detached: { seat },
  BotTookOver: { seat },
  LeftForGood: { seat },
  HostChanged: { host: seat },
  SpectatorJoined: {},
  SpectatorLeft: {},
  GameStarted: { game: isCount },
  TaskEntered: { phase: oneOf('preparation', 'declaration', 'turns'), round: isCount },
  Dealt: {
    round: isCount,
    redeals: isCount,
    multiplier: isCount,
    proof: shaped({ commitment: isText, seed: isText }, ['seed']),
    hands: bySeat(pieces),
    starter: seat,
    starterReason: oneOf('accepted_redeal', 'has_general_red', 'won_last_turn'),
    weak: seats,
  },
  RedealDecided: { seat, accept: isFlag, forced: isFlag },
  RoundStarted: {},
  DeclarationOpened: {},
  Declared: { seat, value: isCount, forced: isFlag },
  TurnStarted: { number: isCount, leader: seat },
  Played: { seat, indices: listOf(isCount), pieces, play: oneOf(...PLAY_TYPES), forced: isFlag },
  TurnResolved: { winner: seat, piles: isCount },
  PlayerReady: { seat },
  RoundScored: { scores: bySeat(score), winners: seats },
  GameEnded: { outcome: oneOf('completed', 'abandoned', 'aborted'), winners: seats },
};
const OPTIONAL: Readonly<Partial<Record<EventType, readonly string[]>>> = { Dealt: ['hands'] };

/** The first field that is missing, too many or of the wrong kind. */
function wrongField(
  value: Json,
  fields: Readonly<Record<string, Check>>,
  optional: readonly string[],
): string | null {
  const unknown = Object.keys(value).find((key) => !Object.hasOwn(fields, key));
  if (unknown !== undefined) return unknown;
  const wrong = Object.entries(fields).find(([key, check]) =>
    Object.hasOwn(value, key) ? !check(value[key]) : !optional.includes(key),
  );
  return wrong?.[0] ?? null;
}

/** An entry of a log, or a sentence on why it is none. */
export function readEntry(said: unknown): Entry | string {
  if (!isJson(said)) return 'It is not an event.';
  const { seq, at, type, ...fields } = said;
  if (!isCount(seq) || !isTime(at)) return 'It has no commit number or no time.';
  if (!isEventType(type)) return 'There is no such event.';
  const wrong = wrongField(fields, EVENTS[type], OPTIONAL[type] ?? []);
  if (wrong !== null) return `Its field “${wrong}” is missing, unknown or not what it may be.`;
  return { seq: Number(seq), at: Number(at), event: { type, ...fields } as unknown as ToldEvent };
}

function isEventType(value: unknown): value is EventType {
  return typeof value === 'string' && Object.hasOwn(EVENTS, value);
}

/** The type that an event claims to have, for messages. */
export function typeOf(said: unknown): string {
  return isJson(said) && typeof said['type'] === 'string' ? said['type'] : 'no event';
}

export interface RawLog {
  /** Null when the text does not say. */
  readonly room: string | null;
  readonly events: readonly unknown[];
}

/**
 * The events of a text: a page of the endpoint, several in a list or simply one after the other, or a list of events.
 * Throws when the text is none of these.
 */
export function readLog(text: string): RawLog {
  const documents = splitJson(text).map((part) => JSON.parse(part) as unknown);
  const parts = documents.flat();
  const pages = parts.filter(isPage);
  if (pages.length === 0) return { room: null, events: parts };
  if (pages.length < parts.length) throw new Error('Pages and single events are mixed.');
  const [room = null, ...others] = new Set(pages.map(({ room_id }) => room_id));
  if (others.length > 0) throw new Error('The pages are of different rooms.');
  return { room: typeof room === 'string' ? room : null, events: pages.flatMap(({ events }) => events) };
}

function isPage(
  value: unknown,
): value is { readonly room_id?: unknown; readonly events: readonly unknown[] } {
  return isJson(value) && Array.isArray(value['events']);
}

/** Texts of JSON that follow each other, as `curl … >> file` leaves them. */
function splitJson(text: string): readonly string[] {
  const parts: string[] = [];
  let from = 0;
  let depth = 0;
  for (const { 0: token, index } of text.matchAll(/"(?:[^"\\]|\\.)*"|[[\]{}]/gs)) {
    if (token === '{' || token === '[') depth++;
    if (token === '}' || token === ']') depth--;
    if (depth > 0 || token.startsWith('"')) continue;
    parts.push(text.slice(from, index + 1));
    from = index + 1;
  }
  return text.slice(from).trim() === '' && parts.length > 0 ? parts : [text];
}
