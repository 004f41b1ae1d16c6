// The replay's parts that need no browser: a log read with suspicion, folded into steps, its deals checked.
import { createHash } from 'node:crypto';
import { beforeAll, describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { publicEvents } from '../../../src/app/history.ts';
import { DECK } from '../../../src/game/pieces.ts';
import { SEATS } from '../../../src/game/seats.ts';
import { checkDeals, isFair } from '../../../src/web/replay/fairness.ts';
import { readLog } from '../../../src/web/replay/log.ts';
import type { Log, LogProblem, Result } from '../../../src/web/replay/log.ts';
import { sentenceOf } from '../../../src/web/replay/sentence.ts';
import { boardOf, landmarksOf, replaysOf } from '../../../src/web/replay/steps.ts';
import type { Replay } from '../../../src/web/replay/steps.ts';
import { replayTexts } from '../../../src/web/replay/texts.ts';
import { createWorld } from '../../support/memory-ports.ts';
import type { World } from '../../support/memory-ports.ts';
import { happened, playByItself } from '../../support/players.ts';
import { proofOf, ROOM, STARTED, tableOf } from '../../support/room.ts';

const ROUNDS = 3;

/** What the server answers about the room, as it comes out of JSON. */
async function answerOf(world: World): Promise<{ room_id: string; events: Record<string, unknown>[] }> {
  const record = await world.ports.store.load(ROOM);
  const { commits } = await world.ports.store.commits(ROOM, { after: 0, limit: 5_000 });
  const answer = { room_id: ROOM, events: publicEvents(commits, record) };
  return JSON.parse(JSON.stringify(answer)) as { room_id: string; events: Record<string, unknown>[] };
}

function valueOf<T>(result: Result<T>): T {
  if (!result.ok) throw new Error(result.why);
  return result.value;
}

let answer: Awaited<ReturnType<typeof answerOf>>;
let log: Log;
let replay: Replay;

beforeAll(async () => {
  const world = createWorld({ settings: { maxRounds: ROUNDS } });
  happened(world, [...tableOf([1], { maxRounds: ROUNDS }), STARTED]);
  await playByItself(world);
  answer = await answerOf(world);
  log = valueOf(readLog(answer));
  const [only] = valueOf(replaysOf(log));
  if (only === undefined) throw new Error('There is no game');
  replay = only;
});

describe('a finished game', () => {
  test('is replayed from its deals to its end, with a mark for every round and turn', () => {
    expect(replay).toMatchObject({ room: ROOM, game: 1, outcome: 'completed' });
    expect(replay.steps[0]?.event.type).toBe('Dealt');
    expect(replay.steps.at(-1)?.event.type).toBe('GameEnded');
    expect(replay.rounds.map(({ round }) => round)).toEqual([1, 2, 3]);
    const turns = log.events.filter(({ event }) => event.type === 'TurnStarted').length;
    expect(replay.rounds.flatMap((mark) => mark.turns)).toHaveLength(turns);
    const marks = landmarksOf(replay);
    expect(marks).toEqual(marks.toSorted((a, b) => a - b));
    expect(marks).toHaveLength(ROUNDS + turns + 1);
  });

  test('has all 32 pieces on the table at every step: in hands, laid, or in piles', () => {
    let laid: string[] = [];
    for (const step of replay.steps) {
      if (step.event.type === 'Dealt') laid = [];
      if (step.event.type === 'Played') laid.push(...step.event.pieces);
      const { places } = boardOf(step);
      const seen = [...laid, ...SEATS.flatMap((seat) => places[seat].hand)];
      expect(seen.toSorted()).toEqual([...DECK].toSorted());
    }
  });

  test('shows after every play who made it and what it was, and after a turn who won', () => {
    for (const step of replay.steps) {
      const { places } = boardOf(step);
      const { event } = step;
      if (event.type === 'Played')
        expect(places[event.seat]).toMatchObject({ isActor: true, play: { pieces: event.pieces } });
      if (event.type === 'TurnResolved')
        expect(SEATS.filter((seat) => places[seat].hasWonTurn)).toEqual([event.winner]);
    }
  });

  test('adds up to its scores', () => {
    const last = replay.steps.at(-1);
    if (last === undefined) throw new Error('There are no steps');
    const { places, sheet } = boardOf(last);
    expect(sheet).toHaveLength(ROUNDS);
    for (const seat of SEATS) {
      const sum = sheet.reduce((total, { seats }) => total + seats[seat][2], 0);
      expect(places[seat].total).toBe(sum);
    }
    const best = Math.max(...SEATS.map((seat) => places[seat].total));
    expect(replay.winners).toEqual(SEATS.filter((seat) => places[seat].total === best));
  });

  test.each(['en', 'th'] as const)('is told in a sentence for every step (%s)', (language) => {
    for (const step of replay.steps) {
      const sentence = sentenceOf(step, replayTexts(language));
      expect(sentence).not.toBe('');
      expect(sentence).not.toMatch(/undefined|null|NaN|\[object/);
    }
  });
});

describe('the deals of a game', () => {
  test('pass when they are what was promised', async () => {
    const checks = await checkDeals(replay.events);
    expect(checks.length).toBeGreaterThanOrEqual(ROUNDS);
    expect(checks.filter((check) => !isFair(check))).toEqual([]);
  });

  test('fail when another seed is shown than the one that was committed to', async () => {
    const { seed } = proofOf(77);
    const [first] = await checkDeals(withProof((proof) => ({ ...proof, seed })));
    expect(first).toMatchObject({ isCommitted: false, isDealt: false });
  });

  test('fail when the hands are not those of the seed, whatever it was committed to', async () => {
    const { seed } = proofOf(77);
    const commitment = createHash('sha256').update(seed).digest('hex');
    const [first] = await checkDeals(withProof(() => ({ seed, commitment })));
    expect(first).toMatchObject({ isCommitted: true, isDealt: false });
  });

  test('fail when what is shown is no seed', async () => {
    const [first] = await checkDeals(withProof((proof) => ({ ...proof, seed: 'x' })));
    expect(first).toMatchObject({ isCommitted: false, isDealt: false });
  });

  type Proof = { readonly seed: string; readonly commitment: string };
  const withProof = (change: (proof: Proof) => Proof) =>
    replay.events.map((logged) =>
      logged.event.type === 'Dealt'
        ? { ...logged, event: { ...logged.event, proof: change(logged.event.proof) } }
        : logged,
    );
});

describe('what is no log of a finished game', () => {
  const why = (said: unknown): LogProblem | null => {
    const read = readLog(said);
    if (!read.ok) return read.why;
    const games = replaysOf(read.value);
    return games.ok ? null : games.why;
  };

  test.each([
    ['nothing', null],
    ['a list', []],
    ['another object', { games: [] }],
    ['events that are none', { events: [1, 2] }],
    ['an event of no known type', { events: [{ seq: 1, at: 1, type: 'Cheated' }] }],
    ['an event without its fields', { events: [{ seq: 1, at: 1, type: 'Declared', seat: 1 }] }],
    ['an event of Object', { events: [{ seq: 1, at: 1, type: 'constructor' }] }],
  ])('%s is called that', (_what, said) => {
    expect(why(said)).toBe('not_a_log');
  });

  test('a game still in play is called not finished, before and after its hands are told', () => {
    const { events } = answer;
    const dealt = events.findIndex(({ type }) => type === 'Dealt');
    const hidden = events.slice(0, dealt + 1).map(({ hands: _hands, ...rest }) => rest);
    expect(why({ events: hidden })).toBe('not_finished');
    expect(why({ events: events.slice(0, dealt + 5) })).toBe('not_finished');
  });

  test('events that do not fit together are called that', () => {
    expect(why({ events: answer.events.filter(({ type }) => type !== 'TurnStarted') })).toBe('does_not_fit');
  });

  test('an event with any one field spoilt is never believed', () => {
    const fields = answer.events.flatMap((event, index) =>
      Object.keys(event)
        .filter((field) => field !== 'room_id')
        .map((field) => [index, field] as const),
    );
    fc.assert(
      fc.property(fc.constantFrom(...fields), ([index, field]) => {
        const events = answer.events.map((event, at) => (at === index ? { ...event, [field]: {} } : event));
        expect(why({ events })).toBe('not_a_log');
      }),
    );
  });
});
