// The typed protocol client for browsers and Node: one connection to the lobby or to a room, and one state of what it
// knows. It reconnects, repeats unanswered frames under the same id, and asks for a full view when frames went missing.
//
//   const { token } = await openSession('http://localhost:8080');
//   const room = new Client({ url: 'http://localhost:8080', place: 'K7M2QX', session: token, playerName: 'Ann' });
//   room.subscribe((state) => console.log(state.status, state.game?.phase));
//   const answer = await room.send('declare', { value: 3 });
//   if (!answer.ok) console.log(answer.problem.message);

import type { Seat } from '../game/seats.ts';
import type { Emote } from '../protocol/server-frames.ts';
import type { Dispensable } from '../room/room.ts';
import {
  applyFrame,
  beginTurn,
  isServerEvent,
  NOTHING_KNOWN,
  overdueIn,
  turnBeginsIn,
} from './client-state.ts';
import type { ClientState, Problem, ServerFrame } from './client-state.ts';

/** What a client may ask for, with the data of each event. Greeting (`client_ready`, `spectate`) and `ping` are its own business. */
export interface ClientEvents {
  readonly get_rooms: Nothing;
  readonly create_room: { readonly player_name: string; readonly private?: boolean };
  readonly join_room: { readonly room_id: string; readonly player_name: string };
  readonly get_room_state: Nothing;
  readonly add_bot: { readonly slot_id: Seat };
  readonly remove_player: { readonly slot_id: Seat };
  readonly leave_room: Nothing;
  readonly start_game: Nothing;
  readonly redeal_decision: { readonly choice: 'accept' | 'decline' };
  readonly declare: { readonly value: number };
  /** Positions in the own hand as last received. */
  readonly play: { readonly piece_indices: readonly number[] };
  readonly player_ready: Nothing;
  readonly leave_game: Nothing;
  readonly emote: { readonly emote: Emote };
  readonly sync_request: Nothing;
}
type Nothing = Readonly<Record<string, never>>;
export type ClientEvent = keyof ClientEvents;

/** The direct answer to a frame, or why there is none. */
export type Answer =
  { readonly ok: true; readonly frame: ServerFrame } | { readonly ok: false; readonly problem: Problem };

export interface ClientOptions {
  /** The entry, e.g. `http://localhost:8080`. */
  readonly url: string;
  /** `lobby` or a room's code. */
  readonly place: string;
  /** The session's token, where no cookie carries it. */
  readonly session?: string;
  /** The name of the seat to attach to. */
  readonly playerName?: string;
  /** To watch the room without a seat. */
  readonly watch?: boolean;
  /** What it need not be told in rooms; by default all that the state tells too. */
  readonly without?: readonly Dispensable[];
  readonly WebSocket?: new (url: string) => WebSocket;
  readonly timing?: Partial<Timing>;
}

/** All in ms. */
export interface Timing {
  /** An unanswered frame is sent again after this long, then after twice as long, and so on. */
  readonly retry: number;
  readonly giveUp: number;
  /** How long to wait when the server says that it was too fast; longer each time. */
  readonly slowed: number;
  /** How long what is missing may still arrive by itself before a full view is asked for. */
  readonly gap: number;
  /** How long a connection is silent before it is pinged. */
  readonly pingLeast: number;
  readonly pingMost: number;
  /** How long after the deadline of a move it should have been heard of, by whoever made it. */
  readonly overdue: number;
  /** How long a pause of a game lasts at the most before it is asked about. */
  readonly pause: number;
  /** How long after a turn's begin it is shown here: clocks agree to some tens of ms, and too early is refused. */
  readonly turnStart: number;
  /** How long an opening connection, or one that was pinged, may stay silent. */
  readonly silence: number;
  /** How long a connection may stay silent that is asked whether it outlived a sleep of the machine. */
  readonly silenceAwake: number;
  readonly backoffLeast: number;
  readonly backoffMost: number;
}
// API Gateway closes a connection after ten idle minutes; the shorter ping bounds how long a lost frame goes unnoticed. Where
// frames flow no ping is needed: each costs two messages, and a lost frame shows as a gap in the next.
const TIMING: Timing = {
  retry: 4_000,
  giveUp: 60_000,
  slowed: 1_000,
  gap: 400,
  pingLeast: 30_000,
  pingMost: 35_000,
  overdue: 3_000,
  pause: 12_000,
  turnStart: 200,
  silence: 10_000,
  silenceAwake: 2_000,
  backoffLeast: 500,
  backoffMost: 15_000,
};

interface Pending {
  readonly id: string;
  readonly event: string;
  readonly body: object;
  readonly settle: (answer: Answer) => void;
  readonly giveUpTimer: Timer;
  retryTimer: Timer | undefined;
  tries: number;
}
type Timer = ReturnType<typeof setTimeout>;

