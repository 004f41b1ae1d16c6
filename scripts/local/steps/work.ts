/** One state of an execution at work: the service it calls, the clock it waits for, and the outcome that ends it. */
import { randomUUID } from 'node:crypto';
import { z } from 'zod';
import type { Json, Resource, StepParameters } from './definition.ts';
import { failureOf, type Failure, type Invoke } from './lambda.ts';

export type Outcome = { readonly output: Json } | { readonly failure: Failure };

/** Where an execution is: in one state, with its input. The id is what its task token stands for. */
export interface Step {
  readonly id: string;
  readonly state: string;
  readonly input: Json;
  /** The function has taken the call; what is missing is its callback. */
  invoked: boolean;
  outcome: Outcome | null;
}

/** An event put on the bus. */
export interface BusEvent {
  readonly execution: string;
  readonly source: string;
  readonly detailType: string;
  readonly detail: Json;
}

/** What steps call. */
export interface Services {
  readonly invoke: Invoke;
  readonly putEvent: (event: Omit<BusEvent, 'execution'>) => void;
}

export interface Work {
  readonly step: Step;
  /** Resolves once; rejects only when the work is left. */
  readonly outcome: Promise<Outcome>;
  /** Calls the service, unless a restart found that it has taken the call or done the work. */
  begin(): void;
  /** The first outcome counts; it is kept before anybody hears of it. */
  settle(outcome: Outcome): void;
  /** Starts the heartbeat's clock anew. */
  beat(): void;
  /** Leaves it: nothing is waited for any longer and nothing is kept. */
  leave(): void;
}

interface Task extends Work {
  readonly parameters: StepParameters;
  readonly services: Services;
  readonly settleAfter: (ms: number, outcome: Outcome) => void;
  readonly noteInvoked: () => void;
}

/** Prepares the work on a new step, or on one that a restart found. `keep` writes the step down. */
export function prepareWork(
  step: Step,
  resource: Resource,
  parameters: StepParameters,
  services: Services,
  keep: (step: Step) => void,
): Work {
  const { promise, resolve, reject } = Promise.withResolvers<Outcome>();
  let timer: NodeJS.Timeout | undefined;
  let left = false;
  const isOpen = () => !left && step.outcome === null;
  const task: Task = {
    step,
    parameters,
    services,
    outcome: promise,
    begin() {
      keep(step);
      if (step.outcome === null) BEGIN[resource](task);
      else resolve(step.outcome);
    },
    settle(outcome) {
      if (!isOpen()) return;
      keep({ ...step, outcome });
      step.outcome = outcome;
      clearTimeout(timer);
      resolve(outcome);
    },
    beat: () => void timer?.refresh(),
    leave() {
      left = true;
      clearTimeout(timer);
      reject(halted());
    },
    settleAfter: (ms, outcome) => (timer = setTimeout(() => task.settle(outcome), ms)),
    noteInvoked() {
      if (!isOpen()) return;
      step.invoked = true;
      keep(step);
    },
  };
  return task;
}

/** Thrown to the interpreter when its execution is left: it must neither retry nor catch. */
export function halted(): Error {
  return Object.assign(new Error('the execution is left'), { isRetryable: false, isCatchable: false });
}

const LambdaCall = z.strictObject({ FunctionName: z.string(), Payload: z.json() });
const EventsCall = z.strictObject({
  Entries: z.array(
    z.strictObject({
      Source: z.string(),
      DetailType: z.string(),
      EventBusName: z.string(),
      Detail: z.json(),
    }),
  ),
});
/** As recorded on AWS; `States.HeartbeatTimeout` is a name for Retry and Catch only. */
const HEARTBEAT_TIMEOUT: Outcome = { failure: { error: 'States.Timeout', cause: '' } };

const BEGIN: Readonly<Record<Resource, (task: Task) => void>> = {
  'arn:aws:states:::lambda:invoke.waitForTaskToken': (task) => {
    const { heartbeatSeconds } = task.parameters;
    if (heartbeatSeconds !== undefined) task.settleAfter(heartbeatSeconds * 1000, HEARTBEAT_TIMEOUT);
    if (!task.step.invoked) invoke(task, task.noteInvoked);
  },
  'arn:aws:states:::lambda:invoke': (task) => {
    invoke(task, (Payload) =>
      task.settle({ output: { StatusCode: 200, ExecutedVersion: '$LATEST', Payload } }),
    );
  },
  'arn:aws:states:::events:putEvents': (task) => {
    const { Entries } = EventsCall.parse(task.parameters.call);
    for (const { Source: source, DetailType: detailType, Detail: detail } of Entries)
      task.services.putEvent({ source, detailType, detail });
    task.settle({ output: { FailedEntryCount: 0, Entries: Entries.map(() => ({ EventId: randomUUID() })) } });
  },
};

function invoke(task: Task, then: (result: Json) => void): void {
  const { FunctionName, Payload } = LambdaCall.parse(task.parameters.call);
  task.services.invoke(FunctionName, Payload).then(
    (result) => then(result as Json),
    (error: unknown) => task.settle({ failure: failureOf(error) }),
  );
}
