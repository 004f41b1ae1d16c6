/** The local Step Functions and SQS as the functions see them: through the unchanged clients of the SDK, and through restarts. */
import { LambdaClient } from '@aws-sdk/client-lambda';
import {
  DescribeExecutionCommand,
  DescribeStateMachineCommand,
  ListExecutionsCommand,
  SendTaskFailureCommand,
  SendTaskHeartbeatCommand,
  SendTaskSuccessCommand,
  SFNClient,
  StartExecutionCommand,
  StopExecutionCommand,
  TagResourceCommand,
} from '@aws-sdk/client-sfn';
import {
  DeleteMessageCommand,
  GetQueueAttributesCommand,
  ReceiveMessageCommand,
  SendMessageCommand,
  SQSClient,
} from '@aws-sdk/client-sqs';
import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import type { SQSEvent } from 'aws-lambda';
import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { readDefinition, type Definition } from '../../scripts/local/steps.ts';
import { invokeThrough } from '../../scripts/local/steps/lambda.ts';
import { encodeToken } from '../../scripts/local/steps/token.ts';
import {
  gameOf,
  inputOf,
  openMachine,
  STATE_MACHINE_ARN,
  type Machine,
  type MachineOptions,
  type PhaseCall,
} from '../support/machine.ts';

const CREDENTIALS = { region: 'us-east-1', credentials: { accessKeyId: 'local', secretAccessKey: 'local' } };
const NAME = 'ROOM42-1';
const EXECUTION_ARN = STATE_MACHINE_ARN.replace(':stateMachine:', ':execution:') + `:${NAME}`;
const STRANGER = encodeToken({ execution: 'NOBODY-1', step: '01890a5d-ac96-774b-bcce-b302099a8057' });

/** A process takes a second to start, and much longer on a machine that is busy. */
const START_SECONDS = 20;
jest.setTimeout(3 * START_SECONDS * 1000);

/** What is to be put away after each test, the latest first. */
const leftovers: (() => unknown)[] = [];

afterEach(async () => {
  for (const putAway of leftovers.splice(0).reverse()) await putAway();
});

describe('an execution', () => {
  it('is started once, however often it is started', async () => {
    const { sfn, calls } = await serve();
    const start = new StartExecutionCommand({
      stateMachineArn: STATE_MACHINE_ARN,
      name: NAME,
      input: inputOf(),
    });
    const [first, second] = [await sfn.send(start), await sfn.send(start)];
    expect(first.executionArn).toBe(EXECUTION_ARN);
    expect(second).toMatchObject({ executionArn: first.executionArn, startDate: first.startDate });
    expect(calls).toHaveLength(1);
  });

  it('cannot share its name with other input, nor be started again once it is over', async () => {
    const { sfn } = await serve();
    await start(sfn, inputOf({ moveHeartbeat: 100 }));
    await expect(start(sfn, inputOf({ moveHeartbeat: 99 }))).rejects.toMatchObject({
      name: 'ExecutionAlreadyExists',
    });
    await sfn.send(new StopExecutionCommand({ executionArn: EXECUTION_ARN }));
    await expect(start(sfn, inputOf({ moveHeartbeat: 100 }))).rejects.toMatchObject({
      name: 'ExecutionAlreadyExists',
    });
  });

  it('refuses a bad name, bad input and another machine', async () => {
    const { sfn } = await serve();
    const send = (changes: object) =>
      sfn.send(
        new StartExecutionCommand({
          stateMachineArn: STATE_MACHINE_ARN,
          name: NAME,
          input: '{}',
          ...changes,
        }),
      );
    await expect(send({ name: 'a b' })).rejects.toMatchObject({ name: 'InvalidName' });
    await expect(send({ input: '{' })).rejects.toMatchObject({ name: 'InvalidExecutionInput' });
    await expect(send({ stateMachineArn: `${STATE_MACHINE_ARN}x` })).rejects.toMatchObject({
      name: 'StateMachineDoesNotExist',
    });
  });

  it('can be described while it runs and after it has ended', async () => {
    const { sfn } = await serve({ phase: gameOf(1) });
    const input = inputOf();
    await start(sfn, input);
    await until(async () => (await describeIt(sfn)).status !== 'RUNNING');
    expect(await describeIt(sfn)).toMatchObject({
      executionArn: EXECUTION_ARN,
      stateMachineArn: STATE_MACHINE_ARN,
      name: NAME,
      status: 'SUCCEEDED',
      input,
      startDate: expect.any(Date),
      stopDate: expect.any(Date),
      output: expect.stringContaining('"outcome":"won"'),
    });
    await expect(
      sfn.send(new DescribeExecutionCommand({ executionArn: `${EXECUTION_ARN}x` })),
    ).rejects.toMatchObject({ name: 'ExecutionDoesNotExist' });
  });

  it('tells how it failed', async () => {
    const phase = () => {
      throw new Error('broken');
    };
    const { sfn } = await serve({ phase, definition: withoutRetries() });
    await start(sfn);
    await until(async () => (await describeIt(sfn)).status !== 'RUNNING');
    expect(await describeIt(sfn)).toMatchObject({
      status: 'FAILED',
      error: 'GameAborted',
      cause: expect.stringContaining('no retry healed'),
    });
  });

  it('can be stopped, and its task with it', async () => {
    const { sfn, calls } = await serve();
    await start(sfn);
    await sfn.send(
      new StopExecutionCommand({ executionArn: EXECUTION_ARN, error: 'Operator', cause: 'enough' }),
    );
    expect(await describeIt(sfn)).toMatchObject({ status: 'ABORTED', error: 'Operator', cause: 'enough' });
    await expect(succeed(sfn, tokenOf(calls))).rejects.toMatchObject({ name: 'TaskTimedOut' });
  });

  it('is listed by status, page by page', async () => {
    const { sfn } = await serve();
    for (const name of ['A-1', 'B-1', 'C-1']) await start(sfn, inputOf(), name);
    await sfn.send(new StopExecutionCommand({ executionArn: EXECUTION_ARN.replace(NAME, 'B-1') }));
    const list = (more: object) =>
      sfn.send(
        new ListExecutionsCommand({ stateMachineArn: STATE_MACHINE_ARN, statusFilter: 'RUNNING', ...more }),
      );
    const first = await list({ maxResults: 1 });
    const second = await list({ maxResults: 1, nextToken: first.nextToken });
    expect([first, second].map((page) => page.executions?.map(({ name }) => name))).toEqual([
      ['C-1'],
      ['A-1'],
    ]);
    expect(second.nextToken).toBeUndefined();
  });
});

