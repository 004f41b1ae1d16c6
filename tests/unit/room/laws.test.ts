// What holds in every room whatever its people, its clock and its state machine do (docs/architecture.md, "Invariants").

import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { DECK } from '../../../src/game/pieces.ts';
import type { Piece } from '../../../src/game/pieces.ts';
import { SEATS } from '../../../src/game/seats.ts';
import type { Seat } from '../../../src/game/seats.ts';
import { connectionOf, decide } from '../../../src/room/decide.ts';
import { firstDue, moveDeadline, nextTick, pauseEnd } from '../../../src/room/due.ts';
import type { RoomEvent } from '../../../src/room/events.ts';
import { applyCommit } from '../../../src/room/record.ts';
import type { RoomRecord } from '../../../src/room/record.ts';
import { MOST_SPECTATORS } from '../../../src/room/room.ts';
import type { PlayingRoom, Room, Settings } from '../../../src/room/room.ts';
import { MAX_REDEALS } from '../../../src/game/deal.ts';
import { attached, detached, PEOPLE, proofOf, TICK } from '../../support/room.ts';
import {
  gameOf,
  heartbeatTimeout,
  humanMove,
  phaseCommand,
  roomWith,
  take,
  timeoutOf,
  walk,
} from '../../support/walk.ts';
import type { Step, Walker } from '../../support/walk.ts';

const whims = fc.array(fc.nat({ max: 10_000_000 }), { minLength: 50, maxLength: 500, size: 'max' });
const humans = fc.subarray([2, 3, 4] as const).map((others): readonly Seat[] => [1, ...others]);
const seconds = fc.constantFrom(0, 1, 5);
const settings: fc.Arbitrary<Partial<Settings>> = fc.record({
  maxRounds: fc.integer({ min: 1, max: 4 }),
  winScore: fc.constantFrom(5, 50),
  graceSeconds: seconds,
  botThinkSeconds: seconds,
  turnResultsSeconds: seconds,
  abandonSeconds: fc.constantFrom(8, 300),
});
const games = fc.tuple(humans, settings).map(([seats, changed]) => gameOf(seats, changed));
const rooms = fc.oneof({ weight: 5, arbitrary: games }, { weight: 1, arbitrary: settings.map(roomWith) });

/** Walks to the end of the whims, showing every step. */
function walkThrough(start: Walker, steps: readonly number[], see: (step: Step) => void): Walker {
  const walking = walk(start, steps);
  for (;;) {
    const next = walking.next();
    if (next.done === true) return next.value;
    see(next.value);
  }
}
function isPlaying(room: Room): room is PlayingRoom {
  return room.stage === 'playing';
}

