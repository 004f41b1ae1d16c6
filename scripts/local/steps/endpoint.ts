/**
 * The two APIs in AWS JSON 1.0, as the unchanged SDK clients speak them: Step Functions and SQS. Only what this
 * product uses; everything else is an UnknownOperationException.
 */
import { randomUUID } from 'node:crypto';
import { createServer, type IncomingMessage, type Server } from 'node:http';
import { z } from 'zod';
import type { Json } from './definition.ts';
import type { CallbackReply, Executions } from './executions.ts';
import { attributesOf, md5, queueArn, type Queues } from './queue.ts';
import type { Execution } from './records.ts';
import { decodeToken } from './token.ts';

/** What the operations act on. */
export interface Parts {
  readonly executions: Executions;
  readonly queues: Queues;
  readonly stateMachineArn: string;
  /** The definition as DescribeStateMachine shows it. */
  readonly definition: string;
}

/** The answer to one call: a body, or an error by its name in the API. */
export type Answer = { readonly body: object } | { readonly refused: string; readonly message: string };

/** Carries out an operation by its target, `AWSStepFunctions.StartExecution` or `AmazonSQS.SendMessage`. */
export function call(parts: Parts, target: string, input: unknown): Answer {
  const operation = OPERATIONS[target];
  return operation === undefined
    ? refuse('UnknownOperationException', `no local ${target}`)
    : operation(parts, input);
}

type Operation = (parts: Parts, input: unknown) => Answer;

function operation<Input>(schema: z.ZodType<Input>, act: (parts: Parts, input: Input) => Answer): Operation {
  return (parts, input) => {
    const parsed = schema.safeParse(input);
    return parsed.success
      ? act(parts, parsed.data)
      : refuse('ValidationException', z.prettifyError(parsed.error));
  };
}

function refuse(refused: string, message: string): Answer {
  return { refused, message };
}

// --- Step Functions ---