describe('the state machine', () => {
  it('can be described, as a health check does', async () => {
    const { sfn } = await serve();
    const described = await sfn.send(new DescribeStateMachineCommand({ stateMachineArn: STATE_MACHINE_ARN }));
    expect(described).toMatchObject({ status: 'ACTIVE', type: 'STANDARD', name: 'liap-tui-local-game' });
    expect(JSON.parse(described.definition ?? '')).toHaveProperty('States.Preparation');
  });

  it('answers an operation it does not have with an error of the API', async () => {
    const { sfn } = await serve();
    const tag = new TagResourceCommand({ resourceArn: STATE_MACHINE_ARN, tags: [] });
    await expect(sfn.send(tag)).rejects.toMatchObject({
      name: 'UnknownOperationException',
      $metadata: { httpStatusCode: 400 },
    });
  });

  it('answers what is not a call at all without falling over', async () => {
    const { url } = await serve();
    const post = (body: string, target: string) =>
      fetch(url, { method: 'POST', body, headers: { 'x-amz-target': target } });
    expect((await post('{', 'AWSStepFunctions.StartExecution')).status).toBe(400);
    expect((await post('{}', 'AWSStepFunctions.StartExecution')).status).toBe(400);
    expect((await post('"x'.padEnd(2 * 1024 * 1024, 'x') + '"', 'AmazonSQS.SendMessage')).status).toBe(400);
    expect((await fetch(`${url}/elsewhere`)).status).toBe(404);
    expect((await fetch(`${url}/ready`)).status).toBe(200);
  });
});

