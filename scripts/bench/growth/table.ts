// One game of four people, played frame by frame on a table that counts, with as many spectators as wanted.

import { answer } from '../../../src/app/answer.ts';
import type { Caller } from '../../../src/app/answer.ts';
import { LOBBY } from '../../../src/app/lobby.ts';
import type { Ports } from '../../../src/app/ports.ts';
import { SEATS } from '../../../src/game/seats.ts';
import type { Seat } from '../../../src/game/seats.ts';
import { stateFrame } from '../../../src/protocol/frames.ts';
import type { Frame } from '../../../src/protocol/server-frames.ts';
import { awaitedSeats } from '../../../src/room/due.ts';
import type { PlayingRoom } from '../../../src/room/room.ts';
import { viewFor } from '../../../src/room/view.ts';
import type { Store } from '../../../src/store/store.ts';
import { nextStep } from '../../../tests/support/clockwork.ts';
import type { World } from '../../../tests/support/memory-ports.ts';
import { chanceFrom, moveFor } from '../../play/moves.ts';

const NAMES = ['Ann', 'Bea', 'Cid', 'Dee'] as const;
const PLAYER = 'player-of-all-four';

/**
 * A game in a world of memory. Time and the state machine lead it there; a measured frame is answered on other ports, whose
 * store has been given the same log, and what it commits is taken over.
 */
export class MeasuredGame {
  readonly #world: World;
  readonly #store: Store;
  readonly #ports: Ports;
  readonly #chance = chanceFrom(7);
  #room = '';
  #frames = 0;
  #given = 0;

  constructor(world: World, store: Store, ports: Ports) {
    this.#world = world;
    this.#store = store;
    this.#ports = ports;
  }

  get length(): number {
    return this.#world.table.logOf(this.#room).commits.length;
  }

  /** Four people take seats, others watch, and the game begins. */
  async begin(spectators: number): Promise<void> {
    for (const name of NAMES) {
      const joining = this.#room === '' ? {} : { room_id: this.#room };
      const event = this.#room === '' ? 'create_room' : 'join_room';
      const created = await this.#send(this.#world.ports, LOBBY, 'lobby', event, {
        player_name: name,
        ...joining,
      });
      if (created?.event === 'room_created') this.#room = created.data.room_id;
    }
    for (const seat of SEATS)
      await this.#ask(this.#world.ports, connectionOf(seat), 'client_ready', {
        player_name: NAMES[seat - 1],
      });
    for (let place = 0; place < spectators; place++)
      await this.#ask(this.#world.ports, `spectator-connection-${place}`, 'spectate');
    await this.#ask(this.#world.ports, connectionOf(1), 'start_game');
  }

  /** Plays on, unmeasured, until the log is so long and a round is just about to be declared. */
  async playTo(length: number): Promise<void> {
    for (;;) {
      const room = this.#playing();
      const { phase } = room.game;
      if (this.length >= length && phase.name === 'declaration' && phase.values.length === 0) return;
      await this.#step(room);
    }
  }

  /** Plays one round; `measured` gets each frame of a player to be answered, and what kind of move it is. */
  async playRound(
    measured: (kind: MoveKind, act: () => Promise<Frame | null>) => Promise<void>,
  ): Promise<void> {
    for (;;) {
      const room = this.#playing();
      const { phase } = room.game;
      if (phase.name === 'scoring') return;
      const kind = kindOf(room);
      if (kind === null) {
        await this.#step(room);
        continue;
      }
      await this.#give();
      await measured(kind, () => this.#move(this.#ports, room));
      await this.#take();
    }
  }

  /** A frame of the first player, answered on the measured ports. */
  async say(event: string, body: object = {}): Promise<Frame | null> {
    return this.#ask(this.#ports, connectionOf(1), event, body);
  }

  /** The measured store gets the commits that it does not have. */
  async #give(): Promise<void> {
    const { commits } = this.#world.table.logOf(this.#room);
    for (const commit of commits.slice(this.#given)) await this.#store.append(commit);
    this.#given = commits.length;
  }

  /** The world gets what was committed in the measured store. */
  async #take(): Promise<void> {
    const { commits } = await this.#store.commits(this.#room, { after: this.#given, limit: 10 });
    for (const commit of commits) this.#world.table.append(commit);
    this.#given += commits.length;
  }

  /** The log is the same on both sides; for what is measured between two rounds. */
  async settle(): Promise<void> {
    await this.#give();
  }

  async #step(room: PlayingRoom): Promise<void> {
    if (awaitedSeats(room).length > 0) await this.#move(this.#world.ports, room);
    else await nextStep(this.#world, room);
  }

  #move(ports: Ports, room: PlayingRoom): Promise<Frame | null> {
    const [seat] = awaitedSeats(room);
    const record = this.#world.table.recordOf(this.#room);
    const frame = seat === undefined ? null : stateFrame(viewFor(room, seat), record);
    if (seat === undefined || frame?.event !== 'phase_change') throw new Error('Nobody is awaited');
    const { event, body } = moveFor(frame.data, NAMES[seat - 1] ?? '', this.#chance);
    return this.#ask(ports, connectionOf(seat), event, body);
  }

  #playing(): PlayingRoom {
    const { room } = this.#world.table.recordOf(this.#room);
    if (room.stage !== 'playing') throw new Error(`The game is over after ${this.length} commits`);
    return room;
  }

  #ask(ports: Ports, connection: string, event: string, body: object = {}): Promise<Frame | null> {
    return this.#send(ports, this.#room, connection, event, body);
  }

  async #send(ports: Ports, place: string, connection: string, event: string, data: object) {
    const id = `frame-${this.#frames++}`;
    const caller: Caller = { connection, player: PLAYER, place, requestId: id };
    const reply = await answer(ports, caller, JSON.stringify({ event, data, id }));
    if (reply?.event === 'error') throw new Error(`${event} was refused: ${reply.data.message}`);
    return reply;
  }
}

export type MoveKind = 'declare' | 'play' | 'play that ends a turn';

function kindOf(room: PlayingRoom): MoveKind | null {
  const { phase } = room.game;
  if (phase.name === 'declaration' && phase.values.length < 4) return 'declare';
  if (phase.name !== 'turn') return null;
  return phase.plays.length === 3 ? 'play that ends a turn' : 'play';
}

function connectionOf(seat: Seat): string {
  return `player-connection-${seat}`;
}