describe('in every room, after every command', () => {
  test('there is an answer: no command throws or writes into the room, a refusal is a sentence, what is accepted fits', () => {
    fc.assert(
      fc.property(rooms, whims, (start, steps) => {
        walkThrough(start, steps, ({ decision, after: { room } }) => {
          expect(Object.isFrozen(room)).toBe(true);
          if (decision.kind === 'rejected') expect(decision.rejection.message).toMatch(/^[A-Z].+\.$/);
        });
      }),
      { numRuns: 35 },
    );
  });

  test('there are 32 pieces: what is in the hands and what was laid since the deal', () => {
    fc.assert(
      fc.property(rooms, whims, (start, steps) => {
        let laid: readonly Piece[] = [];
        walkThrough(start, steps, ({ change, after: { room } }) => {
          for (const event of change?.commit.events ?? []) {
            if (event.type === 'Dealt') laid = [];
            if (event.type === 'Played') laid = [...laid, ...event.pieces];
          }
          if (change === null || !isPlaying(room) || room.game.phase.name === 'starting') return;
          const { hands } = room.game.phase.round;
          expect([...SEATS.flatMap((seat) => hands[seat]), ...laid].sort()).toEqual(DECK.toSorted());
        });
      }),
      { numRuns: 35 },
    );
  });

  test('piles never exceed eight, and are eight when all is played; hands are equally long between turns', () => {
    fc.assert(
      fc.property(rooms, whims, (start, steps) => {
        walkThrough(start, steps, ({ after: { room } }) => {
          if (!isPlaying(room)) return;
          const { phase } = room.game;
          if (phase.name === 'scoring')
            expect(SEATS.reduce((sum, seat) => sum + phase.scores[seat].captured, 0)).toBe(8);
          if (phase.name !== 'turn' && phase.name !== 'turn_results') return;
          const piles = SEATS.reduce((sum, seat) => sum + phase.piles[seat], 0);
          const sizes = new Set(SEATS.map((seat) => phase.round.hands[seat].length));
          if (phase.name === 'turn_results' || phase.plays.length === 0) expect(sizes.size).toBe(1);
          expect(piles).toBe(8 - Math.max(...sizes));
        });
      }),
      { numRuns: 35 },
    );
  });

  test('declarations never total eight, and nobody declares a third zero in a row', () => {
    fc.assert(
      fc.property(rooms, whims, (start, steps) => {
        walkThrough(start, steps, ({ after: { room } }) => {
          if (!isPlaying(room)) return;
          const { phase, tally } = room.game;
          for (const seat of SEATS) expect(tally[seat].zerosInARow).toBeLessThanOrEqual(2);
          if (phase.name !== 'declaration' || phase.values.length < 4) return;
          expect(phase.values.reduce((sum, value) => sum + value, 0)).not.toBe(8);
        });
      }),
      { numRuns: 35 },
    );
  });

  test('a seat acts at most once for each occasion: one answer a deal, one declaration a round, one play a turn', () => {
    fc.assert(
      fc.property(rooms, whims, (start, steps) => {
        let acted = new Set<string>();
        walkThrough(start, steps, ({ change }) => {
          for (const event of change?.commit.events ?? []) {
            if (BEGINS.has(event.type)) acted = new Set();
            if (event.type !== 'RedealDecided' && event.type !== 'Declared' && event.type !== 'Played')
              continue;
            const act = `${event.type} ${event.seat}`;
            expect(acted).not.toContain(act);
            acted.add(act);
          }
        });
      }),
      { numRuns: 35 },
    );
  });

  test('totals are the sums of the rounds, rounds count up, and a round is scored once', () => {
    fc.assert(
      fc.property(rooms, whims, (start, steps) => {
        let totals = new Map(SEATS.map((seat) => [seat, 0]));
        let rounds = 0;
        walkThrough(start, steps, ({ change, after: { room } }) => {
          for (const event of change?.commit.events ?? []) {
            if (event.type === 'GameStarted') [totals, rounds] = [new Map(SEATS.map((seat) => [seat, 0])), 0];
            if (event.type === 'Dealt') {
              expect(event.round).toBe(rounds + 1);
              expect(event.multiplier).toBe(event.redeals + 1);
              expect(event.redeals).toBeLessThanOrEqual(MAX_REDEALS);
            }
            if (event.type !== 'RoundScored') continue;
            rounds++;
            for (const seat of SEATS) totals.set(seat, (totals.get(seat) ?? 0) + event.scores[seat].final);
          }
          if (!isPlaying(room)) return;
          expect(room.game.sheet.length).toBe(rounds);
          expect(SEATS.map((seat) => room.game.tally[seat].total)).toEqual([...totals.values()]);
        });
      }),
      { numRuns: 35 },
    );
  });

  test('a connection sits in one seat or watches, and no more watch than may', () => {
    fc.assert(
      fc.property(rooms, whims, (start, steps) => {
        walkThrough(start, steps, ({ after: { room } }) => {
          if (room.stage === 'none' || room.stage === 'closed') return;
          const seated = SEATS.flatMap((seat) => connectionOf(room.seats[seat]) ?? []);
          const all = [...seated, ...room.spectators.map(({ connection }) => connection)];
          expect(new Set(all).size).toBe(all.length);
          expect(room.spectators.length).toBeLessThanOrEqual(MOST_SPECTATORS);
          expect(room.attendance.anyone).toBe(seated.length > 0);
        });
      }),
      { numRuns: 35 },
    );
  });

  test('no deal is made from a seed that was used before', () => {
    fc.assert(
      fc.property(rooms, whims, (start, steps) => {
        const seeds: string[] = [];
        walkThrough(start, steps, ({ change }) => {
          for (const event of change?.commit.events ?? [])
            if (event.type === 'Dealt') seeds.push(event.proof.seed);
        });
        expect(new Set(seeds).size).toBe(seeds.length);
      }),
      { numRuns: 40 },
    );
  });

  test('the whole log folds to the stored room, and so does what follows a snapshot', () => {
    fc.assert(
      fc.property(rooms, whims, fc.nat(), (start, steps, cut) => {
        const changes = [start.record];
        const commits = walkCommits(start, steps, (record) => changes.push(record));
        const from = cut % changes.length;
        const stored: unknown = JSON.parse(JSON.stringify(changes[from]));
        expect(commits.slice(from).reduce(applyCommit, stored as RoomRecord)).toEqual(changes.at(-1));
      }),
      { numRuns: 40 },
    );
  });
});

/** The first turn begins before its task is entered; the declarations' heartbeat is over by then. */
function isUnwatched({ game: { phase, task } }: PlayingRoom): boolean {
  return phase.name === 'turn' && task?.phase !== 'turns';
}