describe('a task token', () => {
  it('is completed once, with JSON', async () => {
    const { sfn, calls, entered } = await serve();
    await start(sfn, inputOf());
    const token = tokenOf(calls);
    await expect(succeed(sfn, token, '{')).rejects.toMatchObject({ name: 'InvalidOutput' });
    await succeed(sfn, token);
    await until(() => entered.at(-1) === 'Declaration');
    expect(calls.at(-1)).toMatchObject({ phase: 'declaration', round: 1 });
    await expect(succeed(sfn, token)).rejects.toMatchObject({ name: 'TaskTimedOut' });
    await expect(beat(sfn, token)).rejects.toMatchObject({ name: 'TaskTimedOut' });
  });

  it('is failed by name', async () => {
    const outcome = 'abandoned';
    const { sfn, calls, steps } = await serve({
      phase: (call) => (call.phase === 'game_over' ? { outcome } : null),
    });
    await start(sfn);
    await sfn.send(
      new SendTaskFailureCommand({
        taskToken: tokenOf(calls),
        error: 'GameAbandoned',
        cause: 'nobody is left',
      }),
    );
    await until(async () => (await describeIt(sfn)).status === 'SUCCEEDED');
    expect(steps.executions.events()).toMatchObject([{ detail: { outcome } }]);
  });

  it('that is none, or of no execution known here, is refused as such', async () => {
    const { sfn } = await serve();
    for (const send of [succeed, beat]) {
      await expect(send(sfn, 'not a token')).rejects.toMatchObject({ name: 'InvalidToken' });
      await expect(send(sfn, STRANGER)).rejects.toMatchObject({ name: 'TaskDoesNotExist' });
    }
  });

  it('runs out without heartbeats, and a new one takes its place', async () => {
    const { sfn, calls } = await serve();
    await start(sfn, inputOf({ redealHeartbeat: 1 }));
    const token = tokenOf(calls);
    await beat(sfn, token);
    await until(() => calls.length === 2);
    await expect(beat(sfn, token)).rejects.toMatchObject({ name: 'TaskTimedOut' });
    await beat(sfn, tokenOf(calls));
  });
});

