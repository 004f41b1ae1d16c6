// The state machine on AWS. Starting twice and answering a token nobody waits for are both normal here.

import {
  DescribeExecutionCommand,
  DescribeStateMachineCommand,
  ExecutionAlreadyExists,
  ExecutionDoesNotExist,
  InvalidToken,
  SendTaskFailureCommand,
  SendTaskHeartbeatCommand,
  SendTaskSuccessCommand,
  SFNClient,
  StartExecutionCommand,
  TaskDoesNotExist,
  TaskTimedOut,
} from '@aws-sdk/client-sfn';
import type { Phases } from '../app/ports.ts';

/** What a token that nobody waits for is answered with; `InvalidToken` when another account's machine made it (a restored table). */
const UNAWAITED = [TaskTimedOut, TaskDoesNotExist, InvalidToken];

export function createPhases(stateMachineArn: string): Phases {
  const client = new SFNClient({});
  return {
    start: (name, input) =>
      isDone(
        client.send(new StartExecutionCommand({ stateMachineArn, name, input: JSON.stringify(input) })),
        ExecutionAlreadyExists,
      ),
    heartbeat: (taskToken) => isDone(client.send(new SendTaskHeartbeatCommand({ taskToken })), ...UNAWAITED),
    complete: (taskToken, output) =>
      isDone(
        client.send(new SendTaskSuccessCommand({ taskToken, output: JSON.stringify(output) })),
        ...UNAWAITED,
      ),
    fail: (taskToken, error, cause) =>
      isDone(client.send(new SendTaskFailureCommand({ taskToken, error, cause })), ...UNAWAITED),
    statusOf: async (name) => {
      const executionArn = `${stateMachineArn.replace(':stateMachine:', ':execution:')}:${name}`;
      const execution = await allowing(
        client.send(new DescribeExecutionCommand({ executionArn })),
        ExecutionDoesNotExist,
      );
      return execution?.status ?? null;
    },
    probe: async () => {
      await client.send(new DescribeStateMachineCommand({ stateMachineArn }));
    },
  };
}

type ErrorClass = abstract new (...given: never[]) => Error;

/** False when a call fails in one of these expected ways. */
async function isDone(call: Promise<object>, ...expected: readonly ErrorClass[]): Promise<boolean> {
  return (await allowing(call, ...expected)) !== null;
}

/** What a call resolves to; null when it fails in one of these expected ways. */
async function allowing<T>(call: Promise<T>, ...expected: readonly ErrorClass[]): Promise<T | null> {
  try {
    return await call;
  } catch (error) {
    if (expected.some((each) => error instanceof each)) return null;
    throw error;
  }
}
