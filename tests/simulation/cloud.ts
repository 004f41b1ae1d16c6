// A cloud in virtual time: table, functions, gateway, queue and state machine, each as treacherous as the real one may be.
// The product's own code runs in it unchanged; only the ports are ours.

import { readFileSync } from 'node:fs';
import { createHash } from 'node:crypto';
import { answer } from '../../src/app/answer.ts';
import { broadcast } from '../../src/app/broadcast.ts';
import type { DeadLetter } from '../../src/app/broadcast.ts';
import { execute } from '../../src/app/execute.ts';
import { runPhase, runTick } from '../../src/app/game-phases.ts';
import type { PhaseRequest } from '../../src/app/game-phases.ts';
import { NO_METER } from '../../src/app/meter.ts';
import { LOBBY } from '../../src/app/lobby.ts';
import { createMemory } from '../../src/app/memory.ts';
import type { Delivery, Memory, Ports, PostResult, Publishing, Tick } from '../../src/app/ports.ts';
import { againIfRefused, follow, HAND_OVER_MS, Refused } from '../../src/aws/publisher.ts';
import type { Commit } from '../../src/room/record.ts';
import type { ConnectionId, PlayerId, Settings } from '../../src/room/room.ts';
import { MemoryStore } from '../support/memory-store.ts';
import type { Scheduler } from './scheduler.ts';
import { StateError, StateMachine } from './state-machine.ts';
import type { Definition, Json } from './state-machine.ts';

/** How a function ends that does not return: what Lambda names the error of one that ran out of time, or whose process exited. */
class FunctionEnded extends Error {
  readonly errorType: 'Sandbox.Timedout' | 'Runtime.ExitError';

  constructor(errorType: FunctionEnded['errorType'], message: string) {
    super(message);
    this.errorType = errorType;
  }
}

/** The name of an error as a state machine sees it. */
function errorTypeOf(error: unknown): string {
  if (error instanceof FunctionEnded) return error.errorType;
  return error instanceof Error ? error.name : 'Lambda.Unknown';
}

/** How often each thing goes wrong, from 0 to 1, at every single chance to. */
export interface Faults {
  /** The function dies at this await. */
  readonly crash: number;
  /** A call is refused before it did anything (throttling, 5xx). */
  readonly refused: number;
  /** A call did its work but its reply is lost. */
  readonly lostReply: number;
  /** A call takes seconds. */
  readonly slow: number;
  /** A message or an invocation is delivered twice. */
  readonly twice: number;
  /** A tick comes seconds late. */
  readonly late: number;
  /** `$disconnect` never comes, or long after the connection ended. */
  readonly noDisconnect: number;
  /** What the broadcaster writes first is held back until its end. Hardly a fault, so it is not counted as one. */
  readonly heldBack: number;
}
export const NO_FAULTS: Faults = {
  crash: 0,
  refused: 0,
  lostReply: 0,
  slow: 0,
  twice: 0,
  late: 0,
  noDisconnect: 0,
  heldBack: 0,
};

const DEFINITION = JSON.parse(
  readFileSync(new URL('../../statemachines/game.asl.json', import.meta.url), 'utf8'),
) as Definition;

/** A function is given this long (serverless.yml), then it is ended. */
const FUNCTION_TIMEOUT_MS = 15_000;
const TICK_RECEIVES = 5;
const VISIBILITY_MS = 60_000;
/** How often an invocation gets a new instance although one is free, which is then retired. */
const NEW_INSTANCE = 0.05;

/** The client's end of a connection. */
export interface ClientEnd {
  readonly player: PlayerId;
  readonly name: string;
  readonly receive: (text: string) => void;
  /** The server or the network ended it. */
  readonly closed: () => void;
}
interface Connection extends ClientEnd {
  readonly id: ConnectionId;
  readonly place: string;
  /** Open at the gateway. */
  isOpen: boolean;
  /** Whether `$connect` has returned; before that a post fails with 410. */
  isAccepted: boolean;
  /** Whether the client still hears; a network can be gone without a word. */
  isHeard: boolean;
  deliverAt: number;
}

/** One run of a function. When it dies, nothing of it goes on; when it has answered, nothing but what its instance still hears. */
interface Invocation {
  readonly name: string;
  readonly instance: Instance;
  readonly chain: Chain;
  isAlive: boolean;
  readonly die: (why: Error) => void;
}

