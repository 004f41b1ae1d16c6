/**
 * Executions of one state machine, durable: aws-local-stepfunctions interprets it, and every step it takes is written
 * to the database before it is begun and again when its outcome is known, so that a killed process goes on where it was.
 * Time is the global clock and timers, so that a test may fake them.
 */
import { randomUUID } from 'node:crypto';
import type { DatabaseSync } from 'node:sqlite';
import { ExecutionTimeoutError, StateMachine, type StateMachineDefinition } from 'aws-local-stepfunctions';
import { instrument, type Definition, type Json, type Resource, type StepParameters } from './definition.ts';
import { failureOf, type Failure, type Invoke } from './lambda.ts';
import { logStates, type Log } from './log.ts';
import { openRecords, type End, type Execution } from './records.ts';
import { decodeToken, encodeToken } from './token.ts';
import { halted, prepareWork, type BusEvent, type Step, type Work } from './work.ts';

/** What became of a callback for a task token. */
export type CallbackReply = 'accepted' | 'invalid token' | 'unknown task' | 'closed task';

export interface Executions {
  /** Starts one, or answers with the running one of the same name and input; `null` when the name is taken otherwise. */
  start(name: string, input: string): Execution | null;
  find(name: string): Execution | null;
  /** All of them, the latest first. */
  list(): Execution[];
  /** Ends a running one as aborted; one that has ended stays as it is. */
  stop(name: string, reason: Failure): Execution | null;
  succeed(token: string, output: Json): CallbackReply;
  fail(token: string, failure: Failure): CallbackReply;
  heartbeat(token: string): CallbackReply;
  /** Continues what was running when the process ended. Call it once callbacks can be received. */
  resume(): void;
  /** Events put on the bus since the process began, the oldest first. */
  events(): readonly BusEvent[];
  /** Stops working without ending anything: `resume` of the next process goes on. */
  close(): void;
}

interface Needs {
  readonly database: DatabaseSync;
  readonly definition: Definition;
  readonly invoke: Invoke;
  readonly log: Log;
  /** Takes an event to those who listen. */
  readonly publish: (event: BusEvent) => void;
}

interface Run {
  readonly name: string;
  abort: () => void;
  /** The id that the next step gets: what `$$.Task.Token` was asked for, or the one that a restart found. */
  nextId: string | null;
  /** The step that a restart found, until the interpreter enters it. */
  found: Step | null;
  work: Work | null;
  over: boolean;
}

/** Opens the executions kept in a database; nothing moves before `resume` or `start`. */
export function openExecutions({ database, definition, invoke, log, publish }: Needs): Executions {
  const instrumented = instrument(definition);
  const records = openRecords(database);
  const runs = new Map<string, Run>();
  const events: BusEvent[] = [];

  /** Hands an execution to the interpreter, from its start or from the step it was in. */
  function launch(execution: Execution, found: Step | null): void {
    const { name } = execution;
    const run: Run = {
      name,
      abort: () => undefined,
      nextId: found?.id ?? null,
      found,
      work: null,
      over: false,
    };
    runs.set(name, run);
    const { result, abort, eventLogs } = machineFrom(instrumented, execution, found).run(
      found?.input ?? (JSON.parse(execution.input) as Json),
      {
        context: contextOf(execution, run),
        overrides: {
          taskResourceLocalHandlers: handlersOf(instrumented, (state, resource, parameters) =>
            perform(run, state, resource, parameters),
          ),
        },
      },
    );
    run.abort = abort;
    void logStates(name, eventLogs, log);
    result.then(
      (output) => end(run, { status: 'SUCCEEDED', output }),
      (error: unknown) => end(run, endOf(error)),
    );
  }

  /** One state of the machine, once: what comes of it is kept before the interpreter hears of it. */
  async function perform(
    run: Run,
    state: string,
    resource: Resource,
    parameters: StepParameters,
  ): Promise<Json> {
    if (run.over) throw halted();
    const step = run.found ?? newStep(run.nextId ?? randomUUID(), state, parameters);
    run.found = null;
    run.nextId = null;
    // A task that ran into its TimeoutSeconds is still at work.
    run.work?.leave();
    const putEvent = (event: Omit<BusEvent, 'execution'>) => {
      const put = { execution: run.name, ...event };
      events.push(put);
      publish(put);
      log({ level: 'INFO', message: event.detailType, execution: run.name, detail: event.detail });
    };
    const keep = (kept: Step) => records.keepStep(run.name, kept);
    const work = prepareWork(step, resource, parameters, { invoke, putEvent }, keep);
    // Before it begins: a callback may come while the call is being made.
    run.work = work;
    work.begin();
    const outcome = await work.outcome;
    if ('failure' in outcome) throw errorOf(outcome.failure);
    return outcome.output;
  }

  function answer(token: string, act: (work: Work) => void): CallbackReply {
    const task = decodeToken(token);
    if (task === null) return 'invalid token';
    const work = runs.get(task.execution)?.work;
    if (work?.step.id === task.step && work.step.outcome === null) {
      act(work);
      return 'accepted';
    }
    return records.find(task.execution) === null ? 'unknown task' : 'closed task';
  }

  function end(run: Run, ended: End): void {
    if (run.over) return;
    records.keepEnd(run.name, ended);
    const { status, error = null } = ended;
    const level = status === 'SUCCEEDED' ? 'INFO' : 'WARN';
    log({ level, message: 'execution ended', execution: run.name, status, error });
    runs.delete(run.name);
    halt(run);
  }

  return {
    start(name, input) {
      const isNew = records.add(name, input);
      const execution = records.find(name);
      if (execution === null) throw new Error(`execution ${name} was not kept`);
      if (!isNew) return execution.status === 'RUNNING' && execution.input === input ? execution : null;
      log({ level: 'INFO', message: 'execution started', execution: name });
      launch(execution, null);
      return execution;
    },
    find: records.find,
    list: records.list,
    stop(name, reason) {
      const run = runs.get(name);
      if (run !== undefined) end(run, { status: 'ABORTED', ...reason });
      return records.find(name);
    },
    succeed: (token, output) => answer(token, (work) => work.settle({ output })),
    fail: (token, failure) => answer(token, (work) => work.settle({ failure })),
    heartbeat: (token) => answer(token, (work) => work.beat()),
    resume() {
      for (const { step, ...execution } of records.running()) {
        const state = step?.state ?? definition.StartAt;
        log({ level: 'INFO', message: 'execution resumed', execution: execution.name, state });
        launch(execution, step);
      }
    },
    events: () => events,
    close() {
      for (const run of runs.values()) halt(run);
      runs.clear();
    },
  };
}

