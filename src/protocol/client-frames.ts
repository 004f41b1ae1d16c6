// What clients may say: the text of a frame in, one typed `ClientFrame` or one typed reason out (docs/protocol.md).
// Other names for the same event (`play_pieces`, `accept_redeal`, …) end here; nothing behind this file knows them.

import * as z from 'zod/mini';
import { SEATS } from '../game/seats.ts';
import type { Seat } from '../game/seats.ts';
import { EMOTES } from './server-frames.ts';
import type { Emote } from './server-frames.ts';
import { DISPENSABLE } from '../room/room.ts';
import type { Dispensable } from '../room/room.ts';

/** The largest frame a client may send, in bytes of UTF-8 (docs/protocol.md, "Client frame"). */
export const MAX_FRAME_BYTES = 4096;
const MAX_NAME_LENGTH = 50;
/** A hand's positions are far below this; the room knows the hand and decides which of them exist. */
const MAX_PIECE_INDEX = 31;
const MAX_PIECES = 6;

/** A frame that is well formed; whether it may be acted on is for the room to say. `null`: the client did not tell. */
export type ClientFrame =
  | {
      readonly event: 'client_ready';
      readonly playerName: string | null;
      readonly roomId: string | null;
      readonly isReconnection: boolean;
      readonly without: readonly Dispensable[];
    }
  | { readonly event: 'ping'; readonly timestamp: number | null }
  | { readonly event: 'get_rooms' }
  | { readonly event: 'create_room'; readonly playerName: string; readonly isPrivate: boolean }
  | { readonly event: 'join_room'; readonly roomId: string; readonly playerName: string }
  | { readonly event: 'get_room_state' }
  | { readonly event: 'add_bot'; readonly slot: Seat }
  | { readonly event: 'remove_player'; readonly slot: Seat }
  /** The name is only good for an echo, should the seat be left already. */
  | { readonly event: 'leave_room'; readonly playerName: string | null }
  | { readonly event: 'start_game' }
  | { readonly event: 'redeal_decision'; readonly choice: 'accept' | 'decline' }
  | { readonly event: 'declare'; readonly value: number }
  | { readonly event: 'play'; readonly indices: readonly number[] }
  | { readonly event: 'player_ready' }
  | { readonly event: 'start_next_round' }
  | { readonly event: 'leave_game'; readonly playerName: string | null }
  | { readonly event: 'sync_request' }
  | { readonly event: 'emote'; readonly emote: Emote }
  | {
      readonly event: 'spectate';
      readonly roomId: string | null;
      readonly without: readonly Dispensable[];
    }
  | { readonly event: 'ack' };

/** Why a frame is refused: `message` is a sentence for a player and repeats nothing of what was sent. */
export interface FrameProblem {
  readonly code: 'INVALID_FRAME' | 'UNKNOWN_EVENT' | 'VALIDATION_ERROR' | 'FRAME_TOO_LARGE';
  readonly message: string;
  readonly details: Readonly<Record<string, unknown>>;
}

/**
 * The frame or its problem; `id` is there whenever the text held a usable one, so that the answer can name it. `seen`: the
 * newest commit of its room that the client has seen, if it says so.
 */
export type ParsedFrame =
  | { readonly ok: true; readonly frame: ClientFrame; readonly id?: string; readonly seen?: number }
  | ({ readonly ok: false; readonly id?: string } & FrameProblem);

// Characters nobody can see, or that reorder what is around them, would let one name pass for another.
// Only emoji need some of them, so those are taken out before looking.
const EMOJI_JOINERS =
  /(?<=[\p{Extended_Pictographic}\p{Emoji_Modifier}])\uFE0F|(?<=[\p{Extended_Pictographic}\p{Emoji_Modifier}]\uFE0F?)\u200D(?=\p{Extended_Pictographic})/gu;
const UNSEEN = /[\p{C}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}\u2800]/u;
const MARKUP = /[<>]|&#?\w+;/u;
/** Names are keys of objects on the wire; this one would vanish in a client that copies them carelessly. */
const RESERVED_NAME = '__proto__';

const PlayerName = z.string("A player's name is a text of 1 to 50 characters.").check(
  z.normalize('NFC'),
  z.trim(),
  z.refine(hasNameLength, "A player's name has 1 to 50 characters."),
  z.refine((name) => !UNSEEN.test(name.replace(EMOJI_JOINERS, '')), {
    error: "A player's name cannot hold control or invisible characters.",
  }),
  z.refine((name) => !MARKUP.test(name) && name !== RESERVED_NAME, "A player's name cannot hold markup."),
);
const RoomId = z
  .string('A room is named by its code of letters and digits.')
  .check(
    z.trim(),
    z.regex(/^[A-Za-z0-9]{1,16}$/, 'A room code is up to 16 letters and digits.'),
    z.toUpperCase(),
  );
