// The one way a room changes: load, decide, append, then tell. Every source of commands comes through here: a player's
// frame, a connection that ends, a phase of the state machine, a tick of the queue.

import { isDeepStrictEqual } from 'node:util';
import { decide, connectionOf, seatOf } from '../room/decide.ts';
import type { Circumstances, Command } from '../room/commands.ts';
import { nextTick } from '../room/due.ts';
import { applyCommit, wasHandled } from '../room/record.ts';
import type { Commit, RoomRecord } from '../room/record.ts';
import type { Rejection } from '../room/rejections.ts';
import { isLive, listenersOf } from '../room/room.ts';
import type { ConnectionId, Dispensable, PlayerId, Room, RoomId, TaskToken } from '../room/room.ts';
import { framesFor, inReplyTo, roomClosed, sparing } from '../protocol/frames.ts';
import type { Change } from '../protocol/frames.ts';
import type { Frame } from '../protocol/server-frames.ts';
import { SEATS } from '../game/seats.ts';
import type { Seat } from '../game/seats.ts';
import { SNAPSHOT_EVERY } from '../store/log.ts';
import { clocksOf, effectsOf, isErrand, leadsOn, settleTask, tickOf } from './effects.ts';
import type { Effect, Errand } from './effects.ts';
import { ensureExecution, gameRefOf, startExecution } from './executions.ts';
import type { Driven } from './executions.ts';
import { settleUsage, usageOfCommit } from './meter.ts';
import type { Ports, Send } from './ports.ts';
import { nanodollarsOf } from './prices.ts';
import { publish } from './publish.ts';

/** A command for a room, and who waits for the answer. */
export interface Order {
  readonly room: RoomId;
  readonly command: Command;
  /** A player id, or `phase`, `tick`, `presence`; with `commandId` the key of exactly-once. */
  readonly by: PlayerId;
  readonly commandId: string;
  /** The newest commit that whoever orders knows of: what this instance remembers will do if it is not older. */
  readonly seen?: number;
  readonly sender?: Sender;
}
export interface Sender {
  readonly connection: ConnectionId;
  /** The `id` of the frame to answer. */
  readonly replyTo?: string;
  /** What the sender is told instead of the state that everybody gets. */
  readonly answer?: (change: Change) => readonly Frame[];
}

/**
 * How a command ended. `committed`: its effect is in the log. `unchanged`: there was nothing to do. `repeated`: an earlier
 * try did it. `gone`: there is no such room (any more), or a new one cannot have the id. `reply`: what the sender is owed and was not sent already; one
 * frame at the most for a committed command. `failed`: effects that did not work, for callers who can try again.
 */
export type Outcome =
  | {
      readonly kind: 'committed' | 'unchanged' | 'repeated';
      readonly record: RoomRecord;
      readonly reply: readonly Frame[];
      readonly failed: readonly Effect['effect'][];
    }
  | { readonly kind: 'rejected'; readonly rejection: Rejection }
  | { readonly kind: 'gone' };

/** Somebody else's commit was faster this many times in a row. Far more than four players can cause. */
const MAX_TRIES = 12;
const BACKOFF_MS = 10;

/** A record to decide on: `log` as read in this call, `memory` as this instance remembers the room, which may be outdated. */
interface Basis {
  readonly record: RoomRecord;
  readonly from: 'log' | 'memory';
}

/**
 * Executes one command. Throws when the store does, or when the room is too busy; then nothing was committed by this call.
 * What memory says is proved by the conditional write or, if nothing is to be written, confirmed by a load.
 */