describe('a queue', () => {
  const QueueUrl = 'http://127.0.0.1:1/000000000000/ticks';
  const DeadLetterUrl = 'http://127.0.0.1:1/000000000000/dead-letters';

  it('delivers a message to the tick function as SQS would, and once', async () => {
    const { sqs, events } = await serveTicks(() => undefined);
    const { MessageId } = await sqs.send(
      new SendMessageCommand({ QueueUrl, MessageBody: '{"kind":"lobby"}' }),
    );
    await until(() => events.length === 1);
    expect(events[0]?.Records).toEqual([
      {
        messageId: MessageId,
        receiptHandle: expect.any(String),
        body: '{"kind":"lobby"}',
        attributes: {
          ApproximateReceiveCount: '1',
          SentTimestamp: expect.stringMatching(/^\d{13}$/),
          SenderId: expect.any(String),
          ApproximateFirstReceiveTimestamp: expect.stringMatching(/^\d{13}$/),
        },
        messageAttributes: {},
        md5OfBody: expect.stringMatching(/^[0-9a-f]{32}$/),
        eventSource: 'aws:sqs',
        eventSourceARN: 'arn:aws:sqs:us-east-1:000000000000:ticks',
        awsRegion: 'us-east-1',
      },
    ]);
    await until(async () => (await depth(sqs)).join() === '0,0,0');
    expect(events).toHaveLength(1);
  });

  it('holds a message back for its delay', async () => {
    const { sqs, events } = await serveTicks(() => undefined);
    await sqs.send(new SendMessageCommand({ QueueUrl, MessageBody: 'later', DelaySeconds: 1 }));
    await sqs.send(new SendMessageCommand({ QueueUrl, MessageBody: 'now' }));
    await until(() => events.length === 2);
    expect(events.map(({ Records }) => Records[0]?.body)).toEqual(['now', 'later']);
  });

  it('takes a delay of 0 to 900 whole seconds', async () => {
    const { sqs } = await serveTicks(() => undefined);
    const send = (DelaySeconds: number) =>
      sqs.send(new SendMessageCommand({ QueueUrl, MessageBody: 'x', DelaySeconds }));
    await send(900);
    expect(await depth(sqs)).toEqual(['0', '1', '0']);
    await expect(send(901)).rejects.toMatchObject({ name: 'InvalidParameterValue' });
    await expect(send(-1)).rejects.toMatchObject({ name: 'InvalidParameterValue' });
    await expect(send(0.5)).rejects.toMatchObject({ name: 'ValidationException' });
  });

  it('delivers again what was named as failed, and nothing else', async () => {
    const { sqs, events, steps } = await serveTicks((event) =>
      event.Records.some(
        ({ body, attributes }) => body === 'bad' && attributes.ApproximateReceiveCount === '1',
      )
        ? { batchItemFailures: event.Records.filter(({ body }) => body === 'bad').map(namedAsFailed) }
        : { batchItemFailures: [] },
    );
    steps.queues.close();
    for (const body of ['good', 'bad', 'good']) steps.queues.send('ticks', body, 0);
    steps.queues.resume();
    await until(() => events.length === 2);
    expect(events.map(({ Records }) => Records.map(({ body }) => body))).toEqual([
      ['good', 'bad', 'good'],
      ['bad'],
    ]);
    expect(events[1]?.Records[0]?.attributes.ApproximateReceiveCount).toBe('2');
    await until(async () => (await depth(sqs)).join() === '0,0,0');
  });

  it('gives no more than ten messages to one invocation, and loses none of them', async () => {
    const { events, steps } = await serveTicks(() => undefined);
    steps.queues.close();
    for (let number = 0; number < 105; number += 1) steps.queues.send('ticks', String(number), 0);
    steps.queues.resume();
    await until(() => events.flatMap(({ Records }) => Records).length === 105);
    expect(Math.max(...events.map(({ Records }) => Records.length))).toBe(10);
    expect(new Set(events.flatMap(({ Records }) => Records.map(({ body }) => body))).size).toBe(105);
  });

  it('gives up on a message after five receives and keeps it as a dead letter', async () => {
    jest.useFakeTimers({ doNotFake: ['nextTick', 'queueMicrotask', 'setImmediate'] });
    leftovers.push(() => jest.useRealTimers());
    let receives = 0;
    const machine = openMachine({
      visibilitySeconds: 30,
      tick: () => {
        receives += 1;
        return Promise.reject(new Error('broken'));
      },
    });
    leftovers.push(() => machine.steps.close());
    machine.steps.resume();
    machine.steps.queues.send('ticks', 'cursed', 0);
    await jest.advanceTimersByTimeAsync(4 * 30_000);
    expect(receives).toBe(5);
    expect(machine.steps.queues.depth('dead-letters').visible).toBe(0);
    await jest.advanceTimersByTimeAsync(30_000);
    expect(receives).toBe(5);
    expect(machine.steps.queues.depth('ticks')).toEqual({ visible: 0, delayed: 0, inFlight: 0 });
    expect(machine.steps.queues.depth('dead-letters')).toEqual({ visible: 1, delayed: 0, inFlight: 0 });
  });

  it.each([
    { batchItemFailures: [{ itemIdentifier: 'nobody' }] },
    { batchItemFailures: [{ itemIdentifier: '' }] },
    'done',
  ])('takes the answer %j for the failure of the whole batch', async (response) => {
    const { sqs, events } = await serveTicks(() => response);
    await sqs.send(new SendMessageCommand({ QueueUrl, MessageBody: 'x' }));
    await until(() => events.length === 2);
    expect(events[1]?.Records[0]?.attributes.ApproximateReceiveCount).toBe('2');
  });

  it('of dead letters can be read and emptied by an operator', async () => {
    const { sqs } = await serveTicks(() => undefined, 30);
    const { MessageId } = await sqs.send(
      new SendMessageCommand({ QueueUrl: DeadLetterUrl, MessageBody: 'lost frame' }),
    );
    const { Messages } = await sqs.send(
      new ReceiveMessageCommand({ QueueUrl: DeadLetterUrl, MaxNumberOfMessages: 10 }),
    );
    expect(Messages).toMatchObject([{ MessageId, Body: 'lost frame' }]);
    expect(await depth(sqs, DeadLetterUrl)).toEqual(['0', '0', '1']);
    const receipt = Messages?.[0]?.ReceiptHandle;
    await sqs.send(new DeleteMessageCommand({ QueueUrl: DeadLetterUrl, ReceiptHandle: receipt }));
    expect(await depth(sqs, DeadLetterUrl)).toEqual(['0', '0', '0']);
  });

  it('that does not exist is refused as such', async () => {
    const { sqs } = await serveTicks(() => undefined);
    const send = new SendMessageCommand({
      QueueUrl: 'http://127.0.0.1:1/000000000000/others',
      MessageBody: 'x',
    });
    await expect(sqs.send(send)).rejects.toMatchObject({ name: 'QueueDoesNotExist' });
  });

  /** Its redeliveries come soon, unless the test says otherwise. */
  async function serveTicks(tick: (event: SQSEvent) => unknown, visibilitySeconds = 0.1) {
    const events: SQSEvent[] = [];
    const served = await serve({
      visibilitySeconds,
      tick: async (_name, payload) => {
        events.push(payload as SQSEvent);
        return Promise.resolve(tick(payload as SQSEvent));
      },
    });
    return { ...served, events };
  }

  async function depth(sqs: SQSClient, url = QueueUrl): Promise<(string | undefined)[]> {
    const { Attributes } = await sqs.send(
      new GetQueueAttributesCommand({ QueueUrl: url, AttributeNames: ['All'] }),
    );
    return [
      Attributes?.['ApproximateNumberOfMessages'],
      Attributes?.['ApproximateNumberOfMessagesDelayed'],
      Attributes?.['ApproximateNumberOfMessagesNotVisible'],
    ];
  }

  function namedAsFailed({ messageId }: SQSEvent['Records'][number]) {
    return { itemIdentifier: messageId };
  }
});

