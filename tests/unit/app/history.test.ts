import { describe, expect, test } from '@jest/globals';
import { mayRead, publicEvents } from '../../../src/app/history.ts';
import { NO_RECORD } from '../../../src/room/record.ts';
import type { Commit, RoomRecord } from '../../../src/room/record.ts';
import { createWorld } from '../../support/memory-ports.ts';
import { happened, playByItself } from '../../support/players.ts';
import {
  attached,
  bot,
  dealt,
  detached,
  entered,
  gameAt,
  LAST,
  lastTurn,
  opened,
  PEOPLE,
  played,
  proofOf,
  ROOM,
  sat,
  STARTED,
  tableOf,
} from '../../support/room.ts';
import type { RoomEvent } from '../../../src/room/events.ts';

/** A log of commits, one for each list of events, and the room after it. */
function log(...commits: readonly (readonly RoomEvent[])[]): { commits: readonly Commit[]; now: RoomRecord } {
  const world = createWorld();
  for (const events of commits) {
    happened(world, events);
    world.pass(1);
  }
  return { commits: world.table.logOf(ROOM).commits, now: world.table.recordOf(ROOM) };
}
const SCORED: RoomEvent = {
  type: 'RoundScored',
  winners: [],
  scores: [1, 2, 3, 4].reduce(
    (scores, seat) => ({
      ...scores,
      [seat]: { declared: 1, captured: 1, base: 6, bonus: 5, hitValue: 1, final: 6, total: 6 },
    }),
    {} as Extract<RoomEvent, { type: 'RoundScored' }>['scores'],
  ),
};
const ROUND_PLAYED = [...gameAt('turn', tableOf([1, 2]), LAST), ...lastTurn()];
const DEAL = {
  hands: expect.anything(),
  proof: { seed: expect.any(String), commitment: expect.any(String) },
};