/**
 * How often each function has run in a chain of requests, as Lambda counts to find loops: the invocations, messages and calls that
 * follow from one another by queue and invocation. What API Gateway or Step Functions invoke begins a new one.
 */
type Chain = ReadonlyMap<string, number>;
const NEW_CHAIN: Chain = new Map();

/** The longest chain that there was. */
export interface LongestChain {
  /** Of all functions together. */
  readonly invocations: number;
  /** Of the one function that ran most often in any chain: what Lambda compares with 16. */
  readonly ofOneFunction: number;
  /** Which functions ran more than once in a chain. */
  readonly recurring: readonly string[];
}

/** What runs a function, one invocation after the other, and is frozen in between. */
interface Instance {
  readonly name: string;
  /** What runs now; null while it is frozen. */
  invocation: Invocation | null;
  /** Called when it is thawed. */
  readonly frozen: (() => void)[];
  /** Whether it has a connection to the broadcaster. */
  isWarm: boolean;
  readonly memory: Memory;
}

/** Whether the function dies right before or right after it calls. */
export type Trap = (name: string, call: string, when: 'before' | 'after') => boolean;
/** Whether a call of the function is refused. */
export type Refusal = (name: string, call: string) => boolean;

/** Something the invariants want to see. */
export interface Witness {
  readonly committed: (commit: Commit) => void;
  readonly posted: (connection: { readonly player: PlayerId; readonly name: string }, text: string) => void;
  /** The broadcaster was given a delivery. */
  readonly handedOver: (delivery: Delivery) => void;
}

export class Cloud {
  readonly scheduler: Scheduler;
  readonly settings: Settings;
  readonly store: MemoryStore;
  readonly machine: StateMachine;
  readonly deadLetters: (DeadLetter | Tick)[] = [];
  readonly finished: Json[] = [];
  /** The last happenings, for the story of a failure. */
  readonly story: string[] = [];
  /** How many faults there were. */
  faultCount = 0;
  /** How often a function's instance remembered the room that it was asked about. */
  recalled = 0;
  faults: Faults;
  /** Says at which call a function dies, for who wants exactly that crash. */
  trap: Trap = () => false;
  /** The same for a call that is refused. */
  refusal: Refusal = () => false;
  readonly #connections = new Map<ConnectionId, Connection>();
  readonly #instances = new Set<Instance>();
  readonly #witness: Witness;
  readonly #recurring = new Set<string>();
  #invocationsOfChain = 0;
  #ofOneFunction = 0;
  #ids = 0;
  #seeds = 0;

  constructor(given: { scheduler: Scheduler; settings: Settings; faults: Faults; witness: Witness }) {
    this.scheduler = given.scheduler;
    this.settings = given.settings;
    this.faults = given.faults;
    this.#witness = given.witness;
    this.store = new MemoryStore({
      now: () => this.scheduler.now,
      committed: (commit) => {
        this.tell(`commit ${commit.seq} ${commit.by} ${commit.events.map(({ type }) => type).join('+')}`);
        this.#witness.committed(commit);
      },
    });
    this.machine = new StateMachine(DEFINITION, {
      scheduler: this.scheduler,
      invoke: (payload) => this.#invokePhase(payload),
      putEvents: async (entries) => {
        await this.#network('EventBridge');
        this.finished.push(entries);
        return { FailedEntryCount: 0 };
      },
    });
  }

