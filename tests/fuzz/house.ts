// A world of memory with a room in every stage, a game that goes on, and guests who come and go: where frames are tried out.

import { createHmac } from 'node:crypto';
import { answer } from '../../src/app/answer.ts';
import type { Caller } from '../../src/app/answer.ts';
import type { BroadcastPorts } from '../../src/app/broadcast.ts';
import { execute } from '../../src/app/execute.ts';
import { runPhase } from '../../src/app/game-phases.ts';
import { createIdentity } from '../../src/app/identity.ts';
import { LOBBY } from '../../src/app/lobby.ts';
import { createLimit, EMOTES, FRAMES } from '../../src/app/rate-limit.ts';
import { botPlays } from '../../src/game/bot.ts';
import { allowedDeclarations } from '../../src/game/declaring.ts';
import { SEATS } from '../../src/game/seats.ts';
import type { Seat } from '../../src/game/seats.ts';
import type { Frame } from '../../src/protocol/server-frames.ts';
import { connectionOf } from '../../src/room/decide.ts';
import { awaitedSeats } from '../../src/room/due.ts';
import { requiredPieces } from '../../src/room/turns.ts';
import type { LiveRoom, PlayingRoom, RoomId } from '../../src/room/room.ts';
import { nextStep } from '../support/clockwork.ts';
import { createWorld } from '../support/memory-ports.ts';
import type { World } from '../support/memory-ports.ts';
import type { Dice } from './dice.ts';
import type { Draft, Scene } from './grammar.ts';

export const SESSION_SECRET = 'the secret of all sessions of this world';
const identity = createIdentity(SESSION_SECRET);

/** A visitor with a session. */
export interface Guest {
  readonly name: string;
  readonly session: string;
  readonly player: string;
}
/** A guest at one connection. */
export interface Speaker {
  readonly guest: Guest;
  readonly connection: string;
  readonly place: string;
}

const NAMES = ['Ann', 'Bea', 'Cid', 'Dee', 'Eve'];
export const GUESTS: readonly Guest[] = NAMES.map((name) => {
  const id = `${name}-`.padEnd(32, name);
  const mac = createHmac('sha256', SESSION_SECRET).update(id).digest('base64url');
  const session = `${id}.${mac}`;
  return { name, session, player: identity.playerOf(session) ?? '' };
});

/** Rooms by what is special about them; all are made anew when the game's is over for good. */
export type Rooms = {
  readonly waiting: RoomId;
  readonly game: RoomId;
  readonly finished: RoomId;
  readonly closed: RoomId;
  readonly stale: RoomId;
};
const NO_ROOM = 'NORM22';
const LONG_AGO_SECONDS = 7_200;

export class House {
  readonly world: World;
  readonly ports: BroadcastPorts;
  readonly #dice: Dice;
  readonly #speakers = new Map<string, Speaker>();
  #rooms: Rooms = { waiting: NO_ROOM, game: NO_ROOM, finished: NO_ROOM, closed: NO_ROOM, stale: NO_ROOM };
  #count = 0;

  constructor(seed: number, dice: Dice) {
    this.#dice = dice;
    this.world = createWorld({
      seed,
      settings: {
        maxRounds: dice.between(1, 3),
        winScore: dice.pick([5, 50]),
        turnResultsSeconds: dice.pick([0, 7]),
        botThinkSeconds: dice.pick([0, 1]),
        graceSeconds: dice.pick([0, 5]),
      },
    });
    this.ports = {
      ...this.world.ports,
      limit: createLimit(() => this.world.now, FRAMES),
      emoteLimit: createLimit(() => this.world.now, EMOTES),
    };
  }

  get rooms(): Rooms {
    return this.#rooms;
  }

