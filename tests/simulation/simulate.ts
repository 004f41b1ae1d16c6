// One whole game in a treacherous world, from one seed, to its end and after; what was wrong with it, and its story.

import { executionName } from '../../src/app/executions.ts';
import { isGone } from '../../src/app/execute.ts';
import { stateFrame } from '../../src/protocol/frames.ts';
import { viewFor } from '../../src/room/view.ts';
import { connectionOf } from '../../src/room/decide.ts';
import type { Settings } from '../../src/room/room.ts';
import { SEATS } from '../../src/game/seats.ts';
import type { Seat } from '../../src/game/seats.ts';
import { Cloud, EPOCH, NO_FAULTS } from './cloud.ts';
import type { Faults, LongestChain } from './cloud.ts';
import { Invariants } from './invariants.ts';
import { Player, STEADY } from './player.ts';
import type { Nature, Party, Role } from './player.ts';
import { Scheduler } from './scheduler.ts';

export interface Verdict {
  readonly seed: number;
  readonly violations: readonly string[];
  readonly outcome: string;
  readonly commits: number;
  readonly faults: number;
  /** How often a function had a record of the room in memory, maybe an old one. */
  readonly recalled: number;
  /** How often somebody was told the end of a turn by a frame of its own. */
  readonly told: number;
  readonly longestChain: LongestChain;
  /** Virtual seconds. */
  readonly seconds: number;
  /** The last events and faults, for who wants to know how it came to that. */
  readonly story: readonly string[];
}

const HOUR = 3_600_000;
/** Faults stop here, so that every world gets the chance to heal. */
const MOST_FAULTS = 150;
const FAULTY_HOURS = 2;
/** From then on a game must end by itself: moves forced, phases entered again, everything retried. */
const HEALING_HOURS = 6;
/** Longer than a heartbeat, a ping and the queue's redelivery. */
const QUIET_MS = 240_000;

/** Plays the game of a seed. Never throws for what the simulated world does. */
export async function simulate(seed: number): Promise<Verdict> {
  const scheduler = new Scheduler(seed, EPOCH);
  const party: Party = { room: null, humans: scheduler.between(1, 4), over: false };
  const invariants = new Invariants({
    recordOf: (room) => cloud.store.recordOf(room),
    recordsOf: (room) => cloud.store.logOf(room).records,
  });
  const cloud: Cloud = new Cloud({
    scheduler,
    settings: settingsFor(scheduler),
    faults: faultsFor(scheduler),
    witness: {
      committed: (commit) => invariants.committed(commit),
      posted: (connection, text) => invariants.posted(connection, text, party.room),
      handedOver: (delivery) => invariants.handedOver(delivery),
    },
  });
  const nature = natureFor(scheduler);
  const newPlayer = (name: string, role: Role) =>
    new Player(cloud, party, { name, role, nature, isTerse: scheduler.chance(0.5) });
  const players = ['Ann', 'Bea', 'Cid', 'Dee']
    .slice(0, party.humans)
    .map((name, index) => newPlayer(name, index === 0 ? 'host' : 'guest'));
  if (scheduler.chance(0.3)) players.push(newPlayer('Eve', 'watcher'));
  // Time passes also when nobody does anything any more.
  keepTime(scheduler);
  const broken = (): boolean =>
    invariants.violations.length > 0 || players.some((player) => player.violations.length > 0);
  const isOver = (): boolean =>
    broken() ||
    (cloud.store.roomIds().length > 0 && cloud.store.roomIds().every((room) => isEnded(cloud, room)));

  const calm = (): boolean => cloud.faultCount > MOST_FAULTS || isOver();
  await scheduler.run(calm, EPOCH + FAULTY_HOURS * HOUR);
  cloud.faults = NO_FAULTS;
  for (const player of players) player.nature = STEADY;
  cloud.tell('faults end');
  await scheduler.run(isOver, EPOCH + HEALING_HOURS * HOUR);
  const violations: string[] = [];
  if (!isOver()) violations.push(`a game does not end: ${describe(cloud)}`);
  await scheduler.run(broken, scheduler.now + QUIET_MS);
  if (!broken()) violations.push(...checkAftermath(cloud, players, invariants));
  violations.push(...invariants.violations, ...players.flatMap((player) => player.violations));
  const [room] = cloud.store.roomIds();
  return {
    seed,
    violations,
    outcome: room === undefined ? 'no room' : outcomeOf(cloud, room),
    commits: room === undefined ? 0 : cloud.store.recordOf(room).seq,
    faults: cloud.faultCount,
    recalled: cloud.recalled,
    told: players.reduce((sum, player) => sum + player.told, 0),
    longestChain: cloud.longestChain,
    seconds: (scheduler.now - EPOCH) / 1_000,
    story: cloud.story.slice(-80),
  };
}