/** Leaves a run where it is: the interpreter stops, nothing is waited for any longer. */
function halt(run: Run): void {
  run.over = true;
  run.abort();
  run.work?.leave();
}

function newStep(id: string, state: string, { input }: StepParameters): Step {
  return { id, state, input, invoked: false, outcome: null };
}

/** The machine as it stands for this execution: where it goes on, and with how much of its time. */
function machineFrom(definition: Definition, execution: Execution, found: Step | null): StateMachine {
  const spentSeconds = (Date.now() - execution.startedAt) / 1000;
  const machine = {
    ...definition,
    StartAt: found?.state ?? definition.StartAt,
    TimeoutSeconds: Math.max(0, definition.TimeoutSeconds - spentSeconds),
  };
  return new StateMachine(libraryDefinition(machine), { validationOptions: { noValidate: true } });
}

type Handler = (parameters: Json) => Promise<Json>;

function handlersOf(
  definition: Definition,
  perform: (state: string, resource: Resource, parameters: StepParameters) => Promise<Json>,
): Record<string, Handler> {
  const tasks = Object.entries(definition.States).filter(([, { Type }]) => Type === 'Task');
  return Object.fromEntries(
    tasks.map(([state, { Resource }]): [string, Handler] => [
      state,
      (parameters) => perform(state, Resource as Resource, parameters as unknown as StepParameters),
    ]),
  );
}

/** The context object: the part of it that is known here, and a token that is made when it is asked for. */
function contextOf({ name, input, startedAt }: Execution, run: Run) {
  return {
    ThisExecution: {
      Name: name,
      Input: JSON.parse(input) as Json,
      StartTime: new Date(startedAt).toISOString(),
    },
    Task: {
      get Token() {
        return encodeToken({ execution: name, step: (run.nextId ??= randomUUID()) });
      },
    },
  };
}

/** How an execution ended whose interpreter gave up. */
function endOf(error: unknown): End {
  if (error instanceof ExecutionTimeoutError) return { status: 'TIMED_OUT' };
  const { error: name, cause } = failureOf(error instanceof Error ? (error.cause ?? error) : error);
  return { status: 'FAILED', error: name, cause };
}

/** The name is what Retry and Catch compare, the message becomes the Cause. */
function errorOf({ error, cause }: Failure): Error {
  return Object.assign(new Error(cause), { name: error });
}

/** The library's type knows less of the language than the library does. */
function libraryDefinition(definition: Definition): StateMachineDefinition {
  return definition as unknown as StateMachineDefinition;
}