describe('after a restart on the same file', () => {
  let database: string;

  beforeEach(() => {
    database = join(temporaryFolder(), 'steps.sqlite');
    jest.useFakeTimers({ doNotFake: ['nextTick', 'queueMicrotask', 'setImmediate'] });
    leftovers.push(() => jest.useRealTimers());
  });

  it('a task whose function had taken the call waits on for its token, with a fresh heartbeat period', async () => {
    const before = open();
    before.steps.executions.start(NAME, inputOf());
    await pass(20);
    const after = await restart(before);
    await pass(29);
    expect(after.calls).toEqual([]);
    expect(after.steps.executions.succeed(tokenOf(before.calls), { round: 1 })).toBe('accepted');
    await pass(0);
    expect(after.entered).toEqual(['Preparation', 'Declaration']);
    expect(after.calls).toMatchObject([{ phase: 'declaration', roomId: 'ROOM42', game: 1, round: 1 }]);
  });

  it('a task whose heartbeats stay away is entered again with a new token', async () => {
    const before = open();
    before.steps.executions.start(NAME, inputOf());
    await pass(20);
    const after = await restart(before);
    await pass(30);
    expect(after.calls).toMatchObject([{ phase: 'preparation', round: 0 }]);
    expect(tokenOf(after.calls)).not.toBe(tokenOf(before.calls));
    expect(after.steps.executions.heartbeat(tokenOf(before.calls))).toBe('closed task');
  });

  it('a function that had not answered is called again with the same token', async () => {
    const before = open({ phase: () => new Promise(() => undefined) });
    before.steps.executions.start(NAME, inputOf());
    await pass(1);
    const after = await restart(before);
    expect(after.calls).toEqual(before.calls);
  });

  it('a callback that had been accepted is not lost, however soon the end came', async () => {
    const before = open();
    before.steps.executions.start(NAME, inputOf());
    await pass(1);
    expect(before.steps.executions.succeed(tokenOf(before.calls), { round: 1 })).toBe('accepted');
    const after = await restart(before);
    await pass(0);
    expect(after.entered).toEqual(['Preparation', 'Declaration']);
    expect(after.calls).toMatchObject([{ phase: 'declaration', round: 1 }]);
  });

  it('a game goes on through a restart in every one of its states', async () => {
    let machine = open();
    machine.steps.executions.start(NAME, inputOf());
    for (const [round, phase] of [1, 2].flatMap((each) =>
      ['preparation', 'declaration', 'turns'].map((name) => [each, name] as const),
    )) {
      await pass(1);
      expect(machine.calls.at(-1)).toMatchObject({
        phase,
        round: phase === 'preparation' ? round - 1 : round,
      });
      const token = tokenOf(machine.calls);
      machine = await restart(machine, { phase: gameOver });
      const { executions } = machine.steps;
      const isLast = round === 2 && phase === 'turns';
      const callback = isLast
        ? executions.fail(token, { error: 'GameDecided', cause: '' })
        : executions.succeed(token, { round });
      expect(callback).toBe('accepted');
    }
    await pass(1);
    expect(machine.steps.executions.find(NAME)).toMatchObject({ status: 'SUCCEEDED' });
    const { output } = machine.steps.executions.find(NAME) ?? {};
    expect(JSON.parse(output ?? '')).toMatchObject({
      roomId: 'ROOM42',
      game: 1,
      round: 2,
      finished: { detail: { outcome: 'won' } },
    });
  });

  it('the context object still knows what the execution was started with', async () => {
    const call = (Payload: object) => ({
      Type: 'Task',
      Resource: 'arn:aws:states:::lambda:invoke',
      Parameters: { FunctionName: 'phase', Payload },
      TimeoutSeconds: 60,
      Retry: [],
      Catch: [],
    });
    const definition = {
      StartAt: 'Forget',
      TimeoutSeconds: 600,
      States: {
        Forget: { ...call({ step: 1 }), ResultSelector: { nothing: true }, Next: 'Wait' },
        Wait: { ...call({ step: 2 }), Next: 'Remember' },
        Remember: { ...call({ 'roomId.$': '$$.Execution.Input.roomId' }), End: true },
      },
    };
    const phase: MachineOptions['phase'] = (payload) =>
      'step' in payload && payload.step === 2 ? new Promise(() => undefined) : {};
    const before = open({ definition, phase });
    before.steps.executions.start(NAME, inputOf());
    await pass(5);
    const after = await restart(before, { definition });
    await pass(1);
    expect(after.calls).toEqual([{ step: 2 }, { roomId: 'ROOM42' }]);
  });

  it('an answer that came after its task had timed out is not taken for the answer of the next attempt', async () => {
    let attempts = 0;
    const phase: NonNullable<MachineOptions['phase']> = (call, steps) => {
      if (call.phase !== 'game_over') return gameOf(1)(call, steps);
      attempts += 1;
      return attempts === 1 ? sleepFake(70, { outcome: 'won' }) : new Promise(() => undefined);
    };
    const before = open({ phase });
    before.steps.executions.start(NAME, inputOf());
    await pass(75);
    expect(attempts).toBe(2);
    const after = await restart(before, { phase: gameOf(1) });
    expect(after.calls).toMatchObject([{ phase: 'game_over' }]);
  });

  it('the two days of an execution go on from its start', async () => {
    const before = open();
    before.steps.executions.start(NAME, inputOf({ redealHeartbeat: 10_000 }));
    await pass(24 * 3600);
    const after = await restart(before);
    await pass(24 * 3600 + 1);
    expect(after.steps.executions.find(NAME)).toMatchObject({ status: 'TIMED_OUT' });
  });

  it('an execution that had ended is still described, and its name is taken', async () => {
    const before = open({ phase: gameOf(1) });
    before.steps.executions.start(NAME, inputOf());
    await pass(60);
    const ended = before.steps.executions.find(NAME);
    const after = await restart(before);
    expect(ended).toMatchObject({ status: 'SUCCEEDED' });
    expect(after.steps.executions.find(NAME)).toEqual(ended);
    expect(after.steps.executions.start(NAME, inputOf())).toBeNull();
    expect(after.entered).toEqual([]);
  });

  it('messages keep their due time, and one that was being worked on comes again at once', async () => {
    const bodies: string[] = [];
    const tick: MachineOptions['tick'] = (_name, payload) => {
      bodies.push(...(payload as SQSEvent).Records.map(({ body }) => body));
      return Promise.resolve();
    };
    const before = open({ tick: () => new Promise(() => undefined) });
    before.steps.resume();
    before.steps.queues.send('ticks', 'at work', 0);
    before.steps.queues.send('ticks', 'later', 10);
    await pass(6);
    await restart(before, { tick });
    await pass(0);
    expect(bodies).toEqual(['at work']);
    await pass(3.9);
    expect(bodies).toEqual(['at work']);
    await pass(0.2);
    expect(bodies).toEqual(['at work', 'later']);
  });

  function open(options: MachineOptions = {}): Machine {
    const machine = openMachine({ database, visibilitySeconds: 30, ...options });
    leftovers.push(() => machine.steps.close().catch(() => undefined));
    return machine;
  }

  async function restart(machine: Machine, options: MachineOptions = {}): Promise<Machine> {
    await machine.steps.close();
    const next = open(options);
    next.steps.resume();
    return next;
  }

  /** Ends a game; what has a token waits. */
  function gameOver({ phase }: PhaseCall) {
    return phase === 'game_over' ? { outcome: 'won' } : null;
  }

  function sleepFake(seconds: number, result: unknown): Promise<unknown> {
    return new Promise((resolve) => setTimeout(resolve, seconds * 1000, result));
  }

  async function pass(seconds: number): Promise<void> {
    await jest.advanceTimersByTimeAsync(seconds * 1000);
  }
});