const BEGINS: ReadonlySet<RoomEvent['type']> = new Set(['Dealt', 'DeclarationOpened', 'TurnStarted']);

function walkCommits(start: Walker, steps: readonly number[], see: (record: Walker['record']) => void) {
  const commits: NonNullable<Step['change']>['commit'][] = [];
  walkThrough(start, steps, ({ change, after }) => {
    if (change === null) return;
    commits.push(change.commit);
    see(after);
  });
  return commits;
}

describe('the clock', () => {
  test('a planned tick finds something to do when it comes, unless it is for the state machine to hear of', () => {
    fc.assert(
      fc.property(rooms, whims, (start, steps) => {
        walkThrough(start, steps, ({ after: { room, at }, change }) => {
          const due = nextTick(room);
          if (change === null || due === null) return;
          if (isPlaying(room) && (room.game.phase.name === 'starting' || pauseEnd(room) === due)) return;
          const decision = decide(room, TICK, { at: Math.max(due, at), proof: proofOf(1) });
          expect(decision).toMatchObject({ kind: 'accepted' });
          expect(decision.kind === 'accepted' ? decision.events.length : 0).toBeGreaterThan(0);
        });
      }),
      { numRuns: 40 },
    );
  });

  test('no heartbeat runs out before the move it watches over is overdue', () => {
    fc.assert(
      fc.property(rooms, whims, (start, steps) => {
        walkThrough(start, steps, ({ after: { room } }) => {
          if (!isPlaying(room)) return;
          const deadline = moveDeadline(room);
          if (deadline === null || isUnwatched(room)) return;
          expect(timeoutOf(room)).toBeGreaterThanOrEqual(deadline);
        });
      }),
      { numRuns: 35 },
    );
  });

  test('a tick is planned for every deadline that no heartbeat watches over yet', () => {
    let seen = 0;
    fc.assert(
      fc.property(rooms, whims, (start, steps) => {
        walkThrough(start, steps, ({ after: { room } }) => {
          if (!isPlaying(room) || !isUnwatched(room)) return;
          const deadline = moveDeadline(room);
          if (deadline === null) return;
          seen += 1;
          expect(nextTick(room) ?? Infinity).toBeLessThanOrEqual(deadline);
        });
      }),
      { numRuns: 35 },
    );
    expect(seen).toBeGreaterThan(0);
  });

  test('nothing moves in an empty room: a tick finds only takeovers, and in the end the end', () => {
    const allowed = new Set(['BotTookOver', 'GameEnded', 'RoomClosed']);
    fc.assert(
      fc.property(rooms, whims, (start, steps) => {
        walkThrough(start, steps, ({ command, change, before: { room } }) => {
          if (command.type !== 'tick' || change === null || !isPlaying(room) || room.attendance.anyone)
            return;
          for (const { type } of change.commit.events) expect(allowed).toContain(type);
        });
      }),
      { numRuns: 35 },
    );
  });
});

/** Far more commands than a game of four rounds can need: 4 × (9 deals + 4 declarations + 8 turns) with all their ticks. */
const PLENTY = 3_000;

/** Goes on with what the choice names until the game is over; how many commands that took. */
function playOut(
  start: Walker,
  choose: (walker: Walker) => Walker | null,
): { walker: Walker; commands: number } {
  let walker = start;
  for (let commands = 0; commands < PLENTY; commands++) {
    if (isOver(walker.record.room)) return { walker, commands };
    const next = choose(walker);
    if (next === null) throw new Error(`Stuck: ${JSON.stringify(walker.record.room)}`);
    walker = next;
  }
  throw new Error('The game does not end');
}
function asStateMachine(walker: Walker): Walker | null {
  const command = phaseCommand(walker);
  return command === null ? null : take(walker, command).walker;
}
function byTick(walker: Walker): Walker | null {
  const due = nextTick(walker.record.room);
  return due === null ? null : take({ ...walker, at: Math.max(walker.at, due) }, TICK).walker;
}
function byHeartbeat(walker: Walker): Walker | null {
  const command = heartbeatTimeout(walker);
  const { room } = walker.record;
  if (command === null || !isPlaying(room)) return null;
  return take({ ...walker, at: Math.max(walker.at, timeoutOf(room)) }, command).walker;
}
function resultOf({ record: { room } }: Walker) {
  return room.stage === 'finished' ? room.result : null;
}