const Slot = z.literal([...SEATS], 'Choose a seat from 1 to 4.');
const Declaration = z
  .int('Declare a whole number from 0 to 8.')
  .check(
    z.minimum(0, 'Declare a whole number from 0 to 8.'),
    z.maximum(8, 'Declare a whole number from 0 to 8.'),
  );
const PieceIndex = z
  .int('A piece is named by its position in your hand, counted from 0.')
  .check(
    z.minimum(0, 'A position in your hand cannot be below 0.'),
    z.maximum(MAX_PIECE_INDEX, 'That position is beyond the end of your hand.'),
  );
export const PieceIndices = z
  .array(PieceIndex, 'Name the pieces to play by their positions in your hand.')
  .check(
    z.minLength(1, 'Choose at least one piece to play.'),
    z.maxLength(MAX_PIECES, 'Choose at most six pieces to play.'),
    z.refine((indices) => new Set(indices).size === indices.length, 'Choose each piece only once.'),
  );
const Choice = z.literal(['accept', 'decline'], 'Answer the redeal with accept or decline.');

/** Optional fields may also be null: clients write both. */
const orNull = <T extends z.ZodMiniType>(schema: T) => z._default(z.nullable(schema), null);

/** Of the names those that this server knows: as with fields, a later client may know more. */
const Without = z.pipe(
  orNull(z.array(z.string('Name each frame to do without.'), 'Name the frames to do without in a list.')),
  z.transform((names) => DISPENSABLE.filter((known) => names?.includes(known))),
);

type FrameSchema = z.ZodMiniType<ClientFrame>;

/** An event that says all it has to say by its name. */
const bare = (frame: ClientFrame): FrameSchema =>
  z.pipe(
    z.object({}),
    z.transform(() => frame),
  );

const Play = z.pipe(
  z.pipe(
    z.object({ piece_indices: z.optional(z.unknown()), indices: z.optional(z.unknown()) }),
    z.transform(({ piece_indices, indices }) => ({ piece_indices: piece_indices ?? indices })),
  ),
  z.pipe(
    z.object({ piece_indices: PieceIndices }),
    z.transform(({ piece_indices }): ClientFrame => ({ event: 'play', indices: piece_indices })),
  ),
);

/** Every event a client may send, under each of its names, with what its `data` must hold. */
export const CLIENT_EVENTS: ReadonlyMap<string, FrameSchema> = new Map<string, FrameSchema>([
  [
    'client_ready',
    z.pipe(
      z.object({
        player_name: orNull(PlayerName),
        room_id: orNull(RoomId),
        is_reconnection: orNull(z.boolean('Whether this is a reconnection is true or false.')),
        without: Without,
      }),
      z.transform(({ player_name, room_id, is_reconnection, without }): ClientFrame => ({
        event: 'client_ready',
        playerName: player_name,
        roomId: room_id,
        isReconnection: is_reconnection ?? false,
        without,
      })),
    ),
  ],
  [
    'ping',
    z.pipe(
      z.object({ timestamp: orNull(z.number('The time of a ping is a number.')) }),
      z.transform(({ timestamp }): ClientFrame => ({ event: 'ping', timestamp })),
    ),
  ],
  ['get_rooms', bare({ event: 'get_rooms' })],
  ['request_room_list', bare({ event: 'get_rooms' })],
  [
    'create_room',
    z.pipe(
      z.object({
        player_name: PlayerName,
        private: orNull(z.boolean('Whether a room is private is true or false.')),
      }),
      z.transform((room): ClientFrame => ({
        event: 'create_room',
        playerName: room.player_name,
        isPrivate: room.private ?? false,
      })),
    ),
  ],
  [
    'join_room',
    z.pipe(
      z.object({ room_id: RoomId, player_name: PlayerName }),
      z.transform(({ room_id, player_name }): ClientFrame => ({
        event: 'join_room',
        roomId: room_id,
        playerName: player_name,
      })),
    ),
  ],
  ['get_room_state', bare({ event: 'get_room_state' })],
  ['add_bot', slotFrame('add_bot')],
  ['remove_player', slotFrame('remove_player')],
  ['leave_room', leaveFrame('leave_room')],
  ['start_game', bare({ event: 'start_game' })],
  [
    'redeal_decision',
    z.pipe(
      z.object({ choice: Choice }),
      z.transform(({ choice }): ClientFrame => ({ event: 'redeal_decision', choice })),
    ),
  ],
  ['accept_redeal', bare({ event: 'redeal_decision', choice: 'accept' })],
  ['request_redeal', bare({ event: 'redeal_decision', choice: 'accept' })],
  ['decline_redeal', bare({ event: 'redeal_decision', choice: 'decline' })],
  [
    'declare',
    z.pipe(
      z.object({ value: Declaration }),
      z.transform(({ value }): ClientFrame => ({ event: 'declare', value })),
    ),
  ],
  ['play', Play],
  ['play_pieces', Play],
  ['player_ready', bare({ event: 'player_ready' })],
  ['start_next_round', bare({ event: 'start_next_round' })],
  ['leave_game', leaveFrame('leave_game')],
  ['sync_request', bare({ event: 'sync_request' })],
  [
    'spectate',
    z.pipe(
      z.object({ room_id: orNull(RoomId), without: Without }),
      z.transform(({ room_id, without }): ClientFrame => ({ event: 'spectate', roomId: room_id, without })),
    ),
  ],
  [
    'emote',
    z.pipe(
      z.object({ emote: z.enum(EMOTES, 'Choose one of the eight emotes.') }),
      z.transform(({ emote }): ClientFrame => ({ event: 'emote', emote })),
    ),
  ],
  ['ack', bare({ event: 'ack' })],
]);

