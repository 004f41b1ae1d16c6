// One room under load: four clients of one session play one game after the other in it, and every command is measured.

import { setTimeout as pause } from 'node:timers/promises';
import { Client } from '../../src/web/client.ts';
import type { Answer } from '../../src/web/client.ts';
import type { GameView, ServerFrame } from '../../src/web/client-state.ts';
import { moveFor, occasionIn } from '../play/moves.ts';
import type { Chance, Move } from '../play/moves.ts';
import { LoadError } from './entry.ts';
import type { Figures } from './figures.ts';
import { LEAST_BETWEEN_MS } from './pace.ts';
import type { Pace } from './pace.ts';
import { Sightings } from './sightings.ts';

const NAMES = ['Ann', 'Bea', 'Cid', 'Dee'] as const;
/** A commit that a seat has not seen after so long is an error of its own. */
const UNSEEN_MS = 30_000;
/** Between the end of a game and the next in the same room, ms. */
const AFTER_GAME_MS = 1_000;
/** What players do with their hands; the other frames of a game only hurry it on. */
const MOVES: ReadonlySet<string> = new Set(['redeal_decision', 'declare', 'play']);

export interface RoomOptions {
  readonly url: string;
  readonly session: string;
  readonly WebSocket: new (url: string) => globalThis.WebSocket;
  readonly figures: Figures;
  readonly pace: Pace;
  readonly chance: Chance;
}

interface Player {
  readonly seat: number;
  readonly name: string;
  readonly client: Client;
  /** What was asked of the player last. */
  occasion: string | null;
  /** When the next frame may be sent at the earliest, `performance.now()`. */
  freeAt: number;
}

export class LoadRoom {
  readonly #options: RoomOptions;
  readonly #sightings = new Sightings(NAMES.length);
  readonly #stopping = new AbortController();
  readonly #working = new Set<Promise<void>>();
  #players: readonly Player[] = [];
  #id = '';

  constructor(options: RoomOptions) {
    this.#options = options;
  }

  /** The room's code; empty before there is one. */
  get id(): string {
    return this.#id;
  }

