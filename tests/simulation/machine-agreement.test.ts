// Three that must say the same: the definition of the state machine, the two that interpret it, and the room.

import { readFileSync } from 'node:fs';
import { setTimeout as pause } from 'node:timers/promises';
import { describe, expect, test } from '@jest/globals';
import * as fc from 'fast-check';
import { evolve } from '../../src/room/evolve.ts';
import type { RoomEvent } from '../../src/room/events.ts';
import type { Room } from '../../src/room/room.ts';
import { gameOf as tableOf, walk } from '../support/walk.ts';
import { inputOf, openMachine } from '../support/machine.ts';
import type { PhaseCall } from '../support/machine.ts';
import { EPOCH } from './cloud.ts';
import { Scheduler } from './scheduler.ts';
import { StateMachine } from './state-machine.ts';
import type { Definition, HeartbeatError, Json } from './state-machine.ts';

const DEFINITION = JSON.parse(
  readFileSync(new URL('../../statemachines/game.asl.json', import.meta.url), 'utf8'),
) as Definition;

// ---- The room and the definition ----

const PHASES = ['Preparation', 'Declaration', 'Turns', 'GameOver'];

/** The ways from phase to phase in the definition, when nothing fails; turns that decide the game go on to its end. */
function edgesOfDefinition(): ReadonlySet<string> {
  const edges = new Set<string>();
  for (const [name, state] of Object.entries(DEFINITION.States)) {
    if (state.Type === 'Fail') continue;
    if (state.Next !== undefined) addEdge(edges, name, state.Next);
    const decided = state.Catch?.find(({ ErrorEquals }) => ErrorEquals.includes('GameDecided'));
    if (name === 'Turns' && decided !== undefined) addEdge(edges, name, decided.Next);
  }
  return edges;
}

function addEdge(edges: Set<string>, from: string, to: string): void {
  if (from !== to && PHASES.includes(from) && PHASES.includes(to)) edges.add(`${from} -> ${to}`);
}

/** Where a room is in the definition's terms. The task it entered last tells the eve of a round from the end of the last. */
function stateOf(room: Room): string {
  if (room.stage === 'finished') return 'GameOver';
  if (room.stage !== 'playing') return room.stage;
  const { phase, task } = room.game;
  switch (phase.name) {
    case 'starting':
    case 'redeal':
      return 'Preparation';
    case 'round_start':
      return task?.phase === 'declaration' ? 'Declaration' : 'Preparation';
    case 'declaration':
      return 'Declaration';
    case 'turn':
    case 'turn_results':
      return 'Turns';
    case 'scoring':
      return task?.phase === 'preparation' && task.round > phase.round.number ? 'Preparation' : 'Turns';
  }
}

/** The ways from phase to phase that rooms go, event by event, in games that end by score or by rounds. */
function edgesOfRooms(): ReadonlySet<string> {
  const edges = new Set<string>();
  const whims = fc.sample(fc.array(fc.nat(), { minLength: 1_500, maxLength: 1_500 }), {
    numRuns: 12,
    seed: 4,
  });
  const steps = whims.flatMap((each) => [...walk(tableOf([1, 2], { maxRounds: 3 }), each)]);
  for (const { before, at, decision } of steps) {
    if (decision.kind === 'accepted') addEdgesOf(edges, before.room, decision.events, at);
  }
  return edges;
}

/** A game that starts, is aborted or abandoned takes a way of its own: another execution, or an edge for errors. */
function addEdgesOf(edges: Set<string>, before: Room, events: readonly RoomEvent[], at: number): void {
  let room = before;
  for (const event of events) {
    const next = evolve(room, event, at);
    const isOrdinary =
      event.type === 'GameEnded' ? event.outcome === 'completed' : event.type !== 'GameStarted';
    if (isOrdinary) addEdge(edges, stateOf(room), stateOf(next));
    room = next;
  }
}

test('rooms go from phase to phase exactly as the state machine does', () => {
  expect([...edgesOfRooms()].sort()).toEqual([...edgesOfDefinition()].sort());
});

// ---- The two interpreters ----

interface Callbacks {
  readonly succeed: (token: string, output: { readonly round: number }) => void;
  readonly fail: (token: string, error: string) => void;
}
/** A phase function. */
type Phase = (call: PhaseCall, callbacks: Callbacks) => Json;

const INPUT = inputOf({ moveHeartbeat: 1, redealHeartbeat: 1 });

