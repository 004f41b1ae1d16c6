// A whole game by protocol clients, played and checked: each performs what the old client does, from the lobby over the
// waiting room to the game, and has a witness who judges every frame it gets.

import { DECK } from '../../src/game/pieces.ts';
import type { Piece } from '../../src/game/pieces.ts';
import { SEATS } from '../../src/game/seats.ts';
import type { Seat } from '../../src/game/seats.ts';
import { Client, openSession, TOLD_BY_STATE } from '../../src/web/client.ts';
import type { Answer, ClientEvent, ClientEvents } from '../../src/web/client.ts';
import type { ClientState, GameView, Problem, ServerFrame } from '../../src/web/client-state.ts';
import type { Dispensable } from '../../src/room/room.ts';
import { chanceFrom, moveFor, occasionIn } from './moves.ts';
import type { Chance } from './moves.ts';
import { canonical, pieceOf, Violation, Witness, without } from './witness.ts';
import { entryOf } from '../../src/protocol/by-name.ts';

export interface PlayOptions {
  /** The entry, e.g. `http://localhost:8080`. */
  readonly url: string;
  /** How many seats are played by clients; bots have the rest. */
  readonly humans: number;
  /** Pause before each move, ms. */
  readonly pace?: number;
  /** Decides the players' choices. */
  readonly seed?: number;
  /** The players' sessions, one each; by default new ones. */
  readonly sessions?: readonly string[];
  /** How long nothing may happen, ms. */
  readonly patience?: number;
  /** Told of the room and of every round. */
  readonly say?: (line: string) => void;
}

export interface Report {
  readonly room: string;
  readonly rounds: number;
  /** Made by the clients, `player_ready` not counted. */
  readonly moves: number;
  readonly scores: Readonly<Record<string, number>>;
  readonly winners: readonly string[];
  readonly ms: number;
  /** From a frame's sending to its direct answer, ms. */
  readonly latency: { readonly answers: number; readonly p50: number; readonly p99: number };
  /** Over all seats. */
  readonly seen: Witness['counts'];
}

const NAMES = ['Ann', 'Bea', 'Cid', 'Dee'] as const;
/** This one is told everything, as the old client is. */
const OLD_FASHIONED: Seat = 2;
const PATIENCE_MS = 90_000;

/** Plays one game to its end. Rejects with the reason when a seat saw something wrong, or when nothing happens any more. */
export async function playGame(options: PlayOptions): Promise<Report> {
  const game = new PlayedGame(options);
  try {
    return await Promise.race([game.play(), game.failure]);
  } finally {
    game.close();
  }
}

class PlayedGame {
  /** Rejects as soon as something is wrong. */
  readonly failure: Promise<never>;
  readonly #fail: (reason: Error) => void;
  readonly #options: PlayOptions;
  readonly #startedAt = Date.now();
  readonly #ledger = new Ledger();
  readonly #latencies: number[] = [];
  readonly #patience: NodeJS.Timeout;
  #players: readonly Player[] = [];
  #moves = 0;
  #lastSeen = 'nothing yet';