/** The walker's room once these events happened to it. */
function after(walker: Walker, ...events: readonly RoomEvent[]): Walker {
  const { record, at } = walker;
  if (events.length === 0) return walker;
  const seq = record.seq + 1;
  const commit = {
    room: 'ABC234',
    seq,
    at: Math.max(at, record.at),
    by: 'walk',
    commandId: `${seq}`,
    events,
  };
  return { ...walker, record: applyCommit(record, commit) };
}
function isOver({ stage }: Room): boolean {
  return stage !== 'open' && stage !== 'playing';
}
/** Seats whose humans could come back. */
function humansOf({ record: { room } }: Walker): readonly Seat[] {
  if (room.stage !== 'open' && room.stage !== 'playing') return [];
  return SEATS.filter((seat) => room.seats[seat]?.kind === 'human');
}

describe('every game ends', () => {
  test('while a human is there who does nothing: by ticks and heartbeats', () => {
    fc.assert(
      fc.property(games, whims, (start, steps) => {
        const walked = walkThrough(start, steps, () => undefined);
        const [human] = humansOf(walked);
        fc.pre(human !== undefined);
        const { walker } = playOut(after(walked, attached(human, 'sleeper')), (each) => {
          return asStateMachine(each) ?? byWhatComesFirst(each);
        });
        expect(resultOf(walker)?.outcome).toBe('completed');
        expect(resultOf(walker)?.winners).not.toEqual([]);
      }),
      { numRuns: 30 },
    );
  });

  test('even if every tick is lost: the heartbeats of the state machine alone bring it there', () => {
    fc.assert(
      fc.property(games, whims, (start, steps) => {
        const walked = walkThrough(start, steps, () => undefined);
        const [human] = humansOf(walked);
        fc.pre(human !== undefined);
        const { walker } = playOut(after(walked, attached(human, 'sleeper')), (each) => {
          return asStateMachine(each) ?? byHeartbeat(each);
        });
        expect(resultOf(walker)?.outcome).toBe('completed');
      }),
      { numRuns: 30 },
    );
  });

  test('when all have gone: by ticks alone, at the latest when it is abandoned', () => {
    fc.assert(
      fc.property(rooms, whims, (start, steps) => {
        const walked = walkThrough(start, steps, () => undefined);
        const present = humansOf(walked).filter((seat) => isPresent(walked, seat));
        const { walker, commands } = playOut(
          after(walked, ...present.map((seat) => detached(seat))),
          byNextTick,
        );
        expect(walker.record.room.stage).toMatch(/finished|closed/);
        expect(commands).toBeLessThanOrEqual(SEATS.length + 1);
      }),
      { numRuns: 40 },
    );
  });

  test('of four who act at once without any clock: no time passes, no tick comes', () => {
    fc.assert(
      fc.property(fc.nat({ max: 1_000_000 }), fc.integer({ min: 1, max: 3 }), (luck, maxRounds) => {
        const start = { ...gameOf([1, 2, 3, 4], { maxRounds }), named: luck };
        const { walker } = playOut(start, (each) => asStateMachine(each) ?? byPlayers(each, luck));
        expect(resultOf(walker)).toMatchObject({
          outcome: 'completed',
          startedAt: start.at,
          endedAt: start.at,
        });
      }),
      { numRuns: 20 },
    );
  });
});

/** The earlier of the next tick and the heartbeat's end. */
function byWhatComesFirst(walker: Walker): Walker | null {
  const { room } = walker.record;
  const due = nextTick(room);
  const timeout = isPlaying(room) && heartbeatTimeout(walker) !== null ? timeoutOf(room) : null;
  if (due === null) return byHeartbeat(walker);
  return timeout !== null && timeout < due ? byHeartbeat(walker) : byTick(walker);
}
/** The tick for what is due first, whenever that is; the one that only asks for the execution's start is passed over. */
function byNextTick(walker: Walker): Walker | null {
  const due = firstDue(walker.record.room, Infinity);
  return due === null ? null : take({ ...walker, at: Math.max(walker.at, due.at) }, TICK).walker;
}
/** Somebody whose move is awaited moves; after a turn, all are ready. */
function byPlayers(walker: Walker, luck: number): Walker | null {
  const { room } = walker.record;
  const move = humanMove(room, luck + walker.record.seq);
  if (move !== null) return take(walker, move).walker;
  if (!isPlaying(room) || room.game.phase.name !== 'turn_results') return null;
  const { ready } = room.game.phase;
  const [seat] = SEATS.filter((each) => !ready.includes(each));
  return seat === undefined
    ? null
    : take(walker, { type: 'ready', connection: PEOPLE[seat].connection }).walker;
}
function isPresent({ record: { room } }: Walker, seat: Seat): boolean {
  if (room.stage !== 'open' && room.stage !== 'playing') return false;
  return connectionOf(room.seats[seat]) !== null;
}
