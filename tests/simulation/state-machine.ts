// The state machine in virtual time: a small interpreter for the parts of the language that statemachines/game.asl.json uses.
// That it reads the definition as aws-local-stepfunctions does is a test of its own (machine-agreement.test.ts).

import { isDeepStrictEqual } from 'node:util';
import { encodeToken } from '../../scripts/local/steps/token.ts';
import type { Scheduler } from './scheduler.ts';

export type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json };

interface Retrier {
  readonly ErrorEquals: readonly string[];
  readonly IntervalSeconds?: number;
  readonly BackoffRate?: number;
  readonly MaxDelaySeconds?: number;
  readonly MaxAttempts?: number;
}
interface Catcher {
  readonly ErrorEquals: readonly string[];
  readonly ResultPath?: string | null;
  readonly Next: string;
}
interface Task {
  readonly Type: 'Task';
  readonly Resource: string;
  readonly Parameters: { readonly [key: string]: Json };
  readonly HeartbeatSecondsPath?: string;
  readonly TimeoutSeconds?: number;
  readonly ResultSelector?: { readonly [key: string]: Json };
  readonly ResultPath?: string | null;
  readonly Retry?: readonly Retrier[];
  readonly Catch?: readonly Catcher[];
  /** Without it the execution ends here. */
  readonly Next?: string;
}
type State = Task | { readonly Type: 'Fail'; readonly Error: string };
export interface Definition {
  readonly StartAt: string;
  readonly TimeoutSeconds?: number;
  readonly States: { readonly [name: string]: State };
}

/** An error of a state: the name it is reported by, and others by which Retry and Catch match it. */
export class StateError extends Error {
  readonly aliases: readonly string[];

  constructor(name: string, cause: string, aliases: readonly string[] = []) {
    super(cause);
    this.name = name;
    this.aliases = aliases;
  }
}

/**
 * How a heartbeat that ran out is reported, and what else matches it. Recorded is `States.Timeout`; that `States.HeartbeatTimeout`
 * matches it is only documented.
 */
export interface HeartbeatError {
  readonly name: string;
  readonly aliases: readonly string[];
}
const RECORDED_HEARTBEAT: HeartbeatError = { name: 'States.Timeout', aliases: ['States.HeartbeatTimeout'] };

export interface Execution {
  readonly name: string;
  readonly input: Json;
  status: 'RUNNING' | 'SUCCEEDED' | 'FAILED' | 'TIMED_OUT' | 'ABORTED';
  /** What it failed of. */
  error: string | null;
  /** The states entered, in order; each, and each retry, is a transition. */
  readonly entered: string[];
}

/** The world of an execution: what its tasks call, and what happens to tokens. */
export interface World {
  readonly scheduler: Scheduler;
  /** Invokes the phase function; its answer is the `Payload`. Rejects with a `StateError`. */
  readonly invoke: (payload: Json) => Promise<Json>;
  readonly putEvents: (entries: Json) => Promise<Json>;
  readonly heartbeatError?: HeartbeatError;
}

interface Wait {
  readonly execution: Execution;
  readonly settle: (result: Json | StateError) => void;
  readonly beat: () => void;
}

/** All executions, and the tokens that wait. */
export class StateMachine {
  readonly executions = new Map<string, Execution>();
  readonly #definition: Definition;
  readonly #world: World;
  readonly #waits = new Map<string, Wait>();
  #tokens = 0;

  constructor(definition: Definition, world: World) {
    this.#definition = definition;
    this.#world = world;
  }

  /** Starts an execution, or finds it running with the same input. False when the name is taken otherwise. */
  start(name: string, input: Json): boolean {
    const known = this.executions.get(name);
    if (known !== undefined) return known.status === 'RUNNING' && isDeepStrictEqual(known.input, input);
    const execution: Execution = { name, input, status: 'RUNNING', error: null, entered: [] };
    this.executions.set(name, execution);
    const limit = this.#definition.TimeoutSeconds;
    const cancel =
      limit === undefined
        ? () => undefined
        : this.#world.scheduler.after(limit * 1_000, () => this.#close(execution, 'TIMED_OUT'));
    void this.#run(execution)
      .catch((error: unknown) => {
        if (!(error instanceof StateError)) throw error;
        this.#close(execution, 'FAILED', error.name);
      })
      .finally(cancel);
    return true;
  }

