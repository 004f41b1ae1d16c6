// The table of docs/architecture.md, section 8: for each row exactly that crash, and how and how soon it heals. Everything
// else works, so what heals it is what the row says.

import { describe, expect, test } from '@jest/globals';
import { clocksOf } from '../../src/app/effects.ts';
import { executionName } from '../../src/app/executions.ts';
import { parseSettings } from '../../src/app/settings.ts';
import { connectionOf } from '../../src/room/decide.ts';
import { moveDeadline } from '../../src/room/due.ts';
import type { RoomRecord } from '../../src/room/record.ts';
import type { Settings, TaskPhase } from '../../src/room/room.ts';
import { SEATS } from '../../src/game/seats.ts';
import { Cloud, EPOCH, NO_FAULTS } from './cloud.ts';
import type { Trap } from './cloud.ts';
import { Invariants } from './invariants.ts';
import { Player, STEADY } from './player.ts';
import type { Party } from './player.ts';
import { Scheduler } from './scheduler.ts';

const PATIENCE_MS = 20 * 60_000;
const RULES = parseSettings('{}');
/** A heartbeat's period: the time for a move and the slack (src/app/effects.ts). */
const MOVE_SECONDS = 20;
const HEARTBEAT_MS = (MOVE_SECONDS + 3) * 1_000;
/** A client pings after 30 s of silence at the latest and asks for what it misses; a frame takes some ms each way. */
const PING_MS = 30_000 + 3_000;
/** An unanswered frame is sent again after 4 s, at the player's next occasion to act. */
const RETRY_MS = 4_000 + 3_000;

interface Stage {
  readonly cloud: Cloud;
  readonly players: readonly Player[];
  readonly invariants: Invariants;
  record(): RoomRecord;
  /** Goes on until something is so; fails when it does not come about. Returns the virtual ms it took. */
  until(what: string, holds: () => boolean): Promise<number>;
  /** Springs at the first call that fits: the function dies there. */
  set(trap: Trap): { readonly sprung: () => boolean };
}

/** A game of some humans, the rest bots, in a world without faults. */
function stage(humans: number, settings: Partial<Settings> = {}): Stage {
  const scheduler = new Scheduler(15, EPOCH);
  const party: Party = { room: null, humans, over: false };
  const invariants = new Invariants({
    recordOf: (room) => cloud.store.recordOf(room),
    recordsOf: (room) => cloud.store.logOf(room).records,
  });
  const cloud: Cloud = new Cloud({
    scheduler,
    settings: {
      ...RULES,
      moveSeconds: MOVE_SECONDS,
      turnResultsSeconds: 1,
      scoringSeconds: 1,
      maxRounds: 1,
      ...settings,
    },
    faults: NO_FAULTS,
    witness: {
      committed: (commit) => invariants.committed(commit),
      posted: (connection, text) => invariants.posted(connection, text, party.room),
      handedOver: (delivery) => invariants.handedOver(delivery),
    },
  });
  const players = ['Ann', 'Bea', 'Cid', 'Dee'].slice(0, humans).map(
    (name, index) =>
      new Player(cloud, party, {
        name,
        role: index === 0 ? 'host' : 'guest',
        nature: STEADY,
        isTerse: index % 2 === 1,
      }),
  );
  const record = (): RoomRecord => cloud.store.recordOf(party.room ?? '');
  return {
    cloud,
    players,
    invariants,
    record,
    until: async (what, holds) => {
      const from = scheduler.now;
      const end = await scheduler.run(holds, from + PATIENCE_MS);
      if (end !== 'done')
        throw new Error(`It did not come to ${what}:\n${cloud.story.slice(-20).join('\n')}`);
      return scheduler.now - from;
    },
    set: (trap) => {
      let sprung = false;
      cloud.trap = (name, call, when) => {
        if (sprung || !trap(name, call, when)) return false;
        sprung = true;
        return true;
      };
      return { sprung: () => sprung };
    },
  };
}

function phaseOf({ room }: RoomRecord): string {
  return room.stage === 'playing' ? room.game.phase.name : room.stage;
}
const hasEntered = (theatre: Stage, phase: TaskPhase) => (): boolean => {
  const { room } = theatre.record();
  return room.stage === 'playing' && room.game.task?.phase === phase;
};
const inPhase = (theatre: Stage, name: string) => (): boolean => phaseOf(theatre.record()) === name;
/** A redeal is not in every game: the next phase will do. */
const isBeyond = (theatre: Stage, phase: string): boolean =>
  phase === 'redeal' && phaseOf(theatre.record()) === 'declaration';