describe('the process', () => {
  it('goes on where SIGKILL left it, and ends when its stdin does', async () => {
    const { url: lambda, calls } = await serveLambda();
    const environment = environmentOf(lambda, join(temporaryFolder(), 'steps.sqlite'));
    const first = await startProcess(environment);
    await start(first.sfn, inputOf());
    await until(() => calls.length === 1);
    first.process.kill('SIGKILL');
    await once(first.process, 'exit');

    const second = await startProcess(environment);
    await succeed(second.sfn, calls[0]?.token ?? '');
    await until(() => calls.at(-1)?.phase === 'declaration');
    expect(calls.at(-1)).toMatchObject({ round: 1, roomId: 'ROOM42', game: 1 });
    // The first may have been killed before it noted that its call was taken: then the second repeats it, token and all.
    const preparations = calls.filter(({ phase }) => phase === 'preparation');
    expect(new Set(preparations.map(({ token }) => token)).size).toBe(1);
    expect(await describeIt(second.sfn)).toMatchObject({
      status: 'RUNNING',
      input: inputOf(),
    });
    second.process.stdin?.end();
    expect(await once(second.process, 'exit')).toEqual([0, null]);
  });

  it('ends on SIGTERM', async () => {
    const { process } = await startProcess(environmentOf('http://127.0.0.1:1', ':memory:'));
    process.kill('SIGTERM');
    expect(await once(process, 'exit')).toEqual([0, null]);
  });

  it('says what is wrong with its environment', async () => {
    const { process, errors } = spawnSteps({ ...environmentOf('nowhere', ''), STEPS_PORT: '-1' });
    expect(await once(process, 'exit')).toEqual([1, null]);
    for (const name of ['AWS_ENDPOINT_URL_LAMBDA', 'STEPS_DATABASE', 'STEPS_PORT'])
      expect(errors()).toContain(name);
  });

  it('says when its port is taken', async () => {
    const { url } = await serveLambda();
    const environment = { ...environmentOf(url, ':memory:'), STEPS_PORT: new URL(url).port };
    const { process, errors } = spawnSteps(environment);
    expect(await once(process, 'exit')).toEqual([1, null]);
    expect(errors()).toContain('EADDRINUSE');
  });

  async function startProcess(environment: Record<string, string>) {
    const { process, lines } = spawnSteps(environment);
    await until(() => lines().some((line) => line.includes('"ready"')), START_SECONDS);
    const ready = JSON.parse(lines().find((line) => line.includes('"ready"')) ?? '') as { url: string };
    return { process, sfn: sfnAt(ready.url) };
  }

  function spawnSteps(environment: Record<string, string>) {
    const script = fileURLToPath(new URL('../../scripts/local/steps.ts', import.meta.url));
    let output = '';
    let errors = '';
    const child = execFile(process.execPath, [script], { env: environment });
    child.stdout?.on('data', (text: string) => (output += text));
    child.stderr?.on('data', (text: string) => (errors += text));
    leftovers.push(() => child.kill('SIGKILL'));
    return { process: child, lines: () => output.split('\n'), errors: () => errors };
  }

  function environmentOf(lambda: string, database: string): Record<string, string> {
    return {
      STEPS_PORT: '0',
      STEPS_DATABASE: database,
      STATE_MACHINE_ARN,
      TICK_QUEUE_URL: 'http://127.0.0.1/000000000000/ticks',
      DEAD_LETTER_QUEUE_URL: 'http://127.0.0.1/000000000000/dead-letters',
      RESULTS_QUEUE_URL: 'http://127.0.0.1/000000000000/results',
      AWS_ENDPOINT_URL_LAMBDA: lambda,
      AWS_REGION: 'us-east-1',
      AWS_ACCESS_KEY_ID: 'local',
      AWS_SECRET_ACCESS_KEY: 'local',
    };
  }
});