  /** Ends an execution from outside; nobody waits for its token any more. */
  stop(name: string): void {
    const execution = this.executions.get(name);
    if (execution !== undefined) this.#close(execution, 'ABORTED');
  }

  #close(execution: Execution, status: Execution['status'], error: string | null = null): void {
    if (execution.status !== 'RUNNING') return;
    execution.status = status;
    execution.error = error;
    for (const wait of [...this.#waits.values()])
      if (wait.execution === execution) wait.settle(new StateError(LEFT, ''));
  }

  /** False when nobody waits for the token. So with the other two. */
  succeed(token: string, output: Json): boolean {
    return this.#answer(token, ({ settle }) => settle(output));
  }

  fail(token: string, error: string, cause: string): boolean {
    return this.#answer(token, ({ settle }) => settle(new StateError(error, cause)));
  }

  heartbeat(token: string): boolean {
    return this.#answer(token, ({ beat }) => beat());
  }

  #answer(token: string, act: (wait: Wait) => void): boolean {
    const wait = this.#waits.get(token);
    if (wait !== undefined) act(wait);
    return wait !== undefined;
  }

  async #run(execution: Execution): Promise<void> {
    let name: string | undefined = this.#definition.StartAt;
    let input = execution.input;
    while (name !== undefined) {
      if (execution.status !== 'RUNNING') return;
      execution.entered.push(name);
      // What AWS takes between two states (../shared/aws-facts.md), so that others come in between.
      await this.#world.scheduler.pause(20 + this.#world.scheduler.random() * 150);
      const state: State | undefined = this.#definition.States[name];
      if (state === undefined) throw new Error(`No state ${name}`);
      if (state.Type === 'Fail') {
        this.#close(execution, 'FAILED', state.Error);
        return;
      }
      [name, input] = await this.#task(execution, name, state, input);
    }
    this.#close(execution, 'SUCCEEDED');
  }

  async #task(
    execution: Execution,
    name: string,
    state: Task,
    input: Json,
  ): Promise<[string | undefined, Json]> {
    const attempts = new Map<Retrier, number>();
    for (;;) {
      try {
        const result = await this.#attempt(execution, state, input);
        const context: Json = { Execution: { Input: execution.input, Name: execution.name } };
        const selected =
          state.ResultSelector === undefined ? result : fill(state.ResultSelector, result, context);
        return [state.Next, place(input, state.ResultPath, selected)];
      } catch (error) {
        if (!(error instanceof StateError) || execution.status !== 'RUNNING') throw error;
        // No Retry and no Catch is asked, not even those for States.ALL.
        if (error.name === 'States.Runtime') throw error;
        const delay = retryDelay(state.Retry ?? [], attempts, error, this.#world.scheduler);
        if (delay === null) return caught(state, input, error);
        execution.entered.push(name);
        await this.#world.scheduler.pause(delay);
      }
    }
  }

  #attempt(execution: Execution, state: Task, input: Json): Promise<Json> {
    const { invoke, putEvents } = this.#world;
    if (state.Resource.endsWith('events:putEvents')) return putEvents(fill(state.Parameters, input, {}));
    if (!state.Resource.endsWith('.waitForTaskToken')) {
      const { Payload } = asObject(fill(state.Parameters, input, {}));
      return this.#limited(
        state,
        invoke(Payload ?? null).then((payload) => ({ Payload: payload })),
      );
    }
    const token = encodeToken({ execution: execution.name, step: stepId(this.#tokens++) });
    const { Payload } = asObject(fill(state.Parameters, input, { Task: { Token: token } }));
    return this.#waitFor(execution, token, state, input, Payload ?? null);
  }

  /** A task that must end in time. */
  #limited(state: Task, work: Promise<Json>): Promise<Json> {
    return new Promise((resolve, reject) => {
      const cancel = this.#world.scheduler.after((state.TimeoutSeconds ?? 60) * 1_000, () =>
        reject(new StateError('States.Timeout', '')),
      );
      work.then(resolve, reject).finally(cancel);
    });
  }

  /** Waits for the token's callback, at most as long as the heartbeat's period after the last sign of life. */
  #waitFor(execution: Execution, token: string, state: Task, input: Json, payload: Json): Promise<Json> {
    const { scheduler, invoke } = this.#world;
    const { name, aliases } = this.#world.heartbeatError ?? RECORDED_HEARTBEAT;
    const period = seconds(read(input, state.HeartbeatSecondsPath ?? '')) * 1_000;
    return new Promise((resolve, reject) => {
      let cancel = (): void => undefined;
      const settle = (result: Json | StateError): void => {
        this.#waits.delete(token);
        cancel();
        cancelLimit();
        if (result instanceof StateError) reject(result);
        else resolve(result);
      };
      const beat = (): void => {
        cancel();
        cancel = scheduler.after(period, () => settle(new StateError(name, '', aliases)));
      };
      const cancelLimit = scheduler.after((state.TimeoutSeconds ?? LONGEST_TASK_SECONDS) * 1_000, () =>
        settle(new StateError('States.Timeout', '')),
      );
      this.#waits.set(token, { execution, settle, beat });
      beat();
      invoke(payload).catch((error: unknown) => {
        if (this.#waits.has(token))
          settle(error instanceof StateError ? error : new StateError('Lambda.Unknown', String(error)));
      });
    });
  }
}