/** Every player has seen the latest commit. */
const allSee = (theatre: Stage) => (): boolean =>
  theatre.players.every((player) => player.seq === theatre.record().seq);

async function endsWell(theatre: Stage): Promise<void> {
  await theatre.until('the end of the game', inPhase(theatre, 'finished'));
  await theatre.until('the end of the execution', () =>
    [...theatre.cloud.machine.executions.values()].every(({ status }) => status === 'SUCCEEDED'),
  );
  expect([
    ...theatre.invariants.violations,
    ...theatre.players.flatMap((player) => player.violations),
  ]).toEqual([]);
}

describe('a function that dies after', () => {
  test('load, before commit: nothing has happened, the retry under the same id does it within seconds', async () => {
    const theatre = stage(4);
    await theatre.until('the first turn', hasEntered(theatre, 'turns'));
    const { seq } = theatre.record();
    const trap = theatre.set(
      (name, call, when) => name === 'message' && call.startsWith('append') && when === 'before',
    );
    await theatre.until('the crash', trap.sprung);
    expect(theatre.record().seq).toBe(seq);
    expect(await theatre.until('the move', () => theatre.record().seq > seq)).toBeLessThan(RETRY_MS);
    await endsWell(theatre);
  });

  test('commit, before broadcast: the retry under the same id tells everybody within seconds', async () => {
    const theatre = stage(4);
    await theatre.until('the first turn', hasEntered(theatre, 'turns'));
    const trap = theatre.set(
      (name, call, when) => name === 'message' && call === 'broadcast' && when === 'before',
    );
    await theatre.until('the crash', trap.sprung);
    const { seq } = theatre.record();
    expect(theatre.players.some((player) => player.seq < seq)).toBe(true);
    expect(await theatre.until('everybody to know', allSee(theatre))).toBeLessThan(RETRY_MS);
    await endsWell(theatre);
  });

  test('commit, before broadcast, of a command nobody repeats: the next ping tells each client', async () => {
    const theatre = stage(4, { turnResultsSeconds: 100 });
    await theatre.until('the first turn', hasEntered(theatre, 'turns'));
    await theatre.until('a result', inPhase(theatre, 'turn_results'));
    for (const player of theatre.players) player.nature = { ...STEADY, idle: true };
    await theatre.until('quiet', allSee(theatre));
    const trap = theatre.set(
      (name, call, when) => name === 'tick' && call === 'broadcast' && when === 'before',
    );
    await theatre.until('the crash', trap.sprung);
    expect(await theatre.until('everybody to know', allSee(theatre))).toBeLessThan(PING_MS);
    for (const player of theatre.players) player.nature = STEADY;
    await endsWell(theatre);
  });

  test('commit, before SendTaskSuccess: the heartbeat runs out and the phase, entered again, is over at once', async () => {
    // A turn's result is shown for long: its tick would find that the task is over as well.
    const theatre = stage(4, { turnResultsSeconds: 100 });
    await theatre.until('declarations', inPhase(theatre, 'declaration'));
    const trap = theatre.set(
      (name, call, when) => name === 'broadcaster' && call === 'SendTaskSuccess' && when === 'before',
    );
    await theatre.until('the crash', trap.sprung);
    // The player's own retry would complete the task even sooner: here nobody repeats anything.
    for (const player of theatre.players) player.forgetPending();
    // The turns have begun all the same; only their task waits to be entered.
    expect(phaseOf(theatre.record())).toBe('turn');
    const took = await theatre.until('the task of the turns', hasEntered(theatre, 'turns'));
    expect(took).toBeGreaterThan(5_000);
    expect(took).toBeLessThan(HEARTBEAT_MS + 2_000);
    await endsWell(theatre);
  });

  test('commit, before SendTaskSuccess: the first tick of the turns completes the task too', async () => {
    const theatre = stage(1);
    await theatre.until('declarations', inPhase(theatre, 'declaration'));
    const trap = theatre.set(
      (name, call, when) =>
        (name === 'message' || name === 'tick') && call === 'SendTaskSuccess' && when === 'before',
    );
    await theatre.until('the crash', trap.sprung);
    for (const player of theatre.players) player.forgetPending();
    const took = await theatre.until('the task of the turns', hasEntered(theatre, 'turns'));
    expect(took).toBeLessThan(HEARTBEAT_MS);
    await endsWell(theatre);
  });

  test('commit, before SendTaskSuccess: who is slow in the turns is moved for at the deadline, task or no task', async () => {
    const theatre = stage(4);
    await theatre.until('declarations', inPhase(theatre, 'declaration'));
    const trap = theatre.set(
      (name, call, when) => name === 'broadcaster' && call === 'SendTaskSuccess' && when === 'before',
    );
    await theatre.until('the crash', trap.sprung);
    for (const player of theatre.players) {
      player.forgetPending();
      player.nature = { ...STEADY, idle: true };
    }
    const { seq, room } = theatre.record();
    const deadline = room.stage === 'playing' ? moveDeadline(room) : null;
    const hasPlayed = () =>
      theatre.cloud.store
        .logOf(theatre.cloud.store.roomIds()[0] ?? '')
        .commits.some((commit) => commit.seq > seq && commit.events.some(({ type }) => type === 'Played'));
    await theatre.until('the move', hasPlayed);
    const late = theatre.cloud.scheduler.now - (deadline ?? 0);
    // The clocks of functions differ by up to 14 ms (tests/simulation/cloud.ts).
    expect(late).toBeGreaterThanOrEqual(-14);
    expect(late).toBeLessThan(5_000);
    for (const player of theatre.players) player.nature = STEADY;
    await endsWell(theatre);
  });

  test('commit, before SendTaskSuccess and the broadcast: the retry under the same id completes the task within seconds', async () => {
    const theatre = stage(4);
    const isDeclared = () => phaseOf(theatre.record()) === 'turn';
    await theatre.until('declarations', inPhase(theatre, 'declaration'));
    const trap = theatre.set(
      (name, call, when) => isDeclared() && name === 'message' && call === 'broadcast' && when === 'before',
    );
    await theatre.until('the crash', trap.sprung);
    expect(await theatre.until('the task of the turns', hasEntered(theatre, 'turns'))).toBeLessThan(
      RETRY_MS + 1_000,
    );
    await endsWell(theatre);
  });

  test.each([
    ['the starter', 'round_start'],
    ['the scores', 'scoring'],
  ])(
    'the tick that ends the showing of %s, before it tells the state machine: it comes again',
    async (_what, phase) => {
      const theatre = stage(4, { maxRounds: 2 });
      await theatre.until('the pause', inPhase(theatre, phase));
      const trap = theatre.set(
        (name, call, when) => name === 'tick' && call === 'SendTaskSuccess' && when === 'before',
      );
      await theatre.until('the crash', trap.sprung);
      expect(phaseOf(theatre.record())).toBe(phase);
      await theatre.until('what comes next', () => phaseOf(theatre.record()) !== phase);
      await endsWell(theatre);
    },
  );

  test.each([
    ['the starter', 'round_start', 'phase'],
    ['the scores', 'scoring', 'tick'],
  ])(
    'the showing of %s, whose tick is never sent: the next ping or the heartbeat ends it',
    async (_what, phase, by) => {
      const theatre = stage(4, { maxRounds: 2 });
      const trap = theatre.set(
        (name, call, when) =>
          name === by && call === 'SendMessage' && when === 'before' && phaseOf(theatre.record()) === phase,
      );
      await theatre.until('the crash', trap.sprung);
      const took = await theatre.until('what comes next', () => phaseOf(theatre.record()) !== phase);
      expect(took).toBeLessThan(Math.max(HEARTBEAT_MS, PING_MS) + 10_000);
      await endsWell(theatre);
    },
  );

  test('commit, before the tick is sent: the next ping or the heartbeat has the move made', async () => {
    const theatre = stage(1);
    await theatre.until('the first turn', hasEntered(theatre, 'turns'));
    const trap = theatre.set(
      (name, call, when) => name === 'tick' && call === 'SendMessage' && when === 'before',
    );
    await theatre.until('the crash', trap.sprung);
    const { seq } = theatre.record();
    const took = await theatre.until('the next commit', () => theatre.record().seq > seq);
    expect(took).toBeLessThan(Math.max(HEARTBEAT_MS, PING_MS) + 2_000);
    await endsWell(theatre);
  });

  test('GameStarted, before StartExecution: the next ping of anyone in the room has it started', async () => {
    const theatre = stage(4);
    const trap = theatre.set(
      (name, call, when) =>
        name === 'message' &&
        call === 'broadcast' &&
        phaseOf(theatre.record()) === 'starting' &&
        when === 'before',
    );
    await theatre.until('the crash', trap.sprung);
    for (const player of theatre.players) player.forgetPending();
    expect(theatre.cloud.machine.executions.size).toBe(0);
    expect(
      await theatre.until('the execution', () => theatre.cloud.machine.executions.size === 1),
    ).toBeLessThan(PING_MS);
    await endsWell(theatre);
  });
});