/** Safe in logs, keys and DynamoDB items; a UUID in every client of ours. */
const FrameId = z
  .string("A frame's id is a text.")
  .check(z.regex(/^[A-Za-z0-9_-]{1,64}$/, "A frame's id is up to 64 letters, digits, - and _."));
export const Envelope = z.object(
  {
    event: z.string('A frame names its event.'),
    data: orNull(z.record(z.string(), z.unknown(), "A frame's data is an object.")),
    id: orNull(FrameId),
    seen: orNull(
      z.int("A frame's seen is a whole number.").check(z.minimum(0, "A frame's seen is not below 0.")),
    ),
    sequence: orNull(z.number("A frame's sequence is a number.")),
    timestamp: orNull(z.number("A frame's timestamp is a number.")),
  },
  'A frame is an object with an event and its data.',
);

/** Reads one text frame of a client. Never throws, whatever the text. */
export function parseClientFrame(text: string): ParsedFrame {
  const json = parseJson(text);
  const answerTo = readId(json);
  if (exceedsLimit(text)) return { ok: false, ...answerTo, ...TOO_LARGE };
  if (json === undefined) return { ok: false, ...NOT_JSON };
  const envelope = Envelope.safeParse(json);
  if (!envelope.success) return { ok: false, ...answerTo, ...problem('INVALID_FRAME', envelope.error) };
  const schema = CLIENT_EVENTS.get(envelope.data.event);
  if (schema === undefined) return { ok: false, ...answerTo, ...UNKNOWN };
  const frame = schema.safeParse(envelope.data.data ?? {});
  if (!frame.success) return { ok: false, ...answerTo, ...problem('VALIDATION_ERROR', frame.error) };
  const { seen } = envelope.data;
  return { ok: true, ...answerTo, ...(seen === null ? {} : { seen }), frame: frame.data };
}

const TOO_LARGE: FrameProblem = {
  code: 'FRAME_TOO_LARGE',
  message: 'That message is too long; send at most 4 KB at once.',
  details: { limit: MAX_FRAME_BYTES },
};
const NOT_JSON: FrameProblem = {
  code: 'INVALID_FRAME',
  message: 'That message could not be read; send one JSON object.',
  details: {},
};
const UNKNOWN: FrameProblem = {
  code: 'UNKNOWN_EVENT',
  message: 'The server does not know that event; reload the page to get the current version.',
  details: { known: [...CLIENT_EVENTS.keys()] },
};

function slotFrame(event: 'add_bot' | 'remove_player'): FrameSchema {
  return z.pipe(
    z.object({ slot_id: Slot }),
    z.transform(({ slot_id }): ClientFrame => ({ event, slot: slot_id })),
  );
}

function leaveFrame(event: 'leave_room' | 'leave_game'): FrameSchema {
  return z.pipe(
    z.object({ player_name: orNull(PlayerName) }),
    z.transform(({ player_name }): ClientFrame => ({ event, playerName: player_name })),
  );
}

function hasNameLength(name: string): boolean {
  const length = Array.from(name).length;
  return length >= 1 && length <= MAX_NAME_LENGTH;
}

function exceedsLimit(text: string): boolean {
  return text.length > MAX_FRAME_BYTES || new TextEncoder().encode(text).length > MAX_FRAME_BYTES;
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** The id of a frame whose other parts may all be wrong. */
function readId(json: unknown): { readonly id?: string } {
  if (typeof json !== 'object' || json === null || !('id' in json)) return {};
  const id = FrameId.safeParse(json.id);
  return id.success ? { id: id.data } : {};
}

function problem(code: FrameProblem['code'], error: z.core.$ZodError): FrameProblem {
  const [first] = error.issues;
  return {
    code,
    message: first?.message ?? 'That message could not be read.',
    details: { field: first?.path.join('.') },
  };
}
