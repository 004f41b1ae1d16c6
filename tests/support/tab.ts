// A browser tab of the old client: a bare socket that writes every frame as that client does and keeps all it is sent.

import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import type { IncomingMessage } from 'node:http';
import WebSocket from 'ws';
import { findFieldProblem } from '../../scripts/play/frames.ts';
import type { GameView, ServerFrame } from '../../src/web/client-state.ts';

export type EventName = ServerFrame['event'];
export type FrameOf<E extends EventName> = Extract<ServerFrame, { event: E }>;
type Headers = Readonly<Record<string, string>>;

/** How long a frame may take that must come, ms. */
const PATIENCE_MS = 20_000;

/** What a browser does first: gets the page, and with it the cookie of its session. */
export async function visit(url: string): Promise<string> {
  const response = await fetch(url);
  const [cookie] = response.headers.getSetCookie();
  if (cookie === undefined) throw new Error(`${url} gives no cookie`);
  return cookie.split(';')[0] ?? '';
}

/** Shakes hands at `/ws/<place>`; the status of a refusal, or the open socket. */
export async function shakeHands(url: string, place: string, headers: Headers): Promise<WebSocket | number> {
  const socket = new WebSocket(`${url.replace(/^http/, 'ws')}/ws/${place}`, { headers });
  const refused = once(socket, 'unexpected-response').then(([, response]) => {
    socket.on('error', () => undefined);
    socket.terminate();
    return (response as IncomingMessage).statusCode ?? 0;
  });
  refused.catch(() => undefined);
  return Promise.race([once(socket, 'open').then(() => socket), refused]);
}

export class Tab {
  /** All frames so far, in order; the fields of each have been held against the protocol. */
  readonly frames: ServerFrame[] = [];
  readonly #socket: WebSocket;
  readonly #waiting = new Set<() => void>();
  #sequence = 0;
  #problem: string | null = null;
  #isClosed = false;

  static async open(url: string, place: string, cookie: string): Promise<Tab> {
    const socket = await shakeHands(url, place, { cookie, origin: url });
    if (typeof socket === 'number') throw new Error(`The handshake is refused with ${socket}`);
    return new Tab(socket);
  }

  private constructor(socket: WebSocket) {
    this.#socket = socket;
    socket.on('message', (text: Buffer) => this.#receive(text.toString()));
    socket.on('close', () => {
      this.#isClosed = true;
      this.#wake();
    });
    socket.on('error', () => undefined);
  }

  /** The newest state of the game that was told: two functions post side by side, so an older one may come later. */
  get view(): GameView | null {
    return this.frames.reduce<GameView | null>((newest, frame) => {
      if (frame.event !== 'phase_change') return newest;
      return newest === null || frame.data.sequence >= newest.sequence ? frame.data : newest;
    }, null);
  }

  get isClosed(): boolean {
    return this.#isClosed;
  }

  /** Sends a frame as the old client writes it; its id. */
  send(event: string, data: object = {}): string {
    const { id, text } = this.write(event, data);
    this.sendText(text);
    return id;
  }

  /** A frame's text, not sent yet. */
  write(event: string, data: object = {}): { readonly id: string; readonly text: string } {
    const id = randomUUID();
    this.#sequence += 1;
    const frame = { event, data, sequence: this.#sequence, timestamp: Date.now(), id };
    return { id, text: JSON.stringify(frame) };
  }

  sendText(text: string): void {
    this.#socket.send(text);
  }

  /** Sends a frame; the first of the frames that answer it. */
  async ask(event: string, data: object = {}): Promise<ServerFrame> {
    const id = this.send(event, data);
    return this.until(`the answer to ${event}`, ({ reply_to }) => reply_to === id);
  }

  /** Sends a frame that cannot be refused; the data of the answer with this name. */
  async get<E extends EventName>(answer: E, event: string, data: object = {}): Promise<FrameOf<E>['data']> {
    const id = this.send(event, data);
    const frame = await this.until(
      `${answer} for ${event}`,
      (each) => each.reply_to === id && (each.event === answer || each.event === 'error'),
    );
    if (frame.event !== answer) throw new Error(`${event} is refused: ${JSON.stringify(frame.data)}`);
    return frame.data as FrameOf<E>['data'];
  }

  /** The first frame that fits among those from this place on, whether it is there already or is to come. */
  async until(what: string, fits: (frame: ServerFrame) => boolean, from = 0): Promise<ServerFrame> {
    const find = () => this.frames.slice(from).find(fits);
    await this.#wait(what, () => find() !== undefined);
    const frame = find();
    if (frame === undefined) throw new Error(`${what} went away`);
    return frame;
  }

  /** The view as soon as it fits. */
  async untilView(what: string, fits: (view: GameView) => boolean): Promise<GameView> {
    await this.#wait(what, () => this.view !== null && fits(this.view));
    if (this.view === null) throw new Error(`${what} went away`);
    return this.view;
  }

  /** Leaves as a browser does that goes to another page. */
  async close(): Promise<void> {
    if (this.#isClosed) return;
    this.#socket.close(1001);
    await once(this.#socket, 'close');
  }

  /** Resolves once the server has closed the connection. */
  async ended(): Promise<void> {
    if (!this.#isClosed) await once(this.#socket, 'close');
  }

  #receive(text: string): void {
    const frame = JSON.parse(text) as ServerFrame;
    this.#problem ??= findFieldProblem(frame);
    this.frames.push(frame);
    this.#wake();
  }

  #wake(): void {
    for (const check of [...this.#waiting]) check();
  }

  #wait(what: string, isThere: () => boolean): Promise<void> {
    return new Promise((resolve, reject) => {
      const end = (error?: Error) => {
        clearTimeout(timer);
        this.#waiting.delete(check);
        if (error === undefined) resolve();
        else reject(error);
      };
      const check = () => {
        if (this.#problem !== null) end(new Error(this.#problem));
        else if (isThere()) end();
        else if (this.#isClosed) end(new Error(`Closed before ${what}; ${this.#told()}`));
      };
      const timer = setTimeout(() => end(new Error(`${what} never came; ${this.#told()}`)), PATIENCE_MS);
      this.#waiting.add(check);
      check();
    });
  }

  #told(): string {
    return `the last it was told: ${this.frames
      .slice(-4)
      .map((frame) => JSON.stringify(frame).slice(0, 300))
      .join(' ')}`;
  }
}
