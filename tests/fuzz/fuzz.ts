// Fuzzing in process: the handlers' code gets frames, requests and handshakes that a grammar made and chance broke, in a world
// with rooms in every stage and games in every phase; and everything that comes out is judged. The same seed does the same.

import { isDeepStrictEqual } from 'node:util';
import { answer } from '../../src/app/answer.ts';
import { commandIdOf } from '../../src/app/ids.ts';
import { broadcast } from '../../src/app/broadcast.ts';
import type { HttpApi } from '../../src/app/http-parts.ts';
import type { Delivery } from '../../src/app/ports.ts';
import { DeliveryPayload, TickPayload } from '../../src/handlers/payloads.ts';
import { readSocketEvent } from '../../src/handlers/socket-event.ts';
import type { Frame } from '../../src/protocol/server-frames.ts';
import { wasHandled } from '../../src/room/record.ts';
import { commitToItem, itemToCommit } from '../../src/store/items.ts';
import { openApi, problemOfRequest } from './api.ts';
import { Dice } from './dice.ts';
import { draft, frameOf, mangled } from './grammar.ts';
import { House } from './house.ts';
import type { Guest, Speaker } from './house.ts';
import { markupIn, problemOfFrame, problemOfHand, readEnvelope, secretIn, writtenOut } from './judge.ts';
import { handshakeOf, requestOf } from './requests.ts';
import { problemOfHandshake } from './sockets.ts';

export interface Finding {
  /** Of the world: a run that begins with it meets the same again at the same step. */
  readonly seed: number;
  readonly step: number;
  readonly input: unknown;
  readonly problem: string;
}
export interface Report {
  /** Frames, requests and handshakes. */
  readonly frames: number;
  readonly finding: Finding | null;
  /** How often: each kind of input, each code of an error, each stage or phase a frame met. */
  readonly met: Readonly<Record<string, number>>;
}

/** A world lasts this long, so that a finding is met again soon. */
export const FRAMES_A_WORLD = 1_000;

/** So many frames, in the worlds of `seed`, `seed + step`, … */
export interface Run {
  readonly frames: number;
  readonly seed: number;
  readonly step?: number;
}

/** Tries so many frames, in one world after the other; ends at the first finding. */
export async function fuzz({ frames, seed, step = 1 }: Run): Promise<Report> {
  const met = new Map<string, number>();
  let done = 0;
  for (let world = seed; done < frames; world += step) {
    const result = await new Fuzzer(world, met).run(Math.min(FRAMES_A_WORLD, frames - done));
    done += result.frames;
    if (result.finding !== null)
      return { frames: done, finding: result.finding, met: Object.fromEntries(met) };
  }
  return { frames: done, finding: null, met: Object.fromEntries(met) };
}

/** Thrown where something is wrong, to where the input is known. */
class Wrong extends Error {}

const KINDS = { frame: 80, request: 3, handshake: 4, repeat: 3, volley: 1, flood: 0.03, leave: 1.5 };
/** More than a connection may send at once, and more than it may send after being refused. */
const FLOOD = 80;

class Fuzzer {
  readonly #seed: number;
  readonly #dice: Dice;
  readonly #house: House;
  readonly #api: HttpApi;
  readonly #met: Map<string, number>;
  readonly #overheard: string[] = [];
  #frames = 0;
  #step = 0;
  #input: unknown = null;
  /** The latest frame that has changed something and can be recognised when it comes again. */
  #repeatable: { readonly speaker: Speaker; readonly text: string } | null = null;

  constructor(seed: number, met: Map<string, number>) {
    this.#seed = seed;
    this.#met = met;
    this.#dice = new Dice(seed);
    this.#house = new House(seed, this.#dice);
    this.#api = openApi(this.#house);
  }

