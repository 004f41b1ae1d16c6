// The AWS SDK's clients in this process: the table is a real one (dynalite) behind them, everything else is answered here, and
// every call of the product takes the time that the profile says. The handlers notice nothing.

import {
  ApiGatewayManagementApiClient,
  DeleteConnectionCommand,
  GoneException,
  PostToConnectionCommand,
} from '@aws-sdk/client-apigatewaymanagementapi';
import {
  __Client,
  InvokeCommand,
  InvokeWithResponseStreamCommand,
  LambdaClient,
} from '@aws-sdk/client-lambda';
import { SFNClient, SFNServiceException } from '@aws-sdk/client-sfn';
import * as sfn from '@aws-sdk/client-sfn';
import { SQSClient } from '@aws-sdk/client-sqs';
import * as z from 'zod/mini';
import type { Steps } from '../local/steps.ts';
import { decodeToken } from '../local/steps/token.ts';
import { streamInto } from './broadcasting.ts';
import type { Functions } from './functions.ts';
import type { Gateway } from './gateway.ts';
import { draw, spend, spendThen } from './latency-of.ts';
import type { RowName } from './profile.ts';
import { traceNow } from './trace.ts';
import { now, real, waitUntil } from './clock.ts';

/** How the broadcaster is called: as the product does it, answered only when the posts are made, or as an event. */
export const BROADCASTERS = ['as it is', 'waits', 'event'] as const;
/** What is tried with the same code. */
export interface Variant {
  readonly broadcaster: (typeof BROADCASTERS)[number];
  /** A second post to whoever has not been reached after so many ms; null for none. */
  readonly hedgeMs: number | null;
}
export const AS_IT_IS: Variant = { broadcaster: 'as it is', hedgeMs: null };

/** A callback that the state machine took: the state that comes next is entered because of it. */
export interface Callback {
  readonly start: number;
  readonly end: number;
  readonly call: string;
}

export interface Behind {
  readonly functions: Functions;
  readonly gateway: Gateway;
  readonly steps: Steps;
  /** The last callback of a room that no state has been entered for yet. */
  readonly callbacks: Map<string, Callback>;
}

/** What the clients do from now on; `undo` gives them back to the network. */
export interface Clients {
  variant: Variant;
  /** Second posts so far: each is a message more. */
  hedged: number;
  undo(): void;
}

type Send = (this: unknown, command: Command, ...rest: readonly unknown[]) => Promise<unknown>;
interface Command {
  readonly input: unknown;
  readonly constructor: { readonly name: string };
}

const READS: ReadonlySet<string> = new Set(['Query', 'GetItem', 'Get', 'BatchGet', 'BatchGetItem']);

/** Takes the clients' `send` over. One process has one bench. */
export function takeOverClients(behind: Behind): Clients {
  const prototype = __Client.prototype as unknown as { send: Send };
  const original = prototype.send;
  const clients: Clients = {
    variant: AS_IT_IS,
    hedged: 0,
    undo: () => {
      prototype.send = original;
    },
  };
  prototype.send = function (command, ...rest) {
    const call = command.constructor.name.replace(/Command$/, '');
    if (this instanceof LambdaClient) {
      // The caller may have returned long before the call does: what follows is still because of the same event.
      const invoking = (): Promise<unknown> => invoke(behind, clients.variant, command);
      return traceNow()?.hold(invoking) ?? invoking();
    }
    if (this instanceof ApiGatewayManagementApiClient) return manage(behind, clients, command);
    if (this instanceof SFNClient) return askMachine(behind, call, command.input);
    if (this instanceof SQSClient)
      return spend('enqueue', call, () => bodyOf(behind.steps.call(`AmazonSQS.${call}`, command.input)));
    const row: RowName = READS.has(call) ? 'read' : 'write';
    return spend(row, call, () => real(() => original.call(this, command, ...rest)));
  };
  return clients;
}

// ---- Lambda ----

const Invocation = z.object({ Payload: z.instanceof(Uint8Array) });