  get longestChain(): LongestChain {
    return {
      invocations: this.#invocationsOfChain,
      ofOneFunction: this.#ofOneFunction,
      recurring: [...this.#recurring].sort(),
    };
  }

  tell(what: string): void {
    this.story.push(`${((this.scheduler.now - EPOCH) / 1_000).toFixed(3)} ${what}`);
    if (this.story.length > 400) this.story.splice(0, 200);
  }

  // ---- The gateway ----

  /** Opens a connection; resolves with its id once `$connect` has returned, or with null when it failed. */
  async connect(place: string, client: ClientEnd): Promise<ConnectionId | null> {
    const id = `c${this.#ids++}`;
    const connection: Connection = {
      ...client,
      id,
      place,
      isOpen: true,
      isAccepted: false,
      isHeard: true,
      deliverAt: 0,
    };
    await this.scheduler.pause(this.#latency(12));
    this.#connections.set(id, connection);
    this.tell(`connect ${id} ${client.name} -> ${place}`);
    const { player } = client;
    try {
      await this.#invoke('connect', (ports) =>
        ports.store.connected({ connection: id, room: place, player, at: ports.clock.now() }),
      );
    } catch {
      this.#connections.delete(id);
      return null;
    }
    connection.isAccepted = true;
    return id;
  }

  /** The client, or the network in between, ends a connection. `silently`: neither end hears of it. */
  drop(id: ConnectionId, how: 'openly' | 'silently'): void {
    const connection = this.#connections.get(id);
    if (connection === undefined) return;
    connection.isHeard = false;
    this.tell(`drop ${id} ${connection.name} ${how}`);
    // API Gateway notices a dead peer at the next post or after ten idle minutes.
    if (how === 'openly') this.#end(connection);
    else this.scheduler.after(600_000, () => this.#end(connection));
  }

  /** A connection's peer is gone, the gateway knows at the next post, and `$disconnect` is lost. */
  vanish(id: ConnectionId): void {
    const connection = this.#connections.get(id);
    if (connection === undefined) return;
    connection.isHeard = false;
    connection.isOpen = false;
    this.tell(`vanish ${id} ${connection.name}`);
  }

  /** A frame of a client, if its connection still stands. */
  send(id: ConnectionId, text: string): void {
    const connection = this.#connections.get(id);
    if (connection === undefined || !connection.isHeard) return;
    void this.#receive(connection, text);
  }

  async #receive(connection: Connection, text: string): Promise<void> {
    await this.scheduler.pause(this.#latency(12));
    if (!connection.isOpen) return;
    const { id, player, place } = connection;
    const requestId = `r${this.#ids++}`;
    try {
      const frame = await this.#invoke('message', (ports) =>
        answer(ports, { connection: id, player, place, requestId }, text),
      );
      if (frame !== null) this.#deliver(connection, JSON.stringify(frame));
    } catch {
      this.#deliver(
        connection,
        JSON.stringify({ message: 'Internal server error', connectionId: id, requestId }),
      );
    }
  }