  async run(frames: number): Promise<{ readonly frames: number; readonly finding: Finding | null }> {
    const silence = overhear(this.#overheard);
    try {
      await this.#house.furnish();
      while (this.#frames < frames) {
        this.#step++;
        await this.#goOn();
        await this.#try();
      }
      return { frames: this.#frames, finding: null };
    } catch (error) {
      const problem = error instanceof Wrong ? error.message : `it threw ${writtenOut(error)}`;
      return {
        frames: this.#frames,
        finding: { seed: this.#seed, step: this.#step, input: this.#input, problem },
      };
    } finally {
      silence();
    }
  }

  async #goOn(): Promise<void> {
    const { world } = this.#house;
    world.pass(this.#dice.between(0, 4) / 10);
    if (!this.#dice.chance(this.#house.isAwaited() ? 0.03 : 0.3)) return;
    world.forget();
    this.#input = 'the game goes on';
    await this.#house.goOn();
    await this.#deliver();
  }

  async #try(): Promise<void> {
    const kind = this.#dice.weighted(KINDS);
    this.#count(kind);
    switch (kind) {
      case 'frame':
        return this.#tryFrame();
      case 'request':
        return this.#tryRequest();
      case 'handshake':
        return this.#tryHandshake();
      case 'repeat':
        return this.#tryAgain();
      case 'volley':
        return this.#tryVolley();
      case 'flood':
        return this.#tryFlood();
      case 'leave':
        return this.#tryLeaving();
    }
  }

  // ---- Frames ----

  #draw(): { readonly speaker: Speaker; readonly text: string } {
    const dice = this.#dice;
    const wish = dice.chance(0.4) ? this.#house.wish() : null;
    const speaker = wish !== null && dice.chance(0.9) ? wish.speaker : this.#house.anybody();
    const meant = wish?.draft ?? draft(dice, this.#house.scene);
    const make = dice.chance(wish === null ? 0.5 : 0.2) ? mangled : frameOf;
    return { speaker, text: make(dice, meant, this.#frames) };
  }

  async #tryFrame(): Promise<void> {
    const { speaker, text } = this.#draw();
    const changes = await this.#hear(speaker, text);
    if (changes > 0 && readEnvelope(text).id !== undefined) this.#repeatable = { speaker, text };
  }

  /** A frame that comes again under its id changes nothing. */
  async #tryAgain(): Promise<void> {
    const { speaker, text } = this.#draw();
    if ((await this.#hear(speaker, text)) > 0) this.#repeatable = { speaker, text };
    const again = this.#repeatable;
    this.#repeatable = null;
    if (again === null || readEnvelope(again.text).id === undefined) return;
    if (again.text !== text) return;
    const changes = await this.#hear(again.speaker, again.text);
    if (changes > 0) throw new Wrong('a frame that came again was done again');
  }

  /** Several at the same moment: their commits race each other. */
  async #tryVolley(): Promise<void> {
    const { world, ports } = this.#house;
    const drawn = Array.from({ length: this.#dice.between(2, 4) }, () => this.#draw());
    this.#input = drawn.map(({ speaker, text }) => ({ connection: speaker.connection, text }));
    this.#frames += drawn.length;
    world.forget();
    const replies = await Promise.all(
      drawn.map(({ speaker, text }) => answer(ports, this.#house.callOf(speaker), text)),
    );
    for (const reply of replies) if (reply !== null) this.#require(problemOfFrame(JSON.stringify(reply)));
    await this.#deliver();
  }

  async #tryFlood(): Promise<void> {
    const speaker = this.#house.anybody();
    for (let frame = 0; frame < FLOOD; frame++) await this.#hear(speaker, '{"event":"ping","id":"flood"}');
  }

  async #tryLeaving(): Promise<void> {
    const speaker = this.#house.anybody();
    this.#input = { leaves: speaker.connection };
    this.#house.world.forget();
    await this.#house.leave(speaker);
    await this.#deliver();
  }

  /** One frame of one connection, judged; how many commits it made. */
  async #hear(speaker: Speaker, text: string): Promise<number> {
    const { world, ports } = this.#house;
    this.#frames++;
    this.#input = { connection: speaker.connection, text };
    this.#count(this.#stageOf(speaker.place));
    world.forget();
    const caller = this.#house.callOf(speaker);
    const { connection, player, place, requestId } = caller;
    const requestContext = {
      connectionId: connection,
      requestId,
      eventType: 'MESSAGE',
      authorizer: { player, room: place },
    };
    const call = readSocketEvent({ requestContext, body: text }, 'MESSAGE');
    if (call === null) throw new Error('A frame was not read as one');
    const { body, ...read } = call;
    const reply = await answer(ports, read, body);
    const made = world.calls.filter((call) => call.startsWith('append ')).length;
    if (made > 0) this.#count('committed');
    this.#judgeReply(speaker, text, reply);
    await this.#deliver();
    return made;
  }

  #judgeReply(speaker: Speaker, text: string, reply: Frame | null): void {
    const { world } = this.#house;
    if (reply !== null) {
      const said = JSON.stringify(reply);
      this.#require(BIG.has(reply.event) ? null : problemOfFrame(said));
      this.#judgeText(said);
      this.#require(this.#problemOfHand(reply, speaker.connection, speaker.place));
    }
    const toSender = world.deliveries
      .flatMap(({ sends }) => sends)
      .filter(({ connectionId }) => connectionId === speaker.connection)
      .flatMap(({ frames }) => frames);
    const answers = reply === null ? toSender : [reply, ...toSender];
    const { id, event } = readEnvelope(text);
    if (answers.length === 0 && event !== 'ack') throw new Wrong('a frame was not answered');
    if (answers.some((frame) => frame.reply_to !== id))
      throw new Wrong(`an answer is not to ${id ?? 'nothing'}`);
    for (const frame of answers) if (frame.event === 'error') this.#count(frame.data.code);
    if (reply?.event === 'error') this.#judgeRefusal(speaker.guest, id);
  }

  /** Whoever is refused leaves no trace but in the counters. Under an id that was used before, the old effects are seen to again. */
  #judgeRefusal({ player }: Guest, id: string | undefined): void {
    const { table, calls } = this.#house.world;
    const isUsed =
      id !== undefined &&
      table.roomIds().some((room) => wasHandled(table.recordOf(room), player, commandIdOf(id)));
    const trace = calls.find((call) => (isUsed ? call.startsWith('append ') : !HARMLESS.test(call)));
    if (trace !== undefined) throw new Wrong(`a refused frame did something: ${trace}`);
  }

  // ---- Others ----

  async #tryRequest(): Promise<void> {
    const request = requestOf(this.#dice, this.#house.scene.rooms);
    this.#frames++;
    this.#input = request;
    this.#house.world.forget();
    this.#require(await problemOfRequest(this.#api, this.#house, request));
    this.#listen();
  }

  async #tryHandshake(): Promise<void> {
    const handshake = handshakeOf(this.#dice, this.#house.scene.rooms);
    this.#frames++;
    this.#input = handshake;
    this.#require(await problemOfHandshake(handshake));
    this.#listen();
  }

  // ---- What comes of it ----

  /** The broadcaster gets what was published; some connections are gone, which it finds out. */
  async #deliver(): Promise<void> {
    const { world, ports } = this.#house;
    for (let done = 0; done < world.deliveries.length; done++) {
      const { roomId, seq, sends } = world.deliveries[done] ?? NO_DELIVERY;
      for (const { connectionId, frames } of sends) {
        if (this.#dice.chance(0.01)) world.reach.set(connectionId, 'gone');
        for (const frame of frames) this.#require(this.#problemOfHand(frame, connectionId, roomId));
      }
      await broadcast(ports, this.#received(DeliveryPayload, { roomId, seq, sends }));
      world.reach.clear();
    }
    for (const { text } of world.posts) this.#judgeText(text);
    for (const { tick } of world.ticks) this.#received(TickPayload, tick);
    this.#judgeCommits();
    this.#listen();
  }

  /** What one of our functions gets of what another sends it: now and then really by way of JSON and its schema. */
  #received<T>(payload: { parse(json: unknown): unknown }, sent: T): T {
    return this.#dice.chance(CLOSELY) ? (payload.parse(JSON.parse(JSON.stringify(sent))) as T) : sent;
  }

  /** Markup is looked for in every text, and every field of one in ten: those of a commit differ little. */
  #judgeText(text: string): void {
    this.#require(markupIn(text) ?? (this.#dice.chance(CLOSELY) ? problemOfFrame(text) : null));
  }

  /** A commit can be stored and read again (one in four is), and nobody changes afterwards what it made. */
  #judgeCommits(): void {
    const { table, calls } = this.#house.world;
    for (const call of calls) {
      const [name, room = '', seq] = call.split(' ', 3);
      if (name !== 'append') continue;
      const { commits, records } = table.logOf(room);
      const commit = commits[Number(seq) - 1];
      freeze(records[Number(seq)]);
      if (commit === undefined) throw new Wrong(`commit ${seq ?? ''} is not in the log`);
      const isStored =
        this.#dice.chance(0.75) || isDeepStrictEqual(itemToCommit(commitToItem(commit)), commit);
      if (!isStored) throw new Wrong('a commit is not stored as it was');
    }
  }

  #problemOfHand(frame: Frame, connection: string, room: string): string | null {
    return problemOfHand(frame, connection, (seq) => this.#house.world.table.logOf(room).records[seq]);
  }

  #listen(): void {
    const { lines } = this.#house.world;
    const failed = lines.find(({ level }) => level === 'error');
    if (failed !== undefined) throw new Wrong(`an error was logged: ${writtenOut(failed)}`);
    this.#require(secretIn([...lines.map(writtenOut), ...this.#overheard.splice(0)].join('\n')));
  }