  constructor(options: PlayOptions) {
    this.#options = options;
    const { promise, reject } = Promise.withResolvers<never>();
    this.failure = promise;
    this.#fail = reject;
    const patience = options.patience ?? PATIENCE_MS;
    this.#patience = setTimeout(() => {
      reject(new Error(`Nothing has happened for ${patience / 1000} s; the last was ${this.#lastSeen}.`));
    }, patience);
  }

  async play(): Promise<Report> {
    const room = await this.#gather();
    await this.#startGame(room);
    const views = await Promise.all(this.#players.map((player) => this.#playOn(player, room)));
    for (const { witness } of this.#players) witness.finish();
    return this.#report(room, views);
  }

  close(): void {
    clearTimeout(this.#patience);
    for (const player of this.#players) player.client?.close();
  }

  /** The lobby: the first creates a room, the others join it, one after the other so that seats follow names. */
  async #gather(): Promise<string> {
    const { url, humans, seed = 1, sessions: known = [] } = this.#options;
    const sessions = await Promise.all(
      NAMES.slice(0, humans).map(async (_, place) => known[place] ?? (await openSession(url)).token),
    );
    this.#players = SEATS.flatMap((seat, place) => {
      const session = sessions[place];
      const name = NAMES[place] ?? '';
      const spared = seat === OLD_FASHIONED ? [] : TOLD_BY_STATE;
      if (session === undefined) return [];
      return [
        {
          witness: new Witness(name, seat, spared),
          spared,
          session,
          chance: chanceFrom(seed * 4 + place),
          client: null,
        },
      ];
    });
    let room = '';
    for (const player of this.#players) room = await this.#takeSeat(player, room);
    this.#say(`Room ${room}: ${humans} of 4 seats are played from here.`);
    return room;
  }

  async #takeSeat(player: Player, room: string): Promise<string> {
    const { name, seat } = player.witness;
    this.#connect(player, 'lobby');
    await this.#ask(player, 'get_rooms', {});
    if (room === '') {
      const created = await this.#ask(player, 'create_room', { player_name: name });
      if (created.event !== 'room_created')
        throw new Violation(`create_room was answered with ${created.event}`);
      return created.data.room_id;
    }
    const joined = await this.#ask(player, 'join_room', { room_id: room, player_name: name });
    if (joined.event !== 'room_joined') throw new Violation(`join_room was answered with ${joined.event}`);
    if (joined.data.assigned_slot !== seat)
      throw new Violation(`${name} got seat ${joined.data.assigned_slot}`);
    return room;
  }

  /** The waiting room: everybody looks, the host fills it up with bots and starts. */
  async #startGame(room: string): Promise<void> {
    for (const player of this.#players) {
      this.#connect(player, room);
      await this.#ask(player, 'get_room_state', {});
    }
    const [host] = this.#players;
    if (host === undefined) throw new RangeError('at least one seat must be played from here');
    const empty = SEATS.filter((seat) => seat > this.#players.length);
    for (const slot_id of empty) await this.#ask(host, 'add_bot', { slot_id });
    await Promise.all([
      this.#ask(host, 'start_game', {}),
      ...this.#players.map((player) => until(player, (state) => state.room?.started === true)),
    ]);
  }

  /** The game, over a connection of its own; resolves with the final view. */
  async #playOn(player: Player, room: string): Promise<GameView> {
    const client = this.#connect(player, room);
    let handled: string | null = null;
    client.subscribe(({ game: view }) => {
      const occasion = view === null ? null : occasionIn(view, player.witness.name);
      if (occasion === null || occasion === handled) return;
      handled = occasion;
      void this.#makeMove(player, occasion).catch(this.#fail);
    });
    const { game } = await until(player, (state) => state.game?.phase === 'game_over');
    if (game === null) throw new Violation('the game is over without a view');
    return game;
  }

  /** At a slow pace the system may make the move first; then there is nothing to do, and a refusal is no wonder. */
  async #makeMove(player: Player, occasion: string): Promise<void> {
    const { pace = 0 } = this.#options;
    if (pace > 0) await new Promise((waited) => setTimeout(waited, pace));
    const dueView = () => {
      const view = player.client?.state.game ?? null;
      return view !== null && occasionIn(view, player.witness.name) === occasion ? view : null;
    };
    const view = dueView();
    if (view === null) return;
    const move = moveFor(view, player.witness.name, player.chance);
    const answer = await this.#send(player, move.event, move.body);
    if (move.event !== 'player_ready') this.#moves += 1;
    if (!answer.ok && dueView() !== null) throw refusal(player, move.event, answer.problem);
  }

  #connect(player: Player, place: string): Client {
    player.client?.close();
    player.witness.reconnected();
    const { url } = this.#options;
    const { session, witness, spared } = player;
    const client = new Client({ url, place, session, without: spared, playerName: witness.name });
    player.client = client;
    client.subscribe(({ status }) => {
      if (status === 'reconnecting') witness.reconnected();
    });
    client.onFrame((frame) => {
      try {
        this.#see(player, frame);
      } catch (error) {
        this.#fail(error instanceof Error ? error : new Error(String(error)));
      }
    });
    return client;
  }

  #see({ witness }: Player, frame: ServerFrame): void {
    witness.see(frame);
    if (frame.event !== 'phase_change') return;
    const isNews = this.#ledger.enter(frame.data, witness.name);
    if (!isNews) return;
    this.#patience.refresh();
    this.#lastSeen = `${frame.data.phase} of round ${frame.data.round} (commit ${frame.data.sequence})`;
    if (frame.data.phase === 'scoring') this.#say(roundLine(frame.data));
  }

  /** Sends a frame that cannot be refused. */
  async #ask<E extends ClientEvent>(player: Player, event: E, body: ClientEvents[E]): Promise<ServerFrame> {
    const answer = await this.#send(player, event, body);
    if (!answer.ok) throw refusal(player, event, answer.problem);
    return answer.frame;
  }

  /** Sends a frame and measures how long its answer takes. */
  async #send<E extends ClientEvent>(player: Player, event: E, body: ClientEvents[E]): Promise<Answer> {
    if (player.client === null) throw new Error(`${player.witness.name} is not connected`);
    const sentAt = performance.now();
    const answer = await player.client.send(event, body);
    this.#latencies.push(performance.now() - sentAt);
    return answer;
  }

  #say(line: string): void {
    this.#options.say?.(line);
  }

  #report(room: string, views: readonly GameView[]): Report {
    const [view] = views;
    if (view?.phase !== 'game_over') throw new Violation('the game is not over');
    const { winners, final_rankings, game_stats } = view.phase_data;
    const sorted = this.#latencies.toSorted((a, b) => a - b);
    const counts = this.#players.map(({ witness }) => witness.counts);
    const total = (pick: (seen: Witness['counts']) => number) =>
      counts.reduce((sum, seen) => sum + pick(seen), 0);
    return {
      room,
      rounds: game_stats.total_rounds,
      moves: this.#moves,
      scores: Object.fromEntries(final_rankings.map(({ name, score }) => [name, score])),
      winners,
      ms: Date.now() - this.#startedAt,
      latency: { answers: sorted.length, p50: percentile(sorted, 50), p99: percentile(sorted, 99) },
      seen: {
        frames: total(({ frames }) => frames),
        late: total(({ late }) => late),
        repeated: total(({ repeated }) => repeated),
        views: total(({ views: seen }) => seen),
        complete: total(({ complete }) => complete),
        turnEnds: total(({ turnEnds }) => turnEnds),
        told: total(({ told }) => told),
      },
    };
  }
}