describe('a function called through the real client', () => {
  it('answers with its result, or with nothing', async () => {
    const { invoke } = await invokerOf(({ payload }) => (payload === 1 ? { body: '{"over":true}' } : {}));
    expect(await invoke('phase', 1)).toEqual({ over: true });
    expect(await invoke('phase', 2)).toBeNull();
  });

  it('fails by the name of its own error', async () => {
    const headers = { 'x-amz-function-error': 'Unhandled' };
    const body = '{"errorType":"TypeError","errorMessage":"no"}';
    const { invoke } = await invokerOf(({ payload }) => ({
      headers,
      ...(payload === 1 ? { body } : { body: '{}' }),
    }));
    await expect(invoke('phase', 1)).rejects.toMatchObject({ name: 'TypeError', message: body });
    await expect(invoke('phase', 2)).rejects.toMatchObject({ name: 'Lambda.Unknown' });
  });

  it.each([
    [429, 'TooManyRequestsException'],
    [500, 'ServiceException'],
    [404, 'ResourceNotFoundException'],
  ])('fails by the name of the service for a %d', async (status, name) => {
    const { invoke } = await invokerOf(() => ({ status, headers: { 'x-amzn-errortype': name }, body: '{}' }));
    await expect(invoke('phase', 1)).rejects.toMatchObject({ name: `Lambda.${name}` });
  });

  it('fails as the client does when nobody listens', async () => {
    const { invoke, server } = await invokerOf(() => ({}));
    server.close();
    await once(server, 'close');
    await expect(invoke('phase', 1)).rejects.toMatchObject({ name: 'Lambda.SdkClientException' });
  });

  async function invokerOf(answer: LambdaAnswer) {
    const { url, server } = await serveLambda(answer);
    const client = new LambdaClient({ ...CREDENTIALS, endpoint: url, maxAttempts: 1 });
    leftovers.push(() => client.destroy());
    return { invoke: invokeThrough(client), server };
  }
});

