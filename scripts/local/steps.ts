/**
 * The local Step Functions, EventBridge and SQS: game.asl.json, its events and the queues behind one loopback endpoint for the
 * SDK's clients.
 * As a process it is configured by the environment, prints a line when ready, and ends on SIGTERM, SIGINT or the end of
 * its stdin (so that it never outlives its parent). As a module, `createSteps` is the same inside one process.
 */
import type { AddressInfo } from 'node:net';
import { DatabaseSync } from 'node:sqlite';
import { LambdaClient } from '@aws-sdk/client-lambda';
import { z } from 'zod';
import { gameFinishedPattern, putOnBus, type Pattern } from './steps/bus.ts';
import { readDefinition, type Definition } from './steps/definition.ts';
import { call, serve, type Answer } from './steps/endpoint.ts';
import { openExecutions, type Executions } from './steps/executions.ts';
import { invokeThrough, type Invoke } from './steps/lambda.ts';
import type { Log } from './steps/log.ts';
import { openQueues, type Queues } from './steps/queue.ts';

export { gameFinishedPattern, readDefinition, type Answer, type Definition, type Invoke, type Log };

export interface StepsOptions {
  /** An SQLite file, or `:memory:`. One process at a time. */
  readonly database: string;
  readonly definition: Definition;
  readonly invoke: Invoke;
  readonly log: Log;
  readonly stateMachineArn: string;
  /** Only the last part of a queue's URL is looked at: its name. */
  readonly tickQueueUrl: string;
  readonly deadLetterQueueUrl: string;
  readonly tickFunction: string;
  /** Where the events of a pattern go: through a queue of their own to a function. */
  readonly subscriptions: readonly Subscription[];
  /** How long a message that was received stays hidden unless it is deleted. */
  readonly visibilitySeconds: number;
}

export interface Subscription {
  readonly pattern: Pattern;
  readonly queueUrl: string;
  readonly functionName: string;
}

export interface Steps {
  readonly executions: Executions;
  readonly queues: Queues;
  /** An operation without HTTP, e.g. `call('AWSStepFunctions.SendTaskSuccess', { taskToken, output })`. */
  call(target: string, input: unknown): Answer;
  /** Serves the endpoint on 127.0.0.1 and resolves with its URL; port 0 takes a free one. */
  listen(port: number): Promise<string>;
  /** Continues the executions and messages that the database holds. Call it once, when callbacks can come in. */
  resume(): void;
  /** Stops without ending anything: a later one on the same file goes on. */
  close(): Promise<void>;
}

/** As long a process may take to die that a new one replaces. */
const LOCK_MS = 2_000;