describe('the public part of a log', () => {
  test('has every event with its commit’s number and time, in order', () => {
    const { commits, now } = log([opened()], [attached(1), sat(2)], [bot(3)]);
    expect(publicEvents(commits, now)).toMatchObject([
      { seq: 1, at: commits[0]?.at, type: 'RoomOpened', name: 'Ann', host: 1 },
      { seq: 2, at: commits[1]?.at, type: 'Attached', seat: 1 },
      { seq: 2, at: commits[1]?.at, type: 'SeatTaken', seat: 2, name: 'Ben' },
      { seq: 3, at: commits[2]?.at, type: 'BotAdded', seat: 3 },
    ]);
  });

  test('is silent about what a connection need not be told', () => {
    const choosing: RoomEvent[] = [
      { type: 'Attached', seat: 1, connection: 'c1', without: ['turn_complete'] },
      { type: 'SpectatorJoined', connection: 'c2', without: ['turn_complete'] },
    ];
    const { commits, now } = log([opened()], choosing);
    expect(publicEvents(commits, now).slice(1)).toEqual([
      { seq: 2, at: commits[1]?.at, type: 'Attached', seat: 1 },
      { seq: 2, at: commits[1]?.at, type: 'SpectatorJoined' },
    ]);
  });

  test('names no session, connection or token', () => {
    const { commits, now } = log(
      tableOf([1, 2, 3, 4]),
      [STARTED],
      [entered('preparation', 1, 'the-token'), dealt()],
      [detached(2)],
    );
    const told = JSON.stringify(publicEvents(commits, now));
    for (const { player, connection } of Object.values(PEOPLE)) {
      expect(told).not.toContain(player);
      expect(told).not.toContain(connection);
    }
    expect(told).not.toContain('the-token');
    expect(told).not.toMatch(/"(player|connection|token)":/);
  });

  test('has what was played, by choice or by force', () => {
    const { commits, now } = log(gameAt('turn'), [played(1, [0], 'G')], [played(2, [0], 'g', 'forced')]);
    expect(publicEvents(commits, now).slice(-2)).toEqual([
      expect.objectContaining({ seat: 1, pieces: ['GENERAL_RED'], forced: false }),
      expect.objectContaining({ seat: 2, pieces: ['GENERAL_BLACK'], forced: true }),
    ]);
  });

  describe('of a deal', () => {
    const deals = ({ commits, now }: ReturnType<typeof log>) =>
      publicEvents(commits, now).filter(({ type }) => type === 'Dealt');

    test('has no hand and no seed while its round is played, only the commitment', () => {
      const [deal] = deals(log(gameAt('turn')));
      expect(deal).toMatchObject({ round: 1, starter: 1, proof: { commitment: proofOf(99).commitment } });
      expect(deal).not.toHaveProperty('hands');
      expect(deal).not.toHaveProperty('proof.seed');
    });

    test('has neither when the round was dealt again before', () => {
      const again = dealt({ redeals: 1, proof: proofOf(98) });
      const both = deals(
        log(gameAt('redeal'), [
          { type: 'RedealDecided', seat: 2, accept: true, forced: false },
          { type: 'RedealDecided', seat: 4, accept: true, forced: false },
          again,
        ]),
      );
      expect(both).toHaveLength(2);
      for (const deal of both) expect(deal).not.toHaveProperty('hands');
    });

    test('has them once the round is scored, while those of the next are hidden', () => {
      const next = [
        entered('preparation', 2),
        dealt({ round: 2, starterReason: 'won_last_turn', proof: proofOf(98) }),
      ];
      const [first, second] = deals(log(ROUND_PLAYED, [SCORED], next));
      expect(first).toMatchObject(DEAL);
      expect(second).toMatchObject({ round: 2 });
      expect(second).not.toHaveProperty('hands');
    });

    test('has them once the game is over', () => {
      const ended: RoomEvent = { type: 'GameEnded', outcome: 'completed', winners: [1] };
      expect(deals(log(ROUND_PLAYED, [SCORED], [ended]))).toMatchObject([DEAL]);
    });

    test('of a later game in the same room hides only that game’s', () => {
      const first = [
        ...ROUND_PLAYED,
        SCORED,
        { type: 'GameEnded', outcome: 'completed', winners: [1] } as const,
      ];
      const second = [
        { type: 'GameStarted', game: 2 } as const,
        entered('preparation', 1, 'other'),
        dealt({ proof: proofOf(98) }),
      ];
      const [old, running] = deals(log(first, second));
      expect(old).toMatchObject(DEAL);
      expect(running).not.toHaveProperty('hands');
      expect(running).not.toHaveProperty('proof.seed');
    });

    test('is hidden in what was written after the room was looked at, whatever that is', () => {
      const first = [
        ...ROUND_PLAYED,
        SCORED,
        { type: 'GameEnded', outcome: 'completed', winners: [1] } as const,
      ];
      const second = [
        { type: 'GameStarted', game: 2 } as const,
        entered('preparation', 1, 'other'),
        dealt({ proof: proofOf(98) }),
      ];
      const { now } = log(first);
      const { commits } = log(first, second);
      const told = publicEvents(commits, now);
      expect(told.every(({ seq }) => seq <= now.seq)).toBe(true);
      expect(told.filter(({ type }) => type === 'Dealt')).toMatchObject([DEAL]);
    });
  });

  test('shows, at any moment of a game, no piece that is still in a hand', async () => {
    const world = createWorld();
    happened(world, [...tableOf([1, 2], { maxRounds: 2 }), STARTED]);
    await playByItself(world);
    const { commits, records } = world.table.logOf(ROOM);
    for (const record of records.slice(1)) {
      const { room } = record;
      if (room.stage !== 'playing' || room.game.phase.name === 'starting') continue;
      const told = publicEvents(commits.slice(0, record.seq), record);
      const { round } = room.game.phase;
      const isScored = room.game.phase.name === 'scoring';
      expect(JSON.stringify(told).includes(round.proof.seed)).toBe(isScored);
      expect(told.filter((event) => 'hands' in event)).toHaveLength(room.game.sheet.length);
    }
  });
});

test('of a game that was cut short, the hands of the round that was never scored stay hidden', () => {
  const world = createWorld();
  happened(world, [
    ...gameAt('turn', tableOf([1, 2])),
    { type: 'GameEnded', outcome: 'aborted', winners: [] },
  ]);
  const { commits, records } = world.table.logOf(ROOM);
  const told = publicEvents(commits, records.at(-1) ?? NO_RECORD);
  expect(told.map(({ type }) => type)).toContain('Dealt');
  expect(told.filter((event) => 'hands' in event)).toEqual([]);
});

describe('a room’s history', () => {
  const ended = [
    ...gameAt('turn', tableOf([1, 2])),
    { type: 'GameEnded', outcome: 'aborted', winners: [] } as const,
  ];

  test('may be read by those who sat there to the end, once the game is over', () => {
    const { now } = log(ended);
    expect(mayRead(now, PEOPLE[1].player)).toBe(true);
    expect(mayRead(now, PEOPLE[2].player)).toBe(true);
    expect(mayRead(now, PEOPLE[3].player)).toBe(false);
    expect(mayRead(now, 'somebody')).toBe(false);
  });

  test.each<readonly [string, readonly RoomEvent[]]>([
    ['waits for players', tableOf([1])],
    ['plays', gameAt('turn')],
    ['plays again', [...ended, { type: 'GameStarted', game: 2 }]],
    ['was closed', [opened(), { type: 'RoomClosed', reason: 'empty' }]],
  ])('may not be read by a player while the room %s', (_what, events) => {
    expect(mayRead(log(events).now, PEOPLE[1].player)).toBe(false);
  });
});
