// The games of the latency benchmark: four players at a table, each the product's own client with the moves of `npm run play`,
// and now and then a connection that is lost and found again.

import { createIdentity } from '../../src/app/identity.ts';
import { SEATS } from '../../src/game/seats.ts';
import { Client } from '../../src/web/client.ts';
import type { ClientEvent, ClientEvents } from '../../src/web/client.ts';
import type { ClientState, GameView, ServerFrame } from '../../src/web/client-state.ts';
import { chanceFrom, moveFor, occasionIn } from '../play/moves.ts';
import type { Chance } from '../play/moves.ts';
import { now } from './clock.ts';
import type { BenchCloud } from './cloud.ts';
import type { ClientFrame } from './gateway.ts';

/** Nobody is there: the address only names the place. */
const URL_OF_BENCH = 'http://bench.invalid';
const NAMES = ['Ann', 'Bea', 'Cid', 'Dee'] as const;

export interface GameOptions {
  readonly seed: number;
  /** How long a player thinks before a move, ms: from half of it to one and a half times as long. */
  readonly thinkMs: number;
  /** Of the views that ask nobody in particular anything, how many cost somebody the connection. */
  readonly cutShare: number;
  /** Whether clients say in each frame what they have seen (`seen`). */
  readonly seen: boolean;
}
export interface PlayedGame {
  readonly room: string;
  /** The connection of the seat at each move is `labels`' business; how many moves were made. */
  readonly moves: number;
  /** From opening a new connection to the whole view, ms. */
  readonly reconnects: readonly number[];
  /** From the fourth declaration's sending to the first turn on everybody's screen, ms. */
  readonly firstTurns: readonly number[];
}

/** What a frame is measured as, from what its sender sees. */
export type Labels = Map<string, (frame: ClientFrame) => string>;

interface Player {
  readonly name: string;
  readonly session: string;
  readonly chance: Chance;
  client: Client;
  sockets: WebSocket[];
}

const PATIENCE_MS = 120_000;

/** Plays a game to its end. Rejects when a move is refused or nothing happens any more. */
export async function playGame(cloud: BenchCloud, labels: Labels, options: GameOptions): Promise<PlayedGame> {
  const table = new Table(cloud, labels, options);
  try {
    return await table.play();
  } finally {
    table.close();
  }
}

class Table {
  readonly #cloud: BenchCloud;
  readonly #labels: Labels;
  readonly #options: GameOptions;
  readonly #chance: Chance;
  readonly #players: Player[] = [];
  readonly #reconnects: number[] = [];
  readonly #firstTurns: number[] = [];
  /** When the fourth declaration of a round was sent, and who has seen the first turn since. */
  #waiting: { readonly sentAt: number; readonly seen: Set<string> } | null = null;
  #moves = 0;
  readonly #failure: Promise<never>;
  #fail: (reason: unknown) => void;
  #patience: NodeJS.Timeout;

  constructor(cloud: BenchCloud, labels: Labels, options: GameOptions) {
    this.#cloud = cloud;
    this.#labels = labels;
    this.#options = options;
    this.#chance = chanceFrom(options.seed * 8 + 7);
    const { promise, reject } = Promise.withResolvers<never>();
    promise.catch(() => undefined);
    this.#failure = promise;
    this.#fail = reject;
    this.#patience = setTimeout(() => reject(new Error('Nothing happens any more')), PATIENCE_MS);
  }

