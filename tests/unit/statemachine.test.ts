/** The state machine of a game: what it is made of, and every path through it, taken by the interpreter that runs it locally. */
import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import aslValidator from 'asl-validator';
import { ExecutionError, StateMachine, type StateMachineDefinition } from 'aws-local-stepfunctions';
import { readFileSync } from 'node:fs';
import { readDefinition, type Definition, type Steps } from '../../scripts/local/steps.ts';
import {
  errorNamed,
  gameOf,
  inputOf,
  openMachine,
  type MachineOptions,
  type PhaseCall,
} from '../support/machine.ts';

const TOKEN_STATES = ['Preparation', 'Declaration', 'Turns'] as const;
const ROUND = ['Preparation', 'Declaration', 'Turns'];
const PHASE_OF = {
  Preparation: 'preparation',
  Declaration: 'declaration',
  Turns: 'turns',
  GameOver: 'game_over',
};

interface Task {
  readonly Type: string;
  readonly Resource: string;
  readonly Next: string;
  readonly TimeoutSeconds: number;
  readonly HeartbeatSecondsPath?: string;
  readonly Retry: {
    ErrorEquals: string[];
    MaxAttempts: number;
    JitterStrategy?: string;
    MaxDelaySeconds?: number;
  }[];
  readonly Catch: { ErrorEquals: string[]; Next: string; ResultPath: string | null }[];
}

const definition = readDefinition({ PhaseFunctionArn: 'phase', EventBusName: 'default' });
const states = Object.entries(definition.States as unknown as Record<string, Task>);
const tasks = states.filter(([, { Type }]) => Type === 'Task');

describe('the definition', () => {
  it('is valid Amazon States Language, and the validator would notice if it were not', () => {
    expect(validate(definition)).toEqual([]);
    expect(validate({ ...definition, StartAt: 'Nowhere' })).not.toEqual([]);
  });

  it('asks for the phase function and the event bus, and for nothing else', () => {
    const text = readFileSync(new URL('../../statemachines/game.asl.json', import.meta.url), 'utf8');
    const placeholders = [...text.matchAll(/\$\{(\w+)\}/g)].map(([, name]) => name);
    expect(new Set(placeholders)).toEqual(new Set(['PhaseFunctionArn', 'EventBusName']));
    expect(() => readDefinition({ PhaseFunctionArn: 'phase' })).toThrow('EventBusName');
  });

  it('is refused by the local interpreter when it uses what that would not do as AWS does', () => {
    const Declaration = { ...stateOf('Declaration'), InputPath: '$.part' };
    const changed = { ...definition, States: { ...definition.States, Declaration } };
    expect(() => openMachine({ definition: changed })).toThrow('InputPath');
  });

  it('takes three transitions from the beginning of a round to the next', () => {
    const round = ['Preparation'];
    for (;;) {
      const { Next } = stateOf(round.at(-1) ?? '');
      if (Next === 'Preparation') break;
      round.push(Next);
    }
    expect(round).toEqual(ROUND);
    expect(round).toHaveLength(3);
  });

  it('waits nowhere but for a token, and asks nothing: the room knows when pauses are over and games are won', () => {
    expect(states.filter(([, { Type }]) => Type !== 'Task').map(([name, { Type }]) => [name, Type])).toEqual([
      ['Aborted', 'Fail'],
      ['Unannounced', 'Fail'],
    ]);
  });

  it.each(TOKEN_STATES)('goes on to the end of the game from %s when it is decided or abandoned', (name) => {
    const catcher = stateOf(name).Catch.find(({ ErrorEquals }) => ErrorEquals.includes('GameDecided'));
    expect(catcher).toEqual({
      ErrorEquals: ['GameDecided', 'GameAbandoned'],
      Next: 'GameOver',
      ResultPath: null,
    });
  });

  it.each(tasks)(
    'bounds %s in time, retries it with backoff and jitter, and catches everything',
    (_name, task) => {
      expect(task.TimeoutSeconds).toBeLessThan(definition.TimeoutSeconds);
      const retriers = task.Retry.filter(({ MaxAttempts }) => MaxAttempts > 0);
      expect(retriers.length).toBeGreaterThan(0);
      for (const retrier of retriers)
        expect(retrier).toMatchObject({
          JitterStrategy: 'FULL',
          BackoffRate: 2,
          MaxDelaySeconds: expect.any(Number),
        });
      expect(task.Catch.at(-1)?.ErrorEquals).toEqual(['States.ALL']);
    },
  );

  it.each(TOKEN_STATES)('never retries a move clock that ran out, nor a game that is over, in %s', (name) => {
    const [first] = stateOf(name).Retry;
    expect(first).toEqual({
      ErrorEquals: ['States.HeartbeatTimeout', 'States.Timeout', 'GameDecided', 'GameAbandoned'],
      MaxAttempts: 0,
    });
  });

  it.each(TOKEN_STATES)(
    'enters %s again on a heartbeat that ran out, by whichever of its two names it is reported',
    (name) => {
      expect(stateOf(name).Catch[0]).toEqual({
        ErrorEquals: ['States.HeartbeatTimeout', 'States.Timeout'],
        Next: name,
        ResultPath: null,
      });
    },
  );

  it.each(tasks.filter(([, { Resource }]) => Resource.includes('lambda')))(
    'retries a function that timed out or exited in %s as it retries one that failed for an unknown reason',
    (_name, { Retry }) => {
      const retrier = Retry.find(({ ErrorEquals }) => ErrorEquals.includes('Lambda.Unknown'));
      expect(retrier?.ErrorEquals).toEqual(expect.arrayContaining(['Sandbox.Timedout', 'Runtime.ExitError']));
    },
  );
});