/** The server gives no session: too many from this address (429), or it is none of ours. */
export class SessionRefused extends Error {
  readonly status: number;
  constructor(status: number) {
    super(`The server gave no session (HTTP ${status}).`);
    this.name = 'SessionRefused';
    this.status = status;
  }
}

/** A session of its own at the entry, for clients without cookies. Rejects with `SessionRefused`, or when nobody answers. */
export async function openSession(
  url: string,
): Promise<{ readonly token: string; readonly playerId: string }> {
  const response = await fetch(new URL('/api/session', url), { method: 'POST' });
  if (!response.ok) throw new SessionRefused(response.status);
  const body = (await response.json()) as { session_token?: unknown; player_id?: unknown };
  const { session_token: token, player_id: playerId } = body;
  if (typeof token !== 'string' || typeof playerId !== 'string')
    throw new Error('The server gave no usable session.');
  return { token, playerId };
}

/** One connection to one place, kept until `close`. */
export class Client {
  readonly #options: ClientOptions;
  readonly #timing: Timing;
  readonly #listeners = new Set<(state: ClientState) => void>();
  readonly #frameListeners = new Set<(frame: ServerFrame) => void>();
  readonly #pending = new Map<string, Pending>();
  #state: ClientState = NOTHING_KNOWN;
  #socket: WebSocket | null = null;
  /** Whether `client_ready` was answered on this socket: only then is the connection attached to its seat. */
  #attached = false;
  #failures = 0;
  #wasOnline = false;
  #reconnectTimer: Timer | undefined;
  #pingTimer: Timer | undefined;
  #silenceTimer: Timer | undefined;
  #gapTimer: Timer | undefined;
  #turnTimer: Timer | undefined;

  constructor(options: ClientOptions) {
    this.#options = options;
    this.#timing = { ...TIMING, ...options.timing };
    this.#open();
  }

  get state(): ClientState {
    return this.#state;
  }