/** The states entered in virtual time. */
async function enteredInVirtualTime(
  phase: Phase,
  heartbeatError?: HeartbeatError,
): Promise<readonly string[]> {
  const scheduler = new Scheduler(1, EPOCH);
  const machine: StateMachine = new StateMachine(DEFINITION, {
    scheduler,
    ...(heartbeatError && { heartbeatError }),
    putEvents: () => Promise.resolve({}),
    invoke: async (payload) => {
      await scheduler.pause(1);
      return phase(payload as unknown as PhaseCall, {
        succeed: (token, output) => machine.succeed(token, { ...output }),
        fail: (token, error) => machine.fail(token, error, ''),
      });
    },
  });
  machine.start('ROOM42-1', JSON.parse(INPUT) as Json);
  const isOver = (): boolean => machine.executions.get('ROOM42-1')?.status !== 'RUNNING';
  await scheduler.run(isOver, EPOCH + 3_600_000);
  return machine.executions.get('ROOM42-1')?.entered ?? [];
}

/** The states entered by aws-local-stepfunctions. */
async function enteredLocally(phase: Phase): Promise<readonly string[]> {
  const { steps, entered } = openMachine({
    phase: (call, { executions }) =>
      phase(call, {
        succeed: (token, output) => executions.succeed(token, { ...output }),
        fail: (token, error) => executions.fail(token, { error, cause: '' }),
      }),
  });
  steps.resume();
  steps.executions.start('ROOM42-1', INPUT);
  while (steps.executions.find('ROOM42-1')?.status === 'RUNNING') await pause(20);
  await steps.close();
  return entered;
}

/** Plays so many rounds, unless something is to be otherwise with a call. */
function playing(
  rounds: number,
  otherwise: (call: PhaseCall, callbacks: Callbacks) => Json | undefined = () => undefined,
): Phase {
  return (call, callbacks) => {
    const instead = otherwise(call, callbacks);
    if (instead !== undefined) return instead;
    const { phase, token = '', round = 0, roomId, game } = call;
    if (phase === 'turns' && round === rounds) {
      callbacks.fail(token, 'GameDecided');
      return null;
    }
    if (phase === 'game_over' || phase === 'abort') return { roomId, game };
    callbacks.succeed(token, { round: phase === 'preparation' ? round + 1 : round });
    return null;
  };
}

/** The first call of a phase is left without an answer, so that its heartbeat runs out. */
function silentOnce(phase: string): Phase {
  let calls = 0;
  return playing(1, (call) => (call.phase === phase && calls++ === 0 ? null : undefined));
}

const abandonedIn = (phase: string): Phase => failingIn(phase, 'GameAbandoned');
const decidedIn = (phase: string): Phase => failingIn(phase, 'GameDecided');

function failingIn(phase: string, error: string): Phase {
  return playing(2, (call, { fail }) => {
    if (call.phase !== phase) return undefined;
    fail(call.token ?? '', error);
    return null;
  });
}

describe('both interpreters enter the same states', () => {
  test.each<[string, () => Phase]>([
    ['in a game of three rounds', () => playing(3)],
    ['when the heartbeat of the redeals runs out', () => silentOnce('preparation')],
    ['when the heartbeat of the declarations runs out', () => silentOnce('declaration')],
    ['when the heartbeat of the turns runs out', () => silentOnce('turns')],
    ['when a game is decided before anybody expects it', () => decidedIn('declaration')],
    ['when a game is abandoned in its preparation', () => abandonedIn('preparation')],
    ['when a game is abandoned in its declarations', () => abandonedIn('declaration')],
    ['when a game is abandoned in its turns', () => abandonedIn('turns')],
  ])('%s', async (_, phase) => {
    const entered = await enteredInVirtualTime(phase());
    expect(entered.length).toBeGreaterThan(1);
    expect(await enteredLocally(phase())).toEqual(entered);
  });
});

describe('a heartbeat that runs out', () => {
  const WAYS: readonly HeartbeatError[] = [
    { name: 'States.Timeout', aliases: ['States.HeartbeatTimeout'] },
    { name: 'States.HeartbeatTimeout', aliases: ['States.Timeout'] },
    { name: 'States.Timeout', aliases: [] },
    { name: 'States.HeartbeatTimeout', aliases: [] },
  ];
  const cases = ['preparation', 'declaration', 'turns'].flatMap((phase) =>
    WAYS.map((way): [string, string, string, HeartbeatError] => [
      phase,
      way.name,
      way.aliases.join() || 'nothing else',
      way,
    ]),
  );
  test.each(cases)('in the %s leads back into it, named %s and matched by %s', async (phase, _n, _m, way) => {
    expect(await enteredInVirtualTime(silentOnce(phase), way)).toEqual(
      await enteredInVirtualTime(silentOnce(phase)),
    );
    expect(await enteredInVirtualTime(silentOnce(phase), way)).toHaveLength(6);
  });
});

test('what a path does not find passes every Catch, in both interpreters', async () => {
  const noRound = playing(1, (call, { succeed }) => {
    if (call.phase !== 'preparation') return undefined;
    succeed(call.token ?? '', {} as { round: number });
    return null;
  });
  expect(await enteredInVirtualTime(noRound)).toEqual(['Preparation']);
  expect(await enteredLocally(noRound)).toEqual(['Preparation']);
});
