// The state machine on AWS. Starting twice and answering a token nobody waits for are both normal here.

import {
  DescribeExecutionCommand,
  DescribeStateMachineCommand,
  ExecutionAlreadyExists,
  ExecutionDoesNotExist,
  SendTaskFailureCommand,
  SendTaskHeartbeatCommand,
  SendTaskSuccessCommand,
  SFNClient,
  StartExecutionCommand,
  TaskDoesNotExist,
  TaskTimedOut,
} from '@aws-sdk/client-sfn';
import type { Phases } from '../app/ports.ts';
import type { RoomId } from '../room/room.ts';

export function createPhases(stateMachineArn: string): Phases {
  const client = new SFNClient({});
  return {
    start: async (room, game, clocks) => {
      const input = JSON.stringify({ roomId: room, game, round: 0, clocks });
      await allowing(
        client.send(new StartExecutionCommand({ stateMachineArn, name: executionName(room, game), input })),
        ExecutionAlreadyExists,
      );
    },
    heartbeat: async (taskToken) => {
      await allowing(
        client.send(new SendTaskHeartbeatCommand({ taskToken })),
        TaskTimedOut,
        TaskDoesNotExist,
      );
    },
    complete: async (taskToken, output) => {
      await allowing(
        client.send(new SendTaskSuccessCommand({ taskToken, output: JSON.stringify(output) })),
        TaskTimedOut,
        TaskDoesNotExist,
      );
    },
    fail: async (taskToken, error, cause) => {
      await allowing(
        client.send(new SendTaskFailureCommand({ taskToken, error, cause })),
        TaskTimedOut,
        TaskDoesNotExist,
      );
    },
    statusOf: async (room, game) => {
      const executionArn = executionArnOf(stateMachineArn, room, game);
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

function executionName(room: RoomId, game: number): string {
  return `${room}-${game}`;
}

function executionArnOf(stateMachineArn: string, room: RoomId, game: number): string {
  return `${stateMachineArn.replace(':stateMachine:', ':execution:')}:${executionName(room, game)}`;
}

type ErrorClass = abstract new (...given: never[]) => Error;

/** What a call resolves to; null when it fails in one of these expected ways. */
async function allowing<T>(call: Promise<T>, ...expected: readonly ErrorClass[]): Promise<T | null> {
  try {
    return await call;
  } catch (error) {
    if (expected.some((each) => error instanceof each)) return null;
    throw error;
  }
}