describe('the phase function that dies anywhere', () => {
  const calls = ['load', 'append', 'broadcast', 'SendTaskSuccess', 'SendMessage', 'project'];
  const cases = calls.flatMap((call) => (['before', 'after'] as const).map((when) => [when, call] as const));
  test.each(cases)(
    '%s %s is invoked again by the state machine, and entering twice does no harm',
    async (when, call) => {
      // With three bots entering a phase also plans their moves; without a pause it may also be over at once.
      const theatre = stage(1, { roundStartSeconds: 0 });
      const trap = theatre.set(
        (name, made, point) => name === 'phase' && made.startsWith(call) && point === when,
      );
      await endsWell(theatre);
      // A crash on a call that is never made would prove nothing.
      expect(trap.sprung()).toBe(true);
    },
  );
});

describe('the broadcaster', () => {
  test('whose call is refused is called again, at once, by who waits for it', async () => {
    const theatre = stage(1);
    await theatre.until('the first turn', hasEntered(theatre, 'turns'));
    let refusals = 0;
    theatre.cloud.refusal = (name, call) => name === 'tick' && call === 'broadcast' && ++refusals === 1;
    await theatre.until('the refusal', () => refusals === 1);
    const { seq } = theatre.record();
    expect(
      await theatre.until('everybody to know', () => theatre.players.every((player) => player.seq >= seq)),
    ).toBeLessThan(1_000);
    await endsWell(theatre);
  });

  test('that is not heard before its end posts every frame once, and games go on as ever', async () => {
    const theatre = stage(4);
    theatre.cloud.faults = { ...NO_FAULTS, heldBack: 1 };
    await endsWell(theatre);
    await theatre.until('everybody to know', allSee(theatre));
  });

  test.each<readonly [string, string]>([
    ['that dies before it began', 'begin'],
    ['that dies half way', 'post'],
  ])('%s is not called again: the next frame or ping tells of the gap', async (_when, what) => {
    const theatre = stage(4, { turnResultsSeconds: 100 });
    await theatre.until('the first turn', hasEntered(theatre, 'turns'));
    await theatre.until('a result', inPhase(theatre, 'turn_results'));
    for (const player of theatre.players) player.nature = { ...STEADY, idle: true };
    await theatre.until('quiet', allSee(theatre));
    const { seq } = theatre.record();
    const trap = theatre.set(
      (name, call, when) =>
        name === 'broadcaster' && call.startsWith(what) && when === 'before' && theatre.record().seq > seq,
    );
    await theatre.until('the crash', trap.sprung);
    const took = await theatre.until('everybody to know', allSee(theatre));
    // Were it repeated, everybody would know in no time.
    expect(took).toBeGreaterThan(1_000);
    expect(took).toBeLessThan(PING_MS);
    for (const player of theatre.players) player.nature = STEADY;
    await endsWell(theatre);
  });
});