export async function execute(ports: Ports, order: Order): Promise<Outcome> {
  const { store, memory, meter, clock, random } = ports;
  let basis = recall(ports, order) ?? (await load(ports, order.room));
  for (let tries = 1; tries <= MAX_TRIES; tries++) {
    const { record } = basis;
    const at = Math.max(clock.now(), record.at);
    const judged = judge(order, record, { now: clock.now(), at, proof: random.proof() });
    if (judged.kind !== 'commit') {
      if (basis.from === 'log') return settle(ports, order, record, judged);
      basis = await load(ports, order.room);
      continue;
    }
    const { change, told } = changeBy(ports, order, record, newCommit(record, order, judged.events, at));
    const { commit, after } = change;
    const appended = await store.append(withSnapshot(commit, after));
    if (appended.kind === 'appended') {
      memory.keep(order.room, after);
      settleUsage(meter, change);
      if (commit.usage !== undefined) ports.tally.count('nanodollars', nanodollarsOf(commit.usage));
      return committed(ports, order, change, told);
    }
    ports.tally.count('conflicts');
    basis = await afterDefeat(ports, order.room, basis, { winner: appended.winner, tries });
    if (tries > 1) await clock.pause(random.fraction() * BACKOFF_MS * tries);
  }
  throw new Error(`Room ${order.room} is too busy`);
}

/** What this instance remembers, if the one who orders knows of nothing newer. A record behind that is bound to lose. */
function recall({ memory }: Ports, { room, seen }: Order): Basis | null {
  const record = seen === undefined ? null : memory.recall(room);
  return record !== null && seen !== undefined && record.seq >= seen ? { record, from: 'memory' } : null;
}

async function load({ store, memory }: Ports, room: RoomId): Promise<Basis> {
  const record = await store.load(room);
  memory.keep(room, record);
  return { record, from: 'log' };
}

/**
 * What to decide on when somebody else's commit came first. The winner saves a read if it is the next one; but memory that
 * is beaten again is far behind, and every further guess would cost a write.
 */
async function afterDefeat(
  ports: Ports,
  room: RoomId,
  { record, from }: Basis,
  { winner, tries }: { readonly winner: Commit | null; readonly tries: number },
): Promise<Basis> {
  if (winner?.seq !== record.seq + 1 || (from === 'memory' && tries > 1)) return load(ports, room);
  return { record: applyCommit(record, winner), from };
}

/** What is to become of an order in a room as some record has it. */
type Judgement =
  | { readonly kind: 'commit'; readonly events: Commit['events'] }
  | { readonly kind: 'repeated' | 'unchanged' | 'gone' }
  | Extract<Outcome, { kind: 'rejected' }>;

function judge(
  { command, by, commandId }: Order,
  record: RoomRecord,
  { now, ...given }: { readonly now: number } & Circumstances,
): Judgement {
  if (wasHandled(record, by, commandId)) return { kind: 'repeated' };
  if (!isPossible(command, record, now)) return { kind: 'gone' };
  const decision = decide(record.room, command, given);
  if (decision.kind === 'rejected') return decision;
  return decision.events.length === 0 ? { kind: 'unchanged' } : { kind: 'commit', events: decision.events };
}

/** The outcome of an order that commits nothing. */
function settle(
  ports: Ports,
  order: Order,
  record: RoomRecord,
  judged: Exclude<Judgement, { kind: 'commit' }>,
): Promise<Outcome> | Outcome {
  switch (judged.kind) {
    case 'repeated':
      return repeated(ports, order, record);
    case 'unchanged':
      return unchanged(ports, order, record);
    case 'gone':
      return { kind: 'gone' };
    case 'rejected':
      return judged;
  }
}

/** Whether there is a room for the command, or for a new one none yet: its id is free. */
function isPossible(command: Command, record: RoomRecord, now: number): boolean {
  return command.type === 'openRoom' ? record.seq === 0 : !isGone(record, now);
}

/** Whether there is no room behind a record: never was, closed, or idle for too long. `now` in epoch ms. */
export function isGone({ room, at }: RoomRecord, now: number): boolean {
  if (!isLive(room)) return true;
  return now - at > room.settings.roomTtlSeconds * 1_000;
}

// ---- The commit ----

function newCommit(record: RoomRecord, order: Order, events: Commit['events'], at: number): Commit {
  const { room, by, commandId } = order;
  return { room, seq: record.seq + 1, at, by, commandId, events };
}