/** No whitespace, brackets, wildcards, special or control characters. */
const NAME = /^[^\s<>{}[\]?*"#%\\^|~`$&,;:/\p{Cc}]{1,80}$/u;
const Machine = z.object({ stateMachineArn: z.string() });
const ExecutionArn = z.object({ executionArn: z.string() });
const TaskToken = z.object({ taskToken: z.string().min(1).max(2048) });
const Reason = { error: z.string().max(256).default(''), cause: z.string().max(32768).default('') };

const startExecution = operation(
  Machine.extend({ name: z.string().default(() => randomUUID()), input: z.string().default('{}') }),
  (parts, { stateMachineArn, name, input }) => {
    if (stateMachineArn !== parts.stateMachineArn) return noMachine(stateMachineArn);
    if (!NAME.test(name)) return refuse('InvalidName', `Invalid Name: '${name}'`);
    if (parseJson(input) === undefined) return refuse('InvalidExecutionInput', 'the input is not JSON');
    const execution = parts.executions.start(name, input);
    const executionArn = arnOf(parts, name);
    if (execution === null)
      return refuse('ExecutionAlreadyExists', `Execution Already Exists: '${executionArn}'`);
    return { body: { executionArn, startDate: execution.startedAt / 1000 } };
  },
);

const describeExecution = operation(ExecutionArn, (parts, { executionArn }) => {
  const execution = parts.executions.find(nameOf(parts, executionArn));
  return execution === null
    ? noExecution(executionArn)
    : { body: { ...summaryOf(parts, execution), ...endOf(execution) } };
});

const stopExecution = operation(ExecutionArn.extend(Reason), (parts, { executionArn, error, cause }) => {
  const execution = parts.executions.stop(nameOf(parts, executionArn), { error, cause });
  return execution === null
    ? noExecution(executionArn)
    : { body: { stopDate: (execution.stoppedAt ?? 0) / 1000 } };
});

const listExecutions = operation(
  Machine.extend({
    statusFilter: z.string().optional(),
    maxResults: z.int().min(0).max(1000).default(100),
    nextToken: z.coerce.number().int().min(0).default(0),
  }),
  (parts, { stateMachineArn, statusFilter, maxResults, nextToken }) => {
    if (stateMachineArn !== parts.stateMachineArn) return noMachine(stateMachineArn);
    const all = parts.executions
      .list()
      .filter(({ status }) => statusFilter === undefined || status === statusFilter);
    const end = nextToken + (maxResults || 100);
    const executions = all.slice(nextToken, end).map((execution) => summaryOf(parts, execution));
    return { body: { executions, ...(end < all.length ? { nextToken: String(end) } : {}) } };
  },
);

const describeStateMachine = operation(Machine, (parts, { stateMachineArn }) => {
  if (stateMachineArn !== parts.stateMachineArn) return noMachine(stateMachineArn);
  return {
    body: {
      stateMachineArn,
      name: lastPart(stateMachineArn),
      status: 'ACTIVE',
      type: 'STANDARD',
      definition: parts.definition,
      roleArn: 'arn:aws:iam::000000000000:role/local',
      creationDate: 0,
    },
  };
});

const sendTaskSuccess = operation(
  TaskToken.extend({ output: z.string() }),
  (parts, { taskToken, output }) => {
    const result = parseJson(output);
    // Of two faults the token's is told.
    if (result === undefined)
      return decodeToken(taskToken) === null
        ? CALLBACK_ANSWERS['invalid token']
        : refuse('InvalidOutput', 'the output is not JSON');
    return CALLBACK_ANSWERS[parts.executions.succeed(taskToken, result)];
  },
);

const sendTaskFailure = operation(
  TaskToken.extend(Reason),
  (parts, { taskToken, error, cause }) =>
    CALLBACK_ANSWERS[parts.executions.fail(taskToken, { error, cause })],
);

const sendTaskHeartbeat = operation(
  TaskToken,
  (parts, { taskToken }) => CALLBACK_ANSWERS[parts.executions.heartbeat(taskToken)],
);

const CALLBACK_ANSWERS: Readonly<Record<CallbackReply, Answer>> = {
  accepted: { body: {} },
  'invalid token': refuse('InvalidToken', "Invalid Token: 'Invalid token'"),
  'unknown task': refuse('TaskDoesNotExist', 'Task does not exist'),
  'closed task': refuse('TaskTimedOut', "Task Timed Out: 'Provided task does not exist anymore'"),
};

function arnOf({ stateMachineArn }: Parts, name: string): string {
  return `${stateMachineArn.replace(':stateMachine:', ':execution:')}:${name}`;
}

/** The name in an execution's ARN; '' (no execution has it) when the ARN is another machine's. */
function nameOf(parts: Parts, executionArn: string): string {
  const name = lastPart(executionArn);
  return arnOf(parts, name) === executionArn ? name : '';
}

function lastPart(arn: string): string {
  return arn.slice(arn.lastIndexOf(':') + 1);
}

function summaryOf(parts: Parts, { name, status, startedAt, stoppedAt }: Execution) {
  return {
    executionArn: arnOf(parts, name),
    stateMachineArn: parts.stateMachineArn,
    name,
    status,
    startDate: startedAt / 1000,
    ...(stoppedAt === null ? {} : { stopDate: stoppedAt / 1000 }),
  };
}

function endOf({ input, output, error, cause }: Execution) {
  return {
    input,
    ...(output === null ? {} : { output }),
    ...(error === null ? {} : { error, cause: cause ?? '' }),
  };
}

function noMachine(arn: string): Answer {
  return refuse('StateMachineDoesNotExist', `State Machine Does Not Exist: '${arn}'`);
}

function noExecution(arn: string): Answer {
  return refuse('ExecutionDoesNotExist', `Execution Does Not Exist: '${arn}'`);
}

// --- SQS ---

const Queue = z.object({ QueueUrl: z.string() });

const sendMessage = operation(
  Queue.extend({ MessageBody: z.string().min(1).max(262_144), DelaySeconds: z.int().default(0) }),
  (parts, { QueueUrl, MessageBody, DelaySeconds }) => {
    if (DelaySeconds < 0 || DelaySeconds > 900)
      return refuse(
        'InvalidParameterValue',
        `Value ${DelaySeconds} for parameter DelaySeconds is invalid. Reason: DelaySeconds must be >= 0 and <= 900.`,
      );
    return withQueue(parts, QueueUrl, (queue) => ({
      body: {
        MessageId: parts.queues.send(queue, MessageBody, DelaySeconds),
        MD5OfMessageBody: md5(MessageBody),
      },
    }));
  },
);

const receiveMessage = operation(
  Queue.extend({ MaxNumberOfMessages: z.int().min(1).max(10).default(1) }),
  (parts, { QueueUrl, MaxNumberOfMessages }) =>
    withQueue(parts, QueueUrl, (queue) => ({
      body: {
        Messages: parts.queues.receive(queue, MaxNumberOfMessages).map((message) => ({
          MessageId: message.id,
          ReceiptHandle: message.receipt,
          Body: message.body,
          MD5OfBody: md5(message.body),
          Attributes: attributesOf(message),
        })),
      },
    })),
);

const deleteMessage = operation(
  Queue.extend({ ReceiptHandle: z.string() }),
  (parts, { QueueUrl, ReceiptHandle }) =>
    withQueue(parts, QueueUrl, (queue) => {
      parts.queues.remove(queue, ReceiptHandle);
      return { body: {} };
    }),
);

const getQueueAttributes = operation(
  Queue.extend({ AttributeNames: z.array(z.string()).default([]) }),
  (parts, { QueueUrl, AttributeNames }) =>
    withQueue(parts, QueueUrl, (queue) => {
      const { visible, delayed, inFlight } = parts.queues.depth(queue);
      const all = {
        QueueArn: queueArn(queue),
        ApproximateNumberOfMessages: String(visible),
        ApproximateNumberOfMessagesDelayed: String(delayed),
        ApproximateNumberOfMessagesNotVisible: String(inFlight),
        VisibilityTimeout: String(parts.queues.visibilitySeconds),
      };
      const wanted = Object.entries(all).filter(
        ([name]) => AttributeNames.includes('All') || AttributeNames.includes(name),
      );
      return { body: { Attributes: Object.fromEntries(wanted) } };
    }),
);

function withQueue(parts: Parts, queueUrl: string, act: (queue: string) => Answer): Answer {
  const queue = queueUrl.slice(queueUrl.lastIndexOf('/') + 1);
  return parts.queues.names.includes(queue)
    ? act(queue)
    : refuse('QueueDoesNotExist', `The specified queue does not exist: ${queueUrl}`);
}

const OPERATIONS: Readonly<Record<string, Operation>> = {
  'AWSStepFunctions.StartExecution': startExecution,
  'AWSStepFunctions.DescribeExecution': describeExecution,
  'AWSStepFunctions.StopExecution': stopExecution,
  'AWSStepFunctions.ListExecutions': listExecutions,
  'AWSStepFunctions.DescribeStateMachine': describeStateMachine,
  'AWSStepFunctions.SendTaskSuccess': sendTaskSuccess,
  'AWSStepFunctions.SendTaskFailure': sendTaskFailure,
  'AWSStepFunctions.SendTaskHeartbeat': sendTaskHeartbeat,
  'AmazonSQS.SendMessage': sendMessage,
  'AmazonSQS.ReceiveMessage': receiveMessage,
  'AmazonSQS.DeleteMessage': deleteMessage,
  'AmazonSQS.GetQueueAttributes': getQueueAttributes,
};

// --- HTTP ---

const LONGEST_REQUEST = 1024 * 1024;

/** The HTTP face of it: POST on any path (a queue's URL is one), and GET /ready for whoever waits for it. */
export function serve(parts: Parts): Server {
  return createServer((request, response) => {
    if (request.method !== 'POST') {
      response.writeHead(request.method === 'GET' && request.url === '/ready' ? 200 : 404).end();
      return;
    }
    const target = String(request.headers['x-amz-target']);
    void answerTo(parts, target, request)
      .catch((error: unknown): [number, object] => [
        500,
        { __type: 'InternalFailure', message: String(error) },
      ])
      .then(([status, body]) => {
        response.writeHead(status, {
          'content-type': 'application/x-amz-json-1.0',
          'x-amzn-requestid': randomUUID(),
        });
        response.end(JSON.stringify(body));
      });
  });
}

async function answerTo(
  parts: Parts,
  target: string,
  request: IncomingMessage,
): Promise<[status: number, body: object]> {
  const input = parseJson(await textOf(request));
  const answer =
    input === undefined
      ? refuse('SerializationException', 'the body is not JSON')
      : call(parts, target, input);
  return 'body' in answer ? [200, answer.body] : [400, { __type: answer.refused, message: answer.message }];
}

/** The body; nothing of one that is too long, which is read all the same so that its sender hears the answer. */
async function textOf(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size <= LONGEST_REQUEST) chunks.push(chunk);
  }
  return size <= LONGEST_REQUEST ? Buffer.concat(chunks).toString() : '';
}

/** `undefined` when it is not JSON, which no JSON text means. */
function parseJson(text: string): Json | undefined {
  try {
    return JSON.parse(text) as Json;
  } catch {
    return undefined;
  }
}