describe('a game', () => {
  it('goes round by round to its end and announces it', async () => {
    const { entered, calls, steps } = await run({ phase: gameOf(3) }, 60);
    expect(entered).toEqual([...ROUND, ...ROUND, ...ROUND, 'GameOver', 'Announce']);
    expect(entered).toHaveLength(3 * 3 + 2);
    expect(calls.map(({ phase, round }) => [phase, round])).toEqual([
      ...[1, 2, 3].flatMap((round) => [
        ['preparation', round - 1],
        ['declaration', round],
        ['turns', round],
      ]),
      ['game_over', undefined],
    ]);
    for (const call of calls) expect(call).toMatchObject({ roomId: 'ROOM42', game: 1 });
    expect(new Set(calls.flatMap(({ token }) => token ?? [])).size).toBe(9);
    expect(steps.executions.events()).toEqual([
      {
        execution: 'ROOM42-1',
        source: 'liap-tui',
        detailType: 'game.finished',
        detail: { roomId: 'ROOM42', game: 1, outcome: 'won', winners: [2] },
      },
    ]);
    expect(execution(steps)?.status).toBe('SUCCEEDED');
  });

  it('loses no time by itself', async () => {
    const { entered } = await run({ phase: gameOf(2) }, 0.1);
    expect(entered.at(-1)).toBe('Announce');
  });

  it('stays in the redeal as long as decisions come in', async () => {
    const { entered, calls, steps } = await run({}, 0);
    for (let decision = 0; decision < 4; decision += 1) {
      await pass(29);
      expect(steps.executions.heartbeat(tokenOf(calls))).toBe('accepted');
    }
    expect(entered).toEqual(['Preparation']);
    expect(steps.executions.succeed(tokenOf(calls), { round: 1 })).toBe('accepted');
    await pass(0);
    expect(entered).toEqual(['Preparation', 'Declaration']);
    expect(calls.at(-1)).toMatchObject({ phase: 'declaration', round: 1, roomId: 'ROOM42', game: 1 });
  });

  it.each(TOKEN_STATES)('enters %s again with a new token when nobody moves in time', async (state) => {
    const { entered, calls, steps } = await run({ phase: stuckIn(state) }, 6);
    const before = calls.at(-1);
    expect(entered.at(-1)).toBe(state);
    await pass(60);
    const after = calls.at(-1);
    expect(entered.slice(-2)).toEqual([state, state]);
    expect({ ...after, token: '' }).toEqual({ ...before, token: '' });
    expect(steps.executions.succeed(before?.token ?? '', { round: 1 })).toBe('closed task');
    expect(steps.executions.succeed(after?.token ?? '', { round: 1 })).toBe('accepted');
    const { length } = entered;
    await pass(0);
    expect(entered[length]).toBe(stateOf(state).Next);
  });

  it.each(TOKEN_STATES)('of an abandoned game in %s asks once how it ended, and says so', async (state) => {
    const { entered, calls, steps } = await run({ phase: abandonedWhen(stuckIn(state)) }, 6);
    const before = calls.length;
    expect(steps.executions.fail(tokenOf(calls), { error: 'GameAbandoned', cause: 'nobody left' })).toBe(
      'accepted',
    );
    await pass(60);
    expect(entered.slice(-3)).toEqual([state, 'GameOver', 'Announce']);
    expect(calls.slice(before)).toEqual([{ phase: 'game_over', roomId: 'ROOM42', game: 1 }]);
    expect(steps.executions.events().map(({ detail }) => detail)).toEqual([
      { roomId: 'ROOM42', game: 1, outcome: 'abandoned' },
    ]);
    expect(execution(steps)?.status).toBe('SUCCEEDED');
  });

  it.each([
    'Lambda.TooManyRequestsException',
    'Lambda.SdkClientException',
    'Lambda.Unknown',
    'Sandbox.Timedout',
    'Runtime.ExitError',
    'TypeError',
  ])('is not hurt by three %s in a row', async (error) => {
    let failures = 0;
    const phase: MachineOptions['phase'] = (call, steps) => {
      if (call.phase === 'turns' && failures++ < 3) throw errorNamed(error);
      return gameOf(1)(call, steps);
    };
    const { entered, calls } = await run({ phase }, 60);
    expect(entered).toEqual([...ROUND, 'GameOver', 'Announce']);
    const turns = calls.filter(({ phase }) => phase === 'turns');
    expect(new Set(turns.map(({ token }) => token)).size).toBe(4);
  });

  it.each(Object.entries(PHASE_OF))(
    'ends as aborted when %s stays broken, and says so',
    async (state, broken) => {
      const phase: MachineOptions['phase'] = (call, steps) => {
        if (call.phase === broken) throw errorNamed('TypeError');
        return gameOf(1)(call, steps);
      };
      const { entered, calls, steps } = await run({ phase }, 120);
      expect(entered.slice(-4)).toEqual([state, 'Abort', 'AnnounceAborted', 'Aborted']);
      expect(calls.filter(({ phase }) => phase === broken)).toHaveLength(4);
      expect(calls.at(-1)).toEqual({ phase: 'abort', roomId: 'ROOM42', game: 1, error: 'TypeError' });
      expect(steps.executions.events().map(({ detail }) => detail)).toEqual([
        { roomId: 'ROOM42', game: 1, outcome: 'aborted' },
      ]);
      expect(execution(steps)).toMatchObject({ status: 'FAILED', error: 'GameAborted' });
    },
  );

  it('ends as aborted when a phase is failed by its callback', async () => {
    const { entered, calls, steps } = await run({ phase: stuckIn('Turns') }, 6);
    for (let attempt = 0; attempt < 4; attempt += 1) {
      expect(steps.executions.fail(tokenOf(calls), { error: 'Broken', cause: '' })).toBe('accepted');
      await pass(20);
    }
    expect(entered.slice(-4)).toEqual(['Turns', 'Abort', 'AnnounceAborted', 'Aborted']);
    expect(calls.at(-1)).toMatchObject({ phase: 'abort', error: 'Broken' });
  });

  it('fails even when the abort itself cannot be done', async () => {
    const phase = () => {
      throw errorNamed('TypeError');
    };
    const { entered, steps } = await run({ phase }, 300);
    expect(entered).toEqual(['Preparation', 'Abort', 'Aborted']);
    expect(steps.executions.events()).toEqual([]);
    expect(execution(steps)).toMatchObject({ status: 'FAILED', error: 'GameAborted' });
  });

  it('enters a phase again that goes on beyond all reason: its time out has the name of a late heartbeat', async () => {
    const { entered, calls, steps } = await run(
      { phase: stuckIn('Turns') },
      6,
      inputOf({ moveHeartbeat: 100_000 }),
    );
    const token = tokenOf(calls);
    const before = entered.length;
    await pass(6 * 3600);
    expect(entered.slice(before)).toEqual(['Turns']);
    expect(tokenOf(calls)).not.toBe(token);
    expect(steps.executions.succeed(token, { round: 1 })).toBe('closed task');
  });

  it('times out as a whole after two days', async () => {
    const { steps } = await run({}, 0, inputOf({ redealHeartbeat: 10_000 }));
    await pass(2 * 24 * 3600 - 1);
    expect(execution(steps)?.status).toBe('RUNNING');
    await pass(2);
    expect(execution(steps)).toMatchObject({ status: 'TIMED_OUT', error: null });
  });

  it('leaves no token and no payload in the log', async () => {
    const { logged, calls } = await run({ phase: gameOf(1) }, 60);
    const text = JSON.stringify(logged);
    for (const { token } of calls) if (token !== undefined) expect(text).not.toContain(token);
    expect(text).not.toContain('moveHeartbeat');
  });
});