test('a $disconnect that never comes: the next post is answered with 410 and the seat is marked, then a bot plays', async () => {
  const theatre = stage(4);
  await theatre.until('the first turn', hasEntered(theatre, 'turns'));
  const [, bea] = theatre.players;
  const connection = bea?.connection ?? '';
  theatre.cloud.vanish(connection);
  bea?.leaveTheHouse();
  const occupant = () => {
    const { room } = theatre.record();
    if (room.stage !== 'playing') return null;
    return SEATS.map((seat) => room.seats[seat]).find(({ name }) => name === bea?.name) ?? null;
  };
  expect(connectionOf(occupant())).toBe(connection);
  const took = await theatre.until('the seat to be marked', () => connectionOf(occupant()) !== connection);
  expect(took).toBeLessThan(HEARTBEAT_MS + 2_000);
  expect(
    await theatre.until('the bot', () => {
      const now = occupant();
      return now?.kind === 'human' && now.presence.status === 'replaced';
    }),
  ).toBeLessThan(7_000);
  await endsWell(theatre);
});

test('two functions that commit at once: one wins, the other loads and decides again, and both are in the log', async () => {
  const theatre = stage(4);
  await theatre.until('the first turn', hasEntered(theatre, 'turns'));
  const before = theatre.record().seq;
  // Two players lose their connections at one moment: both $disconnects load the same record.
  for (const player of theatre.players.slice(1, 3)) theatre.cloud.drop(player.connection ?? '', 'openly');
  await theatre.until('both to be noted', () => {
    const later = theatre.cloud.store
      .logOf(theatre.cloud.store.roomIds()[0] ?? '')
      .commits.filter(({ seq }) => seq > before);
    return later.filter(({ events }) => events.some(({ type }) => type === 'Detached')).length === 2;
  });
  await endsWell(theatre);
});