/** What a commit changes and who is told what; the commit carries what its game uses, telling included. */
function changeBy(
  { meter }: Ports,
  { sender }: Order,
  before: RoomRecord,
  commit: Commit,
): { readonly change: Change; readonly told: Told } {
  const bare = { before, after: applyCommit(before, commit), commit };
  const told = deliveries(sender, bare);
  const usage = usageOfCommit(meter, { ...bare, commit: withSnapshot(commit, bare.after) }, told);
  if (usage === undefined) return { change: bare, told };
  const charged = { ...commit, usage };
  return { change: { before, after: applyCommit(before, charged), commit: charged }, told };
}

/** The commit as it is stored: with a snapshot when one is due, and with the time of what comes next. */
function withSnapshot(commit: Commit, after: RoomRecord): Commit {
  const wakeAt = nextTick(after.room);
  const isDue = commit.seq % SNAPSHOT_EVERY === 0;
  return { ...commit, ...(isDue ? { snapshot: after } : {}), ...(wakeAt === null ? {} : { wakeAt }) };
}

// ---- After the commit ----

async function committed(ports: Ports, order: Order, change: Change, told: Told): Promise<Outcome> {
  const { after, before, commit } = change;
  const { own, sends } = told;
  const failed = await perform(ports, order, after, sends, effectsOf(before, after, ports.clock.now()));
  for (const event of commit.events) {
    ports.tally.count(`events.${event.type}`);
    if (event.type === 'GameEnded') ports.tally.count(`games.${event.outcome}`);
  }
  return { kind: 'committed', record: after, reply: own, failed };
}

/** A change that changes nothing, to tell the room as it is. */
function nothingNew({ room, by, commandId }: Order, record: RoomRecord): Change {
  const { seq, at } = record;
  return { before: record, after: record, commit: { room, seq, at, by, commandId, events: [] } };
}

/** An earlier try of the same command did its work but may have died after it: everything is told and asked for again. */
async function repeated(ports: Ports, order: Order, record: RoomRecord): Promise<Outcome> {
  const { own, sends } = deliveries(order.sender, nothingNew(order, record));
  const failed = await perform(ports, order, record, sends, effectsOf(null, record, ports.clock.now()));
  return { kind: 'repeated', record, reply: own, failed };
}

/** Nothing to do in the room, but a passer-by sees to what is overdue, and a token for a phase long over is settled. */
async function unchanged(ports: Ports, order: Order, record: RoomRecord): Promise<Outcome> {
  const now = ports.clock.now();
  const effects = order.command.type === 'tick' ? [] : effectsOf(record, record, now);
  const failed = await perform(ports, order, record, [], effects);
  return {
    kind: 'unchanged',
    record,
    reply: order.sender === undefined ? [] : answerOf(order.sender, nothingNew(order, record)),
    failed,
  };
}

/** What a command itself is owed, whatever came of it: the end of a token that the room is past or never took. */
function ownEffects(command: Command, record: RoomRecord, now: number): readonly Effect[] {
  const { room } = record;
  const at = Math.max(now, record.at);
  if (command.type === 'enterPhase') return settleTask(room, command.game, command, at);
  if (command.type !== 'tick' || room.stage !== 'playing') return [];
  // What the state machine has not heard of: that a pause is over, or a callback that was lost.
  const { number, task } = room.game;
  if (task !== null) return settleTask(room, number, task, at);
  const due = nextTick(room);
  // A tick found the execution not started yet: ask again, that is all the tick is for.
  return due !== null && due <= now
    ? effectsOf(null, record, now).filter(({ effect }) => effect === 'startExecution')
    : [];
}

interface Told {
  readonly own: readonly Frame[];
  readonly sends: readonly Send[];
}