/** Opens the local Step Functions and SQS on a database. */
export function createSteps(options: StepsOptions): Steps {
  const database = new DatabaseSync(options.database, { timeout: LOCK_MS });
  // One writer; a commit survives the process, which is all that is asked here.
  database.exec('PRAGMA locking_mode = EXCLUSIVE; PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL');
  const { invoke, log, definition, stateMachineArn, subscriptions } = options;
  const queues = openQueues({
    database,
    invoke,
    log,
    mappings: [
      { queue: queueName(options.tickQueueUrl), functionName: options.tickFunction },
      ...subscriptions.map(({ queueUrl, functionName }) => ({ queue: queueName(queueUrl), functionName })),
    ],
    deadLetters: queueName(options.deadLetterQueueUrl),
    visibilitySeconds: options.visibilitySeconds,
  });
  const executions = openExecutions({
    database,
    definition,
    invoke,
    log,
    publish: ({ execution, ...event }) => {
      // As Step Functions does: the event names the machine and the execution that put it.
      const executionArn = `${stateMachineArn.replace(':stateMachine:', ':execution:')}:${execution}`;
      const resources = [stateMachineArn, executionArn];
      putOnBus({ ...event, resources }, subscriptions, (queue, body) => queues.send(queue, body, 0));
    },
  });
  const parts = { executions, queues, stateMachineArn, definition: JSON.stringify(definition) };
  const server = serve(parts);
  return {
    executions,
    queues,
    call: (target, input) => call(parts, target, input),
    listen: (port) =>
      new Promise((resolve, reject) => {
        server.once('error', reject);
        server.listen(port, '127.0.0.1', () => {
          resolve(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
        });
      }),
    resume() {
      executions.resume();
      queues.resume();
    },
    async close() {
      executions.close();
      queues.close();
      if (server.listening) {
        const closed = new Promise((resolve) => server.close(resolve));
        server.closeAllConnections();
        await closed;
      }
      database.close();
    },
  };
}

function queueName(url: string): string {
  return url.slice(url.lastIndexOf('/') + 1);
}

const Environment = z.object({
  STEPS_PORT: z.coerce.number().int().min(0).max(65535),
  STEPS_DATABASE: z.string().min(1),
  STEPS_VISIBILITY_SECONDS: z.coerce.number().int().min(1).max(43_200).default(60),
  STATE_MACHINE_ARN: z.string().regex(/^arn:aws:states:[^:]+:\d{12}:stateMachine:[^:]+$/),
  TICK_QUEUE_URL: z.url(),
  DEAD_LETTER_QUEUE_URL: z.url(),
  RESULTS_QUEUE_URL: z.url(),
  PHASE_FUNCTION: z.string().default('liap-tui-local-phase'),
  TICK_FUNCTION: z.string().default('liap-tui-local-tick'),
  RESULTS_FUNCTION: z.string().default('liap-tui-local-results'),
  /** Read by the SDK's client itself, with the region and the keys. */
  AWS_ENDPOINT_URL_LAMBDA: z.url(),
  AWS_REGION: z.string().min(1),
  AWS_ACCESS_KEY_ID: z.string().min(1),
  AWS_SECRET_ACCESS_KEY: z.string().min(1),
});

/** A refused connection is the Lambda endpoint coming up: the client's own retries last some ten seconds. */
const LAMBDA_ATTEMPTS = 10;

async function main(): Promise<void> {
  const log: Log = (entry) => void process.stdout.write(`${JSON.stringify(entry)}\n`);
  const environment = Environment.safeParse(process.env);
  if (!environment.success)
    throw new Error(`the environment is wrong\n${z.prettifyError(environment.error)}`);
  const settings = environment.data;
  const steps = createSteps({
    database: settings.STEPS_DATABASE,
    definition: readDefinition({ PhaseFunctionArn: settings.PHASE_FUNCTION, EventBusName: 'default' }),
    invoke: invokeThrough(new LambdaClient({ maxAttempts: LAMBDA_ATTEMPTS })),
    log,
    stateMachineArn: settings.STATE_MACHINE_ARN,
    tickQueueUrl: settings.TICK_QUEUE_URL,
    deadLetterQueueUrl: settings.DEAD_LETTER_QUEUE_URL,
    tickFunction: settings.TICK_FUNCTION,
    subscriptions: [
      {
        pattern: gameFinishedPattern(),
        queueUrl: settings.RESULTS_QUEUE_URL,
        functionName: settings.RESULTS_FUNCTION,
      },
    ],
    visibilitySeconds: settings.STEPS_VISIBILITY_SECONDS,
  });
  let stopping = false;
  const stop = () => {
    if (stopping) return;
    stopping = true;
    void steps.close().then(() => process.exit(0));
  };
  process.once('SIGTERM', stop).once('SIGINT', stop);
  process.stdin.once('end', stop).once('error', stop).resume();
  const url = await steps.listen(settings.STEPS_PORT);
  steps.resume();
  log({ level: 'INFO', message: 'ready', url });
}

if (import.meta.main)
  main().catch((error: unknown) => {
    process.stderr.write(`steps: ${error instanceof Error ? error.message : String(error)}\n`);
    process.exit(1);
  });