describe('a game without an execution that runs, as after its table was restored,', () => {
  test.each(['redeal', 'declaration', 'turn'])('in its %s is driven to its end by another', async (phase) => {
    const theatre = stage(4, { maxRounds: 2 });
    await theatre.until(phase, () => phaseOf(theatre.record()) === phase || isBeyond(theatre, phase));
    const [first] = theatre.cloud.machine.executions.values();
    theatre.cloud.machine.stop(first?.name ?? '');
    await theatre.until('the end of the game', inPhase(theatre, 'finished'));
    const { executions } = theatre.cloud.machine;
    await theatre.until(
      'the end of the execution',
      () => executions.get(`${first?.name}-2`)?.status === 'SUCCEEDED',
    );
    expect([...executions.values()].map(({ name, status }) => [name, status])).toEqual([
      [first?.name, 'ABORTED'],
      [`${first?.name}-2`, 'SUCCEEDED'],
    ]);
    expect(theatre.cloud.finished).toHaveLength(1);
    expect(theatre.cloud.story.join()).toContain('another drives it now');
  });

  test('that has not begun to deal is started under another name by its tick', async () => {
    const { theatre, room } = await crashedBeforeItsStart();
    const name = executionName({ roomId: room.id, game: 1, startedAt: room.game.startedAt });
    theatre.cloud.machine.start(name, { another: 'input' });
    theatre.cloud.machine.stop(name);
    await theatre.until(
      'the end of the execution',
      () => theatre.cloud.machine.executions.get(`${name}-2`)?.status === 'SUCCEEDED',
    );
    expect(phaseOf(theatre.record())).toBe('finished');
  });

  test('is left to the one of the version before, if that runs', async () => {
    const { theatre, room } = await crashedBeforeItsStart();
    const clocks = { ...clocksOf(room.settings) };
    theatre.cloud.machine.start(`${room.id}-1`, { roomId: room.id, game: 1, round: 0, clocks });
    await endsWell(theatre);
    expect([...theatre.cloud.machine.executions.keys()]).toEqual([`${room.id}-1`]);
  });
});

test.each([
  ['with the pauses of rules.md', {}],
  ['without pauses', { roundStartSeconds: 0, turnResultsSeconds: 0, scoringSeconds: 0, botThinkSeconds: 0 }],
])(
  'a game in which nothing dies takes three transitions a round and two to end, %s',
  async (_how, pauses) => {
    const theatre = stage(2, { ...RULES, maxRounds: 3, ...pauses });
    await endsWell(theatre);
    const { room } = theatre.record();
    const rounds = room.stage === 'finished' ? room.result.sheet.length : 0;
    expect(rounds).toBe(3);
    const [execution] = theatre.cloud.machine.executions.values();
    expect(execution?.entered).toEqual([
      ...Array.from({ length: rounds }, () => ['Preparation', 'Declaration', 'Turns']).flat(),
      'GameOver',
      'Announce',
    ]);
  },
);

/** A game whose start is in the log, and whose function died before it asked for the execution. */
async function crashedBeforeItsStart() {
  const theatre = stage(4);
  const trap = theatre.set(
    (name, call, when) => name === 'message' && call === 'StartExecution' && when === 'before',
  );
  await theatre.until('the crash', trap.sprung);
  const { room } = theatre.record();
  if (room.stage !== 'playing') throw new Error('The game has not started');
  return { theatre, room };
}