/** A task without a limit of its own has 99,999,999 seconds. */
const LONGEST_TASK_SECONDS = 99_999_999;
/** What a task ends with whose execution was closed over it: nobody retries or catches it. */
const LEFT = 'the execution is closed';

/** A token's id that tells it from all others of the machine. */
function stepId(count: number): string {
  return `00000000-0000-4000-8000-${String(count).padStart(12, '0')}`;
}

function caught(state: Task, input: Json, error: StateError): [string, Json] {
  const catcher = state.Catch?.find(({ ErrorEquals }) => matches(ErrorEquals, error));
  if (catcher === undefined) throw error;
  return [catcher.Next, place(input, catcher.ResultPath, { Error: error.name, Cause: error.message })];
}

function retryDelay(
  retriers: readonly Retrier[],
  attempts: Map<Retrier, number>,
  error: StateError,
  scheduler: Scheduler,
): number | null {
  const retrier = retriers.find(({ ErrorEquals }) => matches(ErrorEquals, error));
  if (retrier === undefined) return null;
  const made = attempts.get(retrier) ?? 0;
  if (made >= (retrier.MaxAttempts ?? 3)) return null;
  attempts.set(retrier, made + 1);
  const { IntervalSeconds = 1, BackoffRate = 2, MaxDelaySeconds = Infinity } = retrier;
  return Math.min(MaxDelaySeconds, IntervalSeconds * BackoffRate ** made) * 1_000 * scheduler.random();
}

/** `States.TaskFailed` matches any error but a timeout; `States.ALL` matches all. */
function matches(patterns: readonly string[], { name, aliases }: StateError): boolean {
  const isTimeout = name === 'States.Timeout' || name === 'States.HeartbeatTimeout';
  return patterns.some(
    (pattern) =>
      pattern === name ||
      aliases.includes(pattern) ||
      pattern === 'States.ALL' ||
      (pattern === 'States.TaskFailed' && !isTimeout),
  );
}

/** `$`, `$.a.b` of the input, `$$.a.b` of the context. */
function read(input: Json, path: string, context: Json = null): Json {
  const [root, keys] = path.startsWith('$$') ? [context, path.slice(2)] : [input, path.slice(1)];
  return keys
    .split('.')
    .filter((key) => key !== '')
    .reduce<Json>((value, key) => {
      const found = asObject(value)[key];
      if (found === undefined) throw new StateError('States.Runtime', `${path} names nothing`);
      return found;
    }, root);
}

/** A payload template: keys that end in `.$` name a path. */
function fill(template: Json, input: Json, context: Json): Json {
  if (Array.isArray(template)) return template.map((each: Json) => fill(each, input, context));
  if (typeof template !== 'object' || template === null) return template;
  return Object.fromEntries(
    Object.entries(template).map(([key, value]: [string, Json]) =>
      key.endsWith('.$') && typeof value === 'string'
        ? [key.slice(0, -2), read(input, value, context)]
        : [key, fill(value, input, context)],
    ),
  );
}

function place(input: Json, path: string | null | undefined, result: Json): Json {
  if (path === null) return input;
  if (path === undefined || path === '$') return result;
  return { ...asObject(input), [path.slice(2)]: result };
}

function asObject(value: Json): { readonly [key: string]: Json } {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
    ? (value as { [key: string]: Json })
    : {};
}

function seconds(value: Json): number {
  if (typeof value !== 'number') throw new StateError('States.Runtime', 'Not a number of seconds');
  return value;
}
