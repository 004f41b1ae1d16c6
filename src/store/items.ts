// Every item of the table as a zod schema, and the one way to read one: parsed, or an error that says where it is wrong.

import * as z from 'zod/mini';
import type { Commit, RoomRecord } from '../room/record.ts';
import type { Listing } from '../room/listing.ts';
import type { ConnectionId, PlayerId, RoomId } from '../room/room.ts';
import { USAGE_NAMES, usageFrom } from '../room/usage.ts';
import type { Usage, UsageName } from '../room/usage.ts';
import { COMMIT_PREFIX, commitKey, connectionOf, LISTED_STAGES, roomOf, seqOf } from './keys.ts';
import { outcome } from './finished-schema.ts';
import { colour, room, roomEvent } from './room-schemas.ts';
import type { Holds, Same } from './room-schemas.ts';

/** An item as the document client hands it out, before anything about it is known. */
export type Item = Readonly<Record<string, unknown>>;

/** What the directory keeps of a room: its listing, as of `seq`. */
export type DirectoryEntry = Listing;

/** Who is at the other end of a socket, and where. `at`: when it was opened, epoch ms. */
export interface Connection {
  readonly connection: ConnectionId;
  /** A room, or `LOBBY`. */
  readonly room: RoomId;
  readonly player: PlayerId;
  readonly at: number;
}

const key = { PK: z.string(), SK: z.string() };
const ttl = z.number();

/** Amounts in the order of `USAGE_NAMES`: their names in every commit would be most of what it weighs. */
const usage = z.array(z.number()).check(z.length(USAGE_NAMES.length));
/** A record, but for what its commit says. `handled` is in order, which a map in the table would not keep. */
const snapshot = z.object({
  room,
  handled: z.array(z.object({ by: z.string(), ids: z.array(z.object({ id: z.string(), at: z.number() })) })),
  usage,
});
/** A commit, but for what its key says. */
const commitItem = z.object({
  at: z.number(),
  by: z.string(),
  commandId: z.string(),
  events: z.array(roomEvent),
  snapshot: z.exactOptional(snapshot),
  wakeAt: z.exactOptional(z.number()),
  usage: z.exactOptional(usage),
});
const headItem = z.object({ at: z.number(), wakeAt: z.exactOptional(z.number()) });
const commitKeySchema = z.object({
  PK: z.string(),
  SK: z.string().check(z.regex(new RegExp(`^${COMMIT_PREFIX}\\d+$`))),
});

const directoryEntry = z.object({
  room: z.string(),
  seq: z.int(),
  stage: z.enum(LISTED_STAGES),
  createdAt: z.number(),
  lastActivity: z.number(),
  isPrivate: z.boolean(),
  hostName: z.string(),
  seats: z
    .array(z.nullable(z.object({ name: z.string(), isBot: z.boolean(), isHost: z.boolean(), colour })))
    .check(z.length(4)),
  connectedHumans: z.int(),
  game: z.int(),
  outcome: z.exactOptional(outcome),
});
const connectionItem = z.object({ ...key, room: z.string(), player: z.string(), at: z.number(), ttl });
const memberItem = z.object({ ...key, ttl });
const tallyItem = z.catchall(z.object({ ...key, ttl }), z.number());
const rateItem = z.object({ hits: z.int() });
const pulseItem = z.object({ pulseAt: z.exactOptional(z.number()), spacing: z.exactOptional(z.int()) });

/** A commit as an item, but for its `ttl`. */
export function commitToItem({ room, seq, snapshot, usage, ...commit }: Commit): Item {
  return {
    ...commitKey(room, seq),
    ...commit,
    ...(snapshot && { snapshot: recordToSnapshot(snapshot) }),
    ...(usage && { usage: usageToList(usage) }),
  };
}

export function itemToCommit(item: Item): Commit {
  const { snapshot, usage, ...commit } = parse(commitItem, item);
  const { room, seq } = commitPlace(item);
  const { at } = commit;
  return {
    room,
    seq,
    ...commit,
    ...(snapshot && { snapshot: { seq, at, ...snapshotToRecord(snapshot) } }),
    ...(usage && { usage: listToUsage(usage) }),
  };
}

type Snapshot = z.output<typeof snapshot>;
type Snapped = Pick<RoomRecord, 'room' | 'handled' | 'usage'>;

function recordToSnapshot({ room, handled, usage }: Snapped): Item {
  return {
    room,
    usage: usageToList(usage),
    handled: Object.entries(handled).map(([by, ids]) => ({ by, ids })),
  };
}

