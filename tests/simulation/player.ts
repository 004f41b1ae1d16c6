// A simulated player with a bad network: behaves as a client should (ids, retries, pings, resync), loses connections, opens
// second tabs, tries what is not allowed, plays late or not at all, leaves and comes back.

import { commandIdOf } from '../../src/app/ids.ts';
import { PIECES } from '../../src/game/pieces.ts';
import type { Piece } from '../../src/game/pieces.ts';
import { classify, pick } from '../../src/game/sets.ts';
import { botPlays } from '../../src/game/bot.ts';
import { applyFrame, beginTurn, NOTHING_KNOWN, overdueIn, turnBeginsIn } from '../../src/web/client-state.ts';
import type { ClientState, GameView, ServerFrame } from '../../src/web/client-state.ts';
import type { Cloud } from './cloud.ts';
import { entryOf } from '../../src/protocol/by-name.ts';

/** How a player and its network are, each from 0 to 1 for every time it could act. */
export interface Nature {
  readonly drops: number;
  readonly silentDrops: number;
  readonly secondTab: number;
  readonly mischief: number;
  readonly sleeps: number;
  readonly leaves: number;
  readonly repeats: number;
  /** Only answers to nothing but what keeps a connection: does not play. */
  readonly idle?: boolean;
}
export const STEADY: Nature = {
  drops: 0,
  silentDrops: 0,
  secondTab: 0,
  mischief: 0,
  sleeps: 0,
  leaves: 0,
  repeats: 0,
};

/** The host makes the room, guests join it, a watcher has no seat. */
export type Role = 'host' | 'guest' | 'watcher';

/** What all players of a game know of each other, outside of the game. */
export interface Party {
  room: string | null;
  /** How many humans are to sit down before bots fill up. */
  readonly humans: number;
  over: boolean;
}

interface Pending {
  readonly id: string;
  readonly event: string;
  readonly text: string;
  readonly askedAt: number;
  sentAt: number;
  /** Whether it went out more than once: then an early copy can be refused, for it was too early, and a late one not. */
  isRepeated: boolean;
}

const RETRY_MS = 4_000;
/** As src/web/client.ts: half of the time that a record remembers a command. */
const GIVE_UP_MS = 60_000;
const PING_MS = 30_000;
const PATIENCE = { overdue: 3_000, pause: 12_000 };
const SILENCE_MS = 10_000;

export class Player {
  readonly name: string;
  readonly id: string;
  nature: Nature;
  /** Set when the player has left for good or was turned away. */
  gone = false;
  readonly violations: string[] = [];
  /** How many `turn_complete` it has got. */
  told = 0;
  readonly #cloud: Cloud;
  readonly #party: Party;
  readonly #role: Role;
  /** Some do without what the state tells too; old clients are told everything. */
  readonly #isTerse: boolean;
  /** Whether it begins a turn by itself when the result has been shown. */
  readonly #beginsTurns: boolean;
  #isWatching = false;
  #connection: string | null = null;
  #place: 'lobby' | 'room' = 'lobby';
  #isConnecting = false;
  #isAttached = false;
  #pending = new Map<string, Pending>();
  #state: ClientState = NOTHING_KNOWN;
  #pingedAt = 0;
  #pingAt = 0;
  #heardAt = 0;
  #hasJoined = false;
  #sleepsUntil = 0;
  #frames = 0;

  constructor(
    cloud: Cloud,
    party: Party,
    given: { name: string; role: Role; nature: Nature; isTerse: boolean },
  ) {
    this.#cloud = cloud;
    this.#party = party;
    this.name = given.name;
    this.id = `player-${given.name}`;
    this.#role = given.role;
    this.nature = given.nature;
    this.#isTerse = given.isTerse;
    this.#beginsTurns = this.#isTerse && cloud.scheduler.chance(0.8);
    this.#wake(cloud.scheduler.between(0, 2_000));
  }

  get view(): GameView | null {
    return this.#state.game;
  }

  get seq(): number {
    return this.#state.seq;
  }

  /** The connection it believes to have. */
  get connection(): string | null {
    return this.#isAttached ? this.#connection : null;
  }

  /** As if the page were loaded anew: what was not answered is not asked again. */
  forgetPending(): void {
    this.#pending.clear();
  }

  /** Goes away without a word. */
  leaveTheHouse(): void {
    this.gone = true;
    this.#forget();
  }