/** The frames of all who are connected; the sender's own single frame is not sent but returned. */
function deliveries(sender: Sender | undefined, change: Change): Told {
  const { room } = change.after;
  const sends: Send[] = [];
  const send = (connectionId: ConnectionId, frames: readonly Frame[]) =>
    sends.push({ connectionId, frames: sparing(frames, choiceOf(room, connectionId)) });
  for (const seat of SEATS) {
    const connectionId = connectionAt(room, seat);
    if (connectionId === null || connectionId === sender?.connection) continue;
    send(connectionId, framesFor<Seat>(change, seat));
  }
  const watching = spectatorsOf(room).filter((connectionId) => connectionId !== sender?.connection);
  if (watching.length > 0) {
    const frames = framesFor(change, null);
    for (const connectionId of watching) send(connectionId, frames);
  }
  sends.push(...farewells(sender, change));
  if (sender === undefined) return { own: [], sends };
  const own = answerOf(sender, change);
  if (own.length <= 1) return { own, sends };
  return { own: [], sends: [...sends, { connectionId: sender.connection, frames: own }] };
}

function answerOf(sender: Sender, change: Change): readonly Frame[] {
  const { room } = change.after;
  const seat = seatOf(room, sender.connection);
  const state = () => sparing(framesFor<Seat>(change, seat), choiceOf(room, sender.connection));
  const frames = sender.answer?.(change) ?? state();
  return frames.map((frame) => inReplyTo(frame, sender.replyTo));
}

/** Those who were connected and have no seat any more, because the room closed or they were removed. */
function farewells(sender: Sender | undefined, change: Change): readonly Send[] {
  const { before, after, commit } = change;
  const isClosed = after.room.stage === 'closed';
  const removed = commit.events.flatMap((event) =>
    event.type === 'SeatVacated' && event.reason === 'removed' ? [event.seat] : [],
  );
  const leaving = isClosed
    ? connectionsOf(before.room)
    : removed.flatMap((seat) => connectionAt(before.room, seat) ?? []);
  const frames = isClosed ? framesFor(change, null) : [roomClosed('removed')];
  return leaving
    .filter((connectionId) => connectionId !== sender?.connection)
    .map((connectionId) => ({ connectionId, frames, close: true }));
}

/** Every connection that hears of a room: of those who sit, and of those who watch. */
export function connectionsOf(room: Room): readonly ConnectionId[] {
  return isLive(room) ? listenersOf(room).map(({ connection }) => connection) : [];
}

function spectatorsOf(room: Room): readonly ConnectionId[] {
  return isLive(room) ? room.spectators.map(({ connection }) => connection) : [];
}

function connectionAt(room: Room, seat: Seat): ConnectionId | null {
  if (!isLive(room)) return null;
  return connectionOf(room.seats[seat]);
}

/** What somebody connected chose not to be told. */
function choiceOf(room: Room, connection: ConnectionId): readonly Dispensable[] {
  if (!isLive(room)) return [];
  return listenersOf(room).find((each) => each.connection === connection)?.without ?? [];
}

/**
 * Does all effects side by side, but what leads to the next commit after the frames of this one. What fails is logged and
 * named, for it heals by itself (docs/architecture.md, 8). A sender's reply need not wait until everybody else has theirs;
 * without a sender nobody waits, and the state machine or the queue may go on to the next commit.
 */
async function perform(
  ports: Ports,
  { room, command, sender }: Order,
  record: RoomRecord,
  sends: readonly Send[],
  effects: readonly Effect[],
): Promise<readonly Effect['effect'][]> {
  const what = { room, command: command.type };
  const own = ownEffects(command, record, ports.clock.now());
  const all = [...effects, ...own.filter((each) => !effects.some((other) => isDeepStrictEqual(each, other)))];
  // Who has no answer to wait for does everything itself, and is asked again when something failed.
  const isDelegated = (effect: Effect): effect is Errand =>
    sender !== undefined && sends.length > 0 && isErrand(effect);
  const errands = all.filter(isDelegated);
  const telling =
    sends.length === 0
      ? null
      : publish(ports, { roomId: room, seq: record.seq, sends, ...(errands.length > 0 && { errands }) });
  const working = all
    .filter((effect) => !isDelegated(effect))
    .map(async (effect) => {
      if (leadsOn(effect)) await telling?.ended;
      const isDone = await guard(ports, { ...what, what: effect.effect }, performOne(ports, room, effect));
      return isDone ? [] : [effect.effect];
    });
  const told = sender === undefined ? telling?.ended : telling?.begun;
  const [failed] = await Promise.all([Promise.all(working), told, ports.tally.flush()]);
  return failed.flat();
}