  /** Makes the room, takes its four seats and starts. Rejects with a LoadError when the server will not have it. */
  async open(): Promise<void> {
    await this.#takeSeats();
    this.#players = NAMES.map((name, seat) => this.#connect(name, seat));
    // A seat's greeting is answered before anything else it asks.
    const looks = await Promise.all(this.#players.map(({ client }) => client.send('get_room_state', {})));
    for (const answer of looks) expectDone('get_room_state', answer);
    const [host] = this.#players;
    if (host === undefined) return;
    this.#follow(host, { event: 'start_game', body: {} }, performance.now());
  }

  /** No more moves; resolves when what is under way has come to its end. */
  async stop(): Promise<void> {
    this.#stopping.abort();
    await Promise.all(this.#working);
  }

  /** Leaves the table as who closes its window does: without a word. */
  close(): void {
    for (const { client } of this.#players) client.close();
  }

  /** One connection to the lobby for the four: the names make the seats. The room is in nobody's list. */
  async #takeSeats(): Promise<void> {
    const lobby = this.#client('lobby');
    try {
      for (const name of NAMES) await this.#takeSeat(lobby, name);
    } finally {
      lobby.close();
    }
  }

  async #takeSeat(lobby: Client, name: string): Promise<void> {
    if (this.#id !== '') {
      expectDone('join_room', await lobby.send('join_room', { room_id: this.#id, player_name: name }));
      return;
    }
    const answer = await lobby.send('create_room', { player_name: name, private: true });
    const frame = expectDone('create_room', answer);
    if (frame.event === 'room_created') this.#id = frame.data.room_id;
  }

  #connect(name: string, seat: number): Player {
    const client = this.#client(this.#id, name);
    const player: Player = { seat, name, client, occasion: null, freeAt: 0 };
    client.subscribe(({ game }) => {
      if (game !== null) this.#look(player, game);
    });
    return player;
  }

  #client(place: string, playerName?: string): Client {
    const { url, session, WebSocket, figures } = this.#options;
    const client = new Client({
      url,
      place,
      session,
      WebSocket,
      ...(playerName === undefined ? {} : { playerName }),
    });
    let wasOnline = true;
    client.subscribe(({ status }) => {
      if (status === 'reconnecting' && wasOnline) figures.count('reconnects');
      wasOnline = status === 'online' || status === 'connecting';
    });
    client.onFrame((frame) => {
      // Here and not from the answers: a client waits and asks again by itself when it was too fast.
      if (frame.event === 'error') figures.error(frame.data.code);
      const seat = NAMES.findIndex((name) => name === playerName);
      if (frame.event === 'phase_change' && frame.seq !== undefined)
        this.#sightings.saw(seat, frame.seq, performance.now());
    });
    return client;
  }

  /** What a view asks of a player is done once, after as much thinking as the pace has. */
  #look(player: Player, view: GameView): void {
    if (this.#stopping.signal.aborted) return;
    const occasion = occasionFor(player, view);
    if (occasion === null || occasion === player.occasion) return;
    player.occasion = occasion;
    const now = performance.now();
    const due = Math.max(now + this.#delay(view), player.freeAt);
    player.freeAt = due + LEAST_BETWEEN_MS;
    this.#work(async () => {
      await pause(due - now, undefined, { signal: this.#stopping.signal });
      const current = player.client.state.game;
      // The system may have moved meanwhile.
      if (current === null || occasionFor(player, current) !== occasion) return;
      const move = doingIn(current, player, this.#options.chance);
      await this.#send(player, move, due);
    });
  }

  #delay(view: GameView): number {
    if (view.phase === 'game_over') return AFTER_GAME_MS;
    return view.phase === 'turn_results' ? 0 : this.#options.pace.think();
  }

  #follow(player: Player, move: Move, due: number): void {
    this.#work(() => this.#send(player, move, due));
  }

  #work(task: () => Promise<void>): void {
    const working = task()
      .catch((error: unknown) => {
        if (!this.#stopping.signal.aborted) throw error;
      })
      .finally(() => this.#working.delete(working));
    this.#working.add(working);
  }

  /** Sends a frame and measures from when it was due, so that what holds this process up counts too. */
  async #send(player: Player, { event, body }: Move, due: number): Promise<void> {
    const { figures, pace } = this.#options;
    const isMove = MOVES.has(event);
    if (isMove) pace.moved();
    const answer = await player.client.send(event, body);
    const reply = performance.now() - due;
    if (!answer.ok) {
      // Refusals by the server have been counted as they came.
      if (answer.problem.code === 'NO_ANSWER') figures.error('NO_ANSWER');
      return;
    }
    const { seq } = answer.frame;
    figures.count('commands');
    if (isMove) figures.count('moves');
    if (event === 'start_game') figures.count('games');
    figures.command(event, 'reply', reply);
    if (isMove) this.#record('moves: reply', reply);
    // A `player_ready` that came too late to change anything is answered with a commit of somebody else.
    if (seq === undefined || (!isMove && this.#sightings.cameAgain(player.seat, seq))) return;
    const seen = await this.#sightings.lastSeat(seq, UNSEEN_MS);
    if (seen === null) {
      figures.error('UNSEEN');
      return;
    }
    const lastSeat = Math.max(reply, seen - due);
    figures.command(event, 'last seat', lastSeat);
    if (!isMove) return;
    figures.record('moves: last seat, uncorrected', lastSeat);
    this.#record('moves: last seat', lastSeat);
  }

  #record(series: 'moves: reply' | 'moves: last seat', ms: number): void {
    const { figures, pace } = this.#options;
    if (pace.interval === null) figures.record(series, ms);
    else figures.recordPaced(series, ms, pace.interval);
  }
}

/** What a view asks of a player: a move, or of the host another game. */
function occasionFor({ name, seat }: Player, view: GameView): string | null {
  if (view.phase !== 'game_over') return occasionIn(view, name);
  return seat === 0 ? `game after ${view.sequence}` : null;
}

function doingIn(view: GameView, { name }: Player, chance: Chance): Move {
  return view.phase === 'game_over' ? { event: 'start_game', body: {} } : moveFor(view, name, chance);
}

function expectDone(event: string, answer: Answer): ServerFrame {
  if (answer.ok) return answer.frame;
  throw new LoadError(`${event} was refused: ${answer.problem.code}, ${answer.problem.message}`);
}