  /** Calls the listener after every change of the state, until the returned function is called. */
  subscribe(listener: (state: ClientState) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Calls the listener with every frame as it arrives, also with those too old to change the state. */
  onFrame(listener: (frame: ServerFrame) => void): () => void {
    this.#frameListeners.add(listener);
    return () => this.#frameListeners.delete(listener);
  }

  /** Sends a frame as soon as possible, again while it is unanswered, and resolves with the direct answer. */
  send<E extends ClientEvent>(event: E, body: ClientEvents[E]): Promise<Answer> {
    return new Promise((settle) => {
      const pending = this.#enqueue(event, body, settle);
      if (pending !== null && this.#attached) this.#transmit(pending);
    });
  }

  dismissProblem(): void {
    this.#update({ ...this.#state, problem: null });
  }

  /**
   * For when the page is looked at again or the machine says it is online: a lost connection is sought without waiting for the
   * backoff, and one that may have died in sleep has to show at once that it lives.
   */
  wake(): void {
    if (this.#state.status === 'closed') return;
    if (this.#socket === null) this.#open();
    else if (this.#attached) this.#ping(this.#timing.silenceAwake);
  }

  /** Believes no connection any more and seeks a new one: for when the machine says it is offline, long before silence does. */
  distrust(): void {
    if (this.#socket !== null) this.#lose();
  }

  /** Ends the connection for good; frames still unanswered are given up. */
  close(): void {
    const socket = this.#socket;
    this.#end();
    socket?.close(1000);
  }

  #open(): void {
    clearTimeout(this.#reconnectTimer);
    const socket = new (this.#options.WebSocket ?? WebSocket)(addressOf(this.#options));
    this.#socket = socket;
    const ifCurrent = (act: () => void) => () => {
      if (socket === this.#socket) act();
    };
    socket.addEventListener(
      'open',
      ifCurrent(() => this.#greet()),
    );
    socket.addEventListener(
      'close',
      ifCurrent(() => this.#lose()),
    );
    socket.addEventListener(
      'error',
      ifCurrent(() => this.#lose()),
    );
    socket.addEventListener('message', ({ data: text }: MessageEvent<unknown>) => {
      if (socket === this.#socket && typeof text === 'string') this.#receive(text);
    });
    this.#expectSign();
  }

  /** First of all on every connection: who we are. Everything else waits for the answer. */
  #greet(): void {
    this.#update({ ...this.#state, status: 'online' });
    const { place, playerName, watch = false, without = TOLD_BY_STATE } = this.#options;
    const choice = without.length === 0 ? {} : { without };
    const body = {
      ...(place === 'lobby' ? {} : { room_id: place, ...choice }),
      ...(playerName === undefined ? {} : { player_name: playerName }),
      is_reconnection: this.#wasOnline,
    };
    const greeted = (answer: Answer) => this.#greeted(answer);
    const greeting = watch
      ? this.#enqueue('spectate', { room_id: place, ...choice }, greeted)
      : this.#enqueue('client_ready', body, greeted);
    if (greeting !== null) this.#transmit(greeting);
  }

  #greeted(answer: Answer): void {
    if (!answer.ok && PASSING.has(answer.problem.code)) this.#lose();
    else this.#attach();
  }

  #attach(): void {
    this.#attached = true;
    this.#wasOnline = true;
    this.#failures = 0;
    for (const pending of this.#pending.values()) this.#transmit(pending);
    this.#ping();
  }

  #receive(text: string): void {
    clearTimeout(this.#silenceTimer);
    const frame = readFrame(text);
    if (frame === null) return;
    for (const listener of this.#frameListeners) listener(frame);
    this.#update(applyFrame(this.#state, frame, Date.now()));
    this.#answer(frame);
    this.#watchGap();
    this.#beginTurnLater();
    if (this.#attached) this.#pingLater(frame.event === 'pong');
  }

  #answer(frame: ServerFrame): void {
    const pending = this.#pending.get(frame.reply_to ?? '');
    if (pending === undefined) return;
    if (frame.event === 'error' && frame.data.code === 'RATE_LIMITED' && pending.tries <= MOST_SLOWED) {
      this.#slowDown(pending);
      return;
    }
    this.#settle(pending, frame.event === 'error' ? { ok: false, problem: frame.data } : { ok: true, frame });
  }

  /** Too fast for the server: the same frame again a little later. */
  #slowDown(pending: Pending): void {
    clearTimeout(pending.retryTimer);
    pending.retryTimer = setTimeout(() => this.#transmit(pending), this.#timing.slowed * pending.tries);
  }

  #enqueue(event: string, body: object, settle: (answer: Answer) => void): Pending | null {
    if (this.#state.status === 'closed') {
      settle({ ok: false, problem: CLOSED });
      return null;
    }
    const id = uuid();
    const pending: Pending = {
      id,
      event,
      body,
      settle,
      giveUpTimer: setTimeout(() => this.#giveUp(pending), this.#timing.giveUp),
      retryTimer: undefined,
      tries: 0,
    };
    this.#pending.set(id, pending);
    return pending;
  }

  /** Sends, and again if no answer comes; on a lost connection the next one begins anew. */
  #transmit(pending: Pending): void {
    const { event, body: data, id } = pending;
    // Lets the server decide on what it remembers of the room, if that is no older.
    const seen = this.#attached && this.#state.seq > 0 ? { seen: this.#state.seq } : {};
    this.#socket?.send(JSON.stringify({ event, data, id, ...seen }));
    clearTimeout(pending.retryTimer);
    pending.retryTimer = setTimeout(() => this.#transmit(pending), this.#timing.retry * 2 ** pending.tries);
    pending.tries += 1;
  }

  #giveUp(pending: Pending): void {
    this.#update({ ...this.#state, problem: NO_ANSWER });
    this.#settle(pending, { ok: false, problem: NO_ANSWER });
  }

  #settle(pending: Pending, answer: Answer): void {
    clearTimeout(pending.giveUpTimer);
    clearTimeout(pending.retryTimer);
    this.#pending.delete(pending.id);
    pending.settle(answer);
  }

  /** Pings once nothing has come for a while, or nothing came when by the state of the game something should have. */
  #pingLater(isAsked: boolean): void {
    clearTimeout(this.#pingTimer);
    const { pingLeast, pingMost } = this.#timing;
    const silence = pingLeast + Math.random() * (pingMost - pingLeast);
    const overdue = overdueIn(this.#state, { ...this.#timing, now: Date.now(), isAsked });
    this.#pingTimer = setTimeout(() => this.#ping(), Math.min(silence, overdue));
  }

  #ping(silence = this.#timing.silence): void {
    this.#pingLater(false);
    this.#socket?.send(JSON.stringify({ event: 'ping', data: { timestamp: Date.now() }, id: uuid() }));
    this.#expectSign(silence);
  }

  /** A connection that opens or was asked something must show that it lives; the network may be gone without a word. */
  #expectSign(silence = this.#timing.silence): void {
    clearTimeout(this.#silenceTimer);
    this.#silenceTimer = setTimeout(() => this.#lose(), silence);
  }

  /** The turn after a result begins on time without a word of the server, where that was agreed. */
  #beginTurnLater(): void {
    clearTimeout(this.#turnTimer);
    const { without = TOLD_BY_STATE } = this.#options;
    const wait = without.includes('turn_start') ? turnBeginsIn(this.#state, Date.now()) : null;
    if (wait === null) return;
    this.#turnTimer = setTimeout(() => {
      const { game } = this.#state;
      const begun = game === null ? null : beginTurn(game);
      if (begun === null) return;
      this.#update({ ...this.#state, game: begun });
      if (this.#attached) this.#pingLater(false);
    }, wait + this.#timing.turnStart);
  }

  #watchGap(): void {
    if (this.#state.missing === null || this.#gapTimer !== undefined) return;
    this.#gapTimer = setTimeout(() => void this.#resync(), this.#timing.gap);
  }

  async #resync(): Promise<void> {
    const isAsked = this.#state.missing !== null && this.#attached;
    const answer = isAsked ? await this.send('sync_request', {}) : null;
    this.#gapTimer = undefined;
    if (answer?.ok === false && PASSING.has(answer.problem.code)) {
      this.#watchGap();
      return;
    }
    // The answer is as new as it gets: what it did not bring is not missing.
    this.#update({ ...this.#state, missing: null });
  }

  /** The connection is gone: seek it again, unless this place has said farewell. */
  #lose(): void {
    const socket = this.#socket;
    if (this.#state.farewell !== null) this.#end();
    else this.#retreat();
    socket?.close();
  }

  #retreat(): void {
    this.#drop();
    this.#update({ ...this.#state, status: 'reconnecting' });
    const { backoffLeast, backoffMost } = this.#timing;
    const longest = Math.min(backoffMost, backoffLeast * 2 ** this.#failures);
    this.#failures += 1;
    // Jitter: after an outage not everybody returns at the same moment.
    this.#reconnectTimer = setTimeout(() => this.#open(), longest * (0.5 + Math.random() / 2));
  }

  #end(): void {
    this.#drop();
    this.#update({ ...this.#state, status: 'closed' });
    for (const pending of [...this.#pending.values()]) this.#settle(pending, { ok: false, problem: CLOSED });
  }

  #drop(): void {
    this.#socket = null;
    this.#attached = false;
    for (const timer of [
      this.#reconnectTimer,
      this.#pingTimer,
      this.#silenceTimer,
      this.#gapTimer,
      this.#turnTimer,
    ])
      clearTimeout(timer);
    this.#gapTimer = undefined;
    for (const pending of this.#pending.values()) this.#rest(pending);
  }

  /** What waits for the next connection; a greeting does not, every connection has its own. */
  #rest(pending: Pending): void {
    clearTimeout(pending.retryTimer);
    pending.tries = 0;
    if (!GREETINGS.has(pending.event)) return;
    clearTimeout(pending.giveUpTimer);
    this.#pending.delete(pending.id);
  }

  #update(state: ClientState): void {
    if (state === this.#state) return;
    this.#state = state;
    for (const listener of this.#listeners) listener(state);
  }
}

/** What a turn's end says `turn_results` says as well, and when and with whom the next turn begins. */
export const TOLD_BY_STATE: readonly Dispensable[] = ['turn_complete', 'turn_start'];
const GREETINGS: ReadonlySet<string> = new Set(['client_ready', 'spectate']);
/** How often a frame that came too fast is sent again; `create_room` may be refused for an hour. */
const MOST_SLOWED = 3;

const NO_ANSWER: Problem = {
  code: 'NO_ANSWER',
  message: 'The server did not answer. Check your connection and try again.',
};
const CLOSED: Problem = { code: 'CLIENT_CLOSED', message: 'This connection has been closed.' };
/** A greeting refused for one of these reasons is worth another connection a little later. */
const PASSING: ReadonlySet<Problem['code']> = new Set(['RATE_LIMITED', 'INTERNAL_ERROR', 'NO_ANSWER']);

function addressOf({ url, place, session }: ClientOptions): string {
  const address = new URL(`/ws/${encodeURIComponent(place)}`, url);
  address.protocol = address.protocol === 'https:' ? 'wss:' : 'ws:';
  if (session !== undefined) address.searchParams.set('session', session);
  return address.href;
}

/** A server frame, or null: route responses can be empty, and events a later server adds are none of ours. */
function readFrame(text: string): ServerFrame | null {
  if (text === '') return null;
  const frame = parseJson(text);
  if (typeof frame !== 'object' || frame === null || !('event' in frame) || !('data' in frame)) return null;
  return typeof frame.event === 'string' && isServerEvent(frame.event) ? (frame as ServerFrame) : null;
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

/** A random (version 4) UUID; `crypto.randomUUID` is missing on pages that are not served over HTTPS or from localhost. */
function uuid(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  const hex = Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
  const variant = '89ab'.charAt((bytes[8] ?? 0) % 4);
  return [
    hex.slice(0, 8),
    hex.slice(8, 12),
    `4${hex.slice(13, 16)}`,
    `${variant}${hex.slice(17, 20)}`,
    hex.slice(20),
  ].join('-');
}