  #stageOf(place: string): string {
    const { room } = this.#house.world.table.recordOf(place);
    return room.stage === 'playing' ? room.game.phase.name : room.stage;
  }

  #count(what: string): void {
    this.#met.set(what, (this.#met.get(what) ?? 0) + 1);
  }

  #require(problem: string | null): void {
    if (problem !== null) throw new Wrong(problem);
  }
}

const NO_DELIVERY: Delivery = { roomId: '', seq: 0, sends: [] };
/** How many of the frames that are much alike are read to the last field. */
const CLOSELY = 0.1;
const BIG: ReadonlySet<string> = new Set([
  'phase_change',
  'room_update',
  'room_list_update',
  'room_state_update',
]);

/** Reads, and counters of how often somebody asks. */
const HARMLESS = /^(?:load|head|openRooms|roomsOf|hit|flush|tally)(?: |$)/;

function freeze(value: unknown): void {
  if (typeof value !== 'object' || value === null || Object.isFrozen(value)) return;
  Object.freeze(value);
  for (const inner of Object.values(value)) freeze(inner);
}

const CONSOLE = ['debug', 'info', 'warn', 'error', 'log'] as const;

/** Everything written to the console goes here, until the function is called that comes back. */
function overhear(lines: string[]): () => void {
  const own = CONSOLE.map((name) => [name, Reflect.get(console, name) as unknown] as const);
  for (const name of CONSOLE)
    console[name] = (...parts: unknown[]) => void lines.push(parts.map(said).join(' '));
  return () => Object.assign(console, Object.fromEntries(own));
}

function said(part: unknown): string {
  return typeof part === 'string' ? part : writtenOut(part);
}