describe('an announcement', () => {
  const INPUT = { roomId: 'ROOM42', game: 1, round: 1, finished: { detail: { outcome: 'won' } } };

  it.each([
    ['Announce', 'GameUnannounced'],
    ['AnnounceAborted', 'GameAborted'],
  ])(
    'that fails in %s is tried six times more and leaves an alarm, not a running game',
    async (state, error) => {
      let attempts = 0;
      const announce = () => {
        attempts += 1;
        throw errorNamed('EventBridge.FailedEntry');
      };
      const { failure } = await runFrom(state, announce);
      expect(attempts).toBe(7);
      expect(failure).toMatchObject({ name: error });
    },
  );

  it('that fails once is made the second time', async () => {
    const entries: unknown[] = [];
    const announce = (input: unknown) => {
      entries.push(input);
      if (entries.length === 1) throw errorNamed('EventBridge.FailedEntry');
      return { FailedEntryCount: 0 };
    };
    const { output } = await runFrom('Announce', announce);
    expect(entries).toHaveLength(2);
    expect(output).toMatchObject({ roomId: 'ROOM42', game: 1 });
  });

  /** The definition as it is deployed, in the bare interpreter, from one state on. */
  async function runFrom(state: string, handler: (input: unknown) => unknown) {
    const machine = new StateMachine(
      JSON.parse(JSON.stringify({ ...definition, StartAt: state })) as StateMachineDefinition,
      {
        validationOptions: { noValidate: true },
      },
    );
    const { result } = machine.run(INPUT, {
      overrides: {
        taskResourceLocalHandlers: { [state]: (input) => handler(input) as null },
        retryIntervalOverrides: { [state]: 0 },
      },
    });
    return result.then(
      (output) => ({ output, failure: null }),
      (error: unknown) => ({ output: null, failure: error instanceof ExecutionError ? error.cause : error }),
    );
  }
});