  get scene(): Scene {
    return { rooms: [...Object.values(this.#rooms), NO_ROOM, 'lobby'], names: NAMES };
  }

  // ---- Rooms ----

  /** Makes the rooms, long after the last ones that there were. */
  async furnish(): Promise<void> {
    this.world.pass(2 * LONG_AGO_SECONDS);
    for (const guest of GUESTS) {
      const { connection, place } = this.speaker(guest, LOBBY);
      await this.ports.store.connected({ connection, room: place, player: guest.player, at: this.world.now });
    }
    const [ann, bea, cid, dee] = GUESTS;
    if (ann === undefined || bea === undefined || cid === undefined || dee === undefined) return;
    this.world.pass(-LONG_AGO_SECONDS);
    const stale = await this.#makeRoom(dee, 0);
    this.world.pass(LONG_AGO_SECONDS);
    const waiting = await this.#makeRoom(ann, this.#dice.between(0, 2));
    const finished = await this.#makeRoom(cid, 3);
    await this.#say(cid, finished, 'start_game', {});
    await runPhase(this.ports, { phase: 'abort', roomId: finished, game: 1 });
    const closed = await this.#makeRoom(dee, 1);
    await this.#say(dee, closed, 'leave_room', {});
    const game = await this.#makeRoom(bea, this.#dice.between(0, 3));
    this.#rooms = { waiting, game, finished, closed, stale };
  }

  /** A room of this host, in which everybody is seated and connected who finds a seat beside the bots. */
  async #makeRoom(host: Guest, bots: number): Promise<RoomId> {
    const created = await this.#say(host, LOBBY, 'create_room', { player_name: host.name });
    if (created?.event !== 'room_created') throw new Error(`No room: ${JSON.stringify(created)}`);
    const room = created.data.room_id;
    await this.#say(host, room, 'client_ready', { player_name: host.name });
    for (const seat of SEATS.slice(4 - bots)) await this.#say(host, room, 'add_bot', { slot_id: seat });
    for (const guest of GUESTS.filter((each) => each !== host).slice(0, 3 - bots)) {
      await this.#say(guest, LOBBY, 'join_room', { room_id: room, player_name: guest.name });
      await this.#say(guest, room, 'client_ready', { player_name: guest.name });
    }
    return room;
  }

  /** Something right, as clients say it. */
  async #say(guest: Guest, place: string, event: string, data: object): Promise<Frame | null> {
    this.world.pass(1);
    const { connection } = this.speaker(guest, place);
    const requestId = this.#nextRequest();
    const text = JSON.stringify({ event, data });
    return answer(this.ports, { connection, player: guest.player, place, requestId }, text);
  }

  #nextRequest(): string {
    return `request-${this.#count++}`;
  }

  // ---- Guests ----

  speaker(guest: Guest, place: string, tab = 1): Speaker {
    const connection = `${guest.name}${tab}@${place}`;
    const known = this.#speakers.get(connection);
    if (known !== undefined) return known;
    const speaker = { guest, connection, place };
    this.#speakers.set(connection, speaker);
    return speaker;
  }

  /** Who sits in a room and is there, most often in the game's; or anybody, anywhere. */
  anybody(): Speaker {
    const dice = this.#dice;
    const { game, waiting, finished } = this.#rooms;
    const seated = dice.chance(0.7)
      ? this.#seatedIn(dice.pick([game, game, game, waiting, waiting, finished]))
      : [];
    if (seated.length > 0) return dice.pick(seated);
    const place = dice.pick([LOBBY, LOBBY, game, ...this.scene.rooms.slice(0, -1)]);
    return this.speaker(dice.pick(GUESTS), place, dice.chance(0.8) ? 1 : 2);
  }

  #seatedIn(id: RoomId): readonly Speaker[] {
    const { room } = this.world.table.recordOf(id);
    if (room.stage === 'none' || room.stage === 'closed') return [];
    return SEATS.flatMap((seat) => this.#speakers.get(connectionOf(room.seats[seat]) ?? '') ?? []);
  }