  #wake(ms: number): void {
    this.#cloud.scheduler.after(ms, () => {
      if (this.gone) return;
      this.#act();
      this.#wake(this.#cloud.scheduler.between(200, 1_500));
    });
  }

  #act(): void {
    const { scheduler } = this.#cloud;
    if (scheduler.now < this.#sleepsUntil) return;
    if (this.#place === 'lobby' && this.#hasJoined) this.#leaveLobby();
    if (this.#connection === null) {
      if (!this.#isConnecting) void this.#connect();
      return;
    }
    if (this.#misfortune()) return;
    this.#keepAlive();
    this.#retry();
    this.#resync();
    if (!this.#isAttached || this.#pending.size > 0 || this.nature.idle === true) return;
    if (this.#place === 'lobby') this.#actInLobby();
    else this.#actInRoom();
  }

  /** Whatever happens to people and networks. */
  #misfortune(): boolean {
    const { scheduler } = this.#cloud;
    const { nature } = this;
    if (scheduler.chance(nature.drops)) return this.#loseConnection('openly');
    if (scheduler.chance(nature.silentDrops)) return this.#loseConnection('silently');
    if (scheduler.chance(nature.secondTab)) {
      // The old tab stays open, the new one takes the seat.
      this.#forget();
      return true;
    }
    if (scheduler.chance(nature.sleeps)) {
      this.#sleepsUntil = scheduler.now + scheduler.between(5_000, 120_000);
      return true;
    }
    return false;
  }

  #loseConnection(how: 'openly' | 'silently'): boolean {
    const id = this.#connection;
    if (id === null) return false;
    this.#cloud.drop(id, how);
    // Of a silent loss the client learns only when nothing answers; here it may notice at once or sleep on it.
    this.#forget();
    this.#sleepsUntil = this.#cloud.scheduler.now + this.#cloud.scheduler.between(0, 20_000);
    return true;
  }

  #forget(): void {
    this.#connection = null;
    this.#isAttached = false;
    this.#isWatching = false;
  }

  async #connect(): Promise<void> {
    const place = this.#place === 'lobby' ? 'lobby' : (this.#party.room ?? 'lobby');
    this.#isConnecting = true;
    let id: string | null = null;
    id = await this.#cloud.connect(place, {
      player: this.id,
      name: this.name,
      receive: (text) => {
        if (id !== null && id === this.#connection) this.#receive(text);
      },
      closed: () => {
        if (id !== null && id === this.#connection) this.#forget();
      },
    });
    this.#isConnecting = false;
    if (id === null) return;
    this.#connection = id;
    this.#heardAt = this.#cloud.scheduler.now;
    this.#pingedAt = this.#heardAt;
    this.#pingAt = this.#heardAt + PING_MS;
    for (const [key, { event }] of this.#pending) if (event === 'client_ready') this.#pending.delete(key);
    const hasSeat = place !== 'lobby' && this.#role !== 'watcher';
    this.#greet(hasSeat ? { player_name: this.name } : {});
  }

  #greet(who: object): void {
    this.#send('client_ready', { ...who, ...this.#choice() });
  }

  #choice(): { readonly without?: readonly string[] } {
    const turns = this.#beginsTurns ? ['turn_start'] : [];
    return this.#isTerse ? { without: ['turn_complete', ...turns, 'a frame of a later server'] } : {};
  }

  #keepAlive(): void {
    const { now } = this.#cloud.scheduler;
    if (this.#pingedAt > this.#heardAt && now - this.#pingedAt > SILENCE_MS) {
      const id = this.#connection;
      if (id !== null) this.#cloud.drop(id, 'openly');
      this.#forget();
    } else if (now >= this.#pingAt) {
      this.#pingAt = now + PING_MS;
      this.#pingedAt = now;
      this.#transmit(JSON.stringify({ event: 'ping', data: { timestamp: now }, id: this.#newId() }));
    }
  }

  #retry(): void {
    const { now } = this.#cloud.scheduler;
    for (const pending of this.#pending.values()) {
      if (now - pending.askedAt > GIVE_UP_MS) this.#pending.delete(pending.id);
      if (now - pending.sentAt < RETRY_MS || now - pending.askedAt > GIVE_UP_MS) continue;
      if (!this.#isAttached && pending.event !== 'client_ready') continue;
      pending.sentAt = now;
      pending.isRepeated = true;
      this.#transmit(pending.text);
    }
  }

  // ---- What it does ----

  #leaveLobby(): void {
    if (this.#connection !== null) this.#cloud.drop(this.#connection, 'openly');
    this.#forget();
    this.#pending.clear();
    this.#state = NOTHING_KNOWN;
    this.#place = 'room';
  }

  #actInLobby(): void {
    if (this.#role === 'watcher') {
      this.#hasJoined = this.#party.room !== null;
    } else if (this.#role === 'host') {
      this.#send('create_room', { player_name: this.name });
    } else if (this.#party.room !== null) {
      this.#send('join_room', { room_id: this.#party.room, player_name: this.name });
    }
  }

  #actInRoom(): void {
    const { scheduler } = this.#cloud;
    if (this.#role === 'watcher') this.#watch();
    else if (scheduler.chance(this.nature.mischief)) this.#tryMischief();
    else if (this.view === null) this.#actInWaitingRoom();
    else this.#actInGame(this.#viewByNow(this.view));
  }

  /** The view, with the turn begun that the server need not tell of. */
  #viewByNow(view: GameView): GameView {
    const wait = this.#beginsTurns ? turnBeginsIn(this.#state, this.#cloud.scheduler.now) : null;
    return wait === 0 ? (beginTurn(view) ?? view) : view;
  }

  /** A watcher asks once for each connection, and then only listens. */
  #watch(): void {
    if (this.#isWatching) return;
    this.#isWatching = true;
    this.#send('spectate', this.#choice());
  }

  #actInGame({ allowed_actions: actions, phase }: GameView): void {
    const { scheduler } = this.#cloud;
    if (scheduler.chance(this.nature.leaves)) {
      this.#send('leave_game', {});
      return;
    }
    if (actions.includes('accept_redeal'))
      this.#send(scheduler.pick(['accept_redeal', 'decline_redeal']), {});
    else if (actions.includes('declare')) this.#declare();
    else if (actions.includes('play')) this.#play();
    else if (actions.includes('player_ready') && scheduler.chance(0.3)) this.#send('player_ready', {});
    else if (phase === 'game_over') this.#party.over = true;
  }

  #actInWaitingRoom(): void {
    if (this.#role !== 'host') return;
    const seats = this.#state.room?.seats ?? [];
    const humans = seats.filter((seat) => seat !== null && !seat.is_bot).length;
    if (seats.length < 4 || humans < this.#party.humans) return;
    const free = seats.indexOf(null);
    if (free === -1) this.#send('start_game', {});
    else this.#send('add_bot', { slot_id: free + 1 });
  }

  #declare(): void {
    this.#send('declare', { value: this.#cloud.scheduler.between(0, 8) });
  }

  #play(): void {
    const { scheduler } = this.#cloud;
    const hand = this.#hand();
    const required = this.view?.phase === 'turn' ? this.view.phase_data.required_piece_count : null;
    if (scheduler.chance(0.6)) {
      this.#send('play', { piece_indices: botPlays(hand, required) });
      return;
    }
    const size = required ?? scheduler.between(1, 2);
    const indices = hand
      .map((_, index) => index)
      .sort(() => scheduler.random() - 0.5)
      .slice(0, size);
    const isLegal = required !== null || classify(pick(hand, indices)) !== 'INVALID';
    this.#send('play', { piece_indices: isLegal ? indices : botPlays(hand, required) });
  }

  #tryMischief(): void {
    const { scheduler } = this.#cloud;
    const [event, data] = scheduler.pick<readonly [string, object]>([
      ['play', { piece_indices: [0, 1, 2] }],
      ['play', { piece_indices: [7] }],
      ['declare', { value: 8 }],
      ['accept_redeal', {}],
      ['start_game', {}],
      ['remove_player', { slot_id: 1 }],
      ['add_bot', { slot_id: 2 }],
      ['client_ready', { player_name: 'Ann', ...this.#choice() }],
      ['nonsense', {}],
      ['get_room_state', {}],
    ]);
    this.#send(event, data);
  }

  #hand(): readonly Piece[] {
    const entry = this.view === null ? undefined : entryOf(this.view.players, this.name);
    const labels = entry !== undefined && 'hand' in entry ? (entry.hand ?? []) : [];
    return labels.flatMap((text) => PIECES.find((piece) => text.startsWith(`${piece}(`)) ?? []);
  }

  // ---- The wire ----

  #send(event: string, data: object): void {
    const id = this.#newId();
    const text = JSON.stringify({ event, data, id, ...this.#seen() });
    const { now } = this.#cloud.scheduler;
    const isRepeated = this.#cloud.scheduler.chance(this.nature.repeats);
    this.#pending.set(id, { id, event, text, askedAt: now, sentAt: now, isRepeated });
    this.#transmit(text);
    if (isRepeated) {
      this.#cloud.scheduler.after(this.#cloud.scheduler.between(0, 30_000), () => this.#transmit(text));
    }
  }

  /** Clients of ours say what they have seen, old ones do not, and some say what is not so. */
  #seen(): { readonly seen?: number } {
    const { scheduler } = this.#cloud;
    if (!this.#isAttached || scheduler.chance(0.2)) return {};
    return { seen: scheduler.chance(0.1) ? scheduler.between(0, this.seq + 2) : this.seq };
  }

  #transmit(text: string): void {
    if (this.#connection !== null) this.#cloud.send(this.#connection, text);
  }

  #newId(): string {
    return `${this.name}-${this.#frames++}`;
  }

  #receive(text: string): void {
    const { now } = this.#cloud.scheduler;
    this.#heardAt = now;
    const frame = JSON.parse(text) as ServerFrame;
    if (!('event' in frame)) return;
    if (frame.event === 'turn_complete') this.#hearTurnEnd(frame);
    // What a frame teaches is decided by the product's own client.
    this.#state = applyFrame(this.#state, frame, now);
    const patience = { ...PATIENCE, now, isAsked: frame.event === 'pong' };
    this.#pingAt = now + Math.min(PING_MS, overdueIn(this.#state, patience));
    this.#answered(frame);
    if (frame.event === 'room_created') this.#party.room = frame.data.room_id;
    if (frame.event === 'room_created' || frame.event === 'room_joined') this.#hasJoined = true;
    if (LAST_WORDS.has(frame.event)) this.gone = true;
  }

  #hearTurnEnd({ seq = 0 }: ServerFrame): void {
    this.told += 1;
    if (this.#isTerse) this.violations.push(`${this.name} was told the end of a turn at ${seq}`);
  }

  /** Asks for a full view while something is known to be missing. */
  #resync(): void {
    const isAsked = [...this.#pending.values()].some(({ event }) => event === 'sync_request');
    if (this.#state.missing === null || isAsked || !this.#isAttached || this.#place !== 'room') return;
    this.#send('sync_request', {});
  }

  #answered(frame: ServerFrame): void {
    const pending = this.#pending.get(frame.reply_to ?? '');
    if (pending === undefined) return;
    this.#pending.delete(pending.id);
    if (pending.event === 'sync_request' && frame.event !== 'error')
      this.#state = { ...this.#state, missing: null };
    if (pending.event === 'client_ready') this.#greeted(frame);
    if (frame.event === 'error' && frame.data.code === 'NOT_IN_ROOM' && this.#place === 'room')
      this.#greetAgain();
    if (pending.event === 'join_room' && frame.event === 'error' && frame.data.code === 'ROOM_NOT_FOUND')
      this.gone = true;
    this.#checkAnswer(pending, frame);
  }

  /** A greeting that failed leaves the connection without a seat: better to begin anew. */
  #greeted(frame: ServerFrame): void {
    if (frame.event !== 'error') this.#isAttached = true;
    else this.#loseConnection('openly');
  }

  /** The seat has been taken from this connection: by another tab, or because it seemed to be gone. */
  #greetAgain(): void {
    this.#isAttached = false;
    this.#greet({ player_name: this.name });
  }

  /** What the server says of a move must be what its log says. */
  #checkAnswer({ id, event, isRepeated }: Pending, frame: ServerFrame): void {
    const { room } = this.#party;
    if (room === null || !MOVES.has(event)) return;
    const isLogged = this.#cloud.store
      .logOf(room)
      .commits.some(({ by, commandId }) => by === this.id && commandId === commandIdOf(id));
    if (frame.event === 'room_closed') return;
    if (frame.event === 'error') {
      if (isLogged && !isRepeated && frame.data.code !== 'INTERNAL_ERROR')
        this.violations.push(`${id} ${event} was refused but is in the log`);
      return;
    }
    if (!isLogged) this.violations.push(`${id} ${event} was accepted but is not in the log`);
  }
}

const MOVES: ReadonlySet<string> = new Set([
  'declare',
  'play',
  'accept_redeal',
  'decline_redeal',
  'start_game',
  'add_bot',
  'leave_game',
]);

/** After these there is nothing more to come for this player. */
const LAST_WORDS: ReadonlySet<string> = new Set(['room_closed', 'leave_game_success', 'player_left']);