/** The broadcaster is the only function that functions call. All of the overhead is taken to lie before its start. */
async function invoke({ functions }: Behind, { broadcaster }: Variant, command: Command): Promise<unknown> {
  const { Payload } = Invocation.parse(command.input);
  const event: unknown = JSON.parse(Buffer.from(Payload).toString());
  const run = streamInto(functions, event);
  if (broadcaster === 'event') {
    const due = now() + draw('eventStart');
    const begin = async (): Promise<void> => {
      await waitUntil(due);
      await run().ended;
    };
    void traceNow()?.hold(begin);
    await spend('event', 'Invoke (event)', () => undefined);
    return command instanceof InvokeCommand ? { StatusCode: 202 } : answeredBy([Buffer.from('null')]);
  }
  const { begun, ended } = await spendThen('invoke', 'broadcaster begun', run);
  void traceNow()?.hold(() => ended.then(() => undefined));
  if (command instanceof InvokeCommand) return { StatusCode: 200, Payload: await ended };
  if (!(command instanceof InvokeWithResponseStreamCommand))
    throw new TypeError(`No ${command.constructor.name} here`);
  if (broadcaster === 'waits') return answeredBy([await ended]);
  return answeredBy([begun, ended]);
}

/** An answer in parts, each as soon as it is there, and the word that it is complete. */
function answeredBy(parts: readonly (Uint8Array | Promise<Uint8Array>)[]): object {
  async function* events(): AsyncGenerator<object> {
    for (const part of parts) yield { PayloadChunk: { Payload: await part } };
    yield { InvokeComplete: {} };
  }
  return { StatusCode: 200, EventStream: events() };
}

// ---- The management API ----

const Post = z.object({ ConnectionId: z.string(), Data: z.instanceof(Uint8Array) });
const Deletion = z.object({ ConnectionId: z.string() });

async function manage(behind: Behind, clients: Clients, command: Command): Promise<unknown> {
  if (command instanceof PostToConnectionCommand) return post(behind, clients, Post.parse(command.input));
  if (command instanceof DeleteConnectionCommand) {
    const { ConnectionId } = Deletion.parse(command.input);
    return spendThen('post', 'DeleteConnection', () => {
      if (!behind.gateway.end(ConnectionId)) throw gone();
      return {};
    });
  }
  throw new TypeError(`No ${command.constructor.name} here`);
}

/** The frame leaves the gateway when the call returns. */
async function post(
  { gateway }: Behind,
  clients: Clients,
  { ConnectionId, Data }: z.infer<typeof Post>,
): Promise<unknown> {
  const start = now();
  const text = Buffer.from(Data).toString();
  let isDone = false;
  const once = async (): Promise<unknown> => {
    await spendThen('post', 'PostToConnection', () => {
      if (!gateway.post(ConnectionId, text, start)) throw gone();
    });
    isDone = true;
    return {};
  };
  const { hedgeMs } = clients.variant;
  if (hedgeMs === null) return once();
  const again = async (): Promise<unknown> => {
    await waitUntil(start + hedgeMs);
    if (isDone) return {};
    clients.hedged += 1;
    return once();
  };
  const first = once();
  const second = again();
  void traceNow()?.hold(() => Promise.allSettled([first, second]));
  return Promise.race([first, second.then(() => (isDone ? {} : first))]);
}

function gone(): GoneException {
  return new GoneException({ message: 'no such connection', $metadata: { httpStatusCode: 410 } });
}

// ---- Step Functions ----

const Callbacks = z.looseObject({ taskToken: z.optional(z.string()), name: z.optional(z.string()) });
/** After these a state is left, and the next one entered. */
const MOVES: ReadonlySet<string> = new Set(['StartExecution', 'SendTaskSuccess', 'SendTaskFailure']);

async function askMachine({ steps, callbacks }: Behind, call: string, input: unknown): Promise<unknown> {
  const start = now();
  return spendThen('task', call, () => {
    const { taskToken = '', name } = Callbacks.parse(input);
    const [room = ''] = (name ?? decodeToken(taskToken)?.execution ?? '').split('-');
    if (MOVES.has(call)) callbacks.set(room, { start, end: now(), call });
    return bodyOf(steps.call(`AWSStepFunctions.${call}`, input));
  });
}

/** An answer as the client gives it: an error of the API is an exception of its class. */
function bodyOf(answer: ReturnType<Steps['call']>): object {
  if ('body' in answer) return answer.body;
  const { refused, message } = answer;
  const known = new Map<string, unknown>(Object.entries(sfn)).get(refused);
  const options = { message, $metadata: { httpStatusCode: 400 } };
  if (typeof known === 'function') throw new (known as new (given: object) => Error)(options);
  throw new SFNServiceException({ name: refused, $fault: 'client', ...options });
}
