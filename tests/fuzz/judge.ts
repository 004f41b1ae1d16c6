// What must be true of everything that leaves the system, whatever came in: frames, log lines, answers of the HTTP API.

import { findFieldProblem } from '../../scripts/play/frames.ts';
import { label } from '../../src/game/pieces.ts';
import { SEATS } from '../../src/game/seats.ts';
import type { Frame } from '../../src/protocol/server-frames.ts';
import { connectionOf } from '../../src/room/decide.ts';
import type { RoomRecord } from '../../src/room/record.ts';
import { FORGED, OPERATOR } from './requests.ts';
import { GUESTS, SESSION_SECRET } from './house.ts';
import { CANARY } from './strange.ts';

/** The first complaint of several checks; null when there is none. */
export function firstOf(...problems: readonly (string | null)[]): string | null {
  return problems.find((problem) => problem !== null) ?? null;
}

// ---- Frames ----

/** Markup in a text that goes out; none of ours has any. */
export function markupIn(text: string): string | null {
  return text.includes('<') ? `markup goes out: ${text}` : null;
}

/** What is wrong with a frame of the server, as it is read from its text. */
export function problemOfFrame(text: string): string | null {
  const frame = JSON.parse(text) as Frame;
  if (frame.event === 'error') return problemOfError(frame);
  const fields = isNamelessFarewell(frame) ? null : findFieldProblem(frame);
  return fields === null ? null : `not a frame of the server: ${fields}`;
}

/** Errors without fault that were judged already; there are not many different ones. */
const goodErrors = new Set<string>();

function problemOfError({ reply_to: _, ...frame }: Extract<Frame, { event: 'error' }>): string | null {
  const text = JSON.stringify(frame);
  if (goodErrors.has(text)) return null;
  const fields = findFieldProblem(frame);
  if (fields !== null) return `not a frame of the server: ${fields}`;
  if (frame.data.code === 'INTERNAL_ERROR') return 'INTERNAL_ERROR';
  if (text.includes(CANARY)) return `an error repeats what was sent: ${text}`;
  goodErrors.add(text);
  return null;
}

/** Who asks to leave once more, without a name, is told so once more; nothing knows the name any more. */
function isNamelessFarewell({ event, data }: Frame): boolean {
  return (event === 'player_left' || event === 'leave_game_success') && data.player_name === '';
}

/** What is wrong with the pieces that a frame shows to a connection. `recordAt` gives the room as of a commit. */
export function problemOfHand(
  frame: Frame,
  connection: string,
  recordAt: (seq: number) => RoomRecord | undefined,
): string | null {
  if (frame.event !== 'phase_change') return null;
  for (const [name, { hand }] of Object.entries(frame.data.players)) {
    if (hand === undefined) continue;
    const room = recordAt(frame.seq ?? 0)?.room;
    if (room === undefined || room.stage === 'none' || room.stage === 'closed' || room.stage === 'open')
      return 'a hand where there is no game';
    const seat = SEATS.find((each) => connectionOf(room.seats[each]) === connection);
    if (seat === undefined || room.seats[seat].name !== name) return `${connection} sees the hand of ${name}`;
    const held =
      room.stage === 'playing' && room.game.phase.name !== 'starting'
        ? room.game.phase.round.hands[seat]
        : [];
    if (held.map(label).join() !== hand.join()) return `${name} sees a hand that is not theirs`;
  }
  return null;
}

const FRAME_ID = /^[A-Za-z0-9_-]{1,64}$/;

/** What a frame's text holds of an event and of an id that can be answered to. */
export function readEnvelope(text: string): { readonly event?: unknown; readonly id?: string } {
  try {
    const json = JSON.parse(text) as unknown;
    if (typeof json !== 'object' || json === null || Array.isArray(json)) return {};
    const { event, id } = json as { event?: unknown; id?: unknown };
    return {
      event,
      ...(Object.hasOwn(json, 'id') && typeof id === 'string' && FRAME_ID.test(id) ? { id } : {}),
    };
  } catch {
    return {};
  }
}

// ---- Logs ----

/** Pieces, task tokens (of tests/support/clockwork.ts), seeds; sessions and secrets of this world; what strangers sent. */
const SECRETS = new RegExp(
  [
    '(?:GENERAL|ADVISOR|ELEPHANT|CHARIOT|HORSE|CANNON|SOLDIER)_(?:RED|BLACK)',
    'token-\\d',
    '[0-9a-f]{64}',
    ...GUESTS.flatMap(({ session }) => session.split('.')),
    SESSION_SECRET,
    OPERATOR,
    FORGED,
    CANARY,
  ].join('|'),
);

/** The secret in a line of a log, with a little around it. */
export function secretIn(line: string): string | null {
  const found = SECRETS.exec(line);
  if (found === null) return null;
  return `a log line holds ${found[0]}: …${line.slice(Math.max(0, found.index - 80), found.index + 80)}…`;
}

/** A log entry as text, with what JSON leaves out of errors. */
export function writtenOut(entry: unknown): string {
  return JSON.stringify(entry, (_key, value: unknown) =>
    value instanceof Error
      ? {
          ...Object.fromEntries(Object.entries(value)),
          name: value.name,
          message: value.message,
          stack: value.stack,
          cause: value.cause,
        }
      : value,
  );
}