/** A rematch may have begun when all was over. */
function isOfRunningGame(cloud: Cloud, execution: string): boolean {
  return cloud.store.roomIds().some((id) => {
    const { room } = cloud.store.recordOf(id);
    return (
      room.stage === 'playing' &&
      execution === executionName({ roomId: id, game: room.game.number, startedAt: room.game.startedAt })
    );
  });
}

function keepTime(scheduler: Scheduler): void {
  scheduler.after(600_000, () => keepTime(scheduler));
}

/** A room nobody ever came to, whose tick was lost, is gone by its idleness; a game must end by itself. */
function isEnded(cloud: Cloud, id: string): boolean {
  const record = cloud.store.recordOf(id);
  const { stage } = record.room;
  return (
    stage === 'finished' || stage === 'closed' || (stage === 'open' && isGone(record, cloud.scheduler.now))
  );
}

function outcomeOf(cloud: Cloud, room: string): string {
  const { room: now } = cloud.store.recordOf(room);
  return now.stage === 'finished' ? now.result.outcome : now.stage;
}

function describe(cloud: Cloud): string {
  return cloud.store
    .roomIds()
    .map((id) => {
      const { room, seq } = cloud.store.recordOf(id);
      return `${id} ${room.stage} ${room.stage === 'playing' ? room.game.phase.name : ''} at ${seq}`;
    })
    .join(', ');
}

/** 6 and 7: no execution outlives its game, and who is connected and pings sees the room as it is. */
function checkAftermath(cloud: Cloud, players: readonly Player[], invariants: Invariants): readonly string[] {
  const wrong: string[] = [];
  for (const execution of cloud.machine.executions.values()) {
    if (execution.status === 'RUNNING' && !isOfRunningGame(cloud, execution.name))
      wrong.push(`execution ${execution.name} outlives its game in ${execution.entered.at(-1) ?? ''}`);
  }
  for (const id of cloud.store.roomIds()) {
    const { commits } = cloud.store.logOf(id);
    const record = cloud.store.recordOf(id);
    invariants.replay(commits, record);
    const { room } = record;
    if (room.stage !== 'finished') continue;
    const seen = [
      ...SEATS.map((seat) => ({ seat, connection: connectionOf(room.seats[seat]) })),
      ...room.spectators.map(({ connection }) => ({ seat: null, connection })),
    ];
    for (const { seat, connection } of seen) {
      const player = players.find((each) => each.connection !== null && each.connection === connection);
      if (player === undefined) continue;
      const expected = stateFrame(viewFor<Seat>(room, seat), record);
      if (JSON.stringify(player.view) !== JSON.stringify(expected.data)) {
        wrong.push(`${player.name} at ${player.seq} does not see the room as it is at ${record.seq}`);
      }
    }
  }
  return wrong;
}

// ---- What the seed decides ----

function settingsFor(scheduler: Scheduler): Settings {
  return {
    moveSeconds: scheduler.between(5, 60),
    redealSeconds: scheduler.between(5, 30),
    roundStartSeconds: scheduler.pick([0, 1, 5]),
    turnResultsSeconds: scheduler.pick([0, 1, 7]),
    scoringSeconds: scheduler.pick([0, 1, 7]),
    botThinkSeconds: scheduler.pick([0, 1, 2]),
    graceSeconds: scheduler.pick([0, 5, 5]),
    abandonSeconds: scheduler.pick([30, 120, 300]),
    emptyRoomSeconds: 60,
    roomTtlSeconds: 3600,
    historyDays: 7,
    winScore: scheduler.pick([10, 50]),
    maxRounds: scheduler.between(1, 2),
  };
}

function faultsFor(scheduler: Scheduler): Faults {
  // From a calm world to one where nearly nothing works.
  const evil = scheduler.pick([0, 0.5, 1, 3, 8]) / 100;
  const some = (): number => (scheduler.chance(0.7) ? evil * scheduler.random() : 0);
  return {
    crash: some(),
    refused: some(),
    lostReply: some(),
    slow: some(),
    twice: 10 * some(),
    late: 10 * some(),
    noDisconnect: 30 * some(),
    heldBack: scheduler.pick([0, 0.5, 1]),
  };
}

function natureFor(scheduler: Scheduler): Nature {
  const bad = scheduler.pick([0, 0.5, 3]) / 100;
  return {
    drops: bad * 2 * scheduler.random(),
    silentDrops: bad * scheduler.random(),
    secondTab: bad * scheduler.random(),
    mischief: 10 * bad * scheduler.random(),
    sleeps: bad * scheduler.random(),
    leaves: (bad * scheduler.random()) / 20,
    repeats: 20 * bad * scheduler.random(),
  };
}