function snapshotToRecord({ room, handled, usage }: Snapshot): Snapped {
  return {
    room,
    handled: Object.fromEntries(handled.map(({ by, ids }) => [by, ids])),
    usage: listToUsage(usage),
  };
}

function usageToList(usage: Usage): readonly number[] {
  return USAGE_NAMES.map((name) => usage[name]);
}

function listToUsage(amounts: readonly number[]): Usage {
  const amountOf = (name: UsageName): number => amounts[USAGE_NAMES.indexOf(name)] ?? 0;
  return usageFrom(amountOf);
}

/** When the last thing happened in a room, and when the next is due (epoch ms). */
export interface Head {
  readonly seq: number;
  readonly at: number;
  readonly wakeAt?: number;
}
export function itemToHead(item: Item): Head {
  return { seq: commitPlace(item).seq, ...parse(headItem, item) };
}

function commitPlace(item: Item): { room: RoomId; seq: number } {
  const { PK, SK } = parse(commitKeySchema, item);
  return { room: roomOf(PK), seq: seqOf(SK) };
}

export function itemToEntry(item: Item): DirectoryEntry {
  return parse(directoryEntry, item);
}

export function itemToConnection(item: Item): Connection & { readonly ttl: number } {
  const { PK, room, player, at, ttl } = parse(connectionItem, item);
  return { connection: connectionOf(PK), room, player, at, ttl };
}

export function itemToMember(item: Item): { readonly connection: ConnectionId; readonly ttl: number } {
  const { SK, ttl } = parse(memberItem, item);
  return { connection: connectionOf(SK), ttl };
}

/** A room that a player made. */
export function itemToMade(item: Item): { readonly room: RoomId; readonly ttl: number } {
  const { SK, ttl } = parse(memberItem, item);
  return { room: roomOf(SK), ttl };
}

const COUNT_PREFIX = 'count:';
/** The attribute that counts something, so named that it can be no other. */
export function countAttribute(name: string): string {
  return `${COUNT_PREFIX}${name}`;
}
/** What one shard counted in a minute, by name. */
export interface MinuteTally {
  readonly minute: string;
  readonly counts: Readonly<Record<string, number>>;
}
export function itemToTally(item: Item): MinuteTally {
  const { SK: minute, ...attributes } = parse(tallyItem, item);
  const counts = Object.entries(attributes).flatMap(([attribute, count]) =>
    attribute.startsWith(COUNT_PREFIX) && typeof count === 'number'
      ? [[attribute.slice(COUNT_PREFIX.length), count] as const]
      : [],
  );
  return { minute, counts: Object.fromEntries(counts) };
}

/** When the lobby's latest pulse was or will be (epoch ms), and how many seconds two must be apart. */
export function itemToPulse(item: Item): { readonly pulseAt?: number; readonly spacing?: number } {
  return parse(pulseItem, item);
}

export function itemToHits(item: Item): number {
  return parse(rateItem, item).hits;
}

/**
 * An item of the table does not fit its schema. It names the item by its key (of a commit: room and seq) and the
 * field, and never shows what is there: that may be somebody's hand.
 */
export class CorruptItem extends Error {
  readonly item: string;
  readonly field: string;
  constructor(item: Item, path: readonly PropertyKey[]) {
    const name = `${shown(item['PK'])} ${shown(item['SK'])}`;
    const field = path.map(String).join('.');
    super(`Corrupt item ${name} at ${field}`);
    this.name = 'CorruptItem';
    this.item = name;
    this.field = field;
  }
}

function shown(key: unknown): string {
  return typeof key === 'string' ? key : '?';
}

/** An item by its schema. Throws `CorruptItem`. */
export function parse<T>(schema: z.ZodMiniType<T>, item: Item): T {
  const parsed = z.safeParse(schema, item);
  if (parsed.success) return parsed.data;
  throw new CorruptItem(item, parsed.error.issues[0]?.path ?? []);
}

/** If this does not compile, what is written and what is read are no longer the same. */
export type ItemSchemasAreExact = [
  Holds<Same<z.output<typeof directoryEntry>, DirectoryEntry>>,
  Holds<
    Same<
      Omit<z.output<typeof commitItem>, 'snapshot' | 'usage'>,
      Omit<Commit, 'room' | 'seq' | 'snapshot' | 'usage'>
    >
  >,
  Holds<Same<z.output<typeof headItem>, Omit<Head, 'seq'>>>,
];
