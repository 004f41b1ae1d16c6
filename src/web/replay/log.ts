// A room's log as `GET /api/rooms/{room_id}/events` gives it, from there or from a file; checked before it is believed.

import { readEntry } from '../../verify/log.ts';
import type { Entry } from '../../verify/log.ts';
import type { RoomEvent } from '../../room/events.ts';

/** An event with its commit's place and time (epoch ms). */
export interface LoggedEvent {
  readonly seq: number;
  readonly at: number;
  readonly event: RoomEvent;
}
export interface Log {
  readonly room: string;
  readonly events: readonly LoggedEvent[];
  /** The events as they were given. */
  readonly said: readonly unknown[];
}

/** Why there is nothing to replay. */
export type LogProblem =
  'no_session' | 'no_room' | 'not_yours' | 'unreachable' | 'not_a_log' | 'not_finished' | 'does_not_fit';
export type Result<T> =
  { readonly ok: true; readonly value: T } | { readonly ok: false; readonly why: LogProblem };

const problem = (why: LogProblem): Result<never> => ({ ok: false, why });

/** What a file or an answer says, when it is a log; a deal still in play makes it one that is not finished. */
export function readLog(given: unknown): Result<Log> {
  if (!isRecord(given) || !Array.isArray(given['events'])) return problem('not_a_log');
  const said = given['events'] as readonly unknown[];
  const events: LoggedEvent[] = [];
  for (const each of said) {
    const entry = readEntry(each);
    if (typeof entry === 'string') return problem('not_a_log');
    const event = wholeEvent(entry);
    if (event === null) return problem('not_finished');
    events.push({ seq: entry.seq, at: entry.at, event });
  }
  const room = given['room_id'];
  return { ok: true, value: { room: typeof room === 'string' ? room : '', events, said } };
}

/** What a log for others leaves out and no replay needs; it is there to be folded, and empty. */
const CUT = { player: '', connection: '', token: '' } as const;

/** The event as the room's fold knows it; null while its hands are not told. */
function wholeEvent({ event }: Entry): RoomEvent | null {
  if (event.type === 'Dealt' && (event.hands === undefined || event.proof.seed === undefined)) return null;
  // With what was cut put back and a deal complete, nothing of the event is missing.
  return { ...CUT, ...event } as RoomEvent;
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
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
    if (!answer.ok) return problem(REFUSED[answer.status] ?? 'unreachable');
    return { ok: true, value: (await answer.json()) as Page };
  } catch {
    return problem('unreachable');
  }
}