  #post(id: ConnectionId, text: string): PostResult {
    const connection = this.#connections.get(id);
    if (connection === undefined || !connection.isOpen || !connection.isAccepted) return 'gone';
    if (!connection.isHeard) {
      // The peer is gone: the gateway finds out by this post, which may still seem to work.
      if (this.scheduler.chance(0.5)) return 'delivered';
      this.#end(connection);
      return 'gone';
    }
    this.#deliver(connection, text);
    return 'delivered';
  }

  /** Frames of one connection arrive in the order in which the gateway took them. */
  #deliver(connection: Connection, text: string): void {
    this.#witness.posted(connection, text);
    connection.deliverAt = Math.max(connection.deliverAt, this.scheduler.now + this.#latency(4));
    this.scheduler.after(connection.deliverAt - this.scheduler.now, () => {
      if (connection.isHeard) connection.receive(text);
    });
  }

  #end(connection: Connection): void {
    if (!connection.isOpen) return;
    connection.isOpen = false;
    const { id, place } = connection;
    this.scheduler.after(this.#latency(4), () => {
      if (connection.isHeard) connection.closed();
    });
    if (this.#happens('noDisconnect')) {
      if (this.scheduler.chance(0.5)) return;
      this.scheduler.after(this.scheduler.between(1_000, 30_000), () => void this.#disconnected(id, place));
      return;
    }
    void this.#disconnected(id, place);
  }

  async #disconnected(id: ConnectionId, place: string): Promise<void> {
    await this.scheduler.pause(this.#latency(20));
    this.tell(`$disconnect ${id}`);
    const command = { type: 'disconnect', connection: id, cause: 'closed' } as const;
    await this.#invoke('disconnect', async (ports) => {
      await ports.store.disconnected(id);
      if (place !== LOBBY) {
        await execute(ports, { room: place, command, by: 'presence', commandId: `closed:${id}` });
      }
    }).catch(() => undefined);
  }

  // ---- Functions ----

  /** Runs a function. Rejects when it throws, dies or takes too long. */
  #invoke<T>(
    name: string,
    run: (ports: Ports, invocation: Invocation) => Promise<T>,
    cause: Chain = NEW_CHAIN,
  ): Promise<T> {
    return new Promise<T>((resolve, reject) => {
      const instance = this.#instanceOf(name);
      const invocation: Invocation = {
        name,
        instance,
        chain: this.#prolonged(cause, name),
        isAlive: true,
        die: (why) => {
          if (!invocation.isAlive) return;
          invocation.isAlive = false;
          this.#instances.delete(instance);
          this.tell(`${name} ${why.message}`);
          reject(why);
        },
      };
      instance.invocation = invocation;
      for (const thaw of instance.frozen.splice(0)) thaw();
      const cancel = this.scheduler.after(FUNCTION_TIMEOUT_MS, () =>
        invocation.die(new FunctionEnded('Sandbox.Timedout', 'timed out')),
      );
      run(this.#portsOf(invocation), invocation).then(
        (result) => {
          cancel();
          if (!invocation.isAlive) return;
          invocation.isAlive = false;
          instance.invocation = null;
          resolve(result);
        },
        (error: unknown) => {
          cancel();
          this.tell(`${name} failed: ${String(error)}`);
          invocation.die(asError(error));
        },
      );
    });
  }

  #prolonged(chain: Chain, name: string): Chain {
    const runs = (chain.get(name) ?? 0) + 1;
    const longer = new Map(chain).set(name, runs);
    const all = [...longer.values()].reduce((sum, each) => sum + each, 0);
    this.#invocationsOfChain = Math.max(this.#invocationsOfChain, all);
    this.#ofOneFunction = Math.max(this.#ofOneFunction, runs);
    if (runs > 1) this.#recurring.add(name);
    return longer;
  }

  /** An instance for one more invocation: any of those that are free, or a new one. */
  #instanceOf(name: string): Instance {
    const [first, ...others] = [...this.#instances].filter(
      (each) => each.name === name && each.invocation === null,
    );
    const free = first === undefined ? null : this.scheduler.pick([first, ...others]);
    if (free !== null && !this.scheduler.chance(NEW_INSTANCE)) return free;
    if (free !== null) this.#instances.delete(free);
    const instance: Instance = {
      name,
      invocation: null,
      frozen: [],
      isWarm: false,
      memory: this.#newMemory(),
    };
    this.#instances.add(instance);
    return instance;
  }

  #newMemory(): Memory {
    const memory = createMemory({ now: () => this.scheduler.now });
    // One record serves many invocations: whoever changed it would be found out.
    return {
      recall: (room) => {
        const record = memory.recall(room);
        if (record !== null) this.recalled++;
        return record;
      },
      keep: (room, record) => memory.keep(room, deepFreeze(record)),
    };
  }

  async #invokePhase(payload: Json): Promise<Json> {
    const run = (): Promise<Json> =>
      this.#invoke(
        'phase',
        async (ports) => (await runPhase(ports, payload as unknown as PhaseRequest)) as unknown as Json,
      );
    try {
      await this.#network('invoke phase');
      // Step Functions may invoke a task more than once; only one of the answers counts.
      if (this.#happens('twice'))
        this.scheduler.after(this.scheduler.between(0, 90_000), () => void run().catch(() => undefined));
      const result = await run();
      await this.#network('phase reply');
      return result;
    } catch (error) {
      if (error instanceof StateError) throw error;
      throw new StateError(errorTypeOf(error), String(error));
    }
  }

  // ---- The ports of one invocation ----

  #portsOf(invocation: Invocation): Ports {
    const { scheduler, settings } = this;
    const call = <T>(what: string, ms: number, work: () => Promise<T> | T): Promise<T> =>
      this.#call(invocation, what, ms, work);
    const ports: Ports = {
      store: this.store.asPort((what, work) => call(what, 5, work)),
      memory: invocation.instance.memory,
      meter: NO_METER,
      publisher: { publish: (delivery) => this.#publish(invocation, delivery) },
      phases: {
        start: (name, { clocks, ...input }) =>
          call('StartExecution', 20, () => this.machine.start(name, { ...input, clocks: { ...clocks } })),
        heartbeat: (token) => call('SendTaskHeartbeat', 12, () => this.machine.heartbeat(token)),
        complete: (token, output) =>
          call('SendTaskSuccess', 12, () => this.machine.succeed(token, { ...output })),
        fail: (token, error, cause) =>
          call('SendTaskFailure', 12, () => this.machine.fail(token, error, cause)),
        statusOf: (name) =>
          call('DescribeExecution', 12, () => this.machine.executions.get(name)?.status ?? null),
        probe: () => call('DescribeStateMachine', 12, () => undefined),
      },
      ticks: {
        schedule: (tick, delaySeconds) =>
          call('SendMessage', 8, () => this.#enqueue(tick, delaySeconds, invocation.chain)),
      },
      clock: {
        // Two machines' clocks differ by some milliseconds.
        now: () => scheduler.now + (invocation.name.length % 3) * 7,
        pause: (ms) => call('pause', ms, () => undefined),
      },
      random: {
        proof: () => {
          const seed = createHash('sha256').update(`${this.#seeds++}:${scheduler.random()}`).digest('hex');
          return { seed, commitment: createHash('sha256').update(seed).digest('hex') };
        },
        fraction: () => scheduler.random(),
      },
      log: {
        info: () => undefined,
        warn: () => undefined,
        error: (message, fields) =>
          this.tell(`${message} ${JSON.stringify(fields)} ${String(fields['error'])}`),
      },
      tally: { count: () => undefined, flush: () => Promise.resolve() },
      limit: () => 'admitted',
      emoteLimit: () => 'admitted',
      settings,
    };
    return ports;
  }

  /** As src/aws/publisher.ts, with a connection that the broadcaster has answered on for one that is open. */
  #publish({ instance }: Invocation, delivery: Delivery): Publishing {
    const { scheduler } = this;
    const clock = {
      now: () => scheduler.now,
      pause: async (ms: number) => {
        await scheduler.pause(ms);
        await this.#thawed(instance);
      },
    };
    const random = { fraction: () => scheduler.random(), proof: () => forbidden() };
    const publishing = follow((begin) =>
      againIfRefused({ clock, random }, () =>
        this.#callBroadcaster(instance, delivery, () => {
          instance.isWarm = true;
          begin();
        }),
      ),
    );
    if (!instance.isWarm) return publishing;
    const cap = scheduler.pause(HAND_OVER_MS).then(() => null);
    return { ...publishing, begun: Promise.race([publishing.begun, cap]) };
  }

  /** The request goes out only while the caller runs; what comes back is heard when it runs, maybe much later or never. */
  async #callBroadcaster(caller: Instance, delivery: Delivery, begin: () => void): Promise<void> {
    const { invocation } = caller;
    if (invocation === null) return forever();
    await this.#hop(invocation, 'broadcast', 4, 'before');
    if (this.refusal(invocation.name, 'broadcast') || this.#happens('refused')) {
      await this.#hears(caller, 'refused');
      throw new Refused('broadcast was throttled');
    }
    const isLost = this.#happens('lostReply');
    const breaksAt = isLost ? this.scheduler.pick(['begin', 'end'] as const) : null;
    const { promise: firstByte, resolve: write, reject: fail } = Promise.withResolvers<undefined>();
    const ending = this.#broadcast(delivery, invocation.chain, () => write(undefined)).then(
      () => null,
      asError,
    );
    void ending.then((error) => fail(error));
    const error = await firstByte.then(() => null, asError);
    const { heldBack } = this.faults;
    if (heldBack > 0 && this.scheduler.chance(heldBack)) await ending;
    await this.#hears(caller, 'begun');
    if (error !== null) throw error;
    if (breaksAt === 'begin') throw new Error('broadcast: the stream broke before its begin was heard');
    begin();
    const end = await ending;
    await this.#hears(caller, 'broadcast');
    if (end !== null) throw end;
    if (breaksAt === 'end') throw new Error('broadcast: the stream broke before its end was heard');
  }

  /** Something comes back to an instance: it is heard once that runs, and the function may die of it. */
  async #hears(instance: Instance, what: string): Promise<void> {
    await this.scheduler.pause(this.#latency(4));
    const invocation = await this.#thawed(instance);
    const dies = this.trap(instance.name, what, 'after') || this.#happens('crash');
    if (invocation.isAlive && dies)
      invocation.die(new FunctionEnded('Runtime.ExitError', `crashed after ${what}`));
    if (!invocation.isAlive) await forever();
  }

  /** What runs in an instance, once something does. */
  async #thawed(instance: Instance): Promise<Invocation> {
    while (instance.invocation === null) await new Promise<void>((thaw) => instance.frozen.push(thaw));
    return instance.invocation;
  }

  #broadcast(delivery: Delivery, cause: Chain, begin: () => void): Promise<unknown> {
    this.#witness.handedOver(delivery);
    const run = async (ports: Ports, invocation: Invocation): Promise<unknown> => {
      await this.#hop(invocation, 'begin', 0, 'before');
      begin();
      await this.#hop(invocation, 'begin', 0, 'after');
      return broadcast(
        {
          ...ports,
          gateway: {
            post: (id, text) =>
              this.#call(invocation, `post ${id}`, 8, () => this.#post(id, text)).catch(
                (): PostResult => 'failed',
              ),
            close: (id) =>
              this.#call(invocation, `close ${id}`, 8, () => {
                const connection = this.#connections.get(id);
                if (connection !== undefined) this.#end(connection);
              }),
          },
          bury: (letter) => this.#call(invocation, 'bury', 8, () => void this.deadLetters.push(letter)),
        },
        delivery,
      );
    };
    return this.#invoke('broadcaster', run, cause);
  }

  #enqueue(tick: Tick, delaySeconds: number, cause: Chain, receives = 1): void {
    const deliver = (): void => {
      this.#invoke('tick', (ports) => runTick(ports, tick), cause).catch(() => {
        if (receives >= TICK_RECEIVES) this.deadLetters.push(tick);
        else this.scheduler.after(VISIBILITY_MS, () => this.#enqueue(tick, 0, cause, receives + 1));
      });
    };
    const late = this.#happens('late') ? this.scheduler.between(1_000, 20_000) : 0;
    this.scheduler.after(delaySeconds * 1_000 + this.#latency(16) + late, deliver);
    if (this.#happens('twice')) {
      this.scheduler.after(delaySeconds * 1_000 + this.scheduler.between(0, 20_000), deliver);
    }
  }

  // ---- Faults ----

  /** One call of a function to a service: takes time, may be refused, may lose its reply, and the function may die at it. */
  async #call<T>(invocation: Invocation, what: string, ms: number, work: () => Promise<T> | T): Promise<T> {
    await this.#hop(invocation, what, ms / 2, 'before');
    if (this.#happens('refused')) {
      this.tell(`refused ${invocation.name} ${what}`);
      throw new Error(`${what} was throttled`);
    }
    const result = await work();
    const isLost = this.#happens('lostReply');
    await this.#hop(invocation, what, ms / 2, 'after');
    if (isLost) {
      this.tell(`reply lost ${invocation.name} ${what}`);
      throw new Error(`${what}: the reply was lost`);
    }
    return result;
  }

  /** Time passes on the way; a function that has died never comes back from it. */
  async #hop(invocation: Invocation, what: string, ms: number, when: 'before' | 'after'): Promise<void> {
    await this.scheduler.pause(this.#latency(ms));
    const dies = this.trap(invocation.name, what, when) || this.#happens('crash');
    if (invocation.isAlive && dies)
      invocation.die(new FunctionEnded('Runtime.ExitError', `crashed ${when} ${what}`));
    if (!invocation.isAlive) await forever();
  }

  async #network(what: string): Promise<void> {
    await this.scheduler.pause(this.#latency(8));
    if (this.#happens('refused')) throw new StateError('Lambda.ServiceException', `${what} failed`);
  }

  #happens(fault: keyof Faults): boolean {
    const probability = this.faults[fault];
    if (probability === 0 || !this.scheduler.chance(probability)) return false;
    this.faultCount++;
    return true;
  }

  #latency(typical: number): number {
    const { scheduler } = this;
    if (this.#happens('slow')) return scheduler.between(500, 4_000);
    return typical * (0.5 + scheduler.random() * 1.5);
  }
}

function deepFreeze<T>(value: T): T {
  if (typeof value !== 'object' || value === null || Object.isFrozen(value)) return value;
  for (const part of Object.values(value)) deepFreeze(part);
  return Object.freeze(value);
}

function forbidden(): never {
  throw new Error('Nobody deals here');
}

/** What never comes about. */
function forever(): Promise<never> {
  return new Promise(() => undefined);
}

function asError(error: unknown): Error {
  return error instanceof Error ? error : new Error(String(error));
}

/** When every simulated world begins, epoch ms. */
export const EPOCH = Date.UTC(2026, 0, 1);