interface Player {
  readonly witness: Witness;
  readonly session: string;
  readonly spared: readonly Dispensable[];
  readonly chance: Chance;
  client: Client | null;
}

function refusal({ witness }: Player, event: ClientEvent, { code, message }: Problem): Violation {
  return new Violation(`${witness.name} was refused ${event}: ${code}, ${message}`);
}

/** What all seats saw of each commit: the public part must be the same, and their hands must fit into one deck. */
class Ledger {
  readonly #commits = new Map<
    number,
    { readonly by: string; readonly open: string; hands: Map<string, readonly Piece[]> }
  >();

  /** Whether this is the first sight of the commit. */
  enter(view: GameView, by: string): boolean {
    const open = canonical(publicPart(view));
    const hand = entryOf(view.players, by)?.hand?.map(pieceOf) ?? [];
    const known = this.#commits.get(view.sequence);
    if (known === undefined) {
      this.#commits.set(view.sequence, { by, open, hands: new Map([[by, hand]]) });
      return true;
    }
    if (known.open !== open) {
      throw new Violation(
        `${by} and ${known.by} saw commit ${view.sequence} differently: ${open} and ${known.open}`,
      );
    }
    known.hands.set(by, hand);
    if (without(DECK, [...known.hands.values()].flat()) === null) {
      throw new Violation(`the hands at commit ${view.sequence} hold a piece more often than it exists`);
    }
    return false;
  }
}

function publicPart(view: GameView): object {
  const players = Object.values(view.players).map((player) => ({ ...player, hand: null }));
  return { ...view, players, allowed_actions: null };
}

/** Resolves with the player's state once it fits. */
function until({ client, witness }: Player, fits: (state: ClientState) => boolean): Promise<ClientState> {
  return new Promise((resolve, reject) => {
    if (client === null) {
      reject(new Error(`${witness.name} is not connected`));
      return;
    }
    const check = (state: ClientState) => {
      if (state.status === 'closed')
        reject(new Error(`${witness.name} was sent away: ${state.farewell?.message ?? ''}`));
      else if (fits(state)) resolve(state);
      else return;
      stop();
    };
    const stop = client.subscribe(check);
    check(client.state);
  });
}

function roundLine({ round, phase_data }: Extract<GameView, { phase: 'scoring' }>): string {
  const totals = Object.entries(phase_data.total_scores).map(([name, total]) => `${name} ${total}`);
  return `Round ${round}: ${totals.join(', ')}`;
}

/** The value below which this share (in percent) of the sorted values lies; 0 of none. */
function percentile(sorted: readonly number[], share: number): number {
  return sorted[Math.max(0, Math.ceil((share / 100) * sorted.length) - 1)] ?? 0;
}
