/** What the local Step Functions and SQS say of themselves. */
import type { StateMachine } from 'aws-local-stepfunctions';
import type { Json } from './definition.ts';

/** One line of the log, its fields as in the functions' own logs. Never carries a token or a call's payload. */
export interface LogEntry {
  readonly level: 'INFO' | 'WARN';
  readonly message: string;
  readonly [field: string]: Json;
}
export type Log = (entry: LogEntry) => void;

/** A player's time that runs out and a game that nobody is left in are how games go. */
const EXPECTED = new Set(['States.Timeout', 'GameAbandoned']);
const CAUSE_LENGTH = 300;

/** Logs every state that an execution enters, and every failure and retry in it. */
export async function logStates(
  execution: string,
  events: ReturnType<StateMachine['run']>['eventLogs'],
  log: Log,
): Promise<void> {
  for await (const event of events) {
    if (!('state' in event)) continue;
    const where = { execution, state: event.state.name };
    switch (event.type) {
      case 'StateEntered':
        log({ level: 'INFO', message: 'state entered', ...where });
        break;
      case 'StateRetried':
        log({ level: 'WARN', message: 'state retried', ...where, attempt: event.retry.attempt });
        break;
      case 'StateFailed': {
        const level = EXPECTED.has(event.Error) ? 'INFO' : 'WARN';
        const cause = String(event.Cause).slice(0, CAUSE_LENGTH);
        log({ level, message: 'state failed', ...where, error: event.Error, cause });
        break;
      }
      default:
    }
  }
}