const opened: Steps[] = [];

beforeEach(() => {
  jest.useFakeTimers({ doNotFake: ['nextTick', 'queueMicrotask', 'setImmediate'] });
});

afterEach(async () => {
  for (const steps of opened.splice(0)) await steps.close();
  jest.useRealTimers();
});

/** Starts a game and lets so many seconds pass. */
async function run(options: MachineOptions, seconds: number, input = inputOf()) {
  const machine = openMachine(options);
  opened.push(machine.steps);
  machine.steps.executions.start('ROOM42-1', input);
  await pass(seconds);
  return machine;
}

async function pass(seconds: number): Promise<void> {
  await jest.advanceTimersByTimeAsync(seconds * 1000);
}

/** The same phase function, of a game that turns out to have been abandoned. */
function abandonedWhen(phase: NonNullable<MachineOptions['phase']>): NonNullable<MachineOptions['phase']> {
  return (call, steps) =>
    call.phase === 'game_over'
      ? { roomId: call.roomId, game: call.game, outcome: 'abandoned' }
      : phase(call, steps);
}

/** A phase function whose game goes on until a state, where the token stays open. */
function stuckIn(state: (typeof TOKEN_STATES)[number]): NonNullable<MachineOptions['phase']> {
  return (call, steps) => (call.phase === PHASE_OF[state] ? null : gameOf(1)(call, steps));
}

function tokenOf(calls: readonly PhaseCall[]): string {
  return calls.at(-1)?.token ?? '';
}

function execution(steps: Steps) {
  return steps.executions.find('ROOM42-1');
}

function stateOf(name: string): Task {
  const state = (definition.States as unknown as Record<string, Task>)[name];
  if (state === undefined) throw new Error(`no state ${name}`);
  return state;
}

/** A copy, because the validator writes into what it is given. */
function validate(machine: Definition): readonly unknown[] {
  return aslValidator(JSON.parse(JSON.stringify(machine))).errors;
}