  /** What the message function is called with for a frame. */
  callOf({ connection, guest, place }: Speaker): Caller {
    return { connection, player: guest.player, place, requestId: this.#nextRequest() };
  }

  /** Somebody's connection ends, as `$disconnect` has it. */
  async leave({ connection, place }: Speaker): Promise<void> {
    const command = { type: 'disconnect', connection, cause: 'closed' } as const;
    const commandId = `closed:${connection}:${this.#count++}`;
    if (place !== LOBBY) await execute(this.ports, { room: place, command, by: 'presence', commandId });
  }

  // ---- The game ----

  /** Whether the game waits for somebody who is there. */
  isAwaited(): boolean {
    const { room } = this.world.table.recordOf(this.#rooms.game);
    if (room.stage !== 'playing') return room.stage === 'open';
    return moversOf(room).some((seat) => connectionOf(room.seats[seat]) !== null);
  }

  /** What a room waits for, said by who could say it; null when it waits for time or a bot. */
  wish(): { readonly speaker: Speaker; readonly draft: Draft } | null {
    const isWaiting = this.#dice.chance(0.1);
    const { room } = this.world.table.recordOf(isWaiting ? this.#rooms.waiting : this.#rooms.game);
    if (room.stage === 'none' || room.stage === 'closed') return null;
    if (isWaiting) return this.#from(room, room.host, this.#whim());
    if (room.stage !== 'playing') return this.#from(room, room.host, wishOfHost(room));
    const movers = moversOf(room).filter((seat) => connectionOf(room.seats[seat]) !== null);
    if (movers.length === 0) return null;
    const seat = this.#dice.pick(movers);
    return this.#from(room, seat, this.#move(room, seat));
  }

  /** What a host does who cannot make up his mind, so that the room waits on. */
  #whim(): Draft {
    const slot_id = this.#dice.pick(SEATS);
    return { event: this.#dice.pick(['add_bot', 'remove_player', 'remove_player']), data: { slot_id } };
  }

  #from(room: LiveRoom, seat: Seat, wished: Draft): { speaker: Speaker; draft: Draft } | null {
    const connection = connectionOf(room.seats[seat]);
    const speaker = connection === null ? undefined : this.#speakers.get(connection);
    return speaker === undefined ? null : { speaker, draft: wished };
  }

  #move({ game }: PlayingRoom, seat: Seat): Draft {
    const { phase, tally } = game;
    const dice = this.#dice;
    switch (phase.name) {
      case 'redeal':
        return { event: 'redeal_decision', data: { choice: dice.pick(['accept', 'decline']) } };
      case 'declaration': {
        const allowed = allowedDeclarations({ declared: phase.values, zerosInARow: tally[seat].zerosInARow });
        return {
          event: 'declare',
          data: { value: dice.chance(0.8) ? dice.pick(allowed) : dice.between(0, 8) },
        };
      }
      case 'turn': {
        const piece_indices = botPlays(phase.round.hands[seat], requiredPieces(phase));
        return { event: 'play', data: { piece_indices } };
      }
      default:
        return { event: 'player_ready', data: {} };
    }
  }

  /** The game goes on by itself; when it cannot any more there is another one. */
  async goOn(): Promise<void> {
    const { game } = this.#rooms;
    const { room } = this.world.table.recordOf(game);
    if (room.stage === 'playing') return nextStep(this.world, room);
    const owners = room.stage === 'none' || room.stage === 'closed' ? [] : guestsIn(room);
    const [owner] = owners;
    if (owner === undefined) return this.furnish();
    for (const guest of owners) await this.#say(guest, game, 'client_ready', {});
  }
}

function moversOf(room: PlayingRoom): readonly Seat[] {
  const { phase } = room.game;
  if (phase.name === 'redeal') return phase.weak;
  return phase.name === 'turn_results' ? SEATS : awaitedSeats(room);
}

function wishOfHost({ seats, stage }: LiveRoom): Draft {
  const empty = stage === 'open' ? SEATS.find((seat) => seats[seat] === null) : undefined;
  return empty === undefined
    ? { event: 'start_game', data: {} }
    : { event: 'add_bot', data: { slot_id: empty } };
}

function guestsIn(room: LiveRoom): readonly Guest[] {
  const players = SEATS.map((seat) => room.seats[seat]).map((occupant) =>
    occupant?.kind === 'human' ? occupant.player : null,
  );
  return GUESTS.filter(({ player }) => players.includes(player));
}