/** A machine behind its endpoint, and clients for it. */
async function serve(options: MachineOptions = {}) {
  const machine = openMachine(options);
  const url = await machine.steps.listen(0);
  machine.steps.resume();
  leftovers.push(() => machine.steps.close());
  const sqs = new SQSClient({ ...CREDENTIALS, endpoint: url });
  leftovers.push(() => sqs.destroy());
  return { ...machine, url, sqs, sfn: sfnAt(url) };
}

function sfnAt(url: string): SFNClient {
  const sfn = new SFNClient({ ...CREDENTIALS, endpoint: url });
  leftovers.push(() => sfn.destroy());
  return sfn;
}

type LambdaAnswer = (call: { name: string; payload: unknown }) => {
  status?: number;
  headers?: Record<string, string>;
  body?: string;
};

/** A Lambda endpoint whose functions are played by the test; by default they take every call. */
async function serveLambda(answer: LambdaAnswer = () => ({ body: 'null' })) {
  const calls: PhaseCall[] = [];
  const server: Server = createServer((request, response) => {
    void text(request).then((body) => {
      const name = request.url?.split('/').at(-2) ?? '';
      const payload: unknown = JSON.parse(body);
      calls.push(payload as PhaseCall);
      const { status = 200, headers = {}, body: result = '' } = answer({ name, payload });
      response.writeHead(status, headers).end(result);
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  leftovers.push(() => {
    server.closeAllConnections();
    server.close();
  });
  return { server, calls, url: `http://127.0.0.1:${(server.address() as AddressInfo).port}` };
}

function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'liap-steps-'));
  leftovers.push(() => rmSync(folder, { recursive: true }));
  return folder;
}

function start(sfn: SFNClient, input = inputOf(), name = NAME) {
  return sfn.send(new StartExecutionCommand({ stateMachineArn: STATE_MACHINE_ARN, name, input }));
}

function describeIt(sfn: SFNClient) {
  return sfn.send(new DescribeExecutionCommand({ executionArn: EXECUTION_ARN }));
}

function succeed(sfn: SFNClient, taskToken: string, output = '{"round":1}') {
  return sfn.send(new SendTaskSuccessCommand({ taskToken, output }));
}

function beat(sfn: SFNClient, taskToken: string) {
  return sfn.send(new SendTaskHeartbeatCommand({ taskToken }));
}

function tokenOf(calls: readonly PhaseCall[]): string {
  return calls.at(-1)?.token ?? '';
}

function withoutRetries(): Definition {
  const definition = readDefinition({ PhaseFunctionArn: 'phase', EventBusName: 'default' });
  const states = Object.entries(definition.States).map(([name, state]) => [
    name,
    state.Type === 'Task' ? { ...state, Retry: [] } : state,
  ]);
  return { ...definition, States: Object.fromEntries(states) as Definition['States'] };
}

/** Waits until something holds, and fails when it does not within some seconds. */
async function until(holds: () => boolean | Promise<boolean>, seconds = 4): Promise<void> {
  const deadline = Date.now() + seconds * 1000;
  while (!(await holds())) {
    if (Date.now() > deadline) throw new Error(`not within ${seconds} s: ${String(holds)}`);
    await sleep(5);
  }
}
