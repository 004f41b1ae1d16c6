/** The local Step Functions and SQS inside the test, with functions played by the test. */
import {
  createSteps,
  readDefinition,
  type Invoke,
  type Steps,
  type StepsOptions,
} from '../../scripts/local/steps.ts';

export const PHASE_FUNCTION = 'phase';
export const TICK_FUNCTION = 'tick';
export const RESULTS_FUNCTION = 'results';
export const STATE_MACHINE_ARN = 'arn:aws:states:us-east-1:000000000000:stateMachine:liap-tui-local-game';
export const DEFAULT_CLOCKS = { moveHeartbeat: 60, redealHeartbeat: 30 };

export type Clocks = typeof DEFAULT_CLOCKS;

/** What the phase function is called with. */
export interface PhaseCall {
  readonly phase: string;
  readonly roomId: string;
  readonly game: number;
  readonly round?: number;
  readonly token?: string;
  readonly error?: string;
}

export interface Machine {
  readonly steps: Steps;
  /** Calls of the phase function so far, in order. */
  readonly calls: PhaseCall[];
  /** States entered so far, in order, over all executions. */
  readonly entered: string[];
  /** Everything logged so far. */
  readonly logged: Readonly<Record<string, unknown>>[];
}

export interface MachineOptions extends Partial<
  Pick<StepsOptions, 'database' | 'definition' | 'visibilitySeconds' | 'subscriptions'>
> {
  /** Plays the phase function; by default it takes every call and leaves the token open. */
  readonly phase?: (call: PhaseCall, steps: Steps) => unknown;
  readonly tick?: Invoke;
  /** Plays the function of the results. */
  readonly results?: Invoke;
}

/** Opens them; the caller resumes, listens and closes. */
export function openMachine({ phase, tick, results, ...options }: MachineOptions = {}): Machine {
  const calls: PhaseCall[] = [];
  const entered: string[] = [];
  const logged: Readonly<Record<string, unknown>>[] = [];
  const steps = createSteps({
    database: ':memory:',
    definition: readDefinition({ PhaseFunctionArn: PHASE_FUNCTION, EventBusName: 'default' }),
    visibilitySeconds: 1,
    subscriptions: [],
    ...options,
    invoke: async (name, payload) => {
      if (name === TICK_FUNCTION) return tick?.(name, payload);
      if (name === RESULTS_FUNCTION) return results?.(name, payload);
      const call = payload as PhaseCall;
      calls.push(call);
      return phase?.(call, steps) ?? null;
    },
    log: (entry) => {
      logged.push(entry);
      if (entry.message === 'state entered' && typeof entry['state'] === 'string')
        entered.push(entry['state']);
    },
    stateMachineArn: STATE_MACHINE_ARN,
    tickQueueUrl: 'http://127.0.0.1/000000000000/ticks',
    deadLetterQueueUrl: 'http://127.0.0.1/000000000000/dead-letters',
    tickFunction: TICK_FUNCTION,
  });
  return { steps, calls, entered, logged };
}

/** A phase function that plays a game of so many rounds: every phase is over as soon as it is entered. */
export function gameOf(rounds: number): NonNullable<MachineOptions['phase']> {
  return (call, steps) => {
    switch (call.phase) {
      case 'preparation':
        return complete(steps, call, (call.round ?? 0) + 1);
      case 'declaration':
        return complete(steps, call, call.round ?? 0);
      case 'turns':
        if (call.round !== rounds) return complete(steps, call, call.round ?? 0);
        steps.executions.fail(call.token ?? '', { error: 'GameDecided', cause: 'somebody has won' });
        return null;
      case 'game_over':
        return { roomId: call.roomId, game: call.game, outcome: 'won', winners: [2] };
      default:
        return { roomId: call.roomId, game: call.game, outcome: 'aborted' };
    }
  };
}

function complete(steps: Steps, call: PhaseCall, round: number): null {
  steps.executions.succeed(call.token ?? '', { round });
  return null;
}

/** The input of an execution, as the room's start command writes it. */
export function inputOf(clocks: Partial<Clocks> = {}): string {
  return JSON.stringify({ roomId: 'ROOM42', game: 1, round: 0, clocks: { ...DEFAULT_CLOCKS, ...clocks } });
}

/** An error as a function or the service would raise it. */
export function errorNamed(name: string): Error {
  return Object.assign(new Error(`${name}, says the test`), { name });
}
