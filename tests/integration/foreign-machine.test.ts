/** Every path through the packaged definition, taken by an interpreter that is neither ours nor the local cloud's: moto's. */
import { spawn, spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { text } from 'node:stream/consumers';
import { beforeAll, describe, expect, jest, test } from '@jest/globals';
import * as z from 'zod/mini';

jest.setTimeout(240_000);

const { MOTO_PYTHON: python = 'python3', PACKAGED_TEMPLATE: template = '' } = process.env;
const hasMoto = spawnSync(python, ['-c', 'import moto.stepfunctions.parser.models']).status === 0;
const isHere = hasMoto && template !== '';
if (!isHere)
  process.stderr.write(
    `${hasMoto ? 'No packaged template in PACKAGED_TEMPLATE' : `No moto[stepfunctions] in ${python} (MOTO_PYTHON)`}: the paths through the state machine on moto are skipped.\n`,
  );

/** What the function does when it is called, and what becomes of the token it got; of the bus, whether it fails. */
interface Answer {
  readonly payload?: unknown;
  readonly error?: string;
  readonly refused?: string;
  readonly success?: unknown;
  readonly failure?: string;
  readonly fails?: true;
}
type Answers = Readonly<Record<string, readonly Answer[]>>;
interface Path {
  readonly what: string;
  readonly answers?: Answers;
  readonly entries?: readonly Answer[];
  /** Of the heartbeats, in seconds. */
  readonly clock?: number;
  readonly states: readonly string[];
  readonly error?: string;
  /** How often something was tried again. */
  readonly waits?: number;
  readonly finished?: unknown;
}

const FUNCTION = 'arn:aws:lambda:us-east-1:123456789012:function:phase';
const ROUND = ['Preparation', 'Declaration', 'Turns'];
const END = ['GameOver', 'Announce'];
const ABORT = ['Abort', 'AnnounceAborted', 'Aborted'];
const OVER = { outcome: 'won' };
const ABORTED = { outcome: 'aborted' };
const GAME: Answers = {
  preparation: [{ success: { round: 1 } }, { success: { round: 2 } }],
  declaration: [{ success: {} }],
  turns: [{ failure: 'GameDecided' }],
  game_over: [{ payload: OVER }],
  abort: [{ payload: ABORTED }],
};
/** Each phase with a token: its name, its state, what comes before it, and its answer when all is well. */
const PHASES = [
  { phase: 'preparation', state: 'Preparation', before: [], after: ['Declaration', 'Turns'] },
  { phase: 'declaration', state: 'Declaration', before: ['Preparation'], after: ['Turns'] },
  { phase: 'turns', state: 'Turns', before: ['Preparation', 'Declaration'], after: [] },
] as const;
const whenWell = (phase: string): Answer => GAME[phase]?.[0] ?? {};

const PATHS: readonly Path[] = [
  {
    what: 'goes round by round until it is decided',
    answers: { turns: [{ success: {} }, { failure: 'GameDecided' }] },
    states: [...ROUND, ...ROUND, ...END],
  },
  ...PHASES.flatMap(({ phase, state, before, after }): Path[] => [
    {
      what: `ends when it is abandoned in ${state}`,
      answers: { [phase]: [{ failure: 'GameAbandoned' }] },
      states: [...before, state, ...END],
    },
    {
      what: `goes on when the function of ${state} fails in each way that heals`,
      answers: {
        [phase]: [
          { refused: 'TooManyRequestsException' },
          { error: 'Sandbox.Timedout' },
          { error: 'Runtime.ExitError' },
          { error: 'Error' },
          whenWell(phase),
        ],
      },
      states: [...ROUND, ...END],
      waits: 4,
    },
    {
      what: `is aborted when the function of ${state} always throws`,
      answers: { [phase]: [{ error: 'Error' }] },
      states: [...before, state, ...ABORT],
      error: 'GameAborted',
      waits: 3,
      finished: ABORTED,
    },
    {
      what: `is aborted when the function of ${state} always times out`,
      answers: { [phase]: [{ error: 'Sandbox.Timedout' }] },
      states: [...before, state, ...ABORT],
      error: 'GameAborted',
      waits: 6,
      finished: ABORTED,
    },
    {
      what: `enters ${state} again, and at once, when its heartbeat runs out`,
      answers: { [phase]: [{}, {}, whenWell(phase)] },
      clock: 1,
      states: [...before, state, state, state, ...after, ...END],
    },
  ]),
  {
    what: 'is aborted when its end cannot be written',
    answers: { game_over: [{ error: 'Error' }] },
    states: [...ROUND, 'GameOver', ...ABORT],
    error: 'GameAborted',
    waits: 3,
    finished: ABORTED,
  },
  {
    what: 'is announced when the bus takes it the second time',
    entries: [{ fails: true }, {}],
    states: [...ROUND, ...END],
    waits: 1,
  },
  {
    what: 'fails as unannounced when the bus never takes it',
    entries: [{ fails: true }],
    states: [...ROUND, ...END, 'Unannounced'],
    error: 'GameUnannounced',
    waits: 6,
  },
  {
    what: 'fails as aborted when the abort cannot be announced',
    answers: { preparation: [{ error: 'Error' }] },
    entries: [{ fails: true }],
    states: ['Preparation', ...ABORT],
    error: 'GameAborted',
    waits: 9,
    finished: ABORTED,
  },
  {
    what: 'fails as aborted when the abort itself cannot be done',
    answers: { preparation: [{ error: 'Error' }], abort: [{ error: 'Error' }] },
    states: ['Preparation', 'Abort', 'Aborted'],
    error: 'GameAborted',
    waits: 9,
  },
];

const Result = z.object({
  status: z.string(),
  error: z.nullable(z.string()),
  states: z.array(z.string()),
  timedOut: z.array(z.string()),
  calls: z.array(z.looseObject({ function: z.string(), phase: z.string() })),
  events: z.array(z.array(z.object({ EventBusName: z.string(), Detail: z.string() }))),
  waits: z.number(),
});
const Packaged = z.object({
  Resources: z.object({
    GameStateMachine: z.object({ Properties: z.object({ DefinitionString: z.string() }) }),
  }),
});
let results: Readonly<Record<string, z.infer<typeof Result>>> = {};

/** The definition as it is deployed, with CloudFormation's substitutions made. */
function packagedDefinition(): string {
  const { Resources } = Packaged.parse(JSON.parse(readFileSync(template, 'utf8')));
  return Resources.GameStateMachine.Properties.DefinitionString.replaceAll(
    '${PhaseFunctionArn}',
    FUNCTION,
  ).replaceAll('${EventBusName}', 'bus');
}

function scriptOf({ answers = {}, entries = [{}], clock = 60 }: Path) {
  const clocks = { moveHeartbeat: clock, redealHeartbeat: clock };
  return {
    input: { roomId: 'GAB234', game: 1, round: 0, clocks },
    answers: { ...GAME, ...answers },
    entries,
  };
}

(isHere ? describe : describe.skip)('a game on the interpreter of moto', () => {
  beforeAll(async () => {
    const cases = Object.fromEntries(PATHS.map((path) => [path.what, scriptOf(path)]));
    const env = { ...process.env, AWS_ACCESS_KEY_ID: 'none', AWS_SECRET_ACCESS_KEY: 'none' };
    const machine = spawn(python, ['tests/support/foreign-machine.py'], { env });
    machine.stdin.on('error', () => undefined);
    machine.stdin.end(JSON.stringify({ definition: packagedDefinition(), cases }));
    const [output, errors] = await Promise.all([text(machine.stdout), text(machine.stderr)]);
    if (output === '') throw new Error(errors);
    results = z.record(z.string(), Result).parse(JSON.parse(output));
  });

  test.each(PATHS)('$what', ({ what, states, error, waits = 0, clock, finished = OVER }) => {
    const result = results[what];
    expect(result).toMatchObject({
      status: error === undefined ? 'SUCCEEDED' : 'FAILED',
      error: error ?? null,
      states,
      waits,
      // The name that AWS's history shows as well.
      timedOut: clock === undefined ? [] : ['States.Timeout', 'States.Timeout'],
    });
    for (const [entry] of result?.events ?? [])
      expect([entry?.EventBusName, JSON.parse(entry?.Detail ?? '')]).toEqual(['bus', finished]);
    expect(new Set(result?.calls.map((call) => call.function))).toEqual(new Set([FUNCTION]));
  });

  test('each round is told its number, and an abort its reason', () => {
    const rounds = results['goes round by round until it is decided']?.calls;
    expect(rounds?.map(({ phase, round }) => [phase, round])).toEqual([
      ...[
        ['preparation', 0],
        ['declaration', 1],
        ['turns', 1],
      ],
      ...[
        ['preparation', 1],
        ['declaration', 2],
        ['turns', 2],
      ],
      ['game_over', undefined],
    ]);
    const aborted = results['is aborted when the function of Turns always times out']?.calls.at(-1);
    expect(aborted).toMatchObject({ phase: 'abort', error: 'Sandbox.Timedout' });
  });

  test('no state of the definition is left out', () => {
    const { States } = z
      .object({ States: z.record(z.string(), z.unknown()) })
      .parse(JSON.parse(packagedDefinition()));
    const entered = Object.values(results).flatMap(({ states }) => states);
    expect(new Set(entered)).toEqual(new Set(Object.keys(States)));
  });
});