async function guard(
  { log, tally }: Ports,
  { room, command, what }: { room: RoomId; command: Command['type'] | 'errand'; what: string },
  work: Promise<void>,
): Promise<boolean> {
  try {
    await work;
    return true;
  } catch (error) {
    log.error('An effect failed', { room, command, effect: what, error });
    tally.count(`failures.${what}`);
    return false;
  }
}

/** Does what was left to the broadcaster. What fails is logged. */
export async function runErrands(ports: Ports, room: RoomId, errands: readonly Errand[]): Promise<void> {
  await Promise.all(
    errands.map((errand) =>
      guard(ports, { room, command: 'errand', what: errand.effect }, performOne(ports, room, errand)),
    ),
  );
}

async function performOne(ports: Ports, room: RoomId, effect: Effect): Promise<void> {
  const { phases, ticks, store, clock } = ports;
  switch (effect.effect) {
    case 'startExecution': {
      const { game, startedAt, clocks } = effect;
      const begin = effect.isFirst ? startExecution : ensureExecution;
      const driven = await begin(phases, { roomId: room, game, startedAt }, clocks);
      if (driven.kind === 'started' && driven.closed.length > 0) reportReplaced(ports, room, driven);
      return;
    }
    case 'heartbeat':
      return seeDriven(ports, room, effect.token, phases.heartbeat(effect.token));
    case 'completeTask':
      return seeDriven(ports, room, effect.token, phases.complete(effect.token, { round: effect.round }));
    case 'failTask':
      return seeDriven(
        ports,
        room,
        effect.token,
        phases.fail(effect.token, effect.error, 'The game has ended'),
      );
    case 'scheduleTick':
      return ticks.schedule(
        { kind: 'room', roomId: room, seq: effect.seq, due: effect.due },
        effect.delaySeconds,
      );
    case 'list':
      await store.project(effect.listing);
      break;
    case 'unlist':
      await store.unlist(effect.room, effect.seq);
      break;
  }
  if (!effect.tellLobby) return;
  const pulse = await store.pulseLobby(clock.now());
  if (pulse !== null) await ticks.schedule({ kind: 'lobby' }, pulse.delaySeconds);
}

/**
 * A callback that nobody waits for is normal: the task was entered again meanwhile, with a token that the room knows or is about
 * to hear of. But if the game has no execution that runs, as after a table was restored, it gets one, or it would stand still.
 */
async function seeDriven(
  ports: Ports,
  id: RoomId,
  token: TaskToken,
  callback: Promise<boolean>,
): Promise<void> {
  if (await callback) return;
  const { room } = await ports.store.load(id);
  const run = gameRefOf(room);
  if (run === null || room.stage !== 'playing' || room.game.task?.token !== token) return;
  const driven = await ensureExecution(ports.phases, run, clocksOf(room.settings));
  if (driven.kind === 'started') reportReplaced(ports, id, driven);
}

function reportReplaced(
  { log, tally }: Ports,
  room: RoomId,
  { name, closed }: Extract<Driven, { kind: 'started' }>,
): void {
  log.error('A game in play had no execution that ran: another drives it now', { room, name, closed });
  tally.count('failures.execution');
}

/** Schedules a room's tick again; for one that came before its time (a delay is 15 minutes at the most). */
export async function scheduleAgain(ports: Ports, room: RoomId, record: RoomRecord): Promise<void> {
  await Promise.all(tickOf(record, ports.clock.now()).map((effect) => performOne(ports, room, effect)));
}
