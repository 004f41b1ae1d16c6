/**
 * The deployed state machine as the local interpreter runs it: the same states, with what aws-local-stepfunctions
 * does not do as AWS does turned into parameters of a local handler. The definition itself never bends.
 */
import { readFileSync } from 'node:fs';
import { z } from 'zod';

/** Any JSON value. */
export type Json = null | boolean | number | string | Json[] | { [key: string]: Json };

/** A state machine in Amazon States Language, checked only as far as the local interpreter must know it. */
export interface Definition {
  readonly StartAt: string;
  readonly TimeoutSeconds: number;
  readonly States: Readonly<Record<string, State>>;
  readonly [field: string]: unknown;
}
type State = Readonly<Record<string, unknown>> & { readonly Type: string };

/** What a state's handler is called with: the service call as on AWS, and what it needs to wait and to resume. */
export interface StepParameters {
  readonly call: Json;
  readonly input: Json;
  readonly heartbeatSeconds?: number;
}

/** The services a state of the machine may call. */
const SERVICES = [
  'arn:aws:states:::lambda:invoke.waitForTaskToken',
  'arn:aws:states:::lambda:invoke',
  'arn:aws:states:::events:putEvents',
] as const;
export type Resource = (typeof SERVICES)[number];

/** Longest delay of a timer in whole seconds (2^31 - 1 ms): the library's task timeout must not overflow it. */
const LONGEST_TIMER_SECONDS = 2_147_483;

const DEFINITION = new URL('../../../statemachines/game.asl.json', import.meta.url);

const Parameters = z.record(z.string(), z.unknown());
/** Strict, so that a field whose local behaviour nobody has thought about (InputPath, Timestamp, …) is refused at start. */
const Task = z.strictObject({
  Comment: z.string().optional(),
  Type: z.literal('Task'),
  Resource: z.enum(SERVICES),
  Parameters,
  HeartbeatSecondsPath: z.string().optional(),
  TimeoutSeconds: z.int().max(LONGEST_TIMER_SECONDS),
  ResultSelector: Parameters.optional(),
  ResultPath: z.string().nullable().optional(),
  Retry: z.array(Parameters),
  Catch: z.array(Parameters),
  Next: z.string().optional(),
  End: z.literal(true).optional(),
});
const Passing = z.looseObject({ Type: z.enum(['Choice', 'Pass', 'Succeed', 'Fail']) });
const Machine = z.looseObject({
  StartAt: z.string(),
  TimeoutSeconds: z.int().max(LONGEST_TIMER_SECONDS),
  States: z.record(z.string(), z.discriminatedUnion('Type', [Task, Passing])),
});

/** Reads statemachines/game.asl.json and fills in `${Name}` for each of the DefinitionSubstitutions given. */
export function readDefinition(substitutions: Readonly<Record<string, string>>): Definition {
  const text = readFileSync(DEFINITION, 'utf8').replaceAll(/\$\{(\w+)\}/g, (placeholder, name: string) => {
    const value = substitutions[name];
    if (value === undefined) throw new Error(`game.asl.json: nothing to put in for ${placeholder}`);
    return value;
  });
  return JSON.parse(text) as Definition;
}

/**
 * The definition with a handler's parameters in every Task:
 * - HeartbeatSecondsPath, which the library leaves unread, and the state's own input come along with the call;
 * - `$$.Execution` is read under another name, because the library sets its Input to whatever a run starts with,
 *   which after a restart is the input of the state that is resumed.
 */
export function instrument(definition: Definition): Definition {
  const machine = Machine.parse(definition);
  const states = Object.entries(machine.States).map(([name, state]) => [name, instrumentState(state)]);
  const text = JSON.stringify({ ...machine, States: Object.fromEntries(states) as unknown });
  return JSON.parse(text.replaceAll('"$$.Execution.', () => '"$$.ThisExecution.')) as Definition;
}

function instrumentState(state: z.infer<typeof Task | typeof Passing>): unknown {
  if (state.Type !== 'Task') return state;
  const heartbeat = state.HeartbeatSecondsPath;
  return {
    ...state,
    Parameters: {
      call: state.Parameters,
      'input.$': '$',
      ...(heartbeat === undefined ? {} : { 'heartbeatSeconds.$': heartbeat }),
    },
  };
}