  async play(): Promise<PlayedGame> {
    const room = await this.#gather();
    for (const player of this.#players) this.#follow(player);
    const [host] = this.#players;
    if (host === undefined) throw new RangeError('nobody is there');
    await this.#ask(host, 'start_game', {});
    await Promise.race([
      Promise.all(
        this.#players.map((player) => until(player.client, (state) => state.game?.phase === 'game_over')),
      ),
      this.#failure,
    ]);
    const { moves, reconnects, firstTurns } = {
      moves: this.#moves,
      reconnects: this.#reconnects,
      firstTurns: this.#firstTurns,
    };
    return { room, moves, reconnects, firstTurns };
  }

  close(): void {
    clearTimeout(this.#patience);
    for (const { client } of this.#players) client.close();
  }

  /** The first makes a room, the others join; then each opens a connection to it. */
  async #gather(): Promise<string> {
    const identity = createIdentity(this.#cloud.sessionSecret);
    let room = '';
    for (const [place] of SEATS.entries()) {
      const name = NAMES[place] ?? '';
      const session = identity.issue().token;
      const lobby = this.#connect({ place: 'lobby', session });
      const answer =
        room === ''
          ? await lobby.send('create_room', { player_name: name })
          : await lobby.send('join_room', { room_id: room, player_name: name });
      lobby.close();
      if (!answer.ok) throw new Error(answer.problem.message);
      const { frame } = answer;
      if (frame.event === 'room_created') room = frame.data.room_id;
      const chance = chanceFrom(this.#options.seed * 8 + place);
      const sockets: WebSocket[] = [];
      const client = this.#connect({ place: room, session, playerName: name }, sockets);
      this.#players.push({ name, session, chance, client, sockets });
      await until(client, (state) => state.room !== null);
    }
    return room;
  }

  #connect(
    given: { readonly place: string; readonly session: string; readonly playerName?: string },
    sockets: WebSocket[] = [],
  ): Client {
    const WebSocket = noting(this.#cloud.gateway.sockets, sockets, this.#options.seen);
    return new Client({ url: URL_OF_BENCH, WebSocket, timing: { backoffLeast: 100 }, ...given });
  }

  /** Makes the player's moves as its views ask for them. */
  #follow(player: Player): void {
    let handled: string | null = null;
    player.client.onFrame((frame) => this.#see(player, frame));
    const act = ({ game: view }: ClientState): void => {
      this.#noteConnection(player);
      const occasion = view === null ? null : occasionIn(view, player.name);
      if (view === null || occasion === null || occasion === handled || view.phase === 'turn_results') return;
      handled = occasion;
      this.#move(player, occasion).catch((error: unknown) => this.#fail(error));
    };
    player.client.subscribe(act);
    act(player.client.state);
  }

  #noteConnection({ client, sockets }: Player): void {
    const socket = sockets.at(-1) as (WebSocket & { readonly connection?: string }) | undefined;
    if (socket?.connection) this.#labels.set(socket.connection, (frame) => labelOf(frame, client.state.game));
  }

  async #move(player: Player, occasion: string): Promise<void> {
    await sleep(this.#options.thinkMs * (0.5 + player.chance()));
    const view = player.client.state.game;
    if (view === null || occasionIn(view, player.name) !== occasion) return;
    const { event, body } = moveFor(view, player.name, player.chance);
    if (isFourth(view)) this.#waiting = { sentAt: now(), seen: new Set() };
    this.#moves += 1;
    await this.#ask(player, event, body);
    if (this.#chance() < this.#options.cutShare) this.#cut();
  }

  /** Somebody who is not to move next loses the connection, and seeks it again. */
  #cut(): void {
    const idle = this.#players.filter(({ client, name }) => {
      const view = client.state.game;
      return client.state.status === 'online' && view !== null && occasionIn(view, name) === null;
    });
    const player = idle[Math.floor(this.#chance() * idle.length)];
    if (player === undefined) return;
    const made = player.sockets.length;
    player.sockets.at(-1)?.close();
    player.client.distrust();
    const stop = player.client.onFrame((frame) => {
      const socket = player.sockets.at(-1);
      if (frame.event !== 'phase_change' || player.sockets.length <= made || socket === undefined) return;
      stop();
      this.#reconnects.push(now() - (OPENED.get(socket) ?? NaN));
    });
  }

  #see(player: Player, frame: ServerFrame): void {
    if (frame.event !== 'phase_change') return;
    this.#patience.refresh();
    if (this.#waiting === null || frame.data.phase !== 'turn') return;
    this.#waiting.seen.add(player.name);
    if (this.#waiting.seen.size < SEATS.length) return;
    this.#firstTurns.push(now() - this.#waiting.sentAt);
    this.#waiting = null;
  }

  async #ask<E extends ClientEvent>(
    { client, name }: Player,
    event: E,
    body: ClientEvents[E],
  ): Promise<void> {
    const answer = await client.send(event, body);
    if (!answer.ok) throw new Error(`${name} was refused ${event}: ${answer.problem.message}`);
  }
}

/** When a socket was made. */
const OPENED = new WeakMap<WebSocket, number>();

/** Sockets that are noted down as they are made; without `seen`, frames go without it. */
function noting(
  Sockets: new (url: string) => WebSocket,
  made: WebSocket[],
  seen: boolean,
): new (url: string) => WebSocket {
  return class extends Sockets {
    constructor(url: string) {
      super(url);
      made.push(this);
      OPENED.set(this, now());
    }
    override send(text: string): void {
      super.send(seen ? text : withoutSeen(text));
    }
  };
}

function withoutSeen(text: string): string {
  const { seen: _seen, ...frame } = JSON.parse(text) as Record<string, unknown>;
  return JSON.stringify(frame);
}

function isFourth(view: GameView): boolean {
  return (
    view.phase === 'declaration' && Object.keys(view.phase_data.declarations).length === SEATS.length - 1
  );
}

function labelOf({ event }: ClientFrame, view: GameView | null): string {
  if (view?.phase === 'declaration' && event === 'declare')
    return isFourth(view) ? 'declare, the fourth' : 'declare';
  if (view?.phase === 'turn' && event === 'play') {
    const laid = Object.keys(view.phase_data.turn_plays).length;
    return laid === SEATS.length - 1 ? 'play that ends a turn' : 'play';
  }
  return event;
}

function until(client: Client, fits: (state: ClientState) => boolean): Promise<void> {
  return new Promise((resolve) => {
    const stop = client.subscribe((state) => {
      if (!fits(state)) return;
      stop();
      resolve();
    });
    if (!fits(client.state)) return;
    stop();
    resolve();
  });
}

function sleep(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
